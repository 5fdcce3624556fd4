import { formatUdl, looksLikeUdl, parseUdl } from "../../shared/udl.ts";
import { formatUrn, parseUrn } from "../../shared/urn.ts";
import type { EntityKind } from "../ports.ts";

/** Where a thing lies in its source, read from its URN (table in DESIGN §3). */
export interface Location {
  readonly database: string | undefined;
  readonly schema: string | undefined;
  /** of a dataset and its columns: what follows in the path, e.g. `orders`, `dir/file.parquet` */
  readonly dataset: string | undefined;
  /** UDL addresses, shortest first; empty for kinds that have none */
  readonly udls: readonly string[];
}

/**
 * - `database/schema/table`: both; UDL `depot:schema/table` and `depot:database.schema/table`
 * - `database/table` (also `main/table`): the database is the schema too; UDL `depot:database/table`
 * - `none/topic`, `none/dir/file`: neither; UDL `depot:none/dir/file`
 */
export function locate(kind: EntityKind, urn: string): Location {
  const { kind: urnKind, scope: depot, path, field } = parseUrn(urn);
  const [first, second] = path;
  switch (urnKind) {
    case "depot":
      return { ...nowhere, udls: [formatUdl({ depot })] };
    case "database":
      return { ...nowhere, database: first };
    case "schema":
      return second === undefined
        ? { ...nowhere, database: first, schema: first, udls: toUdls(depot, undefined, first, [], []) }
        : { ...nowhere, database: first, schema: second, udls: toUdls(depot, first, second, [], []) };
    case "dataset":
      break;
    default:
      return nowhere;
  }
  const column = kind === "column" ? field : [];
  if (first === "none") {
    const rest = path.slice(1);
    return { ...nowhere, dataset: rest.join("/"), udls: toUdls(depot, undefined, "none", rest, column) };
  }
  if (second === undefined) return { ...nowhere, dataset: first };
  return path.length === 2
    ? { database: first, schema: first, dataset: second, udls: toUdls(depot, undefined, first, [second], column) }
    : {
        database: first,
        schema: second,
        dataset: path.slice(2).join("/"),
        udls: toUdls(depot, first, second, path.slice(2), column),
      };
}

/**
 * Addresses of what a thing of a depot lies in, nearest first, whether it exists or not; empty for other things.
 * @throws {BadInputError} `address` is malformed
 */
export function containersOf(address: string): readonly string[] {
  if (looksLikeUdl(address)) {
    const { depot, database, collection, dataset, field } = parseUdl(address);
    const place = { depot, ...(database === undefined ? {} : { database }) };
    return [
      ...(field && collection !== undefined && dataset ? [formatUdl({ ...place, collection, dataset })] : []),
      ...(dataset && collection !== undefined ? [formatUdl({ ...place, collection })] : []),
      ...(database === undefined ? [] : [formatUrn({ kind: "database", scope: depot, path: [database] })]),
      ...(collection === undefined ? [] : [formatUdl({ depot })]),
    ];
  }
  const { kind, scope, path, field } = parseUrn(address);
  if (kind !== "dataset" && kind !== "schema" && kind !== "database") return [];
  const inDatabase = path[0] === "none" ? [] : path;
  const schemas = kind === "dataset" ? [inDatabase.slice(0, 2), inDatabase.slice(0, 1)] : [];
  return [
    ...(field.length > 0 ? [formatUrn({ kind, scope, path })] : []),
    ...schemas
      .filter(({ length }) => length > 0 && length < inDatabase.length)
      .map((schema) => formatUrn({ kind: "schema", scope, path: schema })),
    ...(kind !== "database" && inDatabase.length > 0
      ? [formatUrn({ kind: "database", scope, path: inDatabase.slice(0, 1) })]
      : []),
    formatUrn({ kind: "depot", scope }),
  ];
}

const nowhere: Location = { database: undefined, schema: undefined, dataset: undefined, udls: [] };

function toUdls(
  depot: string,
  database: string | undefined,
  collection: string | undefined,
  dataset: readonly string[],
  field: readonly string[],
): string[] {
  if (collection === undefined) return [];
  const short = formatUdl({ depot, collection, dataset, field });
  return database === undefined ? [short] : [short, formatUdl({ depot, database, collection, dataset, field })];
}
