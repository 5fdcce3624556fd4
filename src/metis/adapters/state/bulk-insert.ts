import type { CompiledQuery, Kysely, Transaction } from "kysely";
import type { MetisTables } from "./tables.ts";

/** What happens to a row whose key is there already. */
export interface OnConflict {
  readonly key: readonly string[];
  /** columns to take over from the new row; empty: the old row stays */
  readonly update: readonly string[];
}

/** Inserts many rows in few statements; rows of one call have the same columns. */
export type BulkInsert = <T extends keyof MetisTables>(
  tx: Transaction<MetisTables>,
  table: T,
  rows: readonly MetisTables[T][],
  onConflict?: OnConflict,
) => Promise<void>;

const maxRowsPerStatement = 256;

/**
 * WHY: building a statement of some thousand values costs more than running it, so the statements of each table are built once
 * per number of rows (powers of two) and run with new values.
 */
export function createBulkInsert(maxParameters: number): BulkInsert {
  const built = new Map<string, CompiledQuery>();
  return async (tx, table, rows, onConflict) => {
    const [first] = rows;
    if (!first) return;
    const columns = Object.keys(first);
    const largest = Math.min(maxRowsPerStatement, Math.floor(maxParameters / columns.length));
    for (let start = 0; start < rows.length; ) {
      const size = Math.min(largest, 2 ** Math.floor(Math.log2(rows.length - start)));
      const key = `${table}/${size}/${onConflict?.update.join() ?? ""}/${onConflict?.key.join() ?? ""}`;
      let query = built.get(key);
      if (!query) {
        query = build(tx, table, columns, size, onConflict);
        built.set(key, query);
      }
      const parameters: unknown[] = [];
      for (let index = start; index < start + size; index++) {
        const row = rows[index] as Record<string, unknown> | undefined;
        for (const column of columns) parameters.push(row?.[column]);
      }
      await tx.executeQuery({ ...query, parameters });
      start += size;
    }
  };
}

function build(
  tx: Transaction<MetisTables>,
  table: string,
  columns: readonly string[],
  size: number,
  onConflict: OnConflict | undefined,
): CompiledQuery {
  const db = tx as unknown as Kysely<Record<string, Record<string, unknown>>>;
  const row = Object.fromEntries(columns.map((column) => [column, ""]));
  const insert = db.insertInto(table).values(Array.from({ length: size }, () => row));
  if (!onConflict) return insert.compile();
  return insert
    .onConflict((conflict) => {
      const target = conflict.columns([...onConflict.key]);
      return onConflict.update.length === 0
        ? target.doNothing()
        : target.doUpdateSet((eb) =>
            Object.fromEntries(onConflict.update.map((column) => [column, eb.ref(`excluded.${column}`)])),
          );
    })
    .compile();
}
