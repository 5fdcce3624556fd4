import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { ConflictError } from "../../../shared/errors.ts";
import type { IdSource } from "../../../shared/ids.ts";
import { matchesFilter } from "../../../shared/object-filter.ts";
import type { StateDb } from "../../../state/index.ts";
import { nameOf } from "../../describe.ts";
import type { ResourceEvent, ResourceRef } from "../../ports.ts";
import type { LeavingResource, ResourceChange, ResourceStore, StoredResource } from "../../stores.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { isHeld } from "./lease-store.ts";
import { toCondition } from "./object-filter.ts";
import { countPolicyChange } from "./policy-counter.ts";
import { fromPositions, toRef, toResource } from "./rows.ts";
import type { ControlTables, ResourceRow } from "./tables.ts";

const eventsShown = 200;
const versionsKept = 100;

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

    async list(filter, visible, { first, after }) {
      let query = db
        .selectFrom("control_resources")
        .selectAll()
        .where("gone", "=", "")
        .where((eb) => toCondition(visible, eb).where)
        .orderBy("type")
        .orderBy("workspace")
        .orderBy("name");
      if (filter.type !== undefined) query = query.where("type", "=", filter.type);
      if (filter.name !== undefined) query = query.where("name", "=", filter.name);
      if (filter.workspace !== undefined) query = query.where("workspace", "=", filter.workspace);
      if (filter.owner !== undefined) query = query.where("owner", "=", filter.owner);
      const items: { cursor: string; node: StoredResource }[] = [];
      let from = after === undefined ? undefined : fromCursor(after, 3);
      for (;;) {
        const start = from;
        const page = start
          ? query.where((eb) =>
              eb(
                eb.refTuple("type", "workspace", "name"),
                ">",
                eb.tuple(start[0] ?? "", start[1] ?? "", start[2] ?? ""),
              ),
            )
          : query;
        const batch = first + 1;
        const rows = await page.limit(batch).execute();
        for (const row of rows) {
          from = [row.type, row.workspace, row.name];
          const node = toResource(row);
          if (!matchesFilter(visible, node.object)) continue;
          if (filter.tags?.some((tag) => !node.tags.includes(tag) && !node.object.tags.includes(tag))) continue;
          if (items.length === first) return { items, hasNextPage: true };
          items.push({ cursor: toCursor(from), node });
        }
        if (rows.length < batch) return { items, hasNextPage: false };
      }
    },

    async listAll(types) {
      if (types?.length === 0) return [];
      let query = db.selectFrom("control_resources").selectAll().where("gone", "=", "");
      if (types) query = query.where("type", "in", [...types]);
      return (await query.orderBy("type").orderBy("workspace").orderBy("name").execute()).map(toResource);
    },

    async listUnsettled() {
      const rows = await db
        .selectFrom("control_resources")
        .select("uid")
        .where("gone", "=", "")
        .where((eb) => eb.or([eb("generation", "!=", eb.ref("observed_generation")), eb("phase", "=", "Terminating")]))
        .orderBy("uid")
        .execute();
      return rows.map((row) => row.uid);
    },

    async dependents(ref) {
      const rows = await db
        .selectFrom("control_dependencies as needed")
        .innerJoin("control_resources as resource", "resource.uid", "needed.uid")
        .select(["resource.type", "resource.workspace", "resource.name"])
        .where("needed.type", "=", ref.type)
        .where("needed.workspace", "=", ref.workspace ?? "")
        .where("needed.name", "=", ref.name)
        .where("resource.gone", "=", "")
        .where("resource.phase", "!=", "Terminating")
        .orderBy("resource.type")
        .orderBy("resource.workspace")
        .orderBy("resource.name")
        .execute();
      return rows.map(toRef);
    },

    async commit(changes, alongside, leaving = []) {
      await state.transaction<ControlTables, void>(async (tx) => {
        const at = now();
        for (const change of changes) await write(tx, change, at);
        for (const one of leaving) await beginToEnd(tx, one, at);
        if (leaving.length > 0 || changes.some(({ ref }) => isPolicy(ref))) await countPolicyChange(tx);
        await alongside(tx as unknown as Transaction<unknown>);
      });
    },

    async markTerminating(uid, fromResourceVersion, event) {
      await state.transaction<ControlTables, void>(async (tx) => {
        await beginToEnd(tx, { uid, fromResourceVersion, event }, now());
        // WHY: a policy must not decide any more from the moment its deletion is acknowledged
        await countPolicyChange(tx);
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
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await addEvents(tx, resource.uid, events, at);
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
        await addEvents(tx, resource.uid, [{ type: "Normal", reason: "Terminated", message: "deleted" }], at);
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
        .limit(eventsShown)
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

  async function beginToEnd(
    tx: Transaction<ControlTables>,
    { uid, fromResourceVersion, event }: LeavingResource,
    at: string,
  ): Promise<void> {
    const { numUpdatedRows } = await tx
      .updateTable("control_resources")
      .set({ phase: "Terminating", resource_version: fromResourceVersion + 1, updated_at: at })
      .where("uid", "=", uid)
      .where("gone", "=", "")
      .where("resource_version", "=", fromResourceVersion)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw changedMeanwhile("it");
    await addEvents(tx, uid, [event], at);
  }

  async function write(tx: Transaction<ControlTables>, change: ResourceChange, at: string): Promise<void> {
    const content = {
      version: change.version,
      description: change.description ?? null,
      owner: change.owner,
      layer: change.layer,
      tags: JSON.stringify(change.tags),
      manifest: JSON.stringify(change.manifest),
      file: change.file,
      positions: fromPositions(change.positions),
      spec_hash: change.specHash,
      actor: change.actor,
      object: JSON.stringify(change.object),
      updated_at: at,
    };
    const generation =
      change.fromResourceVersion === undefined
        ? await insert(tx, change, content, at)
        : await update(tx, change, content, change.fromResourceVersion);
    await tx
      .insertInto("control_versions")
      .values({ uid: change.uid, generation, at, actor: change.actor, manifest: content.manifest })
      .execute();
    await tx
      .deleteFrom("control_versions")
      .where("uid", "=", change.uid)
      .where("generation", "<=", generation - versionsKept)
      .execute();
    await replaceLabels(tx, change);
    await replaceDependencies(tx, change);
    await addEvents(tx, change.uid, [change.event], at);
  }

  type Content = Pick<
    ResourceRow,
    | "version"
    | "description"
    | "owner"
    | "layer"
    | "tags"
    | "manifest"
    | "file"
    | "positions"
    | "spec_hash"
    | "actor"
    | "object"
    | "updated_at"
  >;

  async function insert(
    tx: Transaction<ControlTables>,
    { uid, ref }: ResourceChange,
    content: Content,
    at: string,
  ): Promise<number> {
    await tx
      .insertInto("control_resources")
      .values({
        ...content,
        uid,
        type: ref.type,
        workspace: ref.workspace ?? "",
        name: ref.name,
        gone: "",
        generation: 1,
        observed_generation: 0,
        resource_version: 1,
        phase: "Pending",
        conditions: "[]",
        runtime: "",
        next_run_at: null,
        created_at: at,
      })
      .execute();
    return 1;
  }

  async function update(
    tx: Transaction<ControlTables>,
    { uid, ref }: ResourceChange,
    content: Content,
    from: number,
  ): Promise<number> {
    const row = await tx
      .updateTable("control_resources")
      .set((eb) => ({ ...content, generation: eb("generation", "+", 1), resource_version: from + 1 }))
      .where("uid", "=", uid)
      .where("gone", "=", "")
      .where("phase", "!=", "Terminating")
      .where("resource_version", "=", from)
      .returning("generation")
      .executeTakeFirst();
    if (!row) throw changedMeanwhile(nameOf(ref));
    return row.generation;
  }

  async function replaceLabels(tx: Transaction<ControlTables>, { uid, object }: ResourceChange): Promise<void> {
    await tx.deleteFrom("control_labels").where("uid", "=", uid).execute();
    const labels = [
      ...new Set(object.paths).values().map((label) => ({ uid, kind: "path" as const, label })),
      ...new Set(object.tags).values().map((label) => ({ uid, kind: "tag" as const, label })),
    ];
    if (labels.length > 0) await tx.insertInto("control_labels").values(labels).execute();
  }

  async function replaceDependencies(
    tx: Transaction<ControlTables>,
    { uid, dependencies }: ResourceChange,
  ): Promise<void> {
    await tx.deleteFrom("control_dependencies").where("uid", "=", uid).execute();
    const rows = new Map(
      dependencies.map(({ type, workspace, name }) => [
        JSON.stringify([type, workspace, name]),
        { uid, type, workspace: workspace ?? "", name },
      ]),
    );
    if (rows.size > 0) {
      await tx
        .insertInto("control_dependencies")
        .values([...rows.values()])
        .execute();
    }
  }

  async function addEvents(
    tx: Transaction<ControlTables>,
    uid: string,
    events: readonly Omit<ResourceEvent, "at">[],
    at: string,
  ): Promise<void> {
    if (events.length === 0) return;
    await tx
      .insertInto("control_events")
      .values(events.map((event) => ({ id: ids.uuid(), uid, at, ...event })))
      .execute();
    // the log of a resource tells its events too
    await tx
      .insertInto("control_logs")
      .values(
        events.map(({ type, reason, message }) => ({
          id: ids.uuid(),
          uid,
          run_id: null,
          job: null,
          at,
          level: type === "Warning" ? "warn" : "info",
          message: `${reason}: ${message}`,
        })),
      )
      .execute();
  }
}

function whereRef(ref: ResourceRef) {
  return (eb: import("kysely").ExpressionBuilder<ControlTables, "control_resources">) =>
    eb.and({ type: ref.type, workspace: ref.workspace ?? "", name: ref.name, gone: "" });
}

function isPolicy(ref: ResourceRef): boolean {
  return ref.type === "policy" || ref.type === "grant" || ref.type === "provider" || ref.type === "use-case";
}

function changedMeanwhile(what: string): ConflictError {
  return new ConflictError(`${what} was changed by somebody else meanwhile; read it again and repeat the call`);
}
