import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import { type AspectChange, type EntityRecord, factsOf, toInheritance } from "../../catalog/index.ts";
import type { LineageEdge } from "../../ports.ts";
import { type BulkInsert, createBulkInsert } from "./bulk-insert.ts";
import { inChunks } from "./containment.ts";
import { readLiveEdges, type StoredEdge, toEdgeRow } from "./edges.ts";
import { createEntityReads, type EntityReads } from "./entity-reads.ts";
import { ownerColumns, toRow } from "./entity-rows.ts";
import type {
  AliasRow,
  AssertionRow,
  EdgeRow,
  EntityRow,
  EntityTagRow,
  HeldRow,
  LogOperation,
  LogRow,
  MetisTables,
} from "./tables.ts";
import { writeTags } from "./tag-writer.ts";

/** Who writes, as part of what. */
export interface WriteContext {
  readonly actor: string;
  readonly decisionId: string;
  readonly runId: string | undefined;
}

/** One change of one entity. */
export interface EntityChange {
  readonly op: Exclude<LogOperation, "lineage">;
  readonly before: EntityRecord | undefined;
  readonly after: EntityRecord;
  readonly aspects: readonly AspectChange[];
  /** whether something besides aspects changed */
  readonly facts: boolean;
}

/** The writing side of one transaction; what is put is seen by reads only after it. */
export interface CatalogWriter extends EntityReads {
  /** time of everything that is written, RFC 3339 */
  readonly at: string;
  /** sequence number before this transaction's first change */
  readonly startSeq: number;
  /** The next sequence number, for one change. */
  nextSeq(): number;
  /** Sequence number of the newest change so far. */
  currentSeq(): number;
  putEntity(change: EntityChange): void;
  /** Only the fingerprint changed: stored without a log entry. */
  putFingerprint(record: EntityRecord): void;
  /** Live edges that `evidences` give. */
  findEdges(evidences: readonly string[]): Promise<readonly StoredEdge[]>;
  /** Live edges that touch or come from one of `urns`. */
  findEdgesTouching(urns: readonly string[]): Promise<readonly StoredEdge[]>;
  /** Closes and opens edges of one evidence as one change. */
  putEdges(evidence: string, closed: readonly StoredEdge[], opened: readonly LineageEdge[]): void;
  /** Replaces what waits for approval of a depot; `undefined`: nothing does. */
  setHeld(depot: string, held: Omit<HeldRow, "depot" | "at"> | undefined): Promise<void>;
  findHeld(runId: string): Promise<HeldRow | undefined>;
}

/**
 * Runs `work` and stores what it put, all or nothing. May run `work` again, so it must have no other effect.
 * INVARIANT: the lock on the sequence's row is taken first and held until the commit, so changes become visible in the order
 * of their numbers, on both engines.
 */
export type WriteCatalog = <T>(
  context: WriteContext,
  work: (writer: CatalogWriter) => Promise<T>,
) => Promise<Written<T>>;

export interface Written<T> {
  readonly result: T;
  /** newest sequence number after it */
  readonly seq: number;
  /** whether anything was put in the log */
  readonly wrote: boolean;
}

export function createWriteCatalog(state: StateDb, clock: Clock): WriteCatalog {
  const bulk = createBulkInsert(state.capabilities.maxParameters);
  let queue: Promise<unknown> = Promise.resolve();
  return (context, work) => {
    // WHY: writers of this process queue here; in the database each would fail and try again
    const run = () =>
      state.transaction((tx: Transaction<MetisTables>) =>
        inTransaction(tx, bulk, toTimestamp(clock.now()), context, work),
      );
    const done = queue.then(run, run);
    queue = done.catch(() => {});
    return done;
  };
}

async function inTransaction<T>(
  tx: Transaction<MetisTables>,
  bulk: BulkInsert,
  at: string,
  context: WriteContext,
  work: (writer: CatalogWriter) => Promise<T>,
): Promise<Written<T>> {
  const { value: startSeq } = await tx
    .updateTable("metis_sequence")
    .set((eb) => ({ value: eb.ref("value") }))
    .where("id", "=", 1)
    .returning("value")
    .executeTakeFirstOrThrow();
  const pending = createPending(at, context);
  let seq = startSeq;
  const result = await work({
    ...createEntityReads(tx),
    at,
    startSeq,
    nextSeq: () => ++seq,
    currentSeq: () => seq,
    putEntity: pending.putEntity,
    putFingerprint: (record) => pending.entities.set(record.id, toRow(record).row),
    findEdges: (evidences) => readLiveEdges(tx, { evidences }),
    findEdgesTouching: (touching) => readLiveEdges(tx, { touching }),
    putEdges(evidence, closed, opened) {
      pending.putEdges(evidence, closed, opened, ++seq);
    },
    async setHeld(depot, held) {
      await tx.deleteFrom("metis_held").where("depot", "=", depot).execute();
      if (held)
        await tx
          .insertInto("metis_held")
          .values({ depot, at, ...held })
          .execute();
    },
    findHeld: (runId) => tx.selectFrom("metis_held").selectAll().where("run_id", "=", runId).executeTakeFirst(),
  });
  await flush(tx, bulk, pending);
  const wrote = seq > startSeq;
  if (wrote) await tx.updateTable("metis_sequence").set({ value: seq }).where("id", "=", 1).execute();
  return { result, seq, wrote };
}

type Pending = ReturnType<typeof createPending>;

