import type { Transaction } from "kysely";
import type { ResourceRef } from "../../ports.ts";
import type { ResourceChange } from "../../stores.ts";
import { toRef } from "./rows.ts";
import type { ControlTables } from "./tables.ts";

/** A connection or a transaction. */
export type Reader = Pick<Transaction<ControlTables>, "selectFrom">;

/** keys asked for in one query */
const batchSize = 100;

/** Live resources that need `ref` and are not being deleted, by type, workspace and name. */
export async function findDependents(db: Reader, ref: ResourceRef): Promise<readonly ResourceRef[]> {
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
}

/** The first circle among what is stored and `changes`, which take the place of what is stored; it starts and ends with one of them. */
export async function findCycle(
  db: Reader,
  changes: readonly Pick<ResourceChange, "ref" | "dependencies">[],
): Promise<readonly ResourceRef[] | undefined> {
  const needs = new Map(changes.map(({ ref, dependencies }) => [keyOf(ref), dependencies]));
  await readNeeds(db, needs);
  const done = new Set<string>();
  for (const { ref } of changes) {
    const cycle = walk(ref, needs, done);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Adds what is needed by what is needed, as far as it goes. */
async function readNeeds(db: Reader, needs: Map<string, readonly ResourceRef[]>): Promise<void> {
  let frontier = [...needs.values()].flat();
  while (frontier.length > 0) {
    const fresh = new Map(frontier.map((ref) => [keyOf(ref), ref]));
    const asked = [...fresh].filter(([key]) => !needs.has(key)).map(([key, ref]) => ({ key, ref }));
    for (const { key } of asked) needs.set(key, []);
    frontier = [];
    for (let start = 0; start < asked.length; start += batchSize) {
      const found = await needsOf(
        db,
        asked.slice(start, start + batchSize).map(({ ref }) => ref),
      );
      for (const [key, refs] of found) {
        needs.set(key, refs);
        frontier.push(...refs);
      }
    }
  }
}

async function needsOf(db: Reader, refs: readonly ResourceRef[]): Promise<ReadonlyMap<string, ResourceRef[]>> {
  const rows = await db
    .selectFrom("control_resources as resource")
    .innerJoin("control_dependencies as needed", "needed.uid", "resource.uid")
    .select(["resource.type", "resource.workspace", "resource.name"])
    .select(["needed.type as to_type", "needed.workspace as to_workspace", "needed.name as to_name"])
    .where("resource.gone", "=", "")
    .where((eb) =>
      eb.or(
        refs.map(({ type, workspace, name }) =>
          eb.and([
            eb("resource.type", "=", type),
            eb("resource.workspace", "=", workspace ?? ""),
            eb("resource.name", "=", name),
          ]),
        ),
      ),
    )
    .execute();
  const found = new Map<string, ResourceRef[]>();
  for (const row of rows) {
    const key = keyOf(toRef(row));
    const to = toRef({ type: row.to_type, workspace: row.to_workspace, name: row.to_name });
    const known = found.get(key);
    if (known) known.push(to);
    else found.set(key, [to]);
  }
  return found;
}

/** Depth first with a stack of its own, since chains may be long. */
function walk(
  start: ResourceRef,
  needs: ReadonlyMap<string, readonly ResourceRef[]>,
  done: Set<string>,
): readonly ResourceRef[] | undefined {
  const path: { readonly ref: ResourceRef; readonly key: string; next: number }[] = [];
  const enter = (ref: ResourceRef): void => {
    path.push({ ref, key: keyOf(ref), next: 0 });
  };
  if (!done.has(keyOf(start))) enter(start);
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const need = needs.get(top.key)?.[top.next++];
    if (!need) {
      done.add(top.key);
      path.pop();
      continue;
    }
    const key = keyOf(need);
    const from = path.findIndex((step) => step.key === key);
    if (from >= 0) return [...path.slice(from).map(({ ref }) => ref), need];
    if (!done.has(key)) enter(need);
  }
  return undefined;
}

function keyOf({ type, workspace, name }: ResourceRef): string {
  return JSON.stringify([type, workspace ?? "", name]);
}
