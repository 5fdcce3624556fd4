export { collapseEdges } from "./collapse.ts";
export {
  type CompactReader,
  createGroups,
  hiddenVertex,
  stubVertex,
  toCompactReader,
  toFacts,
} from "./compact-reader.ts";
export { countImpact } from "./impact.ts";
export { createListCache, grow, type ListCache } from "./list-cache.ts";
export type { Direction, Granularity, LineageReader } from "./reader.ts";
export { walkLineage } from "./walk.ts";
