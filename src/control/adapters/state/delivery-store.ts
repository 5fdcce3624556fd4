import type { ExpressionBuilder, Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { ClaimedDelivery, Delivery, DeliveryStore, NewDelivery } from "../../pager/ports.ts";
import type { Lease } from "../../stores.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import type { ControlTables, DeliveryRow } from "./tables.ts";
import { createWatchedClaims } from "./watched-claims.ts";

const maxWatched = 1000;

/** Deliveries on the state store. Whoever takes one raises its token, so that what a former holder writes late misses. */
export function createStateDeliveryStore(state: StateDb, { clock }: { readonly clock: Clock }): DeliveryStore {
  const db = state.kysely<ControlTables>();
  const watched = createWatchedClaims(clock);
  return {
    async claim(holder, ttlMs, limit, orphans) {
      const claimed: ClaimedDelivery[] = [];
      for (const row of await claimable(holder, ttlMs, limit, orphans)) {
        const token = Number(row.token) + 1;
        const held_until = toTimestamp(clock.now() + ttlMs);
        // one of several processes finds the row as it was read
        const taken = await db
          .updateTable("control_deliveries")
          .set({ state: "sending", holder, token, held_until, tries: row.tries + 1, next_at: null })
          .where("id", "=", row.id)
          .where("state", "=", row.state)
          .where("token", "=", row.token)
          .returningAll()
          .executeTakeFirst();
        if (taken) claimed.push({ delivery: toDelivery(taken), lease: { name: row.id, holder, token } });
      }
      return claimed;
    },

    async settle(lease, outcome) {
      const at = toTimestamp(clock.now());
      const { numUpdatedRows } = await db
        .updateTable("control_deliveries")
        .set({
          state: outcome.state,
          message: outcome.message,
          next_at: outcome.state === "pending" ? outcome.nextAt : null,
          delivered_at: outcome.state === "delivered" ? at : null,
          holder: null,
          held_until: null,
        })
        .where(held(lease))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async release(lease) {
      const next_at = toTimestamp(clock.now());
      await db
        .updateTable("control_deliveries")
        .set({ state: "pending", holder: null, held_until: null, next_at })
        .where(held(lease))
        .execute();
    },

    async nextDue() {
      const row = await db
        .selectFrom("control_deliveries")
        .select(({ fn }) => fn.min("next_at").as("at"))
        .where("state", "=", "pending")
        .executeTakeFirst();
      return row?.at ?? undefined;
    },

    async list(uid, { first, after }) {
      let query = db.selectFrom("control_deliveries").selectAll().where("uid", "=", uid).orderBy("id", "desc");
      if (after !== undefined) query = query.where("id", "<", fromCursor(after, 1)[0] ?? "");
      const rows = await query.limit(first + 1).execute();
      const items = rows.slice(0, first).map((row) => ({ cursor: toCursor([row.id]), node: toDelivery(row) }));
      return { items, hasNextPage: rows.length > first };
    },

    deleteAll: (uid) => async (given) => {
      const tx = given as unknown as Transaction<ControlTables>;
      await tx.deleteFrom("control_deliveries").where("uid", "=", uid).execute();
    },

    async prune(uid, keep) {
      const old = await db
        .selectFrom("control_deliveries")
        .select("id")
        .where("uid", "=", uid)
        .where("state", "in", ["delivered", "dead"])
        .orderBy("id", "desc")
        .limit(1000)
        .offset(keep)
        .execute();
      const ids = old.map(({ id }) => id);
      if (ids.length > 0) await db.deleteFrom("control_deliveries").where("id", "in", ids).execute();
    },
  };

  /** INVARIANT: never what `holder` has itself. */
  async function claimable(
    holder: string,
    ttlMs: number,
    limit: number,
    orphans: boolean,
  ): Promise<readonly DeliveryRow[]> {
    const rows = db.selectFrom("control_deliveries").selectAll().orderBy("id");
    const others = await rows
      .where("state", "=", "sending")
      .where((eb) => eb.or([eb("holder", "is", null), eb("holder", "!=", holder)]))
      .limit(maxWatched)
      .execute();
    watched.keep(new Set(others.map(({ id }) => id)));
    const left = others.filter(
      (row) => orphans || watched.isSilent(row.id, `${row.holder} ${row.token}`, row.held_until, ttlMs),
    );
    if (left.length >= limit) return left.slice(0, limit);
    const waiting = await rows
      .where("state", "=", "pending")
      .where("next_at", "<=", toTimestamp(clock.now()))
      .limit(limit - left.length)
      .execute();
    return [...left, ...waiting];
  }
}

/** A row for what is new; due at once. */
export function toNewRow({ document, ...delivery }: NewDelivery, created_at: string): DeliveryRow {
  return {
    ...delivery,
    state: "pending",
    tries: 0,
    holder: null,
    token: 0,
    held_until: null,
    created_at,
    next_at: created_at,
    delivered_at: null,
    message: null,
    document: JSON.stringify(document),
  };
}

function held({ name, holder, token }: Lease) {
  return (eb: ExpressionBuilder<ControlTables, "control_deliveries">) =>
    eb.and({ id: name, holder, token, state: "sending" });
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    uid: row.uid,
    incident: row.incident,
    output: row.output as Delivery["output"],
    event: row.event as Delivery["event"],
    state: row.state as Delivery["state"],
    tries: row.tries,
    createdAt: row.created_at,
    nextAt: row.next_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    message: row.message ?? undefined,
    document: JSON.parse(row.document) as Record<string, unknown>,
  };
}
