/** A table or view that SQL may name. */
export interface TableShape {
  readonly schema: string | undefined;
  readonly name: string;
  /** by position; `undefined`: it exists, its columns are not known here */
  readonly columns: readonly string[] | undefined;
}

/** What names mean. Pure and synchronous: load before, look up here. */
export interface SchemaLookup {
  /** The table `schema.name`; `schema` is `undefined` where the text and the search path name none. Exact spelling. */
  table(schema: string | undefined, name: string): TableShape | undefined;
  /** Whether `name` is an aggregate that users have made. Built-in ones are known without. */
  isAggregate?(schema: string | undefined, name: string): boolean;
}

/** Looks up in a list; for tests and small schemas. */
export function createSchemaLookup(tables: readonly TableShape[]): SchemaLookup {
  const byName = new Map(tables.map((table) => [keyOf(table.schema, table.name), table]));
  return { table: (schema, name) => byName.get(keyOf(schema, name)) };
}

function keyOf(schema: string | undefined, name: string): string {
  return JSON.stringify([schema ?? null, name]);
}
