// One engine and one number of rules, in a process of its own: `decisions-child.ts ENGINE RULES SECONDS FOLDER`, with a
// workload in FOLDER. Prints one JSON object.

import { readDocuments, readWorkload } from "./decisions-documents.ts";
import { type EngineAnswer, engines } from "./decisions-engines.ts";
import { decidingRules } from "./decisions-workload.ts";
import { median } from "./report.ts";

/** What one process measured. */
export interface EngineFigures {
  readonly peer: string | undefined;
  /** median over the passes */
  readonly decisionsPerSecond: number;
  /** the same by processor time, which other work on the machine disturbs less */
  readonly decisionsPerCpuSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly rssMb: number;
  readonly setupMs: number;
  readonly checked: number;
  /** answers, or the rules they name, that are not the workload's */
  readonly disagreements: number;
}

const [, , engineName = "", rulesText = "", secondsText = "", folder = ""] = process.argv;
const ruleCount = Number(rulesText);
const create = engines[engineName];
if (!create) throw new Error(`unknown engine \`${engineName}\`; known: ${Object.keys(engines).join(", ")}`);
const passMs = (Number(secondsText) * 1000) / 9;
const workload = await readWorkload(folder, ruleCount);
const { requests } = workload;
const startedAt = performance.now();
const engine = await create(workload, () => readDocuments(folder, ruleCount));
const setupMs = performance.now() - startedAt;

const rates: number[] = [];
const cpuRates: number[] = [];
let rssMb = 0;
runPass();
for (let pass = 0; pass < 7; pass++) {
  const { perSecond, perCpuSecond } = runPass();
  rates.push(perSecond);
  cpuRates.push(perCpuSecond);
  rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1e6);
}
const latencies = timeEach();
const { checked, disagreements } = check();
const figures: EngineFigures = {
  peer: engine.peer,
  decisionsPerSecond: median(rates),
  decisionsPerCpuSecond: median(cpuRates),
  p50Us: (latencies[latencies.length >> 1] ?? 0) * 1000,
  p99Us: (latencies[Math.floor(latencies.length * 0.99)] ?? 0) * 1000,
  rssMb,
  setupMs,
  checked,
  disagreements,
};
console.log(JSON.stringify(figures));

/** Asks for `passMs`, or until every request was asked for once. */
function runPass(): { readonly perSecond: number; readonly perCpuSecond: number } {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let asked = 0;
  let elapsedMs = 0;
  for (const request of requests) {
    engine.decide(request);
    asked++;
    // the clock is looked at seldom, because looking costs as much as a tenth of a decision; slow engines are looked at each time
    if (asked % 256 === 0 || elapsedMs > asked) {
      elapsedMs = performance.now() - start;
      if (elapsedMs > passMs) break;
    } else if (asked < 16) elapsedMs = performance.now() - start;
  }
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: (asked / wallMs) * 1000, perCpuSecond: (asked / (user + system)) * 1e6 };
}

/** Milliseconds of single decisions, ascending. */
function timeEach(): Float64Array {
  const times = new Float64Array(requests.length);
  const end = performance.now() + passMs;
  let asked = 0;
  for (const request of requests) {
    const before = performance.now();
    engine.decide(request);
    const after = performance.now();
    times[asked++] = after - before;
    if (after > end) break;
  }
  return times.subarray(0, asked).sort();
}

function check(): { readonly checked: number; readonly disagreements: number } {
  const expected = decidingRules(workload);
  const end = performance.now() + passMs;
  let checked = 0;
  let disagreements = 0;
  for (const request of requests) {
    const answer = engine.decide(request);
    const { effect, ids } = expected[checked++] ?? { effect: "deny", ids: [] };
    if (answer.allows !== (effect === "allow") || !names(answer, ids)) disagreements++;
    // ours is checked whole, however long it takes
    if (engine.peer !== undefined && performance.now() > end) break;
  }
  return { checked, disagreements };
}

function names({ because }: EngineAnswer, ids: readonly string[]): boolean {
  if (because === undefined) return true;
  return because.length === ids.length && because.every(({ policy }, index) => policy === ids[index]);
}
