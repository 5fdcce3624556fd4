// `npm run bench:lineage`: the lineage graph at scale, asked through GraphQL over HTTP by a user with policies.
// `-- --nodes N --edges M` changes its size (1,000,000 and 5,000,000), `--queries Q` how often it is asked (200); Neo4j takes part when
// TEST_NEO4J_URL is set.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createNeo4jLineageStore } from "../../src/metis/adapters/neo4j/index.ts";
import { createSqliteLineageStore } from "../../src/metis/adapters/sqlite/index.ts";
import type { LineageEdge, LineageNode, LineageStore } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import type { Urn } from "../../src/shared/urn.ts";
import { createApiServices } from "../support/api-services.ts";
import { scan, urns } from "../support/catalog.ts";
import { startServer } from "../support/http-server.ts";
import { neo4jOptions, removeNamespace } from "../support/neo4j.ts";
import { type BenchGraph, createRandom, generateGraph } from "./lineage-graph.ts";
import { reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    nodes: { type: "string", default: "1000000" },
    edges: { type: "string", default: "5000000" },
    queries: { type: "string", default: "200" },
  },
});
const [nodes, edges, queries] = [Number(flags.nodes), Number(flags.edges), Number(flags.queries)];
const nodesPerCall = 2_000;
const common = { logger: silentLogger, clock: systemClock };

// one dataset in fifty is hidden from the one who asks
const policies = `
name: ann-reads-sales
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [read]
    objects: {tags: [["dataos:type:entity", "dataos:depot:sales"]]}
    allow: true
---
name: but-no-secrets
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [read]
    objects: {tags: ["Secret.*"]}
    allow: false
`;
const isSecret = (at: number): boolean => at % 50 === 7;
const nameOf = (at: number): string => `table_${at}`;
const urnOf = (at: number): Urn => urns.dataset("sales", "shop", "public", nameOf(at));

const graph = generateGraph(nodes, edges);
const random = createRandom(1);
const starts = [...new Set(Array.from({ length: queries }, () => Math.floor(random() * nodes * 0.9)))].filter(
  (at) => !isSecret(at),
);

const folder = await mkdtemp(join(tmpdir(), "dataos-bench-"));
try {
  const store = createSqliteLineageStore({ path: join(folder, "lineage.db") }, common);
  await measure("embedded", store, { depth3: 25, impact: 300, load: 90, memory: 1_000 });
  await store.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}

const neo4jUrl = process.env.TEST_NEO4J_URL;
if (neo4jUrl) {
  const namespace = `bench-${randomUUID()}`;
  const store = createNeo4jLineageStore({ ...neo4jOptions(neo4jUrl), namespace }, common);
  try {
    await measure("neo4j", store, { depth3: 100 });
  } finally {
    await store.close();
    await removeNamespace(neo4jUrl, namespace);
  }
}

interface Targets {
  readonly depth3: number;
  readonly impact?: number;
  readonly load?: number;
  readonly memory?: number;
}

async function measure(engine: string, store: LineageStore, targets: Targets): Promise<void> {
  const report = (name: string, value: number, unit: string, target?: number): void =>
    reportFigure({ name: `${engine}_${name}`, value, unit, ...(target !== undefined && { target }) });
  const start = performance.now();
  await load(store, graph);
  report("load_s", (performance.now() - start) / 1_000, "s", targets.load);

  const api = await createApiServices(policies, { lineage: store });
  const content = { public: starts.map((at) => ({ name: nameOf(at), columns: [] })) };
  await scan(api.catalog as never, content);
  const server = await startServer(api);
  try {
    const ask = async (query: string): Promise<number> => {
      const before = performance.now();
      const { errors } = await server.graphql(query, api.keys.ann);
      if (errors) throw new Error(JSON.stringify(errors));
      return performance.now() - before;
    };
    const askAll = async (query: (of: string) => string): Promise<readonly number[]> => {
      const took: number[] = [];
      for (const at of starts) took.push(await ask(query(JSON.stringify(urnOf(at)))));
      return took.sort((a, b) => a - b);
    };
    const depth3 = (of: string) =>
      `{lineage(of:${of},direction:DOWNSTREAM,depth:3){nodes{urn kind name hops stub} edges{from to type} completeness{state reason}}}`;
    const impact = (of: string) => `{impact(of:${of}){total state kinds{value count} owners{value count}}}`;
    const firstWalk = await askAll(depth3);
    report("depth3_first_p95_ms", percentile(firstWalk, 0.95), "ms");
    const walk = await askAll(depth3);
    report("depth3_p50_ms", percentile(walk, 0.5), "ms");
    report("depth3_p95_ms", percentile(walk, 0.95), "ms", targets.depth3);
    const firstImpact = await askAll(impact);
    report("impact_first_p95_ms", percentile(firstImpact, 0.95), "ms");
    const closure = await askAll(impact);
    report("impact_p50_ms", percentile(closure, 0.5), "ms");
    report("impact_p95_ms", percentile(closure, 0.95), "ms", targets.impact);
    // with the generated graph and the one who asks
    report("rss_mb", process.memoryUsage().rss / 1_048_576, "MB", targets.memory);
    report("load_average", loadavg()[0] ?? Number.NaN, "processes");
  } finally {
    await server.close();
    await api.close();
  }
}

/** Nodes first, then the edges into each dataset as one evidence, as views have them. */
async function load(store: LineageStore, { starts: first, sources }: BenchGraph): Promise<void> {
  const applyPart = (changes: Partial<Parameters<LineageStore["apply"]>[0]>): Promise<void> =>
    store.apply({ nodes: [], removedNodes: [], replaced: [], appliedSeq: 1, ...changes });
  for (let at = 0; at < nodes; at += nodesPerCall) {
    await applyPart({
      nodes: Array.from({ length: Math.min(nodesPerCall, nodes - at) }, (_, index) => nodeOf(at + index)),
    });
  }
  let replaced: { evidence: string; edges: LineageEdge[]; seq: number }[] = [];
  let size = 0;
  for (let target = 0; target < nodes; target++) {
    const into = sources.subarray(first[target], first[target + 1]);
    if (into.length === 0) continue;
    const to = urnOf(target);
    replaced.push({ evidence: to, edges: [...into].map((source) => edgeOf(urnOf(source), to)), seq: 1 });
    size += into.length;
    if (size < 9_000) continue;
    await applyPart({ replaced });
    replaced = [];
    size = 0;
  }
  await applyPart({ replaced });
}

function nodeOf(at: number): LineageNode {
  const [urn, name] = [urnOf(at), nameOf(at)];
  const owner = `owner${at % 40}`;
  return {
    urn,
    kind: "dataset",
    name,
    state: "active",
    seq: 1,
    object: {
      paths: [urn, `dataos://sales:public/${name}`],
      tags: [
        "dataos:type:entity",
        "dataos:type:dataset",
        "dataos:depot:sales",
        ...(isSecret(at) ? ["Secret.Pay"] : []),
      ],
      attributes: { kind: "dataset", name, depot: "sales", database: "shop", schema: "public", owner, owners: [owner] },
    },
  };
}

function edgeOf(from: Urn, to: Urn): LineageEdge {
  const kind = { type: "DIRECT", subtype: "TRANSFORMATION" } as const;
  return { from, to, ...kind, expression: undefined, masking: false, confidence: 1, evidence: to };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
