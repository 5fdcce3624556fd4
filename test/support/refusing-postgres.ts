import { startTcpServer, type TcpServer } from "./tcp.ts";

/** Speaks just enough of PostgreSQL's protocol to ask for a password and refuse it. */
export function startRefusingPostgres(): Promise<TcpServer> {
  return startTcpServer((socket) => {
    let isAsked = false;
    socket.on("data", (chunk) => {
      if (chunk.length === 8 && chunk.readInt32BE(4) === 80877103) return socket.write("N");
      if (!isAsked) {
        isAsked = true;
        return socket.write(message("R", Buffer.from([0, 0, 0, 3])));
      }
      const fields = ["SFATAL", "VFATAL", "C28P01", 'Mpassword authentication failed for user "reader"'];
      return socket.end(message("E", Buffer.from(`${fields.join("\0")}\0\0`)));
    });
  });
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
