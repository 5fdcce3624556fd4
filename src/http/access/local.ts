import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";

const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"] as const;

/** Whether the caller is on this machine. SECURITY: a proxy here speaks for callers elsewhere, so what it passes on is not local. */
export function isLocal(request: FastifyRequest): boolean {
  if (forwarded.some((name) => request.headers[name] !== undefined)) return false;
  const address = request.socket.remoteAddress;
  return address !== undefined && ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}
