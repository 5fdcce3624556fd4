import { setImmediate as nextTurn } from "node:timers/promises";
import { type CompileOptions, type CompileResult, compileInSteps } from "../policy/index.ts";
import type { PolicyDocument } from "../ports.ts";

const turnMs = 5;

/** `compilePolicies`, at most some 5 ms in a row: the process answers in between, by the policies that it has. */
export async function compileGradually(
  documents: readonly PolicyDocument[],
  options: CompileOptions = {},
): Promise<CompileResult> {
  const steps = compileInSteps(documents, options);
  for (let turnEnd = performance.now() + turnMs; ; ) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < turnEnd) continue;
    await nextTurn();
    turnEnd = performance.now() + turnMs;
  }
}
