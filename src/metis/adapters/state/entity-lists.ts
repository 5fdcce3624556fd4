import { type Kysely, sql } from "kysely";
import { matchesFilter, type ObjectFilter } from "../../../shared/object-filter.ts";
import { describeEntity, type EntityRecord, listedStates, toEntity } from "../../catalog/index.ts";
import { createContainmentReads, inChunks } from "./containment.ts";
import { positionOrder, selectEntities } from "./entity-reads.ts";
import { toRecord } from "./entity-rows.ts";
import { asksForTags, type FilterFacts, type SqlFilter, toSqlFilter } from "./filter-sql.ts";
import type { MetisTables } from "./tables.ts";

export interface EntitySelection {
  readonly kind?: string | undefined;
  readonly depot?: string | undefined;
  readonly parentId?: string | undefined;
}

/** A place in a list; `position` only where the list is by position. */
export interface ListPlace {
  readonly position: number | undefined;
  readonly urn: string;
}

/** Lists and counts of listed entities (active or unknown), filtered by policy before anything is counted. */
export interface EntityLists {
  /** At most `limit` entities after `after`, by position and URN, or by URN alone. */
  list(
    selection: EntitySelection,
    visible: ObjectFilter,
    order: { readonly byPosition: boolean; readonly after: ListPlace | undefined; readonly limit: number },
  ): Promise<readonly EntityRecord[]>;
  /** Whether anything in the entity, in whatever state, is refused by `filter`. */
  holdsBeyond(id: string, filter: ObjectFilter): Promise<boolean>;
  /** Columns of `datasets`, in whatever state, that `filter` refuses; in no order. */
  refusedColumns(datasets: readonly string[], filter: ObjectFilter): Promise<readonly EntityRecord[]>;
  /** Datasets of a depot, in whatever state, of one of `names` (whatever their case). */
  findNamed(depot: string, names: readonly string[]): Promise<readonly EntityRecord[]>;
  /** By dataset type, or kind where there is none. */
  count(depot: string | undefined, visible: ObjectFilter): Promise<ReadonlyMap<string, number>>;
}

const batchSize = 1_000;
const maxTagsListed = 5_000;

