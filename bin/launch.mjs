import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findNode } from "./find-node.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const quiet = "--disable-warning=ExperimentalWarning";

/**
 * Runs a program of this package, from the sources in a checkout and from dist/ in an installed package, in this process where
 * its Node is new enough, else with the pinned one. Ends with the program's exit code.
 * @param {string} name path below src/ and dist/ without its ending, e.g. `cli/main`
 */
export async function launch(name) {
  const source = join(root, "src", `${name}.ts`);
  const isCheckout = existsSync(source);
  const entry = isCheckout ? source : join(root, "dist", `${name}.js`);
  // WHY: halves the time that a command takes to start. SECURITY: not in a folder that other users can write to
  const cache = isCheckout ? join(root, "node_modules", ".cache", "node") : undefined;
  const node = findNode(root);
  if (node === process.execPath) {
    if (cache) nodeModule.enableCompileCache?.(cache);
    hideExperimentalWarnings();
    process.argv[1] = entry;
    await import(pathToFileURL(entry).href);
    return;
  }
  const child = spawn(node, [quiet, entry, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...(cache && { NODE_COMPILE_CACHE: cache }), ...process.env },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

/** What the flag does where it can still be given. */
function hideExperimentalWarnings() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === "object" ? rest[0]?.type : rest[0];
    if (type !== "ExperimentalWarning") emitWarning(warning, ...rest);
  };
}
