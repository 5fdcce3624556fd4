import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { DecisionObject } from "../../../shared/decision.ts";
import { matchesFilter } from "../../../shared/object-filter.ts";
import type { StateDb } from "../../../state/index.ts";
import type { Incident, IncidentState, IncidentStore } from "../../monitor/ports.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { toNewRow } from "./delivery-store.ts";
import { isHeld } from "./lease-store.ts";
import type { ControlTables, IncidentRow } from "./tables.ts";

/** Incidents on the state store. The deliveries that they cause are written with them, so that none is lost and none is made twice. */
export function createStateIncidentStore(state: StateDb, { clock }: { readonly clock: Clock }): IncidentStore {
  const db = state.kysely<ControlTables>();
  return {
    async unresolved(uid) {
      const rows = await db
        .selectFrom("control_incidents")
        .selectAll()
        .where("uid", "=", uid)
        .where("state", "!=", "resolved")
        .orderBy("id")
        .execute();
      return rows.map(toIncident);
    },

    write: ({ opened, seen, resolved, deliveries }, lease) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isHeld(tx, lease))) return false;
        for (const incident of opened) {
          if (await isOpen(tx, incident)) return false;
          await tx.insertInto("control_incidents").values(toRow(incident)).execute();
        }
        for (const incident of [...seen, ...resolved]) {
          const { id, state: is, open_key, message, document, found, ...times } = toRow(incident);
          const ended = is === "resolved" ? { state: is, open_key } : {};
          await tx
            .updateTable("control_incidents")
            .set({
              ...ended,
              message,
              document,
              found,
              last_seen_at: times.last_seen_at,
              last_due_at: times.last_due_at,
              resolved_at: times.resolved_at,
              resolution: times.resolution,
            })
            .where("id", "=", id)
            .execute();
        }
        const created_at = toTimestamp(clock.now());
        for (const delivery of deliveries) {
          await tx
            .insertInto("control_deliveries")
            .values(toNewRow(delivery, created_at))
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        return true;
      }),

    async find(id) {
      const row = await db.selectFrom("control_incidents").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toIncident(row);
    },

    async list(filter, visible, { first, after }) {
      let query = db
        .selectFrom("control_incidents")
        .innerJoin("control_resources", "control_resources.uid", "control_incidents.uid")
        .selectAll("control_incidents")
        .select("control_resources.object")
        .orderBy("control_incidents.id", "desc");
      if (filter.monitor !== undefined) query = query.where("control_incidents.monitor", "=", filter.monitor);
      if (filter.workspace !== undefined) query = query.where("control_incidents.workspace", "=", filter.workspace);
      if (filter.state !== undefined) query = query.where("control_incidents.state", "=", filter.state);
      const items: { readonly cursor: string; readonly node: Incident }[] = [];
      let before = after === undefined ? undefined : fromCursor(after, 1)[0];
      for (;;) {
        const rows = await (before === undefined ? query : query.where("control_incidents.id", "<", before))
          .limit(first + 1)
          .execute();
        for (const { object, ...row } of rows) {
          before = row.id;
          if (!matchesFilter(visible, JSON.parse(object) as DecisionObject)) continue;
          if (items.length === first) return { items, hasNextPage: true };
          items.push({ cursor: toCursor([row.id]), node: toIncident(row) });
        }
        if (rows.length <= first) return { items, hasNextPage: false };
      }
    },

    async acknowledge(id, by, notes) {
      const row = await db
        .updateTable("control_incidents")
        .set({
          state: "acknowledged",
          acknowledged_by: by,
          acknowledged_at: toTimestamp(clock.now()),
          notes: notes ?? null,
        })
        .where("id", "=", id)
        .where("state", "!=", "resolved")
        .returningAll()
        .executeTakeFirst();
      return row && toIncident(row);
    },

    resolveAll: (uid, resolution) => async (given) => {
      const tx = given as unknown as Transaction<ControlTables>;
      const resolved_at = toTimestamp(clock.now());
      await tx
        .updateTable("control_incidents")
        .set(({ ref }) => ({ state: "resolved", open_key: ref("id"), resolved_at, resolution }))
        .where("uid", "=", uid)
        .where("state", "!=", "resolved")
        .execute();
    },

    async prune(uid, keep, since) {
      const rows = await db
        .selectFrom("control_incidents")
        .select("id")
        .where("uid", "=", uid)
        .where("state", "=", "resolved")
        .orderBy("id", "desc")
        .limit(1000)
        .offset(keep)
        .execute();
      await db
        .deleteFrom("control_incidents")
        .where("uid", "=", uid)
        .where("state", "=", "resolved")
        .where((eb) =>
          eb.or([
            eb("resolved_at", "<", since),
            ...(rows.length === 0
              ? []
              : [
                  eb(
                    "id",
                    "in",
                    rows.map(({ id }) => id),
                  ),
                ]),
          ]),
        )
        .execute();
    },
  };
}

async function isOpen(tx: Transaction<ControlTables>, { uid, key }: Incident): Promise<boolean> {
  const found = await tx
    .selectFrom("control_incidents")
    .select("id")
    .where("uid", "=", uid)
    .where("open_key", "=", key)
    .executeTakeFirst();
  return found !== undefined;
}

function toRow(incident: Incident): IncidentRow {
  return {
    id: incident.id,
    uid: incident.uid,
    monitor: incident.monitor,
    workspace: incident.workspace,
    incident_key: incident.key,
    open_key: incident.state === "resolved" ? incident.id : incident.key,
    state: incident.state,
    name: incident.name,
    severity: incident.severity ?? null,
    message: incident.message,
    document: JSON.stringify(incident.document),
    found: incident.count,
    opened_at: incident.openedAt,
    last_seen_at: incident.lastSeenAt,
    last_due_at: incident.lastDueAt,
    resolved_at: incident.resolvedAt ?? null,
    resolution: incident.resolution ?? null,
    acknowledged_by: incident.acknowledgedBy ?? null,
    acknowledged_at: incident.acknowledgedAt ?? null,
    notes: incident.notes ?? null,
  };
}

function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    uid: row.uid,
    monitor: row.monitor,
    workspace: row.workspace,
    key: row.incident_key,
    state: row.state as IncidentState,
    name: row.name,
    severity: row.severity ?? undefined,
    message: row.message,
    document: JSON.parse(row.document) as Record<string, unknown>,
    count: row.found,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    lastDueAt: row.last_due_at,
    resolvedAt: row.resolved_at ?? undefined,
    resolution: row.resolution ?? undefined,
    acknowledgedBy: row.acknowledged_by ?? undefined,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    notes: row.notes ?? undefined,
  };
}
