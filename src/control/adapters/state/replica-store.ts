import type { ExpressionBuilder } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { ClaimedReplica, Lease, ReplicaStore, StoredReplica } from "../../stores.ts";
import { isHeld } from "./lease-store.ts";
import type { ControlTables, ReplicaRow } from "./tables.ts";
import { createWatchedClaims } from "./watched-claims.ts";

/** Processes of services and workers, on the state store. */
export function createStateReplicaStore(state: StateDb, { clock }: { readonly clock: Clock }): ReplicaStore {
  const db = state.kysely<ControlTables>();
  const watched = createWatchedClaims(clock);
  return {
    want: (uid, count, generation, lease) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isHeld(tx, lease))) return false;
        const rows = await tx.selectFrom("control_replicas").selectAll().where("uid", "=", uid).execute();
        const known = new Set(rows.map(({ replica }) => replica));
        const missing = Array.from({ length: count }, (_, replica) => replica).filter((number) => !known.has(number));
        if (missing.length > 0)
          await tx
            .insertInto("control_replicas")
            .values(missing.map((replica) => toNew(uid, replica, generation)))
            .execute();
        for (const row of rows) {
          const wanted = row.replica < count ? generation : 0;
          if (wanted === 0 && row.holder === null)
            await tx.deleteFrom("control_replicas").where("id", "=", row.id).execute();
          else if (row.wanted !== wanted)
            await tx.updateTable("control_replicas").set({ wanted }).where("id", "=", row.id).execute();
        }
        return true;
      }),

    async of(uid) {
      const rows = await db
        .selectFrom("control_replicas")
        .selectAll()
        .where("uid", "=", uid)
        .orderBy("replica")
        .execute();
      return rows.map(toReplica);
    },

    async claim(holder, ttlMs, limit, orphans) {
      const others = await db
        .selectFrom("control_replicas")
        .selectAll()
        .where((eb) => eb.or([eb("holder", "is", null), eb("holder", "!=", holder)]))
        .orderBy("id")
        .execute();
      watched.keep(new Set(others.map(({ id }) => id)));
      const free = others.filter(
        (row) => orphans || row.holder === null || watched.isSilent(row.id, markOf(row), row.held_until, ttlMs),
      );
      if (free.length === 0) return [];
      return state.transaction<ControlTables, readonly ClaimedReplica[]>(async (tx) => {
        const claimed: ClaimedReplica[] = [];
        for (const seen of free.slice(0, limit)) {
          const row = await tx.selectFrom("control_replicas").selectAll().where("id", "=", seen.id).executeTakeFirst();
          if (!row || markOf(row) !== markOf(seen)) continue;
          if (row.wanted === 0) {
            await tx.deleteFrom("control_replicas").where("id", "=", row.id).execute();
            continue;
          }
          const token = Number(row.token) + 1;
          const change = { holder, token, held_until: toTimestamp(clock.now() + ttlMs) };
          await tx.updateTable("control_replicas").set(change).where("id", "=", row.id).execute();
          claimed.push({ replica: toReplica({ ...row, ...change }), lease: { name: row.id, holder, token } });
        }
        return claimed;
      });
    },

    async renew(lease, ttlMs) {
      const row = await db
        .updateTable("control_replicas")
        .set({ held_until: toTimestamp(clock.now() + ttlMs) })
        .where(held(lease))
        .returning("wanted")
        .executeTakeFirst();
      return row?.wanted;
    },

    async isHeld(lease) {
      const row = await db.selectFrom("control_replicas").select("id").where(held(lease)).executeTakeFirst();
      return row !== undefined;
    },

    async write(lease, { message, ...status }) {
      const { numUpdatedRows } = await db
        .updateTable("control_replicas")
        .set({ ...status, message: message ?? null })
        .where(held(lease))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    release: (lease) =>
      state.transaction<ControlTables, void>(async (tx) => {
        await tx.deleteFrom("control_replicas").where(held(lease)).where("wanted", "=", 0).execute();
        await tx
          .updateTable("control_replicas")
          .set({ holder: null, held_until: null, state: "waiting" })
          .where(held(lease))
          .execute();
      }),
  };
}

function toNew(uid: string, replica: number, wanted: number): ReplicaRow {
  return {
    ...{ id: `${uid}/${replica}`, uid, replica, wanted, generation: 0, state: "waiting", restarts: 0, failures: 0 },
    ...{ message: null, holder: null, token: 0, held_until: null },
  };
}

function toReplica(row: ReplicaRow): StoredReplica {
  const { uid, replica, wanted, generation, restarts, failures, message, holder } = row;
  const state = row.state as StoredReplica["state"];
  return {
    ...{ uid, replica, wanted, generation, state, restarts, failures },
    message: message ?? undefined,
    holder: holder ?? undefined,
  };
}

/** Changes whenever somebody takes, prolongs or gives up the replica. */
function markOf({ holder, token, held_until }: ReplicaRow): string {
  return [holder, token, held_until].join(" ");
}

function held({ name, holder, token }: Lease) {
  return (eb: ExpressionBuilder<ControlTables, "control_replicas">) => eb.and({ id: name, holder, token });
}
