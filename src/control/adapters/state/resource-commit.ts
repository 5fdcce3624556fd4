import type { Transaction } from "kysely";
import { ConflictError } from "../../../shared/errors.ts";
import type { IdSource } from "../../../shared/ids.ts";
import { needed, otherVersion, roundabout } from "../../conflicts.ts";
import { nameOf } from "../../describe.ts";
import type { ResourceRef } from "../../ports.ts";
import type { ResourceChange, ResourceRemoval } from "../../stores.ts";
import { addEvents } from "./resource-events.ts";
import { findCycle, findDependents } from "./resource-graph.ts";
import { fromPositions } from "./rows.ts";
import type { ControlTables, ResourceRow } from "./tables.ts";

/** former manifests of one resource; older ones go */
const versionsKept = 100;

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

/**
 * Writes what is applied and begins what is deleted. Everything that hangs on what others do at the same time is looked at here, in
 * the transaction that writes.
 * @throws {ConflictError} as `ResourceStore.commit`
 */
export async function writeChanges(
  tx: Transaction<ControlTables>,
  { changes, removals }: { readonly changes: readonly ResourceChange[]; readonly removals: readonly ResourceRemoval[] },
  { ids, at }: { readonly ids: IdSource; readonly at: string },
): Promise<void> {
  for (const change of changes) {
    const { uid, event } = change;
    const content = toContent(change, at);
    const generation =
      change.fromGeneration === undefined
        ? await insert(tx, change, content, at)
        : await update(tx, change, content, change.fromGeneration);
    await tx
      .insertInto("control_versions")
      .values({ uid, generation, at, actor: change.actor, manifest: content.manifest })
      .execute();
    await tx
      .deleteFrom("control_versions")
      .where("uid", "=", uid)
      .where("generation", "<=", generation - versionsKept)
      .execute();
    await replaceLabels(tx, change);
    await replaceDependencies(tx, change);
    await addEvents(tx, ids, uid, [event], at);
  }
  for (const removal of removals) {
    await markTerminating(tx, removal, at);
    await addEvents(tx, ids, removal.uid, [removal.event], at);
  }
  const cycle = await findCycle(tx, changes);
  if (cycle) throw new ConflictError(roundabout(cycle));
  for (const { ref, force } of removals) {
    const dependents = force ? [] : await findDependents(tx, ref);
    if (dependents.length > 0) throw new ConflictError(needed(ref, dependents.map(nameOf), 0, true));
  }
}

function toContent(change: ResourceChange, at: string): Content {
  return {
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
}

async function insert(
  tx: Transaction<ControlTables>,
  { uid, ref }: ResourceChange,
  content: Content,
  at: string,
): Promise<number> {
  const { numInsertedOrUpdatedRows } = await tx
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
    .onConflict((conflict) => conflict.columns(["type", "workspace", "name", "gone"]).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 0n) throw changedMeanwhile(ref);
  return 1;
}

async function update(
  tx: Transaction<ControlTables>,
  { uid, ref, ifVersion }: ResourceChange,
  content: Content,
  from: number,
): Promise<number> {
  await assertVersion(tx, uid, ref, ifVersion);
  const row = await tx
    .updateTable("control_resources")
    .set((eb) => ({
      ...content,
      generation: eb("generation", "+", 1),
      resource_version: eb("resource_version", "+", 1),
    }))
    .where("uid", "=", uid)
    .where("gone", "=", "")
    .where("phase", "!=", "Terminating")
    .where("generation", "=", from)
    .returning("generation")
    .executeTakeFirst();
  if (!row) throw changedMeanwhile(ref);
  return row.generation;
}

async function markTerminating(
  tx: Transaction<ControlTables>,
  { uid, ref, fromGeneration, ifVersion }: ResourceRemoval,
  at: string,
): Promise<void> {
  await assertVersion(tx, uid, ref, ifVersion);
  const { numUpdatedRows } = await tx
    .updateTable("control_resources")
    .set((eb) => ({ phase: "Terminating", resource_version: eb("resource_version", "+", 1), updated_at: at }))
    .where("uid", "=", uid)
    .where("gone", "=", "")
    .where("generation", "=", fromGeneration)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw changedMeanwhile(ref);
}

async function assertVersion(
  tx: Transaction<ControlTables>,
  uid: string,
  ref: ResourceRef,
  ifVersion: number | undefined,
): Promise<void> {
  if (ifVersion === undefined) return;
  const row = await tx
    .selectFrom("control_resources")
    .select("resource_version")
    .where("uid", "=", uid)
    .where("gone", "=", "")
    .executeTakeFirst();
  const present = row && Number(row.resource_version);
  if (present !== ifVersion) throw otherVersion(ref, present, ifVersion);
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

function changedMeanwhile(ref: ResourceRef): ConflictError {
  return new ConflictError(`${nameOf(ref)} was changed by somebody else meanwhile; read it again and repeat the call`);
}
