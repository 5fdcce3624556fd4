import type { CatalogStore, LogRow } from "../adapters/state/index.ts";
import { type EntityRecord, isSearchable, listedStates, toEntity, toSearchDocument } from "../catalog/index.ts";
import type { Entity, SearchDocument, SearchStore } from "../ports.ts";
import type { Feed } from "./feed.ts";

const maxUpserts = 1_000;
const pageSize = 500;

/** Feeds the search index: one document per entity, with its columns where it is a dataset. */
export function createSearchFeed(store: CatalogStore, target: SearchStore): Feed {
  return {
    appliedSeq: () => target.appliedSeq(),
    apply: (changes) => applyChanges(store, target, changes),
    async beginRebuild(seq) {
      const rebuild = await target.beginRebuild();
      try {
        await fill(store, rebuild.store, seq);
      } catch (error) {
        await rebuild.abandon();
        throw error;
      }
      return {
        feed: {
          appliedSeq: () => rebuild.store.appliedSeq(),
          apply: (changes) => applyChanges(store, rebuild.store, changes),
        },
        verify: async () => ({
          found: await rebuild.store.count(),
          expected: await store.countEntities({ not: ["column"] }, listedStates),
        }),
        swap: () => rebuild.swap(),
        abandon: () => rebuild.abandon(),
      };
    },
  };
}

async function applyChanges(store: CatalogStore, target: SearchStore, changes: readonly LogRow[]): Promise<void> {
  const newest = changes.at(-1);
  if (!newest) return;
  const changed = await store.findByIds(distinct(changes.map(({ entity_id }) => entity_id)));
  const holders = distinct([...changed.values()].map(({ id, kind, parentId }) => (kind === "column" ? parentId : id)));
  const { documents, others } = await readDocuments(store, holders);

  const deletes = new Map<string, number>();
  for (const { urn, seq } of others) deletes.set(urn, seq);
  for (const { former_urn, seq } of changes) if (former_urn !== null) deletes.set(former_urn, seq);
  const reused = await store.findByUrns([...deletes.keys()]);
  for (const record of reused.values()) if (isSearchable(record)) deletes.delete(record.urn);

  const before = await target.appliedSeq();
  const removals = [...deletes].map(([urn, seq]) => ({ urn: urn as Entity["urn"], seq }));
  for (let start = 0; start === 0 || start < documents.length; start += maxUpserts) {
    await target.apply({
      upserts: documents.slice(start, start + maxUpserts),
      deletes: start === 0 ? removals : [],
      // INVARIANT: it is not said to be applied before the last part is
      appliedSeq: start + maxUpserts < documents.length ? before : newest.seq,
    });
  }
}

async function fill(store: CatalogStore, target: SearchStore, seq: number): Promise<void> {
  for (let after = ""; ; ) {
    const page = await store.readPage(after, undefined, pageSize);
    const holders = page.filter(isSearchable).map(({ id }) => id);
    const { documents } = await readDocuments(store, holders);
    const last = page.at(-1);
    await target.apply({ upserts: documents, deletes: [], appliedSeq: last ? 0 : seq });
    if (!last) return;
    after = last.id;
  }
}

/**
 * The documents of entities as they are now, and the entities that have none.
 * INVARIANT: columns are read before what holds them. A document takes the number of its newest column, so a column read later
 * could give a document of something since removed or renamed a higher number than its removal has, and keep it for ever.
 */
async function readDocuments(
  store: CatalogStore,
  holders: readonly string[],
): Promise<{ readonly documents: readonly SearchDocument[]; readonly others: readonly EntityRecord[] }> {
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
      .map((record) => toSearchDocument(toEntity(record), columns.get(record.id) ?? [])),
    others: records.filter((record) => !isSearchable(record)),
  };
}

function distinct(ids: readonly (string | null | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}
