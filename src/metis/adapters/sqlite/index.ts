export { createSqliteLineageStore } from "./sqlite-lineage-store.ts";
export { createSqliteSearchStore } from "./sqlite-search-store.ts";
