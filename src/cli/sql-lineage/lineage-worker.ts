import { parentPort } from "node:worker_threads";
import { createDialectParser, createNamedSchema, dialectNamed, scriptLineage } from "../../sql/index.ts";
import type { LineageAnswer, LineageRequest } from "./requests.ts";

/** Answers one request after another; a thread of its own, so that it can be stopped in the middle of one. */
async function answer({ sql, dialect: name, schema, file }: LineageRequest): Promise<LineageAnswer> {
  try {
    const dialect = dialectNamed(name);
    if (!dialect) return { failure: `unknown dialect \`${name}\`` };
    const lookup = createNamedSchema(namedIn(sql, schema), dialect);
    return { lineage: await scriptLineage(createDialectParser(dialect), sql, { dialect, schema: lookup, file }) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** The tables whose own name stands somewhere in the text: of a catalog of thousands a statement names few. */
function namedIn(sql: string, schema: LineageRequest["schema"]): LineageRequest["schema"] {
  const text = sql.toLowerCase();
  const ownName = (table: string): string => table.slice(table.lastIndexOf(".") + 1).toLowerCase();
  return Object.fromEntries(
    Object.entries(schema).filter(([table]) => text.includes(ownName(table).replace(/_yyyymmdd$/, "_"))),
  );
}

const port = parentPort;
port?.on("message", (request: LineageRequest) => void answer(request).then((value) => port.postMessage(value)));
