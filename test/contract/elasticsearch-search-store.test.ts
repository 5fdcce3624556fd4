import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createElasticsearchSearchStore } from "../../src/metis/adapters/elasticsearch/index.ts";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { allObjects, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { removeIndices } from "../support/elasticsearch.ts";
import { searchDocuments, searchWords, tableDocument } from "../support/search-documents.ts";
import { searchFor, searchStoreContract } from "./search-store.contract.ts";

const url = process.env.TEST_ELASTICSEARCH_URL ?? "";
const suite = url ? describe : describe.skip;
const env = { logger: silentLogger, clock: systemClock };

suite(`search store on Elasticsearch${url ? "" : " (set TEST_ELASTICSEARCH_URL)"}`, () => {
  searchStoreContract({
    async create() {
      const prefix = `test-${randomUUID()}`;
      return {
        open: () => createElasticsearchSearchStore({ url, prefix }, env),
        remove: () => removeIndices(url, prefix),
      };
    },
    openDown: () => createElasticsearchSearchStore({ url: "http://127.0.0.1:9", timeoutMs: 1_000 }, env),
  });

  const withStore = async (work: (store: ReturnType<typeof createElasticsearchSearchStore>) => Promise<void>) => {
    const prefix = `test-${randomUUID()}`;
    const store = createElasticsearchSearchStore({ url, prefix }, env);
    try {
      await work(store);
    } finally {
      await store.close();
      await removeIndices(url, prefix);
    }
  };

  it("sets a document aside that the server refuses, with the reason, and takes the old form out of sight", () =>
    withStore(async (store) => {
      await store.apply({ upserts: [tableDocument("film"), tableDocument("actor")], deletes: [], appliedSeq: 1 });
      const refused = tableDocument("film", {
        seq: 2,
        object: { paths: ["x".repeat(40_000)], tags: ["secret"], attributes: {} },
      });
      await store.apply({ upserts: [refused, tableDocument("city", { seq: 2 })], deletes: [], appliedSeq: 2 });
      expect(await store.appliedSeq()).toBe(2);
      const { hits } = await store.search(searchFor(""), allObjects);
      expect(hits.map(({ urn }) => urn)).toEqual([tableDocument("actor").urn, tableDocument("city").urn]);
      expect(await store.deadLetters()).toEqual([
        { urn: refused.urn, seq: 2, reason: expect.stringContaining("immense term") },
      ]);
      await store.apply({ upserts: [tableDocument("film", { seq: 3 })], deletes: [], appliedSeq: 3 });
      expect((await store.search(searchFor("film"), allObjects)).totalCount).toBe(1);
    }));

  it("lets several processes start at once and one swap be seen by all", () =>
    withStore(async (store) => {
      const prefix = `test-${randomUUID()}`;
      const others = Array.from({ length: 4 }, () => createElasticsearchSearchStore({ url, prefix }, env));
      try {
        const [first, second] = others;
        await Promise.all(others.map((other) => other.appliedSeq()));
        await first?.apply({ upserts: [tableDocument("film")], deletes: [], appliedSeq: 1 });
        expect(await Promise.all(others.map((other) => other.count()))).toEqual([1, 1, 1, 1]);
        const rebuild = await first?.beginRebuild();
        await rebuild?.swap();
        await second?.apply({ upserts: [tableDocument("actor")], deletes: [], appliedSeq: 1 });
        expect((await first?.search(searchFor(""), allObjects))?.hits.map(({ urn }) => urn)).toEqual([
          tableDocument("actor").urn,
        ]);
        expect(await store.count()).toBe(0);
      } finally {
        await Promise.all(others.map((other) => other.close()));
        await removeIndices(url, prefix);
      }
    }));

  it("answers as the embedded store does: hits, order, scores, facets, suggestions, corrections", () =>
    withStore(async (store) => {
      const embedded = createSqliteSearchStore({ path: ":memory:" }, env);
      let seq = 0;
      const open: ObjectFilter = { op: "path", glob: "open" };
      await fc.assert(
        fc.asyncProperty(
          searchDocuments,
          fc.array(fc.array(fc.constantFrom(...searchWords), { minLength: 1, maxLength: 3 }), {
            minLength: 1,
            maxLength: 4,
          }),
          fc.infiniteStream(fc.boolean()),
          async (documents, texts, hidden) => {
            seq += 2;
            const marked = () => ({ paths: [hidden.next().value ? "hidden" : "open"], tags: [], attributes: {} });
            const upserts = documents.map((document) => ({
              ...document,
              seq,
              object: marked(),
              columns: document.columns.map((column) => ({ ...column, object: marked() })),
            }));
            const deletes = documents.map(({ urn }) => ({ urn, seq: seq + 1 }));
            for (const one of [store, embedded]) await one.apply({ upserts, deletes: [], appliedSeq: seq });
            const asked = ["", ...texts.map((words) => words.join(" "))];
            for (const [text, visible] of asked.flatMap(
              (words) =>
                [
                  [words, allObjects],
                  [words, open],
                ] as const,
            )) {
              const [theirs, ours] = await Promise.all(
                [store, embedded].map((one) => one.search(searchFor(text), visible)),
              );
              const comparable = (result: typeof theirs) => ({
                ...result,
                hits: result?.hits.map(({ cursor: _, score, ...hit }) => ({ ...hit, score: score.toFixed(4) })),
              });
              expect(comparable(theirs)).toEqual(comparable(ours));
              const start = text.slice(0, 3);
              expect(await store.suggest(start, 10, visible)).toEqual(await embedded.suggest(start, 10, visible));
            }
            for (const one of [store, embedded]) await one.apply({ upserts: [], deletes, appliedSeq: seq });
          },
        ),
        { numRuns: 20 },
      );
      await embedded.close();
    }));
});
