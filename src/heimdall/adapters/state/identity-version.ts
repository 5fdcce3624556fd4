import type { Transaction } from "kysely";
import type { Clock } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { IdentityTables } from "./identity-tables.ts";

/** Counts changes of users, roles and keys, over all processes. */
export interface IdentityVersion {
  /** Own changes show at once, those of other processes within a second. */
  read(): Promise<number>;
  /** What `read` would answer without asking the store; `undefined` where it would have to. */
  peek(): number | undefined;
  /** Runs `work` in a transaction that counts as one change. */
  change<T>(work: (tx: Transaction<IdentityTables>) => Promise<T>): Promise<T>;
}

const maxAgeMs = 1_000;

export function createIdentityVersion(state: StateDb, clock: Clock): IdentityVersion {
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
      const row = await state
        .kysely<IdentityTables>()
        .selectFrom("identity_version")
        .select("version")
        .executeTakeFirstOrThrow();
      // INVARIANT: an answer that a change of ours has overtaken is not kept
      if (asked.changes === changes) known = { version: row.version, at: asked.at };
      return row.version;
    },
    async change<T>(work: (tx: Transaction<IdentityTables>) => Promise<T>) {
      try {
        return await state.transaction<IdentityTables, T>((tx) =>
          work(tx).then(async (result) => {
            await tx
              .updateTable("identity_version")
              .set((set) => ({ version: set("version", "+", 1) }))
              .execute();
            return result;
          }),
        );
      } finally {
        changes++;
        known = undefined;
      }
    },
  };
}
