import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "../shared/reference/seeds");

/** A row of `docs/seed-examples.md`: which block, and its other cells, of which manifests have three and parts two. */
export interface SeedRow {
  readonly id: string;
  readonly cells: readonly string[];
}

/** Values for the variables that the examples name. */
export const seedVariables: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ENV: "production",
    CRON_SCHEDULE: "0 2 * * *",
    SOURCE_DEPOT: "prod-postgres",
    PIPELINE_NAME: "sales-etl-copy",
    TEAM: "analytics",
    DESCRIPTION: "Daily sales data ETL",
    SCHEDULE: "0 2 * * *",
    SOURCE: "postgres-sales",
    TARGET: "lakehouse-sales",
    ACCESS_CONTROL_LIST: "r",
    POSTGRES_USERNAME: "reader",
    POSTGRES_PASSWORD: "canary-4711",
  }),
);

let blocks: ReadonlyMap<string, string> | undefined;

/** The YAML blocks of the seeds by `<file> #<number>`, without the indentation they stand in; none where the folder is absent. */
export function readSeedBlocks(): ReadonlyMap<string, string> {
  blocks ??= existsSync(folder) ? readBlocks() : new Map();
  return blocks;
}

/** What `docs/seed-examples.md` says of each block. */
export function readSeedRows(): readonly SeedRow[] {
  const page = readFileSync(join(root, "docs/seed-examples.md"), "utf8");
  return [...page.matchAll(/^\| (\d{3} #\d+) \|(.*)\|$/gm)].map(([, id = "", rest = ""]) => ({
    id,
    cells: rest.split("|").map((cell) => cell.trim()),
  }));
}

/** The block with what the page says replaced. @throws when a replacement finds nothing */
export function prepareSeed(id: string): string {
  const [, placeholders = "", changes = ""] = readSeedRows().find((row) => row.id === id)?.cells ?? [];
  const all = [...`${placeholders}, ${changes}`.matchAll(/`([^`]+)` → `([^`]+)`/g)];
  return replaceAll(
    readSeedBlocks().get(id) ?? "",
    all.map(([, from = "", to = ""]) => [from, to]),
  );
}

/** @throws when a text to replace does not occur */
export function replaceAll(text: string, replacements: readonly (readonly [from: string, to: string])[]): string {
  return replacements.reduce((sofar, [from, to]) => {
    if (!sofar.includes(from)) throw new Error(`there is no \`${from}\` in:\n${sofar}`);
    return sofar.replaceAll(from, to);
  }, text);
}

function readBlocks(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".md"))) {
    let count = 0;
    let open: { isYaml: boolean; indent: number; lines: string[] } | undefined;
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      const [, indent = "", language = ""] = /^(\s*)```\s*(\S*)/.exec(line) ?? [];
      const isFence = /^\s*```/.test(line);
      if (!isFence) open?.lines.push(line.slice(open.indent));
      else if (!open) open = { isYaml: language === "yaml", indent: indent.length, lines: [] };
      else {
        if (open.isYaml) found.set(`${file.slice(0, 3)} #${++count}`, open.lines.join("\n"));
        open = undefined;
      }
    }
  }
  return found;
}
