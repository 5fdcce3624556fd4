export { evaluateQuery, labelsKey, type Sample } from "./evaluate-query.ts";
export { parseQuery, seriesOf } from "./parse-query.ts";
export { readMetrics } from "./read-metrics.ts";
export { UnsupportedQueryError } from "./unsupported-query-error.ts";
