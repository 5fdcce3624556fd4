export { createNeo4jLineageStore } from "./neo4j-lineage-store.ts";