function createPending(at: string, { actor, decisionId, runId }: WriteContext) {
  const entities = new Map<string, EntityRow>();
  const assertions: AssertionRow[] = [];
  const endedAssertions: AssertionRow[] = [];
  const tags: EntityTagRow[] = [];
  const retagged = { containers: [] as string[], others: [] as string[] };
  const created = new Map<string, string>();
  const moved: string[] = [];
  const reowned = new Map<string, readonly string[]>();
  const aliases: AliasRow[] = [];
  const takenUrns: string[] = [];
  const edges: EdgeRow[] = [];
  const endedEdges: EdgeRow[] = [];
  const log: LogRow[] = [];
  const common = { actor, run_id: runId ?? null };
  return {
    ...{ entities, assertions, endedAssertions, tags, retagged, created, moved, reowned },
    ...{ aliases, takenUrns, edges, endedEdges, log },
    putEntity({ op, before, after, aspects, facts }: EntityChange): void {
      const { row, tags: merged } = toRow(after);
      // WHY: a map keeps the first place of a key; a renamed entity must come after the one that freed its URN
      entities.delete(after.id);
      entities.set(after.id, row);
      const { seq } = after;
      for (const { aspect, origin, value, replaces } of aspects) {
        const key = { entity_id: after.id, aspect, origin };
        if (replaces) endedAssertions.push(endedAssertion(key, replaces.seq, at, seq));
        if (value === null) continue;
        assertions.push({
          ...key,
          value: JSON.stringify(value),
          ...common,
          seq,
          valid_from: at,
          valid_to: null,
          to_seq: null,
        });
      }
      if (aspects.some(({ aspect }) => aspect === "tags")) {
        if (before) (after.kind === "column" ? retagged.others : retagged.containers).push(after.id);
        for (const tag of merged) tags.push({ entity_id: after.id, tag, from_id: after.id });
      }
      if (before && after.kind === "dataset" && aspects.some(({ aspect }) => aspect === "ownership")) {
        reowned.set(after.id, toInheritance(after.live).owners);
      }
      if (!before && after.parentId !== undefined) created.set(after.id, after.parentId);
      if (before && before.parentId !== after.parentId) moved.push(after.id);
      if (facts) {
        for (const alias of after.aliases) {
          if (!before?.aliases.includes(alias)) aliases.push({ alias, entity_id: after.id });
        }
        if (before?.urn !== after.urn) takenUrns.push(after.urn);
      }
      log.push({
        seq,
        at,
        ...common,
        decision_id: decisionId,
        op,
        entity_id: after.id,
        urn: after.urn,
        former_urn: before && before.urn !== after.urn ? before.urn : null,
        facts: facts ? JSON.stringify(factsOf(after)) : null,
        aspects: aspects.length > 0 ? JSON.stringify(aspects.map(({ aspect }) => aspect)) : null,
      });
    },
    putEdges(evidence: string, closed: readonly StoredEdge[], opened: readonly LineageEdge[], seq: number): void {
      for (const edge of closed) endedEdges.push({ ...edge.row, valid_to: at, to_seq: seq });
      for (const edge of opened) edges.push(toEdgeRow(edge, runId, seq, at));
      log.push({
        seq,
        at,
        ...common,
        decision_id: decisionId,
        op: "lineage",
        entity_id: null,
        urn: evidence,
        former_urn: null,
        facts: null,
        aspects: null,
      });
    },
  };
}

async function flush(tx: Transaction<MetisTables>, bulk: BulkInsert, pending: Pending): Promise<void> {
  const rows = [...pending.entities.values()];
  await deleteAliases(tx, pending.takenUrns);
  await bulk(tx, "metis_entity", rows, { key: ["id"], update: entityColumns });
  // INVARIANT: what ends is there already, at the latest by the statement before, so ending never inserts
  await bulk(tx, "metis_assertion", pending.assertions);
  await bulk(tx, "metis_assertion", pending.endedAssertions, { key: assertionKey, update: ["to_seq", "valid_to"] });
  await writeTags(tx, bulk, { ...pending, own: pending.tags });
  for (const [dataset, owners] of pending.reowned) {
    await tx
      .updateTable("metis_entity")
      .set(ownerColumns(owners))
      .where("parent_id", "=", dataset)
      .where("kind", "=", "column")
      .execute();
  }
  await bulk(tx, "metis_alias", pending.aliases, { key: ["alias"], update: ["entity_id"] });
  await bulk(tx, "metis_edge", pending.edges);
  await bulk(tx, "metis_edge", pending.endedEdges, { key: edgeKey, update: ["to_seq", "valid_to"] });
  await bulk(tx, "metis_log", pending.log);
}

const assertionKey = ["entity_id", "aspect", "origin", "seq"];
const edgeKey = ["evidence", "edge_key", "seq"];
const entityColumns: readonly (keyof EntityRow)[] = [
  "urn",
  "kind",
  "name",
  "qualified_name",
  "parent_id",
  "depot",
  "database_name",
  "schema_name",
  "dataset_name",
  "dataset_type",
  "owner",
  "owners",
  "position",
  "state",
  "state_since",
  "udl",
  "udl_full",
  "source_key",
  "source_hash",
  "aliases",
  "document",
  "updated_at",
  "seq",
];

/** Only `to_seq` and `valid_to` of it are stored: the row is there already. */
function endedAssertion(
  key: { entity_id: string; aspect: string; origin: string },
  seq: number,
  at: string,
  toSeq: number,
): AssertionRow {
  return { ...key, value: "", actor: "", run_id: null, seq, valid_from: "", valid_to: at, to_seq: toSeq };
}

async function deleteAliases(tx: Transaction<MetisTables>, aliases: readonly string[]): Promise<void> {
  for (const chunk of inChunks(aliases)) await tx.deleteFrom("metis_alias").where("alias", "in", chunk).execute();
}
