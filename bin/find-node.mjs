import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const REQUIRED_MAJOR = 24;

/**
 * Path of a Node binary of at least version 24: this process's own, else the pinned one of the `node-<platform>-<arch>`
 * package. Ends the process with a message when there is none. Runs under any Node.
 * @param {string} root the folder from which packages are resolved
 * @returns {string}
 */
export function findNode(root) {
  if (Number(process.versions.node.split(".")[0]) >= REQUIRED_MAJOR) return process.execPath;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(join(root, "package.json")).resolve(`${name}/package.json`));
    const binary = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(binary)) return binary;
  } catch {
    // not installed: said below
  }
  console.error(
    `Node ${REQUIRED_MAJOR} or newer is needed and this is ${process.versions.node}; no pinned one was found for ${platform}-${process.arch}. Install Node ${REQUIRED_MAJOR}, or run npm ci where the package ${name} exists`,
  );
  process.exit(1);
}
