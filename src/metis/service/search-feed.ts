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
  const columnParents = [...changed.values()].map(({ kind, parentId }) => (kind === "column" ? parentId : undefined));
  const datasets = await store.findByIds(distinct(columnParents.filter((id) => !changed.has(id ?? ""))));
  const records = [...changed.values(), ...datasets.values()].filter(({ kind }) => kind !== "column");
  const documents = await toDocuments(store, records.filter(isSearchable));

  const deletes = new Map<string, number>();
  for (const record of records) if (!isSearchable(record)) deletes.set(record.urn, record.seq);
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
    const records = page.filter(isSearchable);
    const upserts = await toDocuments(store, records);
    const last = page.at(-1);
    await target.apply({ upserts, deletes: [], appliedSeq: last ? 0 : seq });
    if (!last) return;
    after = last.id;
  }
}

async function toDocuments(store: CatalogStore, records: readonly EntityRecord[]): Promise<SearchDocument[]> {
  const datasets = records.filter(({ kind }) => kind === "dataset").map(({ id }) => id);
  const columns = new Map<string, Entity[]>();
  for (const column of await store.findChildren(datasets, ["column"])) {
    const siblings = columns.get(column.parentId ?? "");
    if (siblings) siblings.push(toEntity(column));
    else columns.set(column.parentId ?? "", [toEntity(column)]);
  }
  return records.map((record) => toSearchDocument(toEntity(record), columns.get(record.id) ?? []));
}

function distinct(ids: readonly (string | null | undefined)[]): string[] {
  return [...new Set(ids.filter((id) => typeof id === "string"))];
}
