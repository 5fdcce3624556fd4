/** `npm run bench:scan`: scans Pagila and 2,000 generated tables x 20 columns into an embedded catalog, against the limits of the design. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteLineageStore, createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { createCatalog, metisMigrations } from "../../src/metis/index.ts";
import { scanPostgres } from "../../src/scanner/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { authorized } from "../support/authorized.ts";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { generateShop } from "../support/generate-shop.ts";
import { hasPagila, loadPagila, pagilaNeeds } from "../support/pagila.ts";
import { connectionOf, localGuard, silentProgress, wholeScope } from "../support/scanning.ts";

interface Measured {
  readonly ms: number;
  readonly queries: number;
}

const serverUrl = process.env.TEST_POSTGRES_URL;
if (!serverUrl) {
  console.error(
    "bench:scan needs a PostgreSQL server: set TEST_POSTGRES_URL=postgresql://user:password@host:5432/database",
  );
  process.exit(2);
}

async function measure(title: string, url: string, limitMs: number): Promise<Measured> {
  const dir = await mkdtemp(join(tmpdir(), "dataos-bench-"));
  const context = { logger: silentLogger, clock: systemClock };
  const state = await openState(new Secret(`sqlite:${join(dir, "state.db")}`), context);
  await state.migrate(metisMigrations);
  const search = createSqliteSearchStore({ path: join(dir, "search.db") }, context);
  const lineage = createSqliteLineageStore({ path: join(dir, "lineage.db") }, context);
  const catalog = createCatalog({ state, search, lineage, ids: createIdSource(systemClock), ...context });
  await catalog.start();
  try {
    const connection = connectionOf(url);
    let queries = 0;
    let ms = 0;
    for (const round of ["first", "again"]) {
      const start = performance.now();
      const ingest = await catalog.beginScan(authorized("entity.update"), { depot: "bench", runId: `bench-${round}` });
      const request = { connection, guard: localGuard, depot: "bench", scope: wholeScope, progress: silentProgress };
      const { outcome, facts } = await scanPostgres({ ...request, ingest });
      const roundMs = Math.round(performance.now() - start);
      if (round === "first") ms = roundMs;
      queries = facts.queries;
      const { tables, views, columns } = facts;
      const rssMb = Math.round(process.memoryUsage.rss() / 1e6);
      console.log(
        JSON.stringify({
          title,
          round,
          ms: roundMs,
          limitMs,
          tables,
          views,
          columns,
          queries,
          created: outcome.created,
          rssMb,
        }),
      );
    }
    return { ms, queries };
  } finally {
    await catalog.stop();
    for (const store of [search, lineage, state]) await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const failures: string[] = [];
const check = (title: string, { ms }: Measured, limitMs: number): void => {
  if (ms > limitMs) failures.push(`${title} took ${ms} ms, more than ${limitMs}`);
};

let pagilaQueries: number | undefined;
if (hasPagila) {
  const pagila = await loadPagila(serverUrl);
  try {
    const measured = await measure("pagila", pagila.url, 3_000);
    pagilaQueries = measured.queries;
    check("pagila", measured, 3_000);
  } finally {
    await pagila.drop();
  }
} else console.log(`pagila skipped (${pagilaNeeds})`);

const shop = await createFreshDatabase(serverUrl, "bench");
try {
  await generateShop(shop.url, { tables: 2_000, columns: 20, tablesPerView: 10 });
  const measured = await measure("2,000 tables x 20 columns", shop.url, 30_000);
  check("2,000 tables x 20 columns", measured, 30_000);
  if (pagilaQueries !== undefined && measured.queries !== pagilaQueries) {
    failures.push(`${measured.queries} catalog queries for 2,000 tables, but ${pagilaQueries} for Pagila`);
  }
} finally {
  await shop.stop();
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
