import { createServer, type Server, type Socket } from "node:net";

/** A server on a free port of this machine that does with each connection what it is told. */
export interface TcpServer {
  readonly port: number;
  /** Ends all connections. */
  stop(): Promise<void>;
}

export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = await startTcpServer(() => {});
  await server.stop();
  return server.port;
}
