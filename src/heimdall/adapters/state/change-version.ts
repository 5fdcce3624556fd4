import { sql, type Transaction } from "kysely";
import type { Clock } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";

/** Counts changes of some tables, over all processes, so that what was read of them can be remembered until the next one. */
export interface ChangeVersion<Tables> {
  /** Own changes show at once, those of other processes within a second. */
  read(): Promise<number>;
  /** What `read` would answer without asking the store; `undefined` where it would have to. */
  peek(): number | undefined;
  /** Runs `work` in a transaction that counts as one change. */
  change<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;
}

const maxAgeMs = 1_000;

/** @param table of one row with a column `version` */
export function createChangeVersion<Tables>(state: StateDb, clock: Clock, table: string): ChangeVersion<Tables> {
  let known: { readonly version: number; readonly at: number } | undefined;
  let changes = 0;
  const peek = (): number | undefined => {
    const isFresh = known && (!state.capabilities.multiProcess || Math.abs(clock.now() - known.at) < maxAgeMs);
    return isFresh ? known?.version : undefined;
  };
  return {
    peek,
    async read() {
      const fresh = peek();
      if (fresh !== undefined) return fresh;
      const asked = { at: clock.now(), changes };
      const { rows } = await sql<{ version: number }>`select version from ${sql.table(table)}`.execute(
        state.kysely<Tables>(),
      );
      const [row] = rows;
      if (!row) throw new Error(`table ${table} has no row, so its migration did not run`);
      // INVARIANT: an answer that a change of ours has overtaken is not kept
      if (asked.changes === changes) known = { version: row.version, at: asked.at };
      return row.version;
    },
    async change<T>(work: (tx: Transaction<Tables>) => Promise<T>) {
      try {
        return await state.transaction<Tables, T>(async (tx) => {
          const result = await work(tx);
          await sql`update ${sql.table(table)} set version = version + 1`.execute(tx);
          return result;
        });
      } finally {
        changes++;
        known = undefined;
      }
    },
  };
}
