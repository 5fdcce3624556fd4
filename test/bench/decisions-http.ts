// Decisions over HTTP beside a bare `node:http` + `JSON.parse` server, in alternated slices: this machine's speed drifts within minutes.
// `-- --slices N --ms N` changes the number (11) and length (2,000 ms) of slices.
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Slice, SliceResult } from "./decisions-http-load.ts";
import { createWorkload, decidingRules } from "./decisions-workload.ts";
import { median, reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: { slices: { type: "string", default: "11" }, ms: { type: "string", default: "2000" } },
});
const slices = Number(flags.slices);
const ms = Number(flags.ms);
const batch = 50;

interface Server {
  readonly kind: string;
  readonly url: string;
  readonly key: string;
  readonly child: ChildProcess;
}

const load = start("decisions-http-load.ts");
const servers: Server[] = [];
try {
  const [floor, recorded, unrecorded] = await Promise.all(["floor", "recorded", "unrecorded"].map(startServer));
  if (!floor || !recorded || !unrecorded) throw new Error("a server did not start");
  reportFigure({
    name: "http_1000_disagreements",
    value: await countDisagreements(recorded),
    unit: "decisions",
    target: 0,
  });
  for (const one of [floor, recorded, unrecorded]) await measure(one, 32, 1, 3_000);
  await settle(recorded);

  for (const connections of [32, 128]) {
    const [bare, own] = await alternate([floor, recorded], connections, 1);
    reportFigure({
      name: `http_1000_c${connections}_floor_ratio`,
      value: medianRatio(own, bare),
      unit: "ratio",
      target: connections === 32 ? 0.8 : 0.95,
    });
    reportFigure({ name: `http_1000_c${connections}_requests_per_s`, value: rate(own), unit: "requests/s" });
    reportFigure({ name: `http_floor_c${connections}_requests_per_s`, value: rate(bare), unit: "requests/s" });
    const p99 = median(own.map(({ p99Ms }) => p99Ms));
    reportFigure({ name: `http_1000_c${connections}_p99_ms`, value: p99, unit: "ms" });
    const moving = median(own.map(({ movingMs }) => movingMs / ms));
    reportFigure({ name: `http_1000_c${connections}_moving_ratio`, value: moving, unit: "s of moving records per s" });
  }
  const [off, on] = await alternate([unrecorded, recorded], 32, 1);
  reportFigure({ name: "http_audit_cost_ratio", value: 1 - medianRatio(on, off), unit: "ratio", target: 0.2 });
  const [batches] = await alternate([recorded], 32, batch);
  const value = rate(batches) * batch;
  reportFigure({ name: "http_batch50_decisions_per_s", value, unit: "decisions/s", target: 120_000 });
} finally {
  load.kill();
  for (const { child } of servers) child.kill("SIGTERM");
}

/** Answers that differ from those of plain loops over the rules. */
async function countDisagreements({ url, key }: Server): Promise<number> {
  const workload = createWorkload(1_000);
  const expected = decidingRules(workload);
  const perCall = 1_000;
  let wrong = 0;
  for (let start = 0; start < workload.requests.length; start += perCall) {
    const evaluations = workload.requests.slice(start, start + perCall).map(([id, name, path]) => ({
      subject: { type: "user", id },
      action: { name },
      resource: { type: "dataset", id: path },
    }));
    const response = await fetch(`${url}/access/v1/evaluations`, {
      method: "POST",
      headers: { apikey: key, "content-type": "application/json" },
      body: JSON.stringify({ evaluations }),
    });
    const answer = (await response.json()) as { readonly evaluations: readonly { readonly decision: boolean }[] };
    for (const [index, { decision }] of answer.evaluations.entries()) {
      if (decision !== (expected[start + index]?.effect === "allow")) wrong++;
    }
  }
  return wrong;
}

interface Measured extends SliceResult {
  /** what it took afterwards to bring the records into the state store */
  readonly movingMs: number;
}

/** Slices of each server by turns. */
async function alternate<const S extends readonly Server[]>(
  all: S,
  connections: number,
  questions: number,
): Promise<{ [K in keyof S]: Measured[] }> {
  const results = all.map((): Measured[] => []);
  for (let turn = 0; turn < slices; turn++) {
    for (const [index, server] of all.entries()) {
      const result = await measure(server, connections, questions, ms);
      // what a server puts off is not to take the time of the one that is measured next
      results[index]?.push({ ...result, movingMs: await settle(server) });
    }
  }
  return results as unknown as { [K in keyof S]: Measured[] };
}

/** Waits until everything that was recorded stands in the state store. @returns how long that took, in milliseconds */
async function settle({ kind, child }: Server): Promise<number> {
  if (kind === "floor") return 0;
  const from = performance.now();
  child.send("settle");
  await nextMessage(child);
  return performance.now() - from;
}

/** The middle of the ratios of neighbours. */
function medianRatio(some: readonly SliceResult[], others: readonly SliceResult[]): number {
  return median(some.map((result, turn) => result.requestsPerSecond / (others[turn]?.requestsPerSecond ?? Number.NaN)));
}

function rate(results: readonly SliceResult[]): number {
  return median(results.map(({ requestsPerSecond }) => requestsPerSecond));
}

async function measure(
  { url, key }: Server,
  connections: number,
  questions: number,
  length: number,
): Promise<SliceResult> {
  load.send({ url, key, connections, ms: length, batch: questions } satisfies Slice);
  return (await nextMessage(load)) as SliceResult;
}

async function startServer(kind: string): Promise<Server> {
  const child = start("decisions-http-server.ts", kind);
  const { url, key } = (await nextMessage(child)) as { readonly url: string; readonly key: string };
  const server = { kind, url, key, child };
  servers.push(server);
  return server;
}

function start(file: string, ...args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), args, { execArgv: ["--disable-warning=ExperimentalWarning"] });
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null): void =>
      reject(new Error(`a process of the bench ended (${code ?? signal})`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}
