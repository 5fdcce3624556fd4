import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { GrantDecision, GrantStore } from "../../stores.ts";
import { countPolicyChange } from "./policy-counter.ts";
import type { ControlTables, GrantDecisionRow } from "./tables.ts";

/** Decisions on grants, and their uses, on the state store. */
export function createStateGrantStore(state: StateDb, { clock }: { readonly clock: Clock }): GrantStore {
  const db = state.kysely<ControlTables>();
  return {
    async decisions() {
      const rows = await db
        .selectFrom("control_grant_decisions as decision")
        .innerJoin("control_resources as resource", "resource.uid", "decision.uid")
        .selectAll("decision")
        .where("resource.gone", "=", "")
        .whereRef("resource.generation", "=", "decision.generation")
        .execute();
      return new Map(rows.map((row) => [`${row.uid}/${row.generation}`, toDecision(row)]));
    },

    async find(uid, generation) {
      const row = await db
        .selectFrom("control_grant_decisions")
        .selectAll()
        .where("uid", "=", uid)
        .where("generation", "=", generation)
        .executeTakeFirst();
      return row && toDecision(row);
    },

    decide: (uid, generation, decision) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        // the row is written to, so that a new generation cannot come between
        const { numUpdatedRows } = await tx
          .updateTable("control_resources")
          .set((eb) => ({ resource_version: eb("resource_version", "+", 1) }))
          .where("uid", "=", uid)
          .where("generation", "=", generation)
          .where("gone", "=", "")
          .where("phase", "!=", "Terminating")
          .executeTakeFirst();
        return numUpdatedRows > 0n && insert(tx, uid, generation, decision);
      }),

    async record(tx, uid, generation, decision) {
      await insert(tx as unknown as Transaction<ControlTables>, uid, generation, decision);
    },

    consume: (uid, generation, decisionId) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("control_grant_decisions")
          .set({ used_at: toTimestamp(clock.now()), used_by: decisionId })
          .where("uid", "=", uid)
          .where("generation", "=", generation)
          .where("state", "=", "approved")
          .where("used_at", "is", null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await countPolicyChange(tx);
        return true;
      }),
  };
}

/** `false`: it is decided already. */
async function insert(
  tx: Transaction<ControlTables>,
  uid: string,
  generation: number,
  { state, by, at, notes }: Omit<GrantDecision, "usedAt">,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto("control_grant_decisions")
    .values({
      uid,
      generation,
      state,
      decided_by: by,
      decided_at: at,
      notes: notes ?? null,
      used_at: null,
      used_by: null,
    })
    .onConflict((conflict) => conflict.columns(["uid", "generation"]).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await countPolicyChange(tx);
  return true;
}

function toDecision(row: GrantDecisionRow): GrantDecision {
  return {
    state: row.state,
    by: row.decided_by,
    at: row.decided_at,
    notes: row.notes ?? undefined,
    usedAt: row.used_at ?? undefined,
  };
}
