import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer } from "./support/server.ts";

const good = "name: good\nversion: v1\ntype: role\nrole: {description: fine}\n";

describe("nothing is applied, and each fault is told with its place and its mending, of a manifest", () => {
  const folder = createTempDir();
  const manifests = createTempDir();
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path });
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
    manifests.remove();
  });

  /** Applies the files of a folder of their own; gives what a user reads, with the folder as `DIR`. */
  async function applyFiles(files: Readonly<Record<string, string>>): Promise<string> {
    using place = createTempDir();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place.path, name), text);
    const applied = await server.ctl(["apply", "-f", place.path]);
    const dry = await server.ctl(["apply", "-f", place.path, "--dry-run"]);
    expect(applied).toMatchObject({ exit: 2, stdout: "" });
    expect(dry).toMatchObject({ exit: 2, stdout: "" });
    expect(dry.stderr.split("\n").slice(-2)).toEqual(applied.stderr.split("\n").slice(-2));
    const { resources } = await server.query<{ resources: { edges: unknown[] } }>("{ resources { edges { cursor } } }");
    expect(resources.edges, "nothing is applied").toEqual([]);
    return applied.stderr.replaceAll(place.path, "DIR").trim();
  }
  /** Beside a good document, which must not be applied either. */
  const applyBeside = (text: string): Promise<string> => applyFiles({ "a.yaml": `${good}---\n${text}` });

  it("with a syntax error", async () => {
    expect(
      await applyBeside("name: x\nversion: v1\ntype: role\nrole: {description: [unclosed\n"),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        DIR/a.yaml:10:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]
        DIR/a.yaml:10:1: not valid YAML: flow map in block collection must be sufficiently indented and end with a }"
    `);
    expect(await applyBeside('name: "x\nversion: v1\n')).toMatchInlineSnapshot(
      `"error: DIR/a.yaml:8:1: not valid YAML: missing closing "quote"`,
    );
    expect(await applyBeside("name: x\n\tversion: v1\n")).toMatchInlineSnapshot(
      `
      "error: DIR/a.yaml:7:1: not valid YAML: tabs are not allowed as indentation
          7 |  version: v1
            | ^"
    `,
    );
  });

  it("with an unknown key, and one that is nearly known", async () => {
    expect(
      await applyBeside("name: x\nversion: v1\ntype: role\nrole: {descripton: fine, colour: red}\n"),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        DIR/a.yaml:9:8: unknown key \`descripton\` in \`role\`; did you mean \`description\`? (allowed: \`name\`, \`description\`)
          9 | role: {descripton: fine, colour: red}
            |        ^~~~~~~~~~
        DIR/a.yaml:9:26: unknown key \`colour\` in \`role\` (allowed: \`name\`, \`description\`)
          9 | role: {descripton: fine, colour: red}
            |                          ^~~~~~"
    `);
  });

  it("with a value of the wrong type, or of no known kind", async () => {
    expect(
      await applyBeside(
        "name: [x]\nversion: v1\ntype: depot\ndepot: {type: POSTGRESQL, external: 7, spec: {host: h, port: many}}\n",
      ),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 3 faults
        DIR/a.yaml:6:7: \`name\` is a list; expected text
          6 | name: [x]
            |       ^
        DIR/a.yaml:9:37: \`depot.external\` is a number; expected \`true\` or \`false\`
          9 | depot: {type: POSTGRESQL, external: 7, spec: {host: h, port: many}}
            |                                     ^
        DIR/a.yaml:9:62: \`depot.spec.port\` is text; expected a number
          9 | depot: {type: POSTGRESQL, external: 7, spec: {host: h, port: many}}
            |                                                              ^~~~"
    `);
    expect(await applyBeside("name: x\nversion: v1\ntype: dept\n")).toMatchInlineSnapshot(
      `
      "error: DIR/a.yaml:8:7: unknown type \`dept\`; did you mean \`depot\`? (supported: \`instance-secret\`, \`secret\`, \`depot\`, \`policy\`, \`grant\`, \`provider\`, \`use-case\`, \`workflow\`, \`service\`, \`worker\`, \`monitor\`, \`pager\`, \`compute\`, \`cluster\`, \`volume\`, \`database\`, \`lakehouse\`, \`bundle\`, \`product\`, \`operator\`, \`stack\`, \`user\`, \`role\`, \`object-type\`)
          8 | type: dept
            |       ^~~~"
    `,
    );
    expect(await applyBeside("- just\n- a list\n")).toMatchInlineSnapshot(
      `
      "error: DIR/a.yaml:6:1: a manifest is a mapping; expected \`name\`, \`type\` and the section of the type
          6 | - just
            | ^"
    `,
    );
  });

  it("with a key twice", async () => {
    expect(
      await applyBeside("name: x\nversion: v1\ntype: role\nrole: {description: a}\nname: y\n"),
    ).toMatchInlineSnapshot(`
      "error: DIR/a.yaml:10:1: key \`name\` is given twice, first at 6:1; keep one of them
          10 | name: y
             | ^~~~"
    `);
  });

  it("with anchors, aliases or unknown tags", async () => {
    expect(
      await applyBeside(
        "name: &n x\nversion: v1\ntype: role\nrole:\n  <<: {description: a}\n  name: *n\n  description: !!js/function 'x'\n",
      ),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 3 faults
        DIR/a.yaml:6:7: \`&n\` without quotes is a YAML anchor, and anchors are not allowed; write the value out, or quote text that starts with \`&\`
          6 | name: &n x
            |       ^~
        DIR/a.yaml:11:9: \`*n\` without quotes is a YAML alias, and aliases are not allowed; quote text that starts with \`*\`, like \`"*n"\`
          11 |   name: *n
             |         ^~
        DIR/a.yaml:12:16: tag \`!!js/function\` is not allowed (allowed: \`!!str\`, \`!!int\`, \`!!float\`, \`!!bool\`, \`!!null\`, \`!!map\`, \`!!seq\`); quote text that starts with \`!\`
          12 |   description: !!js/function 'x'
             |                ^~~~~~~~~~~~~"
    `);
  });

  it("with a merge key", async () => {
    expect(
      await applyBeside("name: x\nversion: v1\ntype: role\nrole:\n  <<: {description: a}\n"),
    ).toMatchInlineSnapshot(`
      "error: DIR/a.yaml:10:3: merge key \`<<\` is not allowed; write the values out
          10 |   <<: {description: a}
             |   ^~"
    `);
  });

  it("with a schedule that never comes", async () => {
    expect(
      await applyBeside(
        "name: x\nversion: v1\ntype: workflow\nworkflow: {schedule: {cron: '0 0 31 2 *'}, dag: [{name: a, spec: {stack: flare}}]}\n",
      ),
    ).toMatchInlineSnapshot(
      `
      "error: DIR/a.yaml:9:29: \`0 0 31 2 *\` never comes (no next run); name a day that exists
          9 | workflow: {schedule: {cron: '0 0 31 2 *'}, dag: [{name: a, spec: {stack: flare}}]}
            |                             ^~~~~~~~~~~~"
    `,
    );
  });

  it("with a variable that is not set", async () => {
    expect(
      await applyBeside(
        'name: x\nversion: v1\ntype: role\n# $IGNORED\nrole: {description: "${NOT_SET_ANYWHERE} and $NEITHER_SET"}\n',
      ),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        DIR/a.yaml:10:21: variable \`NOT_SET_ANYWHERE\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`
          10 | role: {description: "\${NOT_SET_ANYWHERE} and $NEITHER_SET"}
             |                     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        DIR/a.yaml:10:21: variable \`NEITHER_SET\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`
          10 | role: {description: "\${NOT_SET_ANYWHERE} and $NEITHER_SET"}
             |                     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"
    `);
  });

  it("with a policy that cannot be, at the place within its condition", async () => {
    expect(
      await applyBeside(`name: x
version: v1
type: policy
policy:
  type: data
  rules:
    - resource: "urn:dataos:depot:shop"
      actions: [read]
      subjects: ["users:dataos:analyst"]
      conditions: ["department = 'sales'", "nosuch(1) == 2"]
`),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        DIR/a.yaml:15:20: unexpected character: = at character 12, in \`=\`; write \`==\` to compare
          15 |       conditions: ["department = 'sales'", "nosuch(1) == 2"]
             |                    ^~~~~~~~~~~~~~~~~~~~~~
        DIR/a.yaml:15:44: unknown function \`nosuch(int)\` at character 1, in \`nosuch(1)\`
          15 |       conditions: ["department = 'sales'", "nosuch(1) == 2"]
             |                                            ^~~~~~~~~~~~~~~~"
    `);
  });

  it("with several faults in several documents of several files, all together and in order", async () => {
    expect(
      await applyFiles({
        "b.yaml": "name: Bad Name\nversion: v9\ntype: role\nrole: {}\n",
        "a.yaml": `${good}---
name: shop
version: v1
type: depot
depot: {type: POSTGRESQL, external: true, spec: {host: h, prot: 5432}, colour: red}
---
name: scan
version: v1
type: workflow
workflow:
  schedule: {cron: "61 * * * *"}
  dag:
    - {name: one, spec: {stack: scanner:2.0, stackSpec: {depot: nowhere at all}}, dependencies: [two]}
    - {name: one, spec: {stack: scanner:2.0, stackSpec: {depot: "dataos://absent"}}}
`,
      }),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 8 faults
        DIR/a.yaml:9:59: unknown key \`prot\` in \`depot.spec\`; did you mean \`port\`? (allowed: \`subprotocol\`, \`host\`, \`port\`, \`params\`, \`database\`)
          9 | depot: {type: POSTGRESQL, external: true, spec: {host: h, prot: 5432}, colour: red}
            |                                                           ^~~~
        DIR/a.yaml:9:72: unknown key \`colour\` in \`depot\` (allowed: \`type\`, \`name\`, \`owner\`, \`description\`, \`external\`, \`source\`, \`compute\`, \`runAsUser\`, \`hiveSync\`, \`resources\`, \`connection\`, \`spec\`, \`connectionSecret\`, \`dataosSecrets\`, \`secrets\`)
          9 | depot: {type: POSTGRESQL, external: true, spec: {host: h, prot: 5432}, colour: red}
            |                                                                        ^~~~~~
        DIR/a.yaml:15:20: \`61 * * * *\` is not a cron expression: minute \`61\` (character 1) is not one: invalid value for minute: 61; expected five fields \`minute hour day month weekday\`, or six with seconds first, such as \`0 3 * * *\`, or \`@daily\`
          15 |   schedule: {cron: "61 * * * *"}
             |                    ^~~~~~~~~~~~
        DIR/a.yaml:17:65: \`workflow.dag.0.spec.stackSpec.depot\`: \`nowhere at all\` is not the address of a depot; expected a name or \`dataos://<name>\`
          17 |     - {name: one, spec: {stack: scanner:2.0, stackSpec: {depot: nowhere at all}}, dependencies: [two…
             |                                                                 ^~~~~~~
        DIR/a.yaml:17:97: \`workflow.dag.0.dependencies\`: job \`one\` depends on \`two\`, which is not in the dag
          17 | …{depot: nowhere at all}}, dependencies: [two]}
             |                                          ^
        DIR/a.yaml:18:14: \`workflow.dag.1.name\`: job \`one\` is given twice; rename one of them
          18 |     - {name: one, spec: {stack: scanner:2.0, stackSpec: {depot: "dataos://absent"}}}
             |              ^~~
        DIR/b.yaml:1:7: \`Bad Name\` is not a name for a role; expected lower-case letters, digits and \`. _ @ -\`, a letter or digit first, at most 128 characters
          1 | name: Bad Name
            |       ^~~
        DIR/b.yaml:2:10: unknown version \`v9\` of \`role\`; did you mean \`v1\`? (allowed: \`v1\`)
          2 | version: v9
            |          ^~"
    `);
  });
});
