export { createSqliteSearchStore } from "./sqlite-search-store.ts";
