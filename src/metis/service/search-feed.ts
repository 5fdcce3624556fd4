import { setImmediate as nextTurn } from "node:timers/promises";
import type { CatalogStore, LogRow } from "../adapters/state/index.ts";
import { type EntityRecord, isSearchable, listedStates, toEntity, toSearchDocument } from "../catalog/index.ts";
import { type Entity, entityKinds, type SearchDocument, type SearchStore } from "../ports.ts";
import { createFeed, type Feed } from "./feed.ts";
import { findAffected } from "./spreading.ts";

const searchableKinds = entityKinds.filter((kind) => kind !== "column");
// WHY: with as many deletes it stays below what a store takes at once, and nobody else waits longer than some 0.2 s
const pageSize = 250;

/** Feeds the search index: one document per entity, with its columns where it is a dataset. */
export function createSearchFeed(store: CatalogStore, target: SearchStore): Feed {
  return createFeed(target, {
    apply: (to, changes) => applyChanges(store, to, changes),
    fill: (to, seq) => fill(store, to, seq),
    verify: async (to) => ({
      found: await to.count(),
      expected: await store.countEntities({ not: ["column"] }, listedStates),
    }),
  });
}

async function applyChanges(store: CatalogStore, target: SearchStore, changes: readonly LogRow[]): Promise<void> {
  const newest = changes.at(-1);
  if (!newest) return;
  const changed = await store.findByIds(distinct(changes.map(({ entity_id }) => entity_id)));
  const holders = distinct([
    ...[...changed.values()].map(({ id, kind, parentId }) => (kind === "column" ? parentId : id)),
    ...(await findAffected(store, changes, searchableKinds)),
  ]);
  // columns have no documents of their own
  const former = changes.flatMap(({ former_urn, seq }): Removal[] =>
    former_urn === null || former_urn.includes("#") ? [] : [[former_urn, seq]],
  );
  const before = await target.appliedSeq();
  for (const chunk of inChunks(former)) {
    await target.apply({ upserts: [], deletes: await toDeletes(store, chunk), appliedSeq: before });
  }
  for (const chunk of inChunks(holders)) {
    const { documents, others } = await readDocuments(store, chunk);
    const deletes = await toDeletes(
      store,
      others.map(({ urn, seq }) => [urn, seq]),
    );
    await target.apply({ upserts: documents, deletes, appliedSeq: before });
    await nextTurn();
  }
  // INVARIANT: it is not said to be applied before the last part is
  await target.apply({ upserts: [], deletes: [], appliedSeq: newest.seq });
}

type Removal = readonly [urn: string, seq: number];

/** URNs that somebody else has now are not removed. */
async function toDeletes(store: CatalogStore, removals: readonly Removal[]) {
  const newest = new Map(removals);
  for (const record of (await store.findByUrns([...newest.keys()])).values()) {
    if (isSearchable(record)) newest.delete(record.urn);
  }
  return [...newest].map(([urn, seq]) => ({ urn: urn as Entity["urn"], seq }));
}

function* inChunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += pageSize) yield items.slice(start, start + pageSize);
}

async function fill(store: CatalogStore, target: SearchStore, seq: number): Promise<void> {
  for (let after = ""; ; ) {
    const page = await store.readPage(after, undefined, pageSize);
    const holders = page.filter(isSearchable).map(({ id }) => id);
    const { documents } = await readDocuments(store, holders);
    const last = page.at(-1);
    await target.apply({ upserts: documents, deletes: [], appliedSeq: last ? 0 : seq });
    if (!last) return;
    await nextTurn();
    after = last.id;
  }
}

/**
 * The documents of entities as they are now, and the entities that have none.
 * INVARIANT: containers and columns are read before the entities. A document takes the number of the newest of them, so one read
 * later could give a document of something since removed or renamed a higher number than its removal has, and keep it for ever.
 */
async function readDocuments(
  store: CatalogStore,
  holders: readonly string[],
): Promise<{ readonly documents: readonly SearchDocument[]; readonly others: readonly EntityRecord[] }> {
  const containerSeqs = await store.readContainerSeqs(holders);
  const columns = new Map<string, Entity[]>();
  for (const column of await store.findChildren(holders, ["column"])) {
    const siblings = columns.get(column.parentId ?? "");
    if (siblings) siblings.push(toEntity(column));
    else columns.set(column.parentId ?? "", [toEntity(column)]);
  }
  const records = [...(await store.findByIds(holders)).values()];
  return {
    documents: records
      .filter(isSearchable)
      .map((record) =>
        toSearchDocument(toEntity(record), columns.get(record.id) ?? [], containerSeqs.get(record.id) ?? 0),
      ),
    others: records.filter((record) => !isSearchable(record)),
  };
}

function distinct(ids: readonly (string | null | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}
