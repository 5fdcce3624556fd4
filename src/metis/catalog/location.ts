import { formatUdl } from "../../shared/udl.ts";
import { parseUrn } from "../../shared/urn.ts";
import type { EntityKind } from "../ports.ts";

/** Where a thing lies in its source, read from its URN (table in DESIGN §3). */
export interface Location {
  readonly database: string | undefined;
  readonly schema: string | undefined;
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
  switch (urnKind) {
    case "depot":
      return { database: undefined, schema: undefined, udls: [formatUdl({ depot })] };
    case "database":
      return { database: path[0], schema: undefined, udls: [] };
    case "schema":
      return path[1] === undefined
        ? { database: path[0], schema: path[0], udls: toUdls(depot, undefined, path[0], [], []) }
        : { database: path[0], schema: path[1], udls: toUdls(depot, path[0], path[1], [], []) };
    case "dataset":
      break;
    default:
      return { database: undefined, schema: undefined, udls: [] };
  }
  const column = kind === "column" ? field : [];
  const [first, second] = path;
  if (first === "none") {
    return { database: undefined, schema: undefined, udls: toUdls(depot, undefined, "none", path.slice(1), column) };
  }
  if (second === undefined) return { database: undefined, schema: undefined, udls: [] };
  return path.length === 2
    ? { database: first, schema: first, udls: toUdls(depot, undefined, first, path.slice(1), column) }
    : { database: first, schema: second, udls: toUdls(depot, first, second, path.slice(2), column) };
}

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
