export { createHttpServer, type HttpOptions, type HttpServer, type HttpServices } from "./create-http-server.ts";
export type { EngineState } from "./health-routes.ts";
export { createMetrics } from "./metrics/metrics.ts";
export type { Gauge } from "./metrics/series.ts";
