import type { FastifyInstance } from "fastify";
import { UnavailableError } from "../../shared/errors.ts";

/** Binds `app`. @returns its address @throws {UnavailableError} the address is in use, or not ours to take */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new UnavailableError(`cannot listen on ${host} port ${port}: ${reasonOf(error)}`, { cause: error });
  }
  const address = app.server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${bound}`;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "something else listens there; stop it, or set `DATAOS_PORT`";
  if (code === "EACCES") return "this user may not; take a port above 1023";
  if (code === "EADDRNOTAVAIL") return "this machine has no such address; set another host";
  return error instanceof Error ? error.message : String(error);
}
