// `npm run bench:search -- --data DIR`: how well and how quickly tables are found. DIR holds `corpus.jsonl`, `queries.tsv` and
// `qrels.tsv`. `-- --known-items FILE` asks for the tables of another documented schema (see test/support/known-items.ts).
// Elasticsearch is measured with TEST_ELASTICSEARCH_URL.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createElasticsearchSearchStore } from "../../src/metis/adapters/elasticsearch/index.ts";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import type { SearchStore } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { allObjects } from "../../src/shared/object-filter.ts";
import { removeIndices } from "../support/elasticsearch.ts";
import { type JudgedTables, readJudgedTables, toNdcg, toReciprocalRank } from "../support/judged-tables.ts";
import { readGlossary, readKnownItems } from "../support/known-items.ts";
import { createPlainFts5 } from "../support/plain-fts5.ts";
import { percentile, reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: { data: { type: "string" }, "known-items": { type: "string" }, glossary: { type: "string" } },
});
if (flags.data === undefined) {
  throw new Error("say `--data DIR`, a folder with `corpus.jsonl`, `queries.tsv` and `qrels.tsv`");
}
type Synonyms = readonly (readonly string[])[];
type Ask = (text: string, first: number) => Promise<readonly string[]>;
const peer = "sqlite fts5";
const rounds = 3;
const env = { logger: silentLogger, clock: systemClock };

const judged = readJudgedTables(flags.data);
const known = readKnownItems(
  flags["known-items"] ?? new URL("../fixtures/known-items/bicycle-maker.tsv", import.meta.url),
);
const glossary = readGlossary(
  flags.glossary ?? new URL("../fixtures/known-items/bicycle-maker-glossary.csv", import.meta.url),
);
const plain = await measurePlain();
await withEmbedded(judged, [], (ask) => reportRelevance("embedded", ask));
await withEmbedded(known, [], (ask) => reportKnownItems("embedded_known_item_bare_mrr", ask));
await withEmbedded(known, glossary, (ask) => reportKnownItems("embedded_known_item_mrr", ask));
const url = process.env.TEST_ELASTICSEARCH_URL;
if (url === undefined || url === "") {
  console.error("Elasticsearch is not measured: set TEST_ELASTICSEARCH_URL");
} else {
  await withElasticsearch(url, judged, [], (ask) => reportRelevance("elasticsearch", ask));
  await withElasticsearch(url, known, glossary, (ask) => reportKnownItems("elasticsearch_known_item_mrr", ask));
}

interface Relevance {
  readonly ndcg: number;
  readonly reciprocalRank: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

async function reportRelevance(engine: string, ask: Ask): Promise<void> {
  const { ndcg, reciprocalRank, p50Ms, p95Ms } = await measure(judged, ask);
  const targetMs = engine === "embedded" ? 50 : 100;
  reportFigure({ name: `${engine}_ndcg_at_10`, value: ndcg, unit: "nDCG@10", target: 0.85 });
  reportFigure({ name: `${engine}_mrr`, value: reciprocalRank, unit: "MRR@10" });
  reportFigure({ name: `${engine}_search_p50_ms`, value: p50Ms, unit: "ms" });
  reportFigure({ name: `${engine}_search_p95_ms`, value: p95Ms, unit: "ms", target: targetMs });
  if (engine !== "embedded") return;
  const compare = (name: string, theirs: number, ours: number, unit: string): void =>
    reportFigure({ name, value: theirs, unit, peer, ratio: ours / theirs });
  compare("fts5_ndcg_at_10", plain.judged.ndcg, ndcg, "nDCG@10");
  compare("fts5_tuned_ndcg_at_10", plain.judgedTuned.ndcg, ndcg, "nDCG@10");
  compare("fts5_tuned_search_p95_ms", plain.judgedTuned.p95Ms, p95Ms, "ms");
}

async function reportKnownItems(name: string, ask: Ask): Promise<void> {
  const { reciprocalRank } = await measure(known, ask);
  const target = name.includes("bare") ? {} : { target: 0.35 };
  reportFigure({ name, value: reciprocalRank, unit: "MRR@10", ...target });
  if (name !== "embedded_known_item_mrr") return;
  for (const [of, { reciprocalRank: theirs }] of [
    ["fts5_known_item_mrr", plain.known],
    ["fts5_tuned_known_item_mrr", plain.knownTuned],
  ] as const) {
    reportFigure({ name: of, value: theirs, unit: "MRR@10", peer, ratio: reciprocalRank / theirs });
  }
}

async function measurePlain() {
  const of = async (tables: JudgedTables, tuned: boolean): Promise<Relevance> => {
    const search = createPlainFts5(tables.documents, tuned);
    try {
      return await measure(tables, async (text, first) => search.search(text, first));
    } finally {
      search.close();
    }
  };
  return {
    judged: await of(judged, false),
    judgedTuned: await of(judged, true),
    known: await of(known, false),
    knownTuned: await of(known, true),
  };
}

/** Asks everything once to warm up and judge, then `rounds` times by the clock. */
async function measure({ queries }: JudgedTables, ask: Ask): Promise<Relevance> {
  let ndcg = 0;
  let reciprocalRank = 0;
  for (const { text, grades } of queries) {
    const ranked = await ask(text, 10);
    ndcg += toNdcg(ranked, grades) / queries.length;
    reciprocalRank += toReciprocalRank(ranked, grades) / queries.length;
  }
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const { text } of queries) {
      const startedAt = performance.now();
      await ask(text, 10);
      times.push(performance.now() - startedAt);
    }
  }
  return { ndcg, reciprocalRank, p50Ms: percentile(times, 50), p95Ms: percentile(times, 95) };
}

async function withEmbedded(
  tables: JudgedTables,
  synonyms: Synonyms,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "dataos-bench-search-"));
  const store = createSqliteSearchStore({ path: join(folder, "search.db") }, env);
  try {
    await withTables(store, tables, synonyms, work);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function withElasticsearch(
  address: string,
  tables: JudgedTables,
  synonyms: Synonyms,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const prefix = `bench-${randomUUID()}`;
  const store = createElasticsearchSearchStore({ url: address, prefix }, env);
  try {
    await withTables(store, tables, synonyms, work);
  } finally {
    await store.close();
    await removeIndices(address, prefix);
  }
}

async function withTables(
  store: SearchStore,
  tables: JudgedTables,
  synonyms: Synonyms,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const { documents } = tables;
  for (let at = 0; at < documents.length; at += 500) {
    await store.apply({ upserts: documents.slice(at, at + 500), deletes: [], appliedSeq: at + 1 });
  }
  await work(async (text, first) => {
    const { hits } = await store.search({ text, first, after: undefined, synonyms }, allObjects);
    return hits.map(({ urn }) => urn);
  });
}
