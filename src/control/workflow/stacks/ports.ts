import { createServer } from "node:net";
import { ConflictError } from "../../../shared/errors.ts";

interface Port {
  readonly name: string | undefined;
  readonly port: number;
}

/**
 * Where a replica is to listen: on the ports that the manifest names, or, where several replicas share a machine, on free ones.
 * @throws {ConflictError} another program listens on one of them
 */
export async function assignPorts(wanted: readonly Port[], isShared: boolean): Promise<readonly Port[]> {
  const assigned: Port[] = [];
  for (const { name, port } of wanted) {
    // both: a program may listen on one address only
    const found = (await tryPort(isShared ? 0 : port, "0.0.0.0")) ?? undefined;
    if (found === undefined || (await tryPort(found, "127.0.0.1")) === undefined)
      throw new ConflictError(
        `port ${port} is in use by another program or not ours to take; end that program or name another port`,
      );
    assigned.push({ name, port: found });
  }
  return assigned;
}

function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
