import { type Kysely, sql } from "kysely";
import type { EntityRecord, LifecycleFacts } from "../../catalog/index.ts";
import type { EntityKind, LifecycleState } from "../../ports.ts";
import { type JoinedEntityRow, toRecord } from "./entity-rows.ts";
import type { MetisTables } from "./tables.ts";

/** Looking entities up, in or outside a transaction. */
export interface EntityReads {
  /** by urn */
  findByUrns(urns: readonly string[]): Promise<ReadonlyMap<string, EntityRecord>>;
  /** by id */
  findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, EntityRecord>>;
  /** by `<kind> <key>` */
  findBySourceKeys(depot: string, keys: readonly string[]): Promise<ReadonlyMap<string, EntityRecord>>;
  /** former URNs: alias -> entity's id */
  findAliases(aliases: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Entities other than columns at a UDL address, in order of URN; more than one, and then all, where the short form is ambiguous. */
  findByUdl(udl: string): Promise<readonly EntityRecord[]>;
  /** Depots that any entity is in, whatever its state; no entity has a UDL address in another one. */
  listDepots(): Promise<ReadonlySet<string>>;
  /** Children of `parents`, in any state, in order of parent, position and URN. */
  findChildren(parents: readonly string[], kinds?: readonly string[]): Promise<readonly EntityRecord[]>;
  /** The same without documents, in no order. */
  findChildFacts(parents: readonly string[], kinds?: readonly string[]): Promise<readonly LifecycleFacts[]>;
}

const maxKeysPerQuery = 2_000;

/** @param db a transaction or the store itself */
export function createEntityReads(db: Kysely<MetisTables>): EntityReads {
  const chunked = async (
    keys: readonly string[],
    read: (chunk: readonly string[]) => Promise<readonly JoinedEntityRow[]>,
  ): Promise<EntityRecord[]> => {
    const found: EntityRecord[] = [];
    for (let start = 0; start < keys.length; start += maxKeysPerQuery) {
      for (const row of await read(keys.slice(start, start + maxKeysPerQuery))) found.push(toRecord(row));
    }
    return found;
  };
  return {
    async findByUrns(urns) {
      const found = await chunked(urns, (chunk) => selectEntities(db).where("entity.urn", "in", chunk).execute());
      return new Map(found.map((record) => [record.urn, record]));
    },
    async findByIds(ids) {
      const found = await chunked(ids, (chunk) => selectEntities(db).where("entity.id", "in", chunk).execute());
      return new Map(found.map((record) => [record.id, record]));
    },
    async findBySourceKeys(depot, keys) {
      const found = await chunked(keys, (chunk) =>
        selectEntities(db)
          .where("entity.depot", "=", depot)
          .where("entity.source_key", "in", chunk)
          .orderBy("entity.seq")
          .execute(),
      );
      return new Map(found.map((record) => [record.sourceKey ?? "", record]));
    },
    async findAliases(aliases) {
      const found = new Map<string, string>();
      for (let start = 0; start < aliases.length; start += maxKeysPerQuery) {
        const rows = await db
          .selectFrom("metis_alias")
          .selectAll()
          .where("alias", "in", aliases.slice(start, start + maxKeysPerQuery))
          .execute();
        for (const row of rows) found.set(row.alias, row.entity_id);
      }
      return found;
    },
    async findByUdl(udl) {
      const rows = await selectEntities(db)
        .where("entity.kind", "<>", "column")
        .where((eb) => eb.or([eb("entity.udl", "=", udl), eb("entity.udl_full", "=", udl)]))
        .orderBy("entity.urn")
        .execute();
      return rows.map(toRecord);
    },
    async listDepots() {
      // WHY: one step in the index for each depot, however much is in it
      const { rows } = await sql<{ depot: string }>`
        with recursive known (depot) as (
          select min(depot) from metis_entity
          union all
          select (select min(depot) from metis_entity where depot > known.depot) from known where known.depot is not null
        )
        select depot from known where depot is not null`.execute(db);
      return new Set(rows.map(({ depot }) => depot));
    },
    findChildren: (parents, kinds) =>
      chunked(parents, (chunk) => {
        const query = selectEntities(db).where("entity.parent_id", "in", chunk);
        return (kinds ? query.where("entity.kind", "in", kinds) : query)
          .orderBy("entity.parent_id")
          .orderBy(positionOrder)
          .orderBy("entity.urn")
          .execute();
      }),
    async findChildFacts(parents, kinds) {
      const found: LifecycleFacts[] = [];
      for (let start = 0; start < parents.length; start += maxKeysPerQuery) {
        const query = db
          .selectFrom("metis_entity")
          .select(["id", "urn", "name", "kind", "parent_id", "state", "state_since", "seq"])
          .where("parent_id", "in", parents.slice(start, start + maxKeysPerQuery));
        for (const row of await (kinds ? query.where("kind", "in", kinds) : query).execute()) {
          found.push({
            id: row.id,
            urn: row.urn,
            name: row.name,
            kind: row.kind as EntityKind,
            parentId: row.parent_id ?? undefined,
            state: row.state as LifecycleState,
            stateSince: row.state_since,
            seq: row.seq,
          });
        }
      }
      return found;
    },
  };
}

/** WHY: engines disagree on where null goes. */
export const positionOrder = sql<number>`coalesce(entity.position, 0)`;

// a tag is on one line
const inheritedTags = sql<string | null>`(select string_agg(inherited.tag, ${sql.lit("\n")})
  from metis_entity_tag as inherited where inherited.entity_id = entity.id and inherited.from_id <> entity.id)`;

/** Entities with their parent's URN and what they inherit; the table goes by `entity`. */
export function selectEntities(db: Kysely<MetisTables>) {
  return db
    .selectFrom("metis_entity as entity")
    .leftJoin("metis_entity as parent", "parent.id", "entity.parent_id")
    .selectAll("entity")
    .select(["parent.urn as parent_urn", inheritedTags.as("inherited_tags")]);
}
