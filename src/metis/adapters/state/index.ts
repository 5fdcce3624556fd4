export { type CatalogStore, createCatalogStore } from "./catalog-store.ts";
export type { CatalogWriter, WriteContext } from "./catalog-writer.ts";
export { edgeKeyOf, type StoredEdge } from "./edges.ts";
export type { ListPlace } from "./entity-lists.ts";
export { metisMigrations } from "./migrations.ts";
export { createProjectionLeases, type ProjectionLeases, type ProjectionName } from "./projection-leases.ts";
export type { LogRow } from "./tables.ts";
