import type { AddRoute } from "./access/routes.ts";
import type { Metrics } from "./metrics/metrics.ts";

/** One engine that the server stands on. */
export interface EngineState {
  /** e.g. `state`, `search`, `lineage`, `policies` */
  readonly name: string;
  readonly state: "ready" | "behind" | "down";
  /** whether the server cannot answer without it */
  readonly required: boolean;
  /** version, lag and the like; shown to callers with a valid credential only */
  readonly details?: Readonly<Record<string, string | number>>;
}

/** `GET /healthz`: the process answers. `GET /readyz`: it can do its work. `GET /metrics`: Prometheus text. */
export function addHealthRoutes(
  addRoute: AddRoute,
  metrics: Metrics,
  readEngines: () => Promise<readonly EngineState[]>,
): void {
  addRoute("GET /healthz", () => ({ status: "ok" }));

  addRoute("GET /readyz", async (call, _, reply) => {
    const engines = await readEngines();
    const ready = engines.every(({ required, state }) => !required || state !== "down");
    return reply.code(ready ? 200 : 503).send({
      status: ready ? "ready" : "not ready",
      engines: engines.map(({ name, state, required, details }) => ({
        name,
        state,
        required,
        ...(call && details ? { details } : {}),
      })),
    });
  });

  addRoute("GET /metrics", (_, reply) => reply.type("text/plain; version=0.0.4; charset=utf-8").send(metrics.render()));
}
