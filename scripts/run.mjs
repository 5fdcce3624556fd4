// Runs a TypeScript file or a development tool of this checkout with the pinned Node 24, whatever Node started this script,
// after installing the dependencies when they are missing or older than the lockfile. Plain JavaScript, no dependency: it
// has to work before `npm ci` has run.
//   node scripts/run.mjs src/main.ts [ARG ...]      node scripts/run.mjs vitest run
import { spawn, spawnSync } from "node:child_process";
import { lstatSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode } from "../bin/find-node.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tools = {
  vitest: "vitest",
  tsc: "typescript",
  biome: "@biomejs/biome",
  depcruise: "dependency-cruiser",
  knip: "knip",
};

function modifiedAt(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function install() {
  // WHY: npm ci empties what a link leads to, which is another checkout's
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const installedAt = modifiedAt(join(root, "node_modules", ".package-lock.json"));
  if (installedAt !== 0 && installedAt >= modifiedAt(join(root, "package-lock.json"))) return;
  console.error("installing dependencies (npm ci)...");
  const npmScript = process.env.npm_execpath;
  const [command, first] = npmScript ? [process.execPath, [npmScript]] : ["npm", []];
  const done = spawnSync(command, [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: !npmScript && process.platform === "win32",
  });
  if (done.status !== 0) {
    console.error(
      "npm ci failed; see the lines above. Check that this machine reaches an npm registry, then try again",
    );
    process.exit(1);
  }
}

function resolveProgram(name) {
  if (/\.(ts|mjs|js)$/.test(name)) return join(root, name);
  const packageName = tools[name];
  if (!packageName) {
    console.error(`unknown tool \`${name}\`; known: ${Object.keys(tools).join(", ")}, or a path to a .ts file`);
    process.exit(2);
  }
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[name]);
}

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error("usage: node scripts/run.mjs FILE.ts|TOOL [ARG ...]");
  process.exit(2);
}
install();
const child = spawn(findNode(root), ["--disable-warning=ExperimentalWarning", resolveProgram(program), ...args], {
  stdio: "inherit",
  // WHY: compiled once, hundreds of modules load in half the time
  env: { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "node"), ...process.env },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 1 : (code ?? 1);
});
