import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

export interface SocketOptions {
  readonly address: string;
  readonly port: number;
  /** `false`: plain text */
  readonly tls: ConnectionOptions | false;
  /** Go on in plain text where the server offers no TLS. */
  readonly tlsOptional: boolean;
  readonly timeoutMs: number;
}

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * A connected socket on which the start-up message comes next.
 * WHY: `pg` can only start anew where the server offers no TLS, and a server with a single connection is then still busy.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
export async function openSocket(options: SocketOptions): Promise<Socket> {
  const socket = connect({ host: options.address, port: options.port });
  socket.setKeepAlive(true);
  // a failure reaches whoever waits below, or the driver; here it only must not end the process
  socket.on("error", () => {});
  const timer = setTimeout(() => socket.destroy(new Error("timeout expired")), options.timeoutMs);
  try {
    await event(socket, "connect");
    if (options.tls === false) return socket;
    socket.write(sslRequest);
    const answer = await event(socket, "data");
    // SECURITY: anything after the one byte was put there by somebody in between
    switch (Buffer.isBuffer(answer) && answer.length === 1 ? answer.toString("latin1") : "") {
      case "S":
        return await encrypt(socket, options.tls);
      case "N":
        if (options.tlsOptional) return socket;
        throw new Error("The server does not support SSL connections");
      default:
        throw new Error("There was an error establishing an SSL connection");
    }
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function encrypt(socket: Socket, tls: ConnectionOptions): Promise<Socket> {
  const encrypted = connectTls({ ...tls, socket });
  await event(encrypted, "secureConnect");
  return encrypted;
}

/** The first argument of the next `name`; rejects when the socket fails or closes before. */
function event(socket: Socket, name: "connect" | "data" | "secureConnect"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error("Connection terminated unexpectedly"));
    socket.once("error", reject).once("close", onClose);
    socket.once(name, (value: unknown) => {
      socket.off("error", reject).off("close", onClose);
      resolve(value);
    });
  });
}
