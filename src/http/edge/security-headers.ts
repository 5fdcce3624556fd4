import type { FastifyInstance } from "fastify";

/** Headers of every answer. @param https whether clients reach the server by TLS */
export function securityHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(https ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {}),
  };
}

const forPages: ReadonlySet<string> = new Set([
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
  "referrer-policy",
  "x-frame-options",
]);

/** Those that matter for an answer in JSON to a service that asks, which no browser shows as a page. */
export function headersForServices(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !forPages.has(name)));
}

/** Adds `headers` to every answer; a route may say something else first. */
export function addSecurityHeaders(app: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  const forServices = headersForServices(headers);
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    const isAsking = request.routeOptions.config.rule?.access === "asks";
    for (const [name, value] of Object.entries(isAsking ? forServices : headers)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
}
