import { connect, createServer, type Server, type Socket } from "node:net";

/** A port of this machine that leads to a server, and can be made to fail as networks do. */
export interface TcpProxy {
  readonly port: number;
  /** bytes that each connection has brought from the server, oldest first */
  readonly received: readonly number[];
  /** Cuts the next connections off, each after so many bytes from the server; `undefined`: no more. */
  cutAfter(sizeBytes: number | undefined): void;
  /** Passes nothing on in the next connections after so many bytes from the server, without ending them; `undefined`: no more. */
  stallAfter(sizeBytes: number | undefined): void;
  /** Closes the port and ends all connections, as when the server's machine goes. */
  goDown(): Promise<void>;
  /** Opens the same port again. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a free port that leads to `target`. */
export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const received: number[] = [];
  let limitBytes: number | undefined;
  let stallBytes: number | undefined;
  let server: Server | undefined;

  const join = (client: Socket): void => {
    const upstream = connect(target);
    const limit = limitBytes ?? Number.POSITIVE_INFINITY;
    const stall = stallBytes ?? Number.POSITIVE_INFINITY;
    const index = received.push(0) - 1;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    client.on("data", (chunk) => upstream.write(chunk));
    upstream.on("data", (chunk) => {
      const before = received[index] ?? 0;
      received[index] = before + chunk.length;
      if (before + chunk.length >= stall) return;
      if (before + chunk.length < limit) return client.write(chunk);
      client.write(chunk.subarray(0, limit - before), () => client.destroy());
    });
  };
  const open = async (port: number): Promise<number> => {
    server = createServer(join);
    await new Promise<void>((resolve, reject) =>
      server?.once("error", reject).listen(port, "127.0.0.1", () => resolve()),
    );
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  };
  const goDown = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  };
  const port = await open(0);
  return {
    port,
    received,
    cutAfter(sizeBytes) {
      limitBytes = sizeBytes;
    },
    stallAfter(sizeBytes) {
      stallBytes = sizeBytes;
    },
    goDown,
    async comeBack() {
      await open(port);
    },
    stop: goDown,
  };
}
