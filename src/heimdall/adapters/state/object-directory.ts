import type { Kysely, Transaction } from "kysely";
import type { Clock } from "../../../shared/clock.ts";
import { BadInputError, ConflictError, type Problem } from "../../../shared/errors.ts";
import { matchesFilter } from "../../../shared/object-filter.ts";
import type { StateDb } from "../../../state/index.ts";
import { describeRegisteredObject, findObjectFault, findTypeFault } from "../../objects/index.ts";
import type { ObjectDirectory, ObjectRef, ObjectType, RegisteredObject } from "../../ports.ts";
import { createChangeVersion } from "./change-version.ts";
import { toAttributeKeys, toObjectCondition } from "./object-filter-sql.ts";
import type { ObjectTables } from "./object-tables.ts";

const maxObjects = 1_000;
const maxPage = 1_000;
const maxProblems = 100;
const rowsPerBatch = 500;
const maxKnown = 50_000;

/** Objects of services in the state store, whose migrations have run. */
export function createStateObjectDirectory(state: StateDb, { clock }: { readonly clock: Clock }): ObjectDirectory {
  const db = state.kysely<ObjectTables>();
  const version = createChangeVersion<ObjectTables>(state, clock, "heimdall_object_version");
  /** WHY: questions are about the same objects again and again. `null`: there is no such object. By `<type>:<id>`. */
  const known = new Map<string, RegisteredObject | null>();
  let knownAt: number | undefined;
  return {
    async listTypes() {
      const rows = await db.selectFrom("heimdall_object_type").selectAll().orderBy("name").execute();
      return rows.map(toType);
    },

    async putType(type, check) {
      const fault = findTypeFault(type);
      if (fault !== undefined) throw new BadInputError(fault);
      const row = { description: type.description ?? null, owner: type.owner };
      await state.transaction<ObjectTables, void>(async (tx) => {
        const [stored] = await lockTypes(tx, [type.name]);
        check?.(stored);
        // WHY: not an upsert, so that of two callers who create it one is told
        if (stored) await tx.updateTable("heimdall_object_type").set(row).where("name", "=", type.name).execute();
        else
          await tx
            .insertInto("heimdall_object_type")
            .values({ name: type.name, ...row })
            .execute();
      });
    },

    async deleteType(name) {
      await state.transaction<ObjectTables, void>(async (tx) => {
        await lockTypes(tx, [name]);
        const first = await tx.selectFrom("heimdall_object").select("id").where("type", "=", name).executeTakeFirst();
        if (first) throw new ConflictError(`there are objects of type \`${name}\`; delete them first`);
        await tx.deleteFrom("heimdall_object_type").where("name", "=", name).execute();
      });
    },

    async hasObjects(type, manifest) {
      let query = db.selectFrom("heimdall_object").select("id").where("type", "=", type);
      if (manifest !== undefined) {
        query = query.where((eb) => eb.or([eb("manifest", "is", null), eb("manifest", "!=", manifest)]));
      }
      return (await query.limit(1).executeTakeFirst()) !== undefined;
    },

    async list(type, filter, { first, after }) {
      const wanted = Math.min(Math.max(1, first), maxPage);
      const items: { cursor: string; object: RegisteredObject }[] = [];
      let from = after === undefined ? undefined : fromCursor(after);
      for (;;) {
        const start = from;
        let query = db
          .selectFrom("heimdall_object")
          .selectAll()
          .where("type", "=", type)
          .where((eb) => toObjectCondition(filter, type, eb).where);
        if (start !== undefined) query = query.where("id", ">", start);
        const rows = await query
          .orderBy("id")
          .limit(wanted + 1)
          .execute();
        for (const row of rows) {
          from = row.id;
          const object = toObject(row);
          if (!matchesFilter(filter, describeRegisteredObject(object))) continue;
          if (items.length === wanted) return { items, hasNextPage: true };
          items.push({ cursor: toCursor(row.id), object });
        }
        if (rows.length <= wanted) return { items, hasNextPage: false };
      }
    },

    async get(type, id) {
      // INVARIANT: asked before the object is read, so that a change in between makes the entry old
      const now = await version.read();
      if (now !== knownAt || known.size >= maxKnown) {
        known.clear();
        knownAt = now;
      }
      const remembered = known.get(`${type}:${id}`);
      if (remembered !== undefined) return remembered ?? undefined;
      const row = await db
        .selectFrom("heimdall_object")
        .selectAll()
        .where("type", "=", type)
        .where("id", "=", id)
        .executeTakeFirst();
      const found = row && toObject(row);
      if (knownAt === now) known.set(`${type}:${id}`, found ?? null);
      return found;
    },

    recall: (type, id) =>
      knownAt !== undefined && knownAt === version.peek() ? known.get(`${type}:${id}`) : undefined,

    async getMany(refs) {
      refuseTooMany(refs.length);
      return readMany(db, refs);
    },

    async put(objects, { manifest, check, dryRun = false } = {}) {
      if (objects.length === 0) return;
      refuseTooMany(objects.length);
      // the last of those with the same name counts, as if they had come one after the other
      const byName = new Map(objects.map((object) => [JSON.stringify([object.type, object.id]), object]));
      const problems: Problem[] = [...byName.values()].flatMap((object) => {
        const message = findObjectFault(object);
        return message === undefined ? [] : [{ message }];
      });
      refuse(problems);
      await (dryRun ? trying : version.change)(async (tx) => {
        const types = [...new Set(objects.map(({ type }) => type))];
        const known = new Set((await lockTypes(tx, types)).map(({ name }) => name));
        const unknown = types.filter((type) => !known.has(type));
        refuse(
          unknown.map((type) => ({
            message: `there is no type \`${type.slice(0, 64)}\` of objects; register it first`,
          })),
        );
        if (check) check(toFinder(await readMany(tx, objects)));
        if (dryRun) return;
        // WHY: in one order everywhere, so that two calls wait for each other instead of blocking each other
        const all = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
        for (const batch of batches(all)) {
          const rows = batch.map(({ type, id, tags, attributes }) => ({
            type,
            id,
            tags: JSON.stringify([...new Set(tags)]),
            attributes: JSON.stringify(attributes),
            manifest: manifest ?? null,
          }));
          await tx
            .insertInto("heimdall_object")
            .values(rows)
            .onConflict((conflict) =>
              conflict.columns(["type", "id"]).doUpdateSet((eb) => ({
                tags: eb.ref("excluded.tags"),
                attributes: eb.ref("excluded.attributes"),
                manifest: eb.ref("excluded.manifest"),
              })),
            )
            .execute();
        }
        await clear(tx, "heimdall_object_key", all);
        const keys = all.flatMap(({ type, id, tags, attributes }) => [
          ...[...new Set(tags)].map((key) => ({ type, id, kind: "tag" as const, key })),
          ...toAttributeKeys(attributes).map((key) => ({ type, id, kind: "attribute" as const, key })),
        ]);
        for (const batch of batches(keys))
          await tx
            .insertInto("heimdall_object_key")
            .values([...batch])
            .execute();
      });
    },

    async delete(refs, { check, dryRun = false } = {}) {
      refuseTooMany(refs.length);
      await (dryRun ? trying : version.change)(async (tx) => {
        await lockTypes(
          tx,
          refs.map(({ type }) => type),
        );
        if (check) check(toFinder(await readMany(tx, refs)));
        if (!dryRun) await clearAll(tx, refs);
      });
    },

    async deleteOfManifest(manifest, type, keep) {
      await version.change(async (tx) => {
        await lockTypes(tx, [type]);
        const put = await tx
          .selectFrom("heimdall_object")
          .select(["type", "id"])
          .where("manifest", "=", manifest)
          .execute();
        await clearAll(
          tx,
          put.filter((ref) => ref.type !== type || !keep.has(ref.id)),
        );
      });
    },
  };

  function trying(work: (tx: Transaction<ObjectTables>) => Promise<void>): Promise<void> {
    return state.transaction<ObjectTables, void>(work);
  }

  /** The types that there are, by name; who changes them or their objects waits for this transaction's end. */
  async function lockTypes(tx: Transaction<ObjectTables>, names: readonly string[]): Promise<readonly ObjectType[]> {
    if (names.length === 0) return [];
    let query = tx
      .selectFrom("heimdall_object_type")
      .selectAll()
      .where("name", "in", [...new Set(names)])
      .orderBy("name");
    if (state.capabilities.rowLocks) query = query.forUpdate();
    return (await query.execute()).map(toType);
  }
}

