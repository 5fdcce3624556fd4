// New policies while others answer, in a process of its own: `decisions-swap.ts RULES FOLDER`. Prints one JSON object.
import { compileGradually } from "../../src/heimdall/authorization/compile-gradually.ts";
import { type CompiledPolicies, compilePolicies } from "../../src/heimdall/policy/index.ts";
import { readDocuments, readWorkload } from "./decisions-documents.ts";
import { toSubject } from "./decisions-engines.ts";

export interface SwapFigures {
  /** all at once, with nothing in between */
  readonly compileMs: number;
  /** the same by the thread's processor time, which other work on the machine does not lengthen */
  readonly compileCpuMs: number;
  /** beside answers, from the new documents until they answer */
  readonly swapMs: number;
  /** the longest time between two answers meanwhile */
  readonly pauseMs: number;
  /** the same by the thread's processor time */
  readonly pauseCpuMs: number;
}

const [, , rulesText = "", folder = ""] = process.argv;
const documents = await readDocuments(folder, Number(rulesText));
const { users, requests } = await readWorkload(folder, Number(rulesText));
const subjects = new Map(users.map((user) => [user.id, toSubject(user)]));

// as a server does that has run for a while: it has compiled and answered before
let live: CompiledPolicies = compilePolicies(documents.slice(0, 1_000)).policies;
let asked = 0;
for (let round = 0; round < 20_000; round++) answer();
const compileStart = performance.now();
const compileCpuStart = cpuMs();
compilePolicies(documents);
const compileMs = performance.now() - compileStart;
const compileCpuMs = cpuMs() - compileCpuStart;

let pauseMs = 0;
let pauseCpuMs = 0;
let lastAnswer = performance.now();
let swapMs = 0;
const swapStart = performance.now();
const compiling = compileGradually(documents).then(({ policies }) => {
  live = policies;
  swapMs = performance.now() - swapStart;
});
lastAnswer = performance.now();
let lastCpu = cpuMs();
while (swapMs === 0) {
  await new Promise((resolve) => setImmediate(resolve));
  answer();
  const now = performance.now();
  pauseMs = Math.max(pauseMs, now - lastAnswer);
  lastAnswer = now;
  const cpu = cpuMs();
  pauseCpuMs = Math.max(pauseCpuMs, cpu - lastCpu);
  lastCpu = cpu;
}
await compiling;
// the first answers of the new ones fill what they keep of subjects and predicates
for (let round = 0; round < 1_000; round++) {
  const before = performance.now();
  answer();
  pauseMs = Math.max(pauseMs, performance.now() - before);
}
console.log(JSON.stringify({ compileMs, compileCpuMs, swapMs, pauseMs, pauseCpuMs } satisfies SwapFigures));

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function answer(): void {
  const [userId, predicate, path] = requests[asked++ % requests.length] ?? ["", "", ""];
  const subject = subjects.get(userId);
  if (!subject) throw new Error(`unknown user \`${userId}\``);
  live.decide({
    subject,
    predicate,
    object: { paths: [path], tags: [], attributes: {} },
    context: { time: Date.now() },
  });
}
