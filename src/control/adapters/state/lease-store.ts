import { sql, type Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { Lease, LeaseStore } from "../../stores.ts";
import type { ControlTables } from "./tables.ts";
import { createWatchedClaims } from "./watched-claims.ts";

/** Leases on the state store; the tokens keep late writes out whatever the clocks say. */
export function createStateLeaseStore(state: StateDb, { clock }: { readonly clock: Clock }): LeaseStore {
  const watched = createWatchedClaims(clock);
  return {
    acquire: (name, holder, ttlMs) =>
      state.transaction<ControlTables, Awaited<ReturnType<LeaseStore["acquire"]>>>(async (tx) => {
        const now = clock.now();
        const expires_at = toTimestamp(now + ttlMs);
        const row = await tx.selectFrom("control_leases").selectAll().where("name", "=", name).executeTakeFirst();
        if (!row) {
          await tx.insertInto("control_leases").values({ name, holder, token: 1, expires_at }).execute();
          return { name, holder, token: 1 };
        }
        const isOwn = row.holder === holder;
        const isFree = row.holder === "";
        const mark = `${row.token} ${row.expires_at}`;
        if (!isOwn && !isFree && !watched.isSilent(name, mark, row.expires_at, ttlMs)) return undefined;
        const token = Number(row.token) + (isOwn ? 0 : 1);
        await tx.updateTable("control_leases").set({ holder, token, expires_at }).where("name", "=", name).execute();
        return { name, holder, token };
      }),

    renew: (lease, ttlMs) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("control_leases")
          .set({ expires_at: toTimestamp(clock.now() + ttlMs) })
          .where("name", "=", lease.name)
          .where("holder", "=", lease.holder)
          .where("token", "=", lease.token)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),

    async release(lease) {
      await state
        .kysely<ControlTables>()
        .updateTable("control_leases")
        .set({ expires_at: toTimestamp(0), holder: "" })
        .where("name", "=", lease.name)
        .where("holder", "=", lease.holder)
        .where("token", "=", lease.token)
        .execute();
    },
  };
}

/** Whether the lease is still the holder's. SECURITY: read in the transaction of the write that it guards. */
export async function isHeld(tx: Transaction<ControlTables>, lease: Lease): Promise<boolean> {
  const row = await tx
    .selectFrom("control_leases")
    .select(sql`1`.as("one"))
    .where("name", "=", lease.name)
    .where("holder", "=", lease.holder)
    .where("token", "=", lease.token)
    .executeTakeFirst();
  return row !== undefined;
}
