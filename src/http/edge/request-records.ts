import type { FastifyInstance } from "fastify";
import type { Logger } from "../../shared/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** Measures and logs every answer. The URL is left out: its route says enough, and its rest may say too much. */
export function addRequestRecords(app: FastifyInstance, log: Logger, metrics: Metrics): void {
  app.addHook("onResponse", async (request, reply) => {
    const labels = { method: methodLabel(request.method), route: request.routeOptions.url ?? "none" };
    metrics.requests.add({ ...labels, status: String(reply.statusCode) });
    metrics.requestSeconds.observe(labels, reply.elapsedTime / 1_000);
    const facts = {
      ...labels,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      requestId: request.id,
    };
    if (reply.statusCode >= 500) log.warn(facts, "answered");
    else log.debug(facts, "answered");
  });
}

/** WHY: a caller may send any word as method, and each would be a series of its own. */
function methodLabel(method: string): string {
  return ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].includes(method) ? method : "other";
}
