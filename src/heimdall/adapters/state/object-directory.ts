import type { Transaction } from "kysely";
import { BadInputError, ConflictError, type Problem } from "../../../shared/errors.ts";
import { matchesFilter } from "../../../shared/object-filter.ts";
import type { StateDb } from "../../../state/index.ts";
import { describeRegisteredObject, findObjectFault, findTypeFault } from "../../objects/index.ts";
import type { ObjectDirectory, RegisteredObject } from "../../ports.ts";
import { toAttributeKeys, toObjectCondition } from "./object-filter-sql.ts";
import type { ObjectTables } from "./object-tables.ts";

const maxObjects = 1_000;
const maxPage = 1_000;
const maxProblems = 100;
const rowsPerBatch = 500;

/** Objects of services in the state store, whose migrations have run. */
export function createStateObjectDirectory(state: StateDb): ObjectDirectory {
  const db = state.kysely<ObjectTables>();
  return {
    async listTypes() {
      const rows = await db.selectFrom("heimdall_object_type").selectAll().orderBy("name").execute();
      return rows.map(({ name, description }) => ({ name, description: description ?? undefined }));
    },

    async putType(type) {
      const fault = findTypeFault(type);
      if (fault !== undefined) throw new BadInputError(fault);
      const row = { description: type.description ?? null };
      await db
        .insertInto("heimdall_object_type")
        .values({ name: type.name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
    },

    async deleteType(name) {
      await state.transaction<ObjectTables, void>(async (tx) => {
        const first = await tx.selectFrom("heimdall_object").select("id").where("type", "=", name).executeTakeFirst();
        if (first) throw new ConflictError(`there are objects of type \`${name}\`; delete them first`);
        await tx.deleteFrom("heimdall_object_type").where("name", "=", name).execute();
      });
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
      const row = await db
        .selectFrom("heimdall_object")
        .selectAll()
        .where("type", "=", type)
        .where("id", "=", id)
        .executeTakeFirst();
      return row && toObject(row);
    },

    async put(objects) {
      if (objects.length === 0) return;
      refuseTooMany(objects.length);
      // the last of those with the same name counts, as if they had come one after the other
      const byName = new Map(objects.map((object) => [JSON.stringify([object.type, object.id]), object]));
      const problems: Problem[] = [...byName.values()].flatMap((object) => {
        const message = findObjectFault(object);
        return message === undefined ? [] : [{ message }];
      });
      refuse(problems);
      await state.transaction<ObjectTables, void>(async (tx) => {
        const types = await tx.selectFrom("heimdall_object_type").select("name").execute();
        const known = new Set(types.map(({ name }) => name));
        const unknown = [...new Set(objects.map(({ type }) => type))].filter((type) => !known.has(type));
        refuse(
          unknown.map((type) => ({
            message: `there is no type \`${type.slice(0, 64)}\` of objects; register it first`,
          })),
        );
        // WHY: in one order everywhere, so that two calls wait for each other instead of blocking each other
        const all = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
        for (const batch of batches(all)) {
          const rows = batch.map(({ type, id, tags, attributes }) => ({
            type,
            id,
            tags: JSON.stringify([...new Set(tags)]),
            attributes: JSON.stringify(attributes),
          }));
          await tx
            .insertInto("heimdall_object")
            .values(rows)
            .onConflict((conflict) =>
              conflict.columns(["type", "id"]).doUpdateSet((eb) => ({
                tags: eb.ref("excluded.tags"),
                attributes: eb.ref("excluded.attributes"),
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

    async delete(refs) {
      refuseTooMany(refs.length);
      await state.transaction<ObjectTables, void>(async (tx) => {
        await clear(tx, "heimdall_object", refs);
        await clear(tx, "heimdall_object_key", refs);
      });
    },
  };
}

/** Removes the rows of these objects from one table. */
async function clear(
  tx: Transaction<ObjectTables>,
  table: "heimdall_object" | "heimdall_object_key",
  refs: readonly Pick<RegisteredObject, "type" | "id">[],
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
