export { type CatalogOptions, createCatalog } from "./create-catalog.ts";
export type { RunningCatalog } from "./running-catalog.ts";
