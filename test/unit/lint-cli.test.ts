import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { CommandError } from "../../src/cli/client.ts";
import type { CommandContext } from "../../src/cli/command-context.ts";
import { getSchema, listSchemas } from "../../src/cli/commands/develop.ts";
import { type LintOptions, lint } from "../../src/cli/commands/lint.ts";
import { createStyle } from "../../src/cli/output/style.ts";
import { createTempDir } from "../support/temp-dir.ts";

const dir = createTempDir();
afterAll(() => dir.remove());
mkdirSync(`${dir.path}/inner`);

function write(name: string, text: string): string {
  writeFileSync(`${dir.path}/${name}`, text);
  return `${dir.path}/${name}`;
}

/** What a command printed, and its exit code. */
async function run(
  command: (context: CommandContext) => Promise<void> | void,
): Promise<{ readonly text: string; readonly exit: number }> {
  const lines: string[] = [];
  const unused = new Proxy({}, { get: () => () => expect.unreachable("no server is asked") });
  const context: CommandContext = {
    client: unused as CommandContext["client"],
    print: (text: string) => void lines.push(text),
    printAll: async () => {},
    note: () => {},
    warn: () => {},
    progress: () => {},
    style: createStyle({ isTTY: false }, {}),
    columns: undefined,
    isInteractive: false,
  };
  let exit = 0;
  try {
    await command(context);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    lines.push(error.message, ...error.lines);
    exit = error.exitCode;
  }
  return { text: lines.join("\n").replaceAll(`${dir.path}/`, ""), exit };
}

const lintFiles = (paths: readonly string[], options: Partial<LintOptions> = {}) =>
  run((context) => lint(context, { manifestFile: paths, workspace: "public", output: "table", ...options }));

const good = "name: nightly\nversion: v1beta\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}\n";
const volume = (size: string) =>
  `name: files\nversion: v1beta\ntype: volume\nvolume: {size: ${size}, accessMode: ReadWriteMany, type: temp}\n`;

