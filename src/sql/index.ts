export {
  type ColumnEdge,
  columnLineage,
  type LineageAnalysis,
  type LineageOptions,
  type TableRef,
  type TextPosition,
} from "./column-lineage.ts";
export { maxStatementBytes, type SqlParser } from "./parser-port.ts";
export { createPostgresParser } from "./parsers/postgres/index.ts";
export { createSchemaLookup, type SchemaLookup, type TableShape } from "./schema-lookup.ts";
