#!/usr/bin/env node
// Launcher: starts the CLI with a Node that can run it, from the sources in a checkout and from dist/ in a package.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode } from "./find-node.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src", "cli", "main.ts");
const entry = existsSync(source) ? source : join(root, "dist", "cli", "main.js");
const node = findNode(root);
const flags = ["--disable-warning=ExperimentalWarning"];

if (node === process.execPath) {
  process.argv[1] = entry;
  await import(entry);
} else {
  const child = spawn(node, [...flags, entry, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 130 : (code ?? 1);
  });
}
