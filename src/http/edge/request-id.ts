import type { IncomingHttpHeaders } from "node:http";

/** The caller's own id of the request (`X-Request-ID`, or the vendor's `dataos-correlation-id`) where it is harmless in logs. */
export function readRequestId(headers: IncomingHttpHeaders): string | undefined {
  const given = headers["x-request-id"] ?? headers["dataos-correlation-id"];
  return typeof given === "string" && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : undefined;
}
