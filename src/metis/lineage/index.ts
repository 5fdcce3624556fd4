export { collapseEdges } from "./collapse.ts";
export type { Direction, Granularity, LineageReader } from "./reader.ts";
export { walkLineage } from "./walk.ts";
