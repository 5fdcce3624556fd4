import { formatUrn, type Urn } from "../../shared/urn.ts";

/** URNs of what one depot holds (DESIGN §3). */
export interface SourceUrns {
  readonly depot: Urn;
  readonly database: Urn;
  schema(schema: string): Urn;
  dataset(schema: string, name: string): Urn;
  column(schema: string, name: string, column: string): Urn;
  /** e.g. `sales.shop.public.orders` */
  qualified(...path: readonly string[]): string;
}

export function createSourceUrns(depot: string, database: string): SourceUrns {
  return {
    depot: formatUrn({ kind: "depot", scope: depot }),
    database: formatUrn({ kind: "database", scope: depot, path: [database] }),
    schema: (schema) => formatUrn({ kind: "schema", scope: depot, path: [database, schema] }),
    dataset: (schema, name) => formatUrn({ kind: "dataset", scope: depot, path: [database, schema, name] }),
    column: (schema, name, column) =>
      formatUrn({ kind: "dataset", scope: depot, path: [database, schema, name], field: [column] }),
    qualified: (...path) => [depot, database, ...path].join("."),
  };
}
