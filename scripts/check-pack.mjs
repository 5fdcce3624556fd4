// `npm run check:pack`: packs this checkout, installs the package from the registry into an empty folder as a user would, and
// starts both programs there. test/e2e/pack.test.ts looks closer, with the checkout's own dependencies.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(join(tmpdir(), "dataos-pack-"));

/** Runs a command; what it prints is shown only when it fails. */
function step(name, cwd, command, ...args) {
  const startedAt = performance.now();
  const done = spawnSync(command, args, { cwd, encoding: "utf8", shell: process.platform === "win32" });
  const isDone = done.status === 0;
  console.log(`${isDone ? "ok  " : "FAIL"} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (!isDone) throw new Error(`${done.stdout}${done.stderr}${done.error?.message ?? ""}`.trim());
  return done.stdout;
}

try {
  step("npm pack", root, "npm", "pack", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), '{"private": true}');
  step("npm install", folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball));
  for (const program of ["dataos", "dataos-ctl"]) {
    const help = step(`npx ${program} --help`, folder, "npx", "--no-install", program, "--help");
    if (!help.includes(program)) throw new Error(`the help of ${program} does not name it:\n${help}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
