// Writes bin/generated/ (what `dataos-ctl` says about itself, as plain JavaScript and data) and docs/cli.md. With --check: fails
// when one of them would change.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/core";
import { createProgram, describeProgram } from "../src/cli/program.ts";
import { renderReference } from "../src/cli/surface/reference.ts";
import { resourceTypes } from "../src/control/ports.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join("bin", "generated");
// what is asked at every press of a key; the rest of src/cli/surface runs in commands and here
const modules = ["answer", "command-table", "complete", "help-text", "shells"];

const table = describeProgram(createProgram(), { type: [...resourceTypes].sort() });
const files = new Map([
  [join(target, "commands.json"), `${JSON.stringify(table)}\n`],
  [join("docs", "cli.md"), renderReference(table)],
]);
for (const name of modules) {
  const source = readFileSync(join(root, "src", "cli", "surface", `${name}.ts`), "utf8");
  const { code } = transformSync(source, {
    // WHY CommonJS: it loads in a third of the time of modules, see docs/adr/0105-help-and-completion-load-nothing.md
    module: { type: "commonjs", strict: true, importInterop: "none" },
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    swcrc: false,
  });
  const head = `// Generated from src/cli/surface/${name}.ts by \`npm run generate\`; do not edit.\n`;
  files.set(join(target, `${name}.js`), head + code.replace(/require\("(\.\/[^"]+)\.ts"\)/g, 'require("$1.js")'));
}

const present = (path) => {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
};
if (process.argv.includes("--check")) {
  const known = [...files.keys()];
  const stale = known.filter((path) => present(path) !== files.get(path));
  const extra = readdirSync(join(root, target)).filter((name) => !known.includes(join(target, name)));
  for (const path of stale)
    console.error(`${path} is not what the program gives; run \`npm run generate\` and commit it`);
  for (const name of extra) console.error(`${join(target, name)} is generated from nothing; delete it`);
  if (stale.length + extra.length > 0) process.exit(1);
} else {
  mkdirSync(join(root, target), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(root, path), text);
}
