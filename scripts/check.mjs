// `npm run check`: types, lint, boundaries, dead code, generated files. Runs all of them and fails when one does.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const run = (...args) => [process.execPath, [join(root, "scripts", "run.mjs"), ...args]];

// WHY: the boundary check says "no violations" when it could read no module at all, so its own count is held to this
const fewestModules = 100;

const steps = [
  ["types", ...run("tsc", "-p", "tsconfig.json")],
  ["lint", ...run("biome", "check", ".")],
  ["generated", ...run("scripts/generate-types.mjs", "--check")],
  ["dead code", ...run("knip", "--no-progress")],
  ["boundaries", ...run("depcruise", "--config", ".dependency-cruiser.mjs", "src"), countsModules],
];

function countsModules(output) {
  const modules = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  return modules >= fewestModules ? undefined : `looked at ${modules} modules, expected at least ${fewestModules}`;
}

let failed = 0;
for (const [name, command, args, verify] of steps) {
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0" } });
  const output = `${done.stdout}${done.stderr}`;
  const fault = done.status === 0 ? verify?.(output) : `exit code ${done.status}`;
  console.log(`${fault ? "FAIL" : "ok  "} ${name}${fault ? `: ${fault}` : ""}`);
  if (fault) {
    failed++;
    console.log(output.trimEnd());
  }
}
console.log(`check: ${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
