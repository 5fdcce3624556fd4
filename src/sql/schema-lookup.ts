/** A table or view that SQL may name. */
export interface TableShape {
  /** what stands before the schema in a longer name; absent where nothing does */
  readonly catalog?: string | undefined;
  readonly schema: string | undefined;
  readonly name: string;
  /** by position; `undefined`: it exists, its columns are not known here */
  readonly columns: readonly string[] | undefined;
  /** how the name is shown, where that is not as it is compared */
  readonly label?: string;
  /** the same for columns, by the compared name */
  readonly columnLabels?: ReadonlyMap<string, string>;
}

/** What names mean. Pure and synchronous: load before, look up here. */
export interface SchemaLookup {
  /** The table `schema.name`; `schema` is `undefined` where the text and the search path name none. Exact spelling. */
  table(schema: string | undefined, name: string): TableShape | undefined;
  /** The table of a name as written, where schema and search path are not all that decides; asked first. */
  find?(name: readonly string[]): TableShape | undefined;
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
