export {
  type ColumnEdge,
  columnLineage,
  type LineageAnalysis,
  type LineageOptions,
  type TableRef,
  type TextPosition,
} from "./column-lineage.ts";
export { type Dialect, dialectNamed, dialectNames } from "./dialects.ts";
export { createNamedSchema, type TableColumns } from "./named-schema.ts";
export { maxStatementBytes, type SqlParser } from "./parser-port.ts";
export { createDialectParser } from "./parsers/dialect-parser.ts";
export { createPostgresParser } from "./parsers/postgres/index.ts";
export { createSchemaLookup, type SchemaLookup, type TableShape } from "./schema-lookup.ts";
export { type LineageEdge, type ScriptLineage, scriptLineage } from "./script-lineage.ts";
