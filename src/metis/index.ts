export { metisMigrations } from "./adapters/state/index.ts";
export { describeEntity } from "./catalog/index.ts";
export { type CatalogOptions, createCatalog, type RunningCatalog } from "./service/index.ts";
