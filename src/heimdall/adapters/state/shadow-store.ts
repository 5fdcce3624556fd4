import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { ConflictError } from "../../../shared/errors.ts";
import type { Migration, StateDb } from "../../../state/index.ts";
import type { ShadowStore, StoredShadow } from "../../ports.ts";

interface ShadowTables {
  /** one row at most: that in `slot` 1 */
  policy_shadow: { slot: number; id: string; texts: string; started_at: string; started_by: string };
  /** counts of each server process */
  policy_shadow_tally: { shadow: string; process: string; compared: number; disagreed: number; failed: number };
  policy_shadow_disagreement: { id: string; shadow: string; content: string };
}

const kept = 1_000;
const columnsPerRow = 3;

/** Tables of candidates in shadow. */
export const shadowMigrations: readonly Migration[] = [
  {
    name: "shadow-001-create",
    async up(db) {
      await db.schema
        .createTable("policy_shadow")
        .addColumn("slot", "integer", (column) => column.primaryKey())
        .addColumn("id", "varchar(36)", (column) => column.notNull())
        .addColumn("texts", "text", (column) => column.notNull())
        .addColumn("started_at", "varchar(24)", (column) => column.notNull())
        .addColumn("started_by", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("policy_shadow_tally")
        .addColumn("shadow", "varchar(36)", (column) => column.notNull())
        .addColumn("process", "varchar(36)", (column) => column.notNull())
        .addColumn("compared", "bigint", (column) => column.notNull())
        .addColumn("disagreed", "bigint", (column) => column.notNull())
        .addColumn("failed", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("policy_shadow_tally_key", ["shadow", "process"])
        .execute();
      await db.schema
        .createTable("policy_shadow_disagreement")
        .addColumn("id", "varchar(36)", (column) => column.primaryKey())
        .addColumn("shadow", "varchar(36)", (column) => column.notNull())
        .addColumn("content", "text", (column) => column.notNull())
        .execute();
    },
  },
];

/** The candidate in shadow and what it came to, in the state store, for all server processes. */
export function createStateShadowStore(state: StateDb, { clock }: { readonly clock: Clock }): ShadowStore {
  const db = state.kysely<ShadowTables>();
  const toShadow = (row: ShadowTables["policy_shadow"]): StoredShadow => ({
    id: row.id,
    texts: JSON.parse(row.texts) as StoredShadow["texts"],
    startedAt: row.started_at,
    startedBy: row.started_by,
  });
  return {
    async current() {
      const row = await db.selectFrom("policy_shadow").selectAll().where("slot", "=", 1).executeTakeFirst();
      return row && toShadow(row);
    },
    currentId: async () =>
      (await db.selectFrom("policy_shadow").select("id").where("slot", "=", 1).executeTakeFirst())?.id,
    start: (id, texts, startedBy) =>
      state.transaction<ShadowTables, StoredShadow>(async (tx) => {
        const running = await tx.selectFrom("policy_shadow").selectAll().executeTakeFirst();
        if (running) {
          throw new ConflictError(
            `a candidate of \`${running.started_by}\` runs in shadow already; stop that one first`,
          );
        }
        const row = {
          slot: 1,
          id,
          texts: JSON.stringify(texts),
          started_at: toTimestamp(clock.now()),
          started_by: startedBy,
        };
        await tx.insertInto("policy_shadow").values(row).execute();
        return toShadow(row);
      }),
    stop: (id) =>
      state.transaction<ShadowTables, void>(async (tx) => {
        await tx.deleteFrom("policy_shadow").where("id", "=", id).execute();
        await tx.deleteFrom("policy_shadow_tally").where("shadow", "=", id).execute();
        await tx.deleteFrom("policy_shadow_disagreement").where("shadow", "=", id).execute();
      }),
    report: (shadow, process, { compared, disagreed, failed }, disagreements) =>
      state.transaction<ShadowTables, void>(async (tx) => {
        const isRunning = await tx.selectFrom("policy_shadow").select("id").where("id", "=", shadow).executeTakeFirst();
        if (!isRunning) return;
        await tx
          .insertInto("policy_shadow_tally")
          .values({ shadow, process, compared, disagreed, failed })
          .onConflict((conflict) =>
            conflict.columns(["shadow", "process"]).doUpdateSet((eb) => ({
              compared: eb("policy_shadow_tally.compared", "+", compared),
              disagreed: eb("policy_shadow_tally.disagreed", "+", disagreed),
              failed: eb("policy_shadow_tally.failed", "+", failed),
            })),
          )
          .execute();
        const perInsert = Math.floor(state.capabilities.maxParameters / columnsPerRow);
        for (let start = 0; start < disagreements.length; start += perInsert) {
          const rows = disagreements.slice(start, start + perInsert);
          await tx
            .insertInto("policy_shadow_disagreement")
            .values(rows.map(({ id, content }) => ({ id, shadow, content })))
            .execute();
        }
        if (disagreements.length === 0) return;
        // ids grow with time
        const oldest = await tx
          .selectFrom("policy_shadow_disagreement")
          .select("id")
          .where("shadow", "=", shadow)
          .orderBy("id", "desc")
          .offset(kept)
          .limit(1)
          .executeTakeFirst();
        if (oldest) {
          await tx
            .deleteFrom("policy_shadow_disagreement")
            .where("shadow", "=", shadow)
            .where("id", "<=", oldest.id)
            .execute();
        }
      }),
    async results(shadow) {
      const tallies = await db.selectFrom("policy_shadow_tally").selectAll().where("shadow", "=", shadow).execute();
      const rows = await db
        .selectFrom("policy_shadow_disagreement")
        .select("content")
        .where("shadow", "=", shadow)
        .orderBy("id", "desc")
        .execute();
      const sum = (name: "compared" | "disagreed" | "failed"): number =>
        tallies.reduce((total, tally) => total + Number(tally[name]), 0);
      return {
        processes: tallies.length,
        compared: sum("compared"),
        disagreed: sum("disagreed"),
        failed: sum("failed"),
        disagreements: rows.map(({ content }) => content),
      };
    },
  };
}
