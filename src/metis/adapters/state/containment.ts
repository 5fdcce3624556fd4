import { type Kysely, sql } from "kysely";
import type { MetisTables } from "./tables.ts";

/** What lies in what, at any depth. */
export interface ContainmentReads {
  /** Ids of everything in `containers`, in any state, without themselves. */
  findInside(containers: readonly string[], kinds?: readonly string[]): Promise<readonly string[]>;
  /** Newest change of anything that each entity is in: id -> sequence number; what is in nothing is left out. */
  readContainerSeqs(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

const maxKeysPerQuery = 2_000;

/** @param db a transaction or the store itself */
export function createContainmentReads(db: Kysely<MetisTables>): ContainmentReads {
  return {
    async findInside(containers, kinds) {
      const found = new Set<string>();
      for (const chunk of inChunks(containers)) {
        const ofKinds = kinds ? sql`where entity.kind in (${sql.join(kinds)})` : sql``;
        const { rows } = await sql<{ id: string }>`with recursive ${insideOf(chunk)}
          select entity.id from (select distinct id from inside) as found
          join metis_entity as entity on entity.id = found.id ${ofKinds}`.execute(db);
        for (const { id } of rows) found.add(id);
      }
      return [...found];
    },
    async readContainerSeqs(ids) {
      const newest = new Map<string, number>();
      for (const chunk of inChunks(ids)) {
        const keys = sql.join(chunk);
        const { rows } = await sql<{ id: string; seq: number }>`
          with recursive up (start, container, seq) as (
            select id, parent_id, seq from metis_entity
              where id in (select parent_id from metis_entity where id in (${keys}))
            union
            select up.start, holder.parent_id, holder.seq from up join metis_entity as holder on holder.id = up.container)
          select entity.id, newest.seq from metis_entity as entity
          join (select start, max(seq) as seq from up group by start) as newest on newest.start = entity.parent_id
          where entity.id in (${keys})`.execute(db);
        for (const { id, seq } of rows) newest.set(id, Number(seq));
      }
      return newest;
    },
  };
}

/** The common table `inside (root, id)`: everything in each of `roots`. `union` also ends where somebody made a circle. */
export function insideOf(roots: readonly string[]) {
  return sql`inside (root, id) as (
    select parent_id, id from metis_entity where parent_id in (${sql.join(roots)})
    union
    select inside.root, entity.id from inside join metis_entity as entity on entity.parent_id = inside.id)`;
}

/** Parts that are small enough for one statement. */
export function* inChunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += maxKeysPerQuery) yield items.slice(start, start + maxKeysPerQuery);
}
