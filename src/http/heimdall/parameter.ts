import type { FastifyRequest } from "fastify";

/** The part of the path that the route calls `:name`. */
export function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name] ?? "";
}
