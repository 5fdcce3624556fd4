import type { Kysely } from "kysely";
import { type DatedAssertion, type EntityFacts, type EntityRecord, toInheritance } from "../../catalog/index.ts";
import type { Inherited, Origin } from "../../ports.ts";
import { readLiveEdges, type StoredEdge } from "./edges.ts";
import { selectEntities } from "./entity-reads.ts";
import { toRecord } from "./entity-rows.ts";
import type { LogRow, MetisTables } from "./tables.ts";

/** The log, and what it says of earlier times. */
export interface LogReads {
  currentSeq(): Promise<number>;
  /** Changes after `seq` in order, at most `limit`. */
  readLog(afterSeq: number, limit: number): Promise<readonly LogRow[]>;
  /** The entity as it was right after the change `seq`; `undefined`: it was not there yet. */
  readAsOf(record: EntityRecord, seq: number): Promise<EntityRecord | undefined>;
  /** All entities of `kinds` in order of id, `limit` at a time. */
  readPage(afterId: string, kinds: readonly string[] | undefined, limit: number): Promise<readonly EntityRecord[]>;
  /** Evidences that give live edges, in order, `limit` at a time. */
  readEvidences(after: string, limit: number): Promise<readonly string[]>;
  readEdges(
    by: { readonly evidences: readonly string[] } | { readonly touching: readonly string[] },
  ): Promise<readonly StoredEdge[]>;
  /** How many entities are of these kinds and states; `not`: of all other kinds. */
  countEntities(
    kinds: { readonly in: readonly string[] } | { readonly not: readonly string[] },
    states: readonly string[],
  ): Promise<number>;
}

export function createLogReads(db: Kysely<MetisTables>): LogReads {
  return {
    async currentSeq() {
      const row = await db.selectFrom("metis_sequence").select("value").where("id", "=", 1).executeTakeFirst();
      return row?.value ?? 0;
    },
    readLog: (afterSeq, limit) =>
      db.selectFrom("metis_log").selectAll().where("seq", ">", afterSeq).orderBy("seq").limit(limit).execute(),
    readAsOf: (record, seq) => readAsOf(db, record, seq),
    async readPage(afterId, kinds, limit) {
      const query = selectEntities(db).where("entity.id", ">", afterId);
      const rows = await (kinds ? query.where("entity.kind", "in", kinds) : query)
        .orderBy("entity.id")
        .limit(limit)
        .execute();
      return rows.map(toRecord);
    },
    async readEvidences(after, limit) {
      const rows = await db
        .selectFrom("metis_edge")
        .select("evidence")
        .distinct()
        .where("to_seq", "is", null)
        .where("evidence", ">", after)
        .orderBy("evidence")
        .limit(limit)
        .execute();
      return rows.map(({ evidence }) => evidence);
    },
    readEdges: (by) => readLiveEdges(db, by),
    async countEntities(kinds, states) {
      const query = db
        .selectFrom("metis_entity")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("state", "in", states);
      const row = await ("in" in kinds
        ? query.where("kind", "in", kinds.in)
        : query.where("kind", "not in", kinds.not)
      ).executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

async function readAsOf(db: Kysely<MetisTables>, record: EntityRecord, seq: number): Promise<EntityRecord | undefined> {
  const newest = await db
    .selectFrom("metis_log")
    .select(["seq", "at"])
    .where("entity_id", "=", record.id)
    .where("seq", "<=", seq)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  const facts = await readFactsAsOf(db, record.id, seq);
  if (!newest || !facts) return undefined;
  return {
    ...record,
    ...facts,
    parentId: facts.parentId,
    depot: facts.depot,
    parentUrn: facts.parentId === undefined ? undefined : (await readFactsAsOf(db, facts.parentId, seq))?.urn,
    inherited: await readInheritedAsOf(db, facts, seq),
    updatedAt: newest.at,
    seq: newest.seq,
    live: await readLiveAsOf(db, record.id, seq),
  };
}

async function readFactsAsOf(db: Kysely<MetisTables>, id: string, seq: number): Promise<EntityFacts | undefined> {
  const row = await db
    .selectFrom("metis_log")
    .select("facts")
    .where("entity_id", "=", id)
    .where("seq", "<=", seq)
    .where("facts", "is not", null)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.facts ? (JSON.parse(row.facts) as EntityFacts) : undefined;
}

async function readLiveAsOf(db: Kysely<MetisTables>, id: string, seq: number): Promise<readonly DatedAssertion[]> {
  const rows = await db
    .selectFrom("metis_assertion")
    .selectAll()
    .where("entity_id", "=", id)
    .where("seq", "<=", seq)
    .where((eb) => eb.or([eb("to_seq", "is", null), eb("to_seq", ">", seq)]))
    .execute();
  return rows.map(
    (row): DatedAssertion => ({
      aspect: row.aspect,
      origin: row.origin as Origin,
      value: JSON.parse(row.value),
      seq: row.seq,
    }),
  );
}

/** What it took from what it was in then. */
async function readInheritedAsOf(
  db: Kysely<MetisTables>,
  { kind, parentId }: EntityFacts,
  seq: number,
): Promise<Inherited> {
  const tags = new Set<string>();
  let owners: readonly string[] = [];
  for (let id = parentId; id !== undefined; id = (await readFactsAsOf(db, id, seq))?.parentId) {
    const given = toInheritance(await readLiveAsOf(db, id, seq));
    for (const tag of given.tags) tags.add(tag);
    if (kind === "column" && id === parentId) owners = given.owners;
  }
  return { tags: [...tags].sort(), owners };
}
