// `npm run bench:scan`: scans of a real PostgreSQL into embedded stores, through the whole server: Pagila, and generated tables.
// Set TEST_POSTGRES_URL; `-- --tables N --columns M` changes the size of the generated database (2,000 x 20).
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer, type TestServer, waitFor } from "../e2e/support/server.ts";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { generateShop } from "../support/generate-shop.ts";
import { loadPagila } from "../support/pagila.ts";
import { reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: { tables: { type: "string", default: "2000" }, columns: { type: "string", default: "20" } },
});
const serverUrl = process.env.TEST_POSTGRES_URL;
if (!serverUrl) {
  console.error("set TEST_POSTGRES_URL to a PostgreSQL server, e.g. with test/engines/all.sh start");
  process.exit(1);
}

interface Run {
  readonly state: string;
  readonly message: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly jobs: readonly { readonly result: { readonly queries?: number } | null }[];
}

const folder = await mkdtemp(join(tmpdir(), "dataos-bench-"));
try {
  const pagila = await loadPagila(serverUrl);
  const small = await scan("pagila", pagila.url, 3_000);
  await pagila.drop();

  const generated = await createFreshDatabase(serverUrl, "bench");
  const shape = { tables: Number(flags.tables), columns: Number(flags.columns), tablesPerView: 20 };
  await generateShop(generated.url, shape);
  await generated.exec("analyze");
  const large = await scan(`generated_${shape.tables}x${shape.columns}`, generated.url, 30_000);
  await generated.stop();
  const ratio = large / small;
  reportFigure({ name: "scan_queries_growth", value: large, unit: "queries", peer: "scan_pagila_queries", ratio });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Scans into an empty server and then once more; gives the number of catalog queries. */
async function scan(name: string, url: string, target: number): Promise<number> {
  const server = await startServer({ dataDir: join(folder, name) });
  try {
    await applyScan(server, new URL(url));
    const first = await waitForRun(server, 1);
    reportFigure({ name: `scan_${name}_ms`, value: elapsedMs(first), unit: "ms", target });
    await waitFor(
      () => server.query<{ search: { staleBy: number } }>('{ search(query: "table", first: 1) { staleBy } }'),
      ({ search }) => search.staleBy === 0,
      120_000,
    );
    const searchableMs = Date.now() - Date.parse(first.startedAt);
    reportFigure({ name: `scan_${name}_searchable_ms`, value: searchableMs, unit: "ms" });
    const started = await server.ctl(["run", "-n", "scan"]);
    if (started.exit !== 0) throw new Error(started.stderr);
    reportFigure({ name: `rescan_${name}_ms`, value: elapsedMs(await waitForRun(server, 2)), unit: "ms" });
    await tagDepot(name, server);
    reportPeakMemory(name, server);
    const queries = first.jobs[0]?.result?.queries ?? Number.NaN;
    reportFigure({ name: `scan_${name}_queries`, value: queries, unit: "queries" });
    return queries;
  } finally {
    await server.kill("SIGTERM");
  }
}

/** Tags the depot: everything in it is decided on anew, in the store and in search and lineage. */
async function tagDepot(name: string, server: TestServer): Promise<void> {
  const start = performance.now();
  const { updateEntity } = await server.query<{ updateEntity: { userErrors: { message: string }[] } }>(
    'mutation { updateEntity(input: {urn: "urn:dataos:depot:source", tags: ["Area.Bench"]}) { userErrors { message } } }',
  );
  for (const { message } of updateEntity.userErrors) throw new Error(message);
  reportFigure({ name: `tag_depot_${name}_ms`, value: performance.now() - start, unit: "ms", target: 3_000 });
  const { entities } = await server.query<{ entities: { edges: { node: { urn: string } }[] } }>(
    "{ entities(filter: {kind: dataset}, first: 1) { edges { node { urn } } } }",
  );
  const of = JSON.stringify(entities.edges[0]?.node.urn);
  type Stale = Record<"search" | "lineage", { readonly staleBy: number }>;
  await waitFor(
    () => server.query<Stale>(`{ search(query: "", first: 1) { staleBy } lineage(of: ${of}) { staleBy } }`),
    ({ search, lineage }) => search.staleBy + lineage.staleBy === 0,
    120_000,
  );
  const followedMs = performance.now() - start;
  reportFigure({ name: `tag_depot_${name}_projected_ms`, value: followedMs, unit: "ms", target: 10_000 });
}

async function applyScan(server: TestServer, source: URL): Promise<void> {
  const manifests = `name: source-r
version: v1
type: instance-secret
instance-secret: {type: key-value-properties, acl: r, data: {username: "\${SOURCE_USERNAME}", password: "\${SOURCE_PASSWORD}"}}
---
name: source
version: v2alpha
type: depot
depot:
  type: POSTGRESQL
  external: true
  secrets: [{name: source-r, allkeys: true}]
  postgresql: {host: ${source.hostname}, port: ${source.port}, database: ${source.pathname.slice(1)}}
---
name: scan
version: v1
type: workflow
workflow:
  dag:
    - name: scan
      spec:
        stack: scanner:2.0
        compute: runnable-default
        stackSpec: {depot: dataos://source, sourceConfig: {config: {type: DatabaseMetadata, includeViews: true}}}
`;
  const env = {
    SOURCE_USERNAME: decodeURIComponent(source.username),
    SOURCE_PASSWORD: decodeURIComponent(source.password),
  };
  const applied = await server.ctl(["apply", "-f", "-"], { env, input: manifests });
  if (applied.exit !== 0) throw new Error(applied.stderr);
}

async function waitForRun(server: TestServer, count: number): Promise<Run> {
  const readRuns = async (): Promise<readonly Run[]> => {
    const { runs } = await server.query<{ runs: { edges: { node: Run }[] } }>(
      '{ runs(workflow: "scan", first: 5) { edges { node { state message startedAt finishedAt jobs { result } } } } }',
    );
    return runs.edges.map((edge) => edge.node);
  };
  const isOver = ({ state }: Run): boolean => state !== "pending" && state !== "running";
  const [newest] = await waitFor(readRuns, (runs) => runs.length === count && runs.every(isOver), 300_000);
  if (newest?.state !== "succeeded") throw new Error(`the scan ended as ${newest?.state}: ${newest?.message}`);
  return newest;
}

function reportPeakMemory(name: string, server: TestServer): void {
  if (process.platform !== "linux") return;
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  const peakMb = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  reportFigure({ name: `scan_${name}_peak_rss_mb`, value: peakMb, unit: "MB" });
}

function elapsedMs(run: Run): number {
  return Date.parse(run.finishedAt) - Date.parse(run.startedAt);
}
