// `npm run bench:cli`: how long `dataos-ctl` takes to say what it says about itself, as a multiple of what Node takes to do
// nothing. They are run in turns, so that what else the machine does weighs on all of them alike.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median, reportFigure } from "./report.ts";

const cli = fileURLToPath(new URL("../../bin/dataos-ctl.js", import.meta.url));
const rounds = Number(process.argv[2] ?? 20);
const peer = "node -e 0";
const target = 1.5;
const commands = {
  node: ["-e", "0"],
  help: [cli, "--help"],
  completion: [cli, "__complete", "bash", " \t\n\"'><=;|&(:", "dataos-ctl get --ty"],
  script: [cli, "completion", "bash"],
} as const;
type Name = keyof typeof commands;

const samples: Record<Name, number[]> = { node: [], help: [], completion: [], script: [] };
// the first round fills the caches of the file system
for (let round = 0; round <= rounds; round++) {
  for (const name of Object.keys(commands) as Name[]) {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, commands[name], { stdio: ["ignore", "pipe", "pipe"] });
    const tookMs = performance.now() - startedAt;
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    if (round > 0) samples[name].push(tookMs);
  }
}

const [bareMs, helpMs, completionMs, scriptMs] = Object.values(samples).map(median);
for (const [name, tookMs = Number.NaN] of [
  ["cli_help_ratio", helpMs],
  ["cli_completion_ratio", completionMs],
  ["cli_completion_script_ratio", scriptMs],
] as const)
  reportFigure({ name, value: tookMs / (bareMs ?? Number.NaN), unit: "ratio", target, peer });
reportFigure({ name: "node_ms", value: bareMs ?? Number.NaN, unit: "ms" });