async function clearAll(tx: Transaction<ObjectTables>, refs: readonly ObjectRef[]): Promise<void> {
  await clear(tx, "heimdall_object", refs);
  await clear(tx, "heimdall_object_key", refs);
}

async function readMany(db: Kysely<ObjectTables>, refs: readonly ObjectRef[]): Promise<readonly RegisteredObject[]> {
  const found: RegisteredObject[] = [];
  for (const [type, ofType] of Map.groupBy(refs, (ref) => ref.type)) {
    for (const batch of batches(ofType)) {
      const ids = batch.map(({ id }) => id);
      const rows = await db
        .selectFrom("heimdall_object")
        .selectAll()
        .where("type", "=", type)
        .where("id", "in", ids)
        .execute();
      found.push(...rows.map(toObject));
    }
  }
  return found;
}

function toFinder(objects: readonly RegisteredObject[]): (ref: ObjectRef) => RegisteredObject | undefined {
  const byName = new Map(objects.map((object) => [JSON.stringify([object.type, object.id]), object]));
  return ({ type, id }) => byName.get(JSON.stringify([type, id]));
}

/** Removes the rows of these objects from one table. */
async function clear(
  tx: Transaction<ObjectTables>,
  table: "heimdall_object" | "heimdall_object_key",
  refs: readonly ObjectRef[],
): Promise<void> {
  const idsByType = Map.groupBy(refs, ({ type }) => type);
  for (const [type, ofType] of idsByType) {
    for (const batch of batches(ofType)) {
      const ids = batch.map(({ id }) => id);
      await tx.deleteFrom(table).where("type", "=", type).where("id", "in", ids).execute();
    }
  }
}

