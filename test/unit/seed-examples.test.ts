import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { createTestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "../shared/reference/seeds");
const blocks = existsSync(folder) ? readBlocks() : new Map<string, string>();
const page = readFileSync(join(root, "docs/seed-examples.md"), "utf8");
const rows = [...page.matchAll(/^\| (\d{3} #\d+) \|(.*)\|$/gm)].map(([, id = "", rest = ""]) => ({
  id,
  cells: rest.split("|").map((cell) => cell.trim()),
}));
const manifests = rows.filter(({ cells }) => cells.length === 3);
const parts = rows.filter(({ cells }) => cells.length === 2);
const variables = new Map(
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

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

const suite = blocks.size > 0 ? describe : describe.skip;
suite(`the seeds' examples${blocks.size > 0 ? "" : " (../shared/reference/seeds is absent)"}`, () => {
  it("are all on the page, once, and no others", () => {
    expect(rows.map(({ id }) => id).sort()).toEqual([...blocks.keys()].sort());
  });

  it.each(manifests)("$id is read with its placeholders filled and the listed changes alone", ({ id, cells }) => {
    expect(read(prepare(id, cells), namesIn(cells[1])).problems).toEqual([]);
  });

  it("apply together, and each says how it stands", async () => {
    const [sqlite] = stateEngines();
    if (!sqlite) throw new Error("there is no engine");
    const state = await (await sqlite.create()).open();
    const test = await createTestControl(state);
    await test.control.start();
    close.push(async () => {
      await test.control.stop();
      await state.close();
    });
    await test.control.apply(await test.call("root"), {
      documents: manifests.map(({ id, cells }) => ({ file: id, text: prepare(id, cells) })),
      variables,
      disableInterpolation: false,
      workspace: "public",
      dryRun: false,
    });
    await test.control.whenIdle();
    const stands = async (type: "depot" | "workflow" | "cluster" | "policy" | "instance-secret", name: string) => {
      const { phase, conditions } = await test.get(type, name);
      return `${phase}: ${conditions.find((one) => one.type === "Ready")?.reason}`;
    };
    expect(await stands("instance-secret", "postgres-r")).toBe("Active: Ready");
    expect(await stands("depot", "postgres")).toBe("Active: Ready");
    expect(await stands("policy", "sales-access")).toBe("Active: Ready");
    expect(await stands("cluster", "my-cluster")).toBe("Pending: NoDriverConfigured");
    for (const name of ["data-pipeline", "production-sales-pipeline", "sales-etl-copy", "sales-etl"])
      expect(await stands("workflow", name)).toBe("Pending: NoDriver");
    expect(await stands("depot", "thirdparty")).toBe("Pending: WaitingForDependencies");
    expect(await stands("workflow", "postgresdepotscanner")).toMatch(/^(?:Active|Running): Ready$/);
  });

  it.each(parts)("$id is taken where it belongs", ({ id }) => {
    for (const text of frame(id, blocks.get(id) ?? "")) expect(read(text, variables).problems).toEqual([]);
  });

  it("would wait for a depot that nobody makes without the change to 003 #3", () => {
    const { manifests } = read(blocks.get("003 #3") ?? "", variables);
    expect(manifests[0]?.spec).toMatchObject({ jobs: [{ stackSpec: { depot: "dataos://postgresdepot" } }] });
    expect(blocks.get("003 #2")).toMatch(/^name: postgres /m);
  });
});

/** The YAML blocks of the seeds by `<file> #<number>`, without the indentation they stand in. */
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

/** The block with what the page says replaced; each replacement has to find something. */
function prepare(id: string, [, placeholders = "", changes = ""]: readonly string[]): string {
  let text = blocks.get(id) ?? "";
  for (const [, from = "", to = ""] of `${placeholders}, ${changes}`.matchAll(/`([^`]+)` → `([^`]+)`/g)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** The variables that a cell names, and no others. */
function namesIn(cell = ""): Map<string, string> {
  return new Map([...variables].filter(([name]) => cell.includes(`\`${name}\``)));
}

function read(text: string, given: ReadonlyMap<string, string>) {
  const { manifests, problems } = parseManifests([{ file: "seed", text }], {
    variables: given,
    disableInterpolation: false,
    workspace: "public",
    nowMs: Date.UTC(2026, 0, 31),
  });
  return { manifests, problems: problems.map(formatProblem) };
}

/** Whole manifests around a part of one. */
function frame(id: string, text: string): string[] {
  const role = (name: string): string => `name: ${name}\nversion: v1\ntype: role\nrole: {name: a role}\n`;
  if (id === "000 #5" || id === "000 #6") {
    const names = [...text.matchAll(/^name: (.*)$/gm)].map(([, name = ""]) => name);
    expect(names).toHaveLength(3);
    return names.flatMap((name) => [
      role(name),
      `name: ${name}\nversion: v1\ntype: depot\ndepot: {type: postgresql, spec: {host: db}}\n`,
    ]);
  }
  if (id === "000 #11") return [`name: etl\nversion: v1\ntype: workflow\n${text}`];
  if (id === "000 #7" || id === "000 #10") return [`${role("a")}${text}`];
  const job = text.replace(/^/gm, "        ");
  return [
    `name: etl\nversion: v1\ntype: workflow\nworkflow:\n  dag:\n    - name: j\n      spec:\n        stack: flare:7.0\n${job}`,
  ];
}
