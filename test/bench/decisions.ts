// `npm run bench:decisions`: one JSON line per figure. Every engine answers in a process of its own, after one another.
// `-- --only in-process|http` runs one part; `-- --seconds N` gives each engine N seconds (default 6) at each number of rules.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { EngineFigures } from "./decisions-child.ts";
import { writeWorkload } from "./decisions-documents.ts";
import type { SwapFigures } from "./decisions-swap.ts";
import { median, reportFigure } from "./report.ts";

const { values: flags } = parseArgs({
  options: { only: { type: "string" }, seconds: { type: "string", default: "6" } },
});
const rounds = 3;
// WHY: with Node's own choice (64 MB and more) the memory of every engine is mostly room for what it throws away; speed is the same
const smallYoungGeneration = "--max-semi-space-size=8";
const targets: Readonly<Record<string, number>> = {
  inprocess_10000_decisions_per_s: 500_000,
  inprocess_10000_p99_us: 10,
  inprocess_10000_rss_mb: 180,
};

if (flags.only !== "http") await measureInProcess();
if (flags.only !== "in-process") runScript("decisions-http.ts", [], "inherit");

async function measureInProcess(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "dataos-bench-"));
  try {
    const rates: number[] = [];
    for (const ruleCount of [100, 1_000, 10_000]) {
      await writeWorkload(folder, ruleCount);
      const args = [String(ruleCount), flags.seconds, folder];
      // WHY: one process in three may meet a busy machine
      const ours = Array.from({ length: rounds }, () =>
        measure<EngineFigures>("decisions-child.ts", ["ours", ...args]),
      );
      rates.push(reportEngine(ruleCount, ours, undefined));
      for (const engine of ["casl", "casbin", "cedar"]) {
        reportEngine(ruleCount, [measure<EngineFigures>("decisions-child.ts", [engine, ...args])], ours);
      }
    }
    reportFigure({
      name: "inprocess_growth_100_to_10000",
      value: (rates[0] ?? Number.NaN) / (rates[2] ?? Number.NaN),
      unit: "times slower",
      target: 2,
    });
    const swaps = Array.from({ length: rounds }, () => measure<SwapFigures>("decisions-swap.ts", ["10000", folder]));
    const swap = (name: string, of: (figures: SwapFigures) => number, target: number): void =>
      reportFigure({
        name,
        value: median(swaps.map(of)),
        unit: name.endsWith("cpu_ms") ? "ms of processor time" : "ms",
        target,
      });
    swap("compile_10000_ms", ({ compileMs }) => compileMs, 200);
    swap("compile_10000_cpu_ms", ({ compileCpuMs }) => compileCpuMs, 200);
    swap("swap_10000_ms", ({ swapMs }) => swapMs, 200);
    swap("swap_pause_ms", ({ pauseMs }) => pauseMs, 20);
    swap("swap_pause_cpu_ms", ({ pauseCpuMs }) => pauseCpuMs, 20);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reports the medians of `runs`; a peer's with the ratio of ours to them. Answers decisions per processor second. */
function reportEngine(
  ruleCount: number,
  runs: readonly EngineFigures[],
  ours: readonly EngineFigures[] | undefined,
): number {
  const peer = runs[0]?.peer;
  const figure = (suffix: string, unit: string, of: (figures: EngineFigures) => number): number => {
    const name = `inprocess_${ruleCount}_${suffix}`;
    const value = median(runs.map(of));
    const target = peer === undefined ? targets[name] : undefined;
    reportFigure({
      name,
      value,
      unit,
      ...(target === undefined ? {} : { target }),
      ...(peer === undefined || ours === undefined ? {} : { peer, ratio: median(ours.map(of)) / value }),
    });
    return value;
  };
  figure("decisions_per_s", "decisions/s", ({ decisionsPerSecond }) => decisionsPerSecond);
  const rate = figure(
    "decisions_per_cpu_s",
    "decisions/s of processor time",
    (figures) => figures.decisionsPerCpuSecond,
  );
  figure("p50_us", "us", ({ p50Us }) => p50Us);
  figure("p99_us", "us", ({ p99Us }) => p99Us);
  figure("rss_mb", "MB", ({ rssMb }) => rssMb);
  figure("setup_ms", "ms", ({ setupMs }) => setupMs);
  const disagreements = runs.reduce((sum, run) => sum + run.disagreements, 0);
  reportFigure({
    name: `inprocess_${ruleCount}_disagreements`,
    value: disagreements,
    unit: `of ${runs.reduce((sum, run) => sum + run.checked, 0)} answers`,
    ...(peer === undefined ? { target: 0 } : { peer }),
  });
  return rate;
}

function measure<T>(script: string, args: readonly string[]): T {
  return JSON.parse(runScript(script, args, "pipe", [smallYoungGeneration])) as T;
}

function runScript(
  script: string,
  args: readonly string[],
  stdout: "pipe" | "inherit",
  nodeFlags: readonly string[] = [],
): string {
  const command = ["--disable-warning=ExperimentalWarning", ...nodeFlags, join(import.meta.dirname, script), ...args];
  return String(execFileSync(process.execPath, command, { stdio: ["ignore", stdout, "inherit"] }) ?? "");
}
