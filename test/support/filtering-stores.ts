import { randomUUID } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { createStateObjectDirectory, objectMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { describeRegisteredObject } from "../../src/heimdall/objects/index.ts";
import { createElasticsearchSearchStore } from "../../src/metis/adapters/elasticsearch/index.ts";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import type { SearchStore } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { compileFilter } from "../../src/shared/compile-filter.ts";
import type { DecisionObject } from "../../src/shared/decision.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { removeIndices } from "./elasticsearch.ts";
import type { FilteringStore } from "./filter-properties.ts";
import { objects } from "./policy-generators.ts";
import { tableDocument } from "./search-documents.ts";
import { createTempDir } from "./temp-dir.ts";

/** A store filled with objects, ready to be asked. */
export interface FilteringStoreKind {
  readonly name: string;
  /** the variable to set, where the engine is not there */
  readonly missing: string | undefined;
  open(): Promise<FilteringStore & { close(): Promise<void> }>;
}

const env = { logger: silentLogger, clock: systemClock };
const postgresUrl = process.env.TEST_POSTGRES_URL;
const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL;

/** Every store that filters objects by any attribute; catalog entities have a property of their own. */
export const filteringStores: readonly FilteringStoreKind[] = [
  { name: "memory", missing: undefined, open: openMemory },
  { name: "SQLite search store (FTS5)", missing: undefined, open: openSqliteSearch },
  { name: "directory of objects on SQLite", missing: undefined, open: openSqliteDirectory },
  {
    name: "directory of objects on PostgreSQL",
    missing: postgresUrl ? undefined : "TEST_POSTGRES_URL",
    open: () => openDirectory(new Secret(postgresUrl ?? ""), async () => undefined),
  },
  {
    name: "Elasticsearch",
    missing: elasticsearchUrl ? undefined : "TEST_ELASTICSEARCH_URL",
    open: () => openElasticsearch(elasticsearchUrl ?? ""),
  },
];

/** The same objects in every run. */
const sample = fc.sample(objects, { numRuns: 60, seed: 42 });

async function openMemory(): ReturnType<FilteringStoreKind["open"]> {
  const stored = new Map(sample.map((object, at) => [`o${at}`, object]));
  return {
    objects: stored,
    async list(filter) {
      const lets = compileFilter(filter);
      return [...stored].filter(([, object]) => lets(object)).map(([name]) => name);
    },
    close: async () => undefined,
  };
}

function openSqliteSearch(): ReturnType<FilteringStoreKind["open"]> {
  const dir = createTempDir();
  const store = createSqliteSearchStore({ path: join(dir.path, "search.db") }, env);
  return fillSearch(store, async () => dir.remove());
}

function openElasticsearch(url: string): ReturnType<FilteringStoreKind["open"]> {
  const prefix = `test-${randomUUID()}`;
  return fillSearch(createElasticsearchSearchStore({ url, prefix }, env), () => removeIndices(url, prefix));
}

async function fillSearch(store: SearchStore, remove: () => Promise<void>): ReturnType<FilteringStoreKind["open"]> {
  const documents = sample.map((object, at) => tableDocument(`t${at}`, { object }));
  await store.apply({ upserts: documents, deletes: [], appliedSeq: 1 });
  return {
    objects: new Map(documents.map(({ urn, object }) => [urn, object])),
    async list(filter) {
      const { hits } = await store.search({ text: "", first: 100, after: undefined }, filter);
      return hits.map(({ urn }) => urn);
    },
    async close() {
      await store.close();
      await remove();
    },
  };
}

function openSqliteDirectory(): ReturnType<FilteringStoreKind["open"]> {
  const dir = createTempDir();
  return openDirectory(new Secret(`sqlite:${join(dir.path, "state.db")}`), async () => dir.remove());
}

async function openDirectory(url: Secret, remove: () => Promise<void>): ReturnType<FilteringStoreKind["open"]> {
  const state = await openState(url, env);
  await state.migrate(objectMigrations);
  const directory = createStateObjectDirectory(state, env);
  const type = `t${randomUUID()}`;
  await directory.putType({ name: type, description: undefined, owner: "nobody" });
  // tags below `dataos:` are the platform's own
  const registered = sample.map(({ tags, attributes }, at) => ({
    type,
    id: `o${at}`,
    tags: tags.filter((tag) => !tag.startsWith("dataos:")),
    attributes,
  }));
  await directory.put(registered);
  return {
    objects: new Map<string, DecisionObject>(registered.map((one) => [one.id, describeRegisteredObject(one)])),
    async list(filter) {
      const { items } = await directory.list(type, filter, { first: 1_000, after: undefined });
      return items.map(({ object }) => object.id);
    },
    async close() {
      await directory.delete(registered);
      await directory.deleteType(type);
      await state.close();
      await remove();
    },
  };
}