export function createEntityLists(db: Kysely<MetisTables>): EntityLists {
  const select = (selection: EntitySelection, { where }: SqlFilter) => {
    let query = selectEntities(db).where("entity.state", "in", listedStates);
    if (selection.kind !== undefined) query = query.where("entity.kind", "=", selection.kind);
    if (selection.depot !== undefined) query = query.where("entity.depot", "=", selection.depot);
    if (selection.parentId !== undefined) query = query.where("entity.parent_id", "=", selection.parentId);
    return where ? query.where(where) : query;
  };
  return {
    async list(selection, visible, { byPosition, after, limit }) {
      if (visible.op === "none") return [];
      const filter = toSqlFilter(visible, await readFilterFacts(db, visible));
      const found: EntityRecord[] = [];
      for (let place = after; ; ) {
        let query = select(selection, filter);
        if (byPosition) query = query.orderBy(positionOrder);
        if (place) query = query.where(isAfter(place, byPosition));
        const size = filter.exact ? limit : Math.max(limit, batchSize);
        const rows = await query.orderBy("entity.urn").limit(size).execute();
        for (const row of rows) {
          const record = toRecord(row);
          if (filter.exact || isVisible(record, visible)) found.push(record);
          if (found.length === limit) return found;
        }
        const last = rows.at(-1);
        if (!last || rows.length < size) return found;
        place = { position: last.position ?? 0, urn: last.urn };
      }
    },
    async holdsBeyond(id, filter) {
      if (filter.op === "all") return false;
      const { where, exact } = toSqlFilter(filter, await readFilterFacts(db, filter));
      const inside = await createContainmentReads(db).findInside([id]);
      for (let start = 0; start < inside.length; start += batchSize) {
        const query = selectEntities(db).where("entity.id", "in", inside.slice(start, start + batchSize));
        if (exact) {
          if (
            where &&
            (await query
              .where((eb) => eb.not(where))
              .limit(1)
              .executeTakeFirst())
          )
            return true;
        } else if (!(await query.execute()).every((row) => isVisible(toRecord(row), filter))) return true;
      }
      return false;
    },
    async refusedColumns(datasets, filter) {
      if (filter.op === "all" || datasets.length === 0) return [];
      const { where, exact } = toSqlFilter(filter, await readFilterFacts(db, filter));
      if (exact && !where) return [];
      const found: EntityRecord[] = [];
      for (const chunk of inChunks(datasets)) {
        const query = selectEntities(db).where("entity.parent_id", "in", chunk).where("entity.kind", "=", "column");
        const rows = await (exact && where ? query.where((eb) => eb.not(where)) : query).execute();
        const records = rows.map(toRecord);
        found.push(...(exact ? records : records.filter((record) => !isVisible(record, filter))));
      }
      return found;
    },
    async findNamed(depot, names) {
      const folded = [...new Set(names.flatMap((name) => [name, name.toLowerCase()]))];
      const found = new Map<string, EntityRecord>();
      for (const chunk of inChunks(folded)) {
        const keys = sql.join(chunk);
        const rows = await selectEntities(db)
          .where("entity.depot", "=", depot)
          .where("entity.kind", "=", "dataset")
          .where(sql<boolean>`(entity.name in (${keys}) or lower(entity.name) in (${keys}))`)
          .execute();
        for (const row of rows) found.set(row.id, toRecord(row));
      }
      return [...found.values()];
    },
    async count(depot, visible) {
      const counts = new Map<string, number>();
      if (visible.op === "none") return counts;
      const filter = toSqlFilter(visible, await readFilterFacts(db, visible));
      const add = (key: string, count: number): void => {
        counts.set(key, (counts.get(key) ?? 0) + count);
      };
      if (filter.exact) {
        let query = db
          .selectFrom("metis_entity as entity")
          .select((eb) => ["entity.kind", "entity.dataset_type", eb.fn.countAll<number>().as("count")])
          .where("entity.state", "in", listedStates)
          .groupBy(["entity.kind", "entity.dataset_type"]);
        if (depot !== undefined) query = query.where("entity.depot", "=", depot);
        if (filter.where) query = query.where(filter.where);
        for (const row of await query.execute()) add(row.dataset_type ?? row.kind, Number(row.count));
        return counts;
      }
      for (let lastId = ""; ; ) {
        const rows = await select({ depot }, filter)
          .where("entity.id", ">", lastId)
          .orderBy("entity.id")
          .limit(batchSize)
          .execute();
        for (const row of rows) if (isVisible(toRecord(row), visible)) add(row.dataset_type ?? row.kind, 1);
        const last = rows.at(-1);
        if (!last || rows.length < batchSize) return counts;
        lastId = last.id;
      }
    },
  };
}

function isVisible(record: EntityRecord, visible: ObjectFilter): boolean {
  return matchesFilter(visible, describeEntity(toEntity(record)));
}

function isAfter({ position, urn }: ListPlace, byPosition: boolean) {
  return byPosition
    ? sql<boolean>`(${positionOrder} > ${position ?? 0} or (${positionOrder} = ${position ?? 0} and entity.urn > ${urn}))`
    : sql<boolean>`entity.urn > ${urn}`;
}

async function readFilterFacts(db: Kysely<MetisTables>, filter: ObjectFilter): Promise<FilterFacts> {
  if (!asksForTags(filter)) return { depots: [], tags: [] };
  const depots = await db.selectFrom("metis_entity").select("name").where("kind", "=", "depot").execute();
  const tags = await db
    .selectFrom("metis_entity_tag")
    .select("tag")
    .distinct()
    .limit(maxTagsListed + 1)
    .execute();
  return {
    depots: depots.map(({ name }) => name),
    tags: tags.length > maxTagsListed ? undefined : tags.map(({ tag }) => tag),
  };
}
