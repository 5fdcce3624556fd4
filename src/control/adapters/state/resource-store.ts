import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { IdSource } from "../../../shared/ids.ts";
import type { StateDb } from "../../../state/index.ts";
import type { ResourceEvent, ResourceRef } from "../../ports.ts";
import type { ResourceStore } from "../../stores.ts";
import { isHeld } from "./lease-store.ts";
import { countPolicyChange } from "./policy-counter.ts";
import { writeChanges } from "./resource-commit.ts";
import { addEvents, eventsKept } from "./resource-events.ts";
import { findCycle, findDependents } from "./resource-graph.ts";
import { listResources } from "./resource-list.ts";
import { toResource } from "./rows.ts";
import type { ControlTables } from "./tables.ts";
import { unsettled } from "./unsettled.ts";

/** Resources on the state store. */
export function createStateResourceStore(
  state: StateDb,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): ResourceStore {
  const db = state.kysely<ControlTables>();
  const now = (): string => toTimestamp(clock.now());

  const store: ResourceStore = {
    async find(ref) {
      const row = await db.selectFrom("control_resources").selectAll().where(whereRef(ref)).executeTakeFirst();
      return row && toResource(row);
    },

    async findByUid(uid) {
      const row = await db.selectFrom("control_resources").selectAll().where("uid", "=", uid).executeTakeFirst();
      return row && toResource(row);
    },

    list: (filter, visible, page) => listResources(db, filter, visible, page),

    async listUids() {
      const rows = await db.selectFrom("control_resources").select("uid").where("gone", "=", "").execute();
      return rows.map((row) => row.uid);
    },

    async listAll(types) {
      if (types?.length === 0) return [];
      let query = db.selectFrom("control_resources").selectAll().where("gone", "=", "");
      if (types) query = query.where("type", "in", [...types]);
      return (await query.orderBy("type").orderBy("workspace").orderBy("name").execute()).map(toResource);
    },

    async listUnsettled() {
      const rows = await db.selectFrom("control_resources").select("uid").where(unsettled).orderBy("uid").execute();
      return rows.map((row) => row.uid);
    },

    dependents: (ref) => findDependents(db, ref),
    findCycle: (changes) => findCycle(db, changes),

    async commit(changes, alongside, removals = []) {
      await state.transaction<ControlTables, void>(async (tx) => {
        await writeChanges(tx, { changes, removals }, { ids, at: now() });
        // WHY: a policy must not decide any more from the moment its deletion is acknowledged
        if ([...changes, ...removals].some(({ ref }) => isPolicy(ref))) await countPolicyChange(tx);
        await alongside(tx as unknown as Transaction<unknown>);
      });
    },

    writeStatus: (resource, status, events, lease) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isHeld(tx, lease))) return false;
        const at = now();
        const { numUpdatedRows } = await tx
          .updateTable("control_resources")
          .set({
            phase: status.phase,
            observed_generation: status.observedGeneration,
            conditions: JSON.stringify(status.conditions),
            runtime: status.runtime,
            next_run_at: status.nextRunAt ?? null,
            resource_version: resource.resourceVersion + 1,
            updated_at: at,
          })
          .where("uid", "=", resource.uid)
          .where("gone", "=", "")
          .where("resource_version", "=", resource.resourceVersion)
          // INVARIANT: what is being deleted never comes back, whatever the loop had read
          .where("phase", status.phase === "Terminating" ? "=" : "!=", "Terminating")
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await addEvents(tx, ids, resource.uid, events, at);
        return true;
      }),

    terminate: (resource, lease, alongside) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isHeld(tx, lease))) return false;
        const at = now();
        const { numUpdatedRows } = await tx
          .updateTable("control_resources")
          .set({
            phase: "Terminated",
            gone: resource.uid,
            runtime: "",
            next_run_at: null,
            observed_generation: resource.generation,
            resource_version: resource.resourceVersion + 1,
            updated_at: at,
          })
          .where("uid", "=", resource.uid)
          .where("gone", "=", "")
          .where("resource_version", "=", resource.resourceVersion)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await tx.deleteFrom("control_dependencies").where("uid", "=", resource.uid).execute();
        await tx.deleteFrom("control_labels").where("uid", "=", resource.uid).execute();
        await addEvents(tx, ids, resource.uid, [{ type: "Normal", reason: "Terminated", message: "deleted" }], at);
        if (isPolicy(resource.ref)) await countPolicyChange(tx);
        await alongside(tx as unknown as Transaction<unknown>);
        return true;
      }),

    async events(uid) {
      const rows = await db
        .selectFrom("control_events")
        .select(["at", "type", "reason", "message"])
        .where("uid", "=", uid)
        .orderBy("id", "desc")
        .limit(eventsKept)
        .execute();
      return rows.reverse().map((row) => ({ ...row, type: row.type as ResourceEvent["type"] }));
    },

    async versions(uid) {
      const rows = await db
        .selectFrom("control_versions")
        .selectAll()
        .where("uid", "=", uid)
        .orderBy("generation", "desc")
        .execute();
      return rows.map(({ generation, at, actor, manifest }) => ({
        generation,
        at,
        actor,
        manifest: JSON.parse(manifest) as Record<string, unknown>,
      }));
    },

    async policyVersion() {
      const row = await db
        .selectFrom("control_counters")
        .select("value")
        .where("name", "=", "policies")
        .executeTakeFirstOrThrow();
      return Number(row.value);
    },
  };
  return store;
}

function whereRef(ref: ResourceRef) {
  return (eb: import("kysely").ExpressionBuilder<ControlTables, "control_resources">) =>
    eb.and({ type: ref.type, workspace: ref.workspace ?? "", name: ref.name, gone: "" });
}

function isPolicy(ref: ResourceRef): boolean {
  return ref.type === "policy" || ref.type === "grant" || ref.type === "provider" || ref.type === "use-case";
}