describe("lint", () => {
  it("says what compilers say, and ends with 1 where there is a fault", async () => {
    const file = write("volume.yaml", `${volume("much")}---\n${volume("1Gi").replace("accessMode", "acessMode")}`);
    expect(await lintFiles([file])).toEqual({
      exit: 1,
      text: [
        "volume.yaml:4:16: error: `volume.size`: expected an amount of memory such as `512Mi`, `1Gi` or `4096M`",
        "volume.yaml:9:9: error: `volume.accessMode` is missing; expected one of `ReadWriteOnce`, `ReadOnlyMany`, `ReadWriteMany`",
        "volume.yaml:9:21: error: unknown key `acessMode` in `volume`; did you mean `accessMode`? (allowed: `size`, `accessMode`, `type`, `compute`)",
        "1 file, 3 errors, 0 warnings",
        "",
      ].join("\n"),
    });
  });

  it("gives each fault as an object with what was expected and the nearest word", async () => {
    const file = write(
      "depot.yaml",
      "name: sales\nversion: v1\ntype: depot\ndepot: {type: mysqll, spec: {hots: db}}\n",
    );
    const { text, exit } = await lintFiles([file], { output: "json" });
    expect(exit).toBe(1);
    const [first] = JSON.parse(text.replace(/\n$/, "")) as readonly Record<string, unknown>[];
    expect(first).toMatchObject({
      file: "depot.yaml",
      line: 4,
      column: 15,
      path: "depot.type",
      severity: "error",
      expected: expect.stringMatching(/^one of `postgresql`, .*`http`$/),
      suggestion: "mysql",
    });
    expect(Object.keys(first ?? {}).sort()).toEqual(
      ["column", "expected", "file", "line", "message", "path", "severity", "suggestion"].sort(),
    );
  });

  it("says of a key in the wrong place where it belongs", async () => {
    const file = write("high.yaml", volume("1Gi").replace("volume: {", "accessMode: ReadOnlyMany\nvolume: {"));
    const { text } = await lintFiles([file], { output: "json" });
    expect(JSON.parse(text.replace(/\n$/, ""))).toMatchObject([
      {
        path: "accessMode",
        message: expect.stringMatching(/^unknown key `accessMode`; it belongs below `volume` \(allowed: /),
        suggestion: "volume.accessMode",
      },
    ]);
  });

  it("looks into folders, passes over cases of policies, and tells twins in two files", async () => {
    write("inner/a.yaml", good);
    write("inner/b.yml", good);
    write("inner/p.cases.yaml", "cases: []\n");
    write("inner/notes.txt", "no manifest");
    expect(await lintFiles([`${dir.path}/inner`], { recursive: true })).toEqual({
      exit: 0,
      text: "inner/b.yml:1:7: warning: compute `nightly` is also in inner/a.yaml:1:7; one call applies only one of them\n2 files, 0 errors, 1 warning",
    });
    expect((await lintFiles([`${dir.path}/inner`], { strict: true })).exit).toBe(1);
    expect(await lintFiles([`${dir.path}/absent`])).toMatchObject({ exit: 2 });
  });

  it("checks everything but what a variable that is not set stands in", async () => {
    const text = `name: "\${LINT_TEST_A}-db"\nversion: v1\ntype: depot\ndepot:\n  type: postgresql\n  spec: {host: db, port: $LINT_TEST_B, databse: x}\n`;
    const { text: printed, exit } = await lintFiles([write("variables.yaml", text)]);
    expect(exit).toBe(1);
    expect(printed.split("\n").map((line) => line.slice(0, 100))).toEqual([
      "variables.yaml:1:7: warning: variable `LINT_TEST_A` is not set here; what it stands in is not checke",
      "variables.yaml:6:26: warning: variable `LINT_TEST_B` is not set here; what it stands in is not check",
      "variables.yaml:6:40: error: unknown key `databse` in `depot.spec`; did you mean `database`? (allowed",
      "1 file, 1 error, 2 warnings",
      "",
    ]);
  });

  it("checks what policies say", async () => {
    const policy =
      "name: p\nversion: v1\ntype: policy\npolicy:\n  access:\n    subjects: {tags: ['roles:id:a']}\n    predicates: [read]\n    objects: {paths: ['**']}\n    conditions: ['departmnt ==']\n    allow: true\n";
    const { text, exit } = await lintFiles([write("policy.yaml", policy)]);
    expect(exit).toBe(1);
    expect(text).toMatch(/^policy\.yaml:9:\d+: error: /);
  });

  it("never prints a secret, whatever is wrong around it", async () => {
    const canary = "canary-4711";
    const text = [
      `name: a\nversion: v1\ntype: instance-secret\ninstance-secret: {type: ${canary}x, acl: q, data: {password: ${canary}}}`,
      `name: b\nversion: v1\ntype: depot\ndepot: {type: s3, connectionSecret: [{acl: r, data: [${canary}]}], spec: {}}`,
      `name: c\nversion: v1\ntype: service\nservice: {stack: flare, runAsApiKey: [${canary}], envs: {API_TOKEN: {x: ${canary}}}}`,
      `name: d\nversion: v1alpha\ntype: pager\npager: {conditions: [], output: {msTeams: {webHookUrl: [${canary}]}}}`,
      `name: e\nversion: v1alpha\ntype: monitor\nmonitor: {schedule: x, equation: {leftExpression: {query: {dsn: 'postgres://u:${canary}@h/d'}}}}`,
      `name: f\nversion: v1beta\ntype: bundle\nbundle: {resources: [{id: s, spec: {name: s, type: secret, secret: {type: key-value, acl: q, data: {x: ${canary}}}}}]}`,
    ].join("\n---\n");
    for (const output of ["table", "json", "yaml"]) {
      const { text: printed, exit } = await lintFiles([write("secrets.yaml", text)], { output });
      expect(exit).toBe(1);
      expect(printed.replaceAll(`${canary}x`, "")).not.toContain(canary);
    }
  });
});

describe("develop schema", () => {
  it("prints the grammar of the version that is asked for, or of the default one", async () => {
    const read = async (options: { type: string; schemaVersion?: string }) =>
      JSON.parse((await run((context) => getSchema(context, options))).text) as { readonly $id: string };
    expect((await read({ type: "depot" })).$id).toBe("urn:dataos:schema:depot:v1");
    expect(await read({ type: "depot", schemaVersion: "v2alpha" })).toMatchObject({
      $id: "urn:dataos:schema:depot:v2alpha",
      properties: { depot: { properties: { postgresql: { properties: { host: { type: "string" } } } } } },
    });
  });

  it("names the nearest type and version", async () => {
    expect(await run((context) => getSchema(context, { type: "depott" }))).toMatchObject({
      exit: 2,
      text: expect.stringMatching(/^unknown type `depott`; did you mean `depot`\? /),
    });
    expect(await run((context) => getSchema(context, { type: "worker", schemaVersion: "v1" }))).toEqual({
      exit: 2,
      text: "unknown version of `worker` `v1` (known: v1beta)",
    });
  });

  it("lists types with versions and levels", async () => {
    const { text } = await run((context) => listSchemas(context, "json"));
    expect(JSON.parse(text)).toContainEqual({ type: "depot", versions: ["v1", "v2alpha"], level: "instance" });
    expect(JSON.parse(text)).toContainEqual({ type: "worker", versions: ["v1beta"], level: "workspace" });
  });
});