function batches<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / rowsPerBatch);
  return Array.from({ length: count }, (_, index) => items.slice(index * rowsPerBatch, (index + 1) * rowsPerBatch));
}

function toType({ name, description, owner }: ObjectTables["heimdall_object_type"]): ObjectType {
  return { name, description: description ?? undefined, owner };
}

function toObject(row: ObjectTables["heimdall_object"]): RegisteredObject {
  return {
    type: row.type,
    id: row.id,
    tags: JSON.parse(row.tags) as string[],
    attributes: JSON.parse(row.attributes) as RegisteredObject["attributes"],
  };
}

function refuseTooMany(count: number): void {
  if (count > maxObjects) throw new BadInputError(`${count} objects in one call; at most ${maxObjects} are taken`);
}

function refuse(problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  const message = problems.length === 1 ? first.message : `${problems.length} objects cannot be kept`;
  throw new BadInputError(message, { problems: problems.slice(0, maxProblems) });
}

function toCursor(id: string): string {
  return Buffer.from(id).toString("base64url");
}

function fromCursor(cursor: string): string {
  const id = Buffer.from(cursor.slice(0, 2_048), "base64url").toString("utf8");
  if (id !== "" && toCursor(id) === cursor) return id;
  throw new BadInputError("`after` is not a cursor of this list; take it from a page before, or leave it out");
}
