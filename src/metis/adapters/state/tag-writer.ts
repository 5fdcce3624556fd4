import { sql, type Transaction } from "kysely";
import type { BulkInsert } from "./bulk-insert.ts";
import { createContainmentReads, inChunks, insideOf } from "./containment.ts";
import type { EntityTagRow, MetisTables } from "./tables.ts";

/** What changed of the tags that decisions look at. */
export interface TagChanges {
  /** own tags of new entities and of those whose tags changed */
  readonly own: readonly EntityTagRow[];
  /** ids of entities whose own tags are replaced; those that may hold something apart from the rest */
  readonly retagged: { readonly containers: readonly string[]; readonly others: readonly string[] };
  /** new entity -> what it is in */
  readonly created: ReadonlyMap<string, string>;
  /** ids of entities that are in something else than before */
  readonly moved: readonly string[];
}

/**
 * Brings the tags of entities and of everything in them up to date, in a number of statements that does not grow with what they
 * hold. Called when the entities themselves are written.
 */
export async function writeTags(tx: Transaction<MetisTables>, bulk: BulkInsert, changes: TagChanges): Promise<void> {
  const { own, retagged, created, moved } = changes;
  for (const chunk of inChunks([...retagged.containers, ...retagged.others])) {
    await sql`delete from metis_entity_tag where entity_id in (${sql.join(chunk)}) and from_id = entity_id`.execute(tx);
  }
  for (const chunk of inChunks(retagged.containers)) {
    await sql`delete from metis_entity_tag where from_id in (${sql.join(chunk)}) and from_id <> entity_id`.execute(tx);
  }
  await insertTags(tx, bulk, own);
  const tagged = new Set(own.map(({ entity_id }) => entity_id));
  await spread(
    tx,
    retagged.containers.filter((id) => tagged.has(id)),
  );
  await inherit(tx, bulk, created, own);
  await renew(tx, moved);
}

/** Gives the own tags of `containers` to everything in them. */
async function spread(tx: Transaction<MetisTables>, containers: readonly string[]): Promise<void> {
  for (const chunk of inChunks(containers)) {
    await sql`insert into metis_entity_tag (entity_id, tag, from_id)
      with recursive ${insideOf(chunk)}
      select inside.id, own.tag, own.from_id from inside
      join metis_entity_tag as own on own.entity_id = inside.root and own.from_id = inside.root
      where true
      on conflict (entity_id, tag, from_id) do nothing`.execute(tx);
  }
}

/** Gives new entities the tags of what they are in. WHY not in SQL: a scan makes thousands that are in few containers, mostly without tags. */
async function inherit(
  tx: Transaction<MetisTables>,
  bulk: BulkInsert,
  created: ReadonlyMap<string, string>,
  own: readonly EntityTagRow[],
): Promise<void> {
  const known = new Map<string, EntityTagRow[]>();
  const note = (row: EntityTagRow): void => {
    const rows = known.get(row.entity_id);
    if (rows) rows.push(row);
    else known.set(row.entity_id, [row]);
  };
  const containers = new Set([...created.values()].filter((id) => !created.has(id)));
  for (const chunk of inChunks([...containers])) {
    const rows = await tx.selectFrom("metis_entity_tag").selectAll().where("entity_id", "in", chunk).execute();
    for (const row of rows) note(row);
  }
  for (const row of own) if (created.has(row.entity_id)) note(row);
  if (known.size === 0) return;

  const inherited = new Map<string, readonly EntityTagRow[]>();
  const inheritedBy = (id: string): readonly EntityTagRow[] => {
    const container = created.get(id);
    if (container === undefined) return [];
    let rows = inherited.get(id);
    if (!rows) {
      rows = [...(known.get(container) ?? []), ...inheritedBy(container)].map((row) => ({ ...row, entity_id: id }));
      inherited.set(id, rows);
    }
    return rows;
  };
  await insertTags(tx, bulk, [...created.keys()].flatMap(inheritedBy));
}

/** Makes the inherited tags of `moved` and of everything in them anew. */
async function renew(tx: Transaction<MetisTables>, moved: readonly string[]): Promise<void> {
  if (moved.length === 0) return;
  const inside = await createContainmentReads(tx).findInside(moved);
  for (const chunk of inChunks([...new Set([...moved, ...inside])])) {
    const keys = sql.join(chunk);
    await sql`delete from metis_entity_tag where entity_id in (${keys}) and from_id <> entity_id`.execute(tx);
    await sql`insert into metis_entity_tag (entity_id, tag, from_id)
      with recursive up (id, container) as (
        select id, parent_id from metis_entity where id in (${keys})
        union
        select up.id, holder.parent_id from up join metis_entity as holder on holder.id = up.container)
      select up.id, own.tag, own.from_id from up
      join metis_entity_tag as own on own.entity_id = up.container and own.from_id = own.entity_id
      where true
      on conflict (entity_id, tag, from_id) do nothing`.execute(tx);
  }
}

function insertTags(tx: Transaction<MetisTables>, bulk: BulkInsert, rows: readonly EntityTagRow[]): Promise<void> {
  return bulk(tx, "metis_entity_tag", rows, { key: ["entity_id", "tag", "from_id"], update: [] });
}
