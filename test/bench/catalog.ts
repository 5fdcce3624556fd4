// `npm run bench:catalog`: a generated catalog in embedded stores on disk: how fast it takes assertions, how far the index is
// behind, how fast searches are and how soon after a start, and what memory it takes. `-- --tables N` (100,000) of `--columns M`
// (10) are searched, `--assertions N` (100,000) are written; `--only search|write` runs one part.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSqliteLineageStore, createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { createCatalog, metisMigrations } from "../../src/metis/index.ts";
import type { SearchRequest, SearchStore } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { allObjects, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { openState } from "../../src/state/index.ts";
import { authorized } from "../support/authorized.ts";
import { generateAssertions, generateDocuments, generatedWords } from "../support/generate-catalog.ts";
import { percentile, reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    tables: { type: "string", default: "100000" },
    columns: { type: "string", default: "10" },
    assertions: { type: "string", default: "100000" },
    only: { type: "string" },
  },
});
const [tables, columns, assertions] = [flags.tables, flags.columns, flags.assertions].map(toCount) as [
  number,
  number,
  number,
];
const env = { logger: silentLogger, clock: systemClock };
const questions = 200;
const edits = 100;

const folder = await mkdtemp(join(tmpdir(), "dataos-bench-catalog-"));
try {
  if (flags.only !== "write") await measureSearch();
  if (flags.only !== "search") await measureWrites();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measureSearch(): Promise<void> {
  const path = join(folder, "big.db");
  const filling = createSqliteSearchStore({ path }, env);
  const startedAt = performance.now();
  for (let at = 0; at < tables; at += 500) {
    const upserts = generateDocuments(at, Math.min(tables, at + 500), columns);
    await filling.apply({ upserts, deletes: [], appliedSeq: at + 1 });
  }
  reportFigure({
    name: "embedded_index_tables_per_s",
    value: (tables * 1_000) / (performance.now() - startedAt),
    unit: "tables/s",
  });
  await filling.close();

  const openedAt = performance.now();
  const store = createSqliteSearchStore({ path }, env);
  await store.search(toRequest(0), allObjects);
  reportFigure({ name: "embedded_cold_start_ms", value: performance.now() - openedAt, unit: "ms", target: 5_000 });

  const open: ObjectFilter = { op: "not", of: { op: "tag", glob: "PII" } };
  const kinds: readonly (readonly [string, (at: number) => SearchRequest, ObjectFilter, number])[] = [
    ["embedded_big_search", toRequest, allObjects, 50],
    ["embedded_big_search_filtered_by_policy", toRequest, open, 50],
    ["embedded_big_typo", toMisspelt, allObjects, 50],
    ["embedded_page_with_facets", toBrowse, allObjects, 100],
  ];
  for (const [name, toAsked, visible, target] of kinds) {
    const times = await timeSearches(store, toAsked, visible);
    reportFigure({ name: `${name}_p50_ms`, value: percentile(times, 50), unit: "ms" });
    reportFigure({ name: `${name}_p95_ms`, value: percentile(times, 95), unit: "ms", target });
  }
  reportFigure({
    name: "embedded_big_rss_mb",
    value: process.memoryUsage.rss() / 1_048_576,
    unit: "MB",
    target: 1_500,
  });
  await store.close();
}

async function timeSearches(store: SearchStore, toAsked: (at: number) => SearchRequest, visible: ObjectFilter) {
  for (let at = 0; at < 10; at++) await store.search(toAsked(at), visible);
  const times: number[] = [];
  for (let at = 0; at < questions; at++) {
    const startedAt = performance.now();
    await store.search(toAsked(at), visible);
    times.push(performance.now() - startedAt);
  }
  return times;
}

function word(at: number): string {
  return generatedWords[at % generatedWords.length] ?? "";
}

/** Two or three words that many tables have, every fourth question with a number, which few have. */
function toRequest(at: number): SearchRequest {
  const rare = at % 4 === 0 ? ` ${(at * 7_907) % tables}` : "";
  const third = at % 3 === 0 ? ` by ${word(at * 5 + 2)}` : "";
  return { text: `${word(at)} ${word(at * 3 + 1)}${third}${rare}`, first: 20, after: undefined };
}

function toMisspelt(at: number): SearchRequest {
  const right = word(at);
  return { text: `${right.slice(0, 2)}${right.slice(3)} ${word(at + 1)}`, first: 20, after: undefined };
}

function toBrowse(at: number): SearchRequest {
  return { text: at % 2 === 0 ? "" : word(at), depots: [`depot${at % 10}`], first: 20, after: undefined };
}

async function measureWrites(): Promise<void> {
  const state = await openState(`sqlite:${join(folder, "state.db")}`, env);
  await state.migrate(metisMigrations);
  const search = createSqliteSearchStore({ path: join(folder, "search.db") }, env);
  const lineage = createSqliteLineageStore({ path: join(folder, "lineage.db") }, env);
  const catalog = createCatalog({
    ...{ state, search, lineage, ...env, ids: createIdSource(systemClock) },
    ownProjections: ["search", "lineage"],
  });
  await catalog.start();
  const said = generateAssertions("shop", assertions, columns);
  const startedAt = performance.now();
  const scan = await catalog.beginScan(authorized("entity.update"), { depot: "shop", runId: "bench" });
  for (let at = 0; at < said.length; at += 2_000) await scan.put(said.slice(at, at + 2_000));
  const { seq } = await scan.finish();
  const writtenMs = performance.now() - startedAt;
  while ((await search.appliedSeq()) < seq) await new Promise((resolve) => setTimeout(resolve, 20));
  const indexedMs = performance.now() - startedAt;
  reportFigure({
    name: "embedded_write_s",
    value: writtenMs / 1_000,
    unit: `s for ${said.length} assertions`,
    target: 30,
  });
  reportFigure({ name: "embedded_write_until_searchable_s", value: indexedMs / 1_000, unit: "s" });

  const datasets = said.filter(({ kind }) => kind === "dataset").slice(0, edits);
  const lags: number[] = [];
  for (const [at, { urn }] of datasets.entries()) {
    const aspects = { documentation: { description: `edited ${at}` } };
    const edited = await catalog.updateEntity(authorized("entity.update"), urn, aspects, {
      within: authorized("entity.read"),
    });
    const editedAt = performance.now();
    await catalog.search(authorized("entity.read"), { text: "edited", first: 1, after: undefined, minSeq: edited.seq });
    lags.push(performance.now() - editedAt);
  }
  reportFigure({ name: "embedded_index_lag_p95_ms", value: percentile(lags, 95), unit: "ms", target: 1_000 });
  reportFigure({ name: "embedded_write_rss_mb", value: process.memoryUsage.rss() / 1_048_576, unit: "MB" });
  await catalog.stop();
  await Promise.all([search.close(), lineage.close(), state.close()]);
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`\`${text}\` is not a number of tables, columns or assertions`);
  return count;
}
