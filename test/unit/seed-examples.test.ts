import { afterEach, describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { createTestControl } from "../support/control.ts";
import { prepareSeed, readSeedBlocks, readSeedRows, seedVariables as variables } from "../support/seeds.ts";
import { stateEngines } from "../support/state.ts";

const blocks = readSeedBlocks();
const rows = readSeedRows();
const manifests = rows.filter(({ cells }) => cells.length === 3);
const parts = rows.filter(({ cells }) => cells.length === 2);
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
    expect(read(prepareSeed(id), namesIn(cells[1])).problems).toEqual([]);
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
      documents: manifests.map(({ id }) => ({ file: id, text: prepareSeed(id) })),
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
      expect(await stands("workflow", name)).toBe("Pending: NoDriverConfigured");
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
