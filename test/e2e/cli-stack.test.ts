import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer } from "./support/server.ts";

const people = `name: bob
version: v1
type: user
user: {type: person, tags: ["roles:id:data-dev"]}
---
name: carol
version: v1
type: user
user: {type: person, tags: ["roles:id:data-dev", "roles:id:payroll"]}
---
name: login
version: v1
type: secret
secret: {type: key-value, acl: r, data: {PASSWORD: canary-4711}}
---
name: jobs-of-others
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:data-dev"]}
    predicates: [run_as, create]
    objects: {tags: ["dataos:type:user", "dataos:type:apikey"]}
    allow: true
`;

interface Step {
  readonly commands: string;
  readonly manifests?: string;
  readonly more?: string;
}

describe("a workflow of dataos-ctl commands", () => {
  const folder = createTempDir();
  let server: TestServer;
  let bob = "";
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path });
    await apply(people);
    bob = (await server.ctl(["user", "apikey", "create", "-i", "bob", "-n", "test"])).stdout.trim();
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
  });

  async function apply(input: string, key = server.apiKey): Promise<void> {
    const { exit, stdout, stderr } = await server.ctl(["apply", "-f", "-"], { input, env: { DATAOS_APIKEY: key } });
    expect(exit, stdout + stderr).toBe(0);
  }
  const workflow = (name: string, { commands, manifests = "{}", more = "" }: Step): string =>
    `name: ${name}\nversion: v1\ntype: workflow\nworkflow:\n  dag:\n    - name: step\n      spec:\n        stack: cli:1.0\n${more}        stackSpec:\n          commands: ${commands}\n          manifests: ${manifests}\n`;
  async function run(name: string, step: Step, key = server.apiKey) {
    await apply(workflow(name, step), key);
    return server.ctl(["log", "-t", "workflow", "-n", name, "-f"]);
  }

  it("applies the manifests of the step as who applied it, with a key that is revoked afterwards", async () => {
    const { exit, stdout } = await run("make", {
      commands: '["apply -f secret.yaml", [get, -t, instance-secret, -a]]',
      manifests:
        '{secret.yaml: "{name: made-r, version: v1, type: instance-secret, instance-secret: {type: key-value, acl: r, data: {password: $$PASSWORD}}}"}',
      more: "        dataosSecrets: [login]\n",
    });
    expect(exit, stdout).toBe(0);
    expect(stdout).toMatch(/created +instance-secret\/made-r/);
    expect(stdout).toMatch(/made-r .*operator/);
    const keys = await server.ctl(["user", "apikey", "get", "-i", "operator", "-o", "json"]);
    const made = (JSON.parse(keys.stdout) as { name: string; revokedAt: string | null }[]).filter(({ name }) =>
      name.startsWith("job step of run"),
    );
    expect(made).toHaveLength(1);
    expect(made[0]?.revokedAt).toMatch(/^\d{4}-/);
    const audit = await server.ctl(["audit", "list", "--first", "100"]);
    expect(audit.stdout).toMatch(/apikey\.create/);
    expect(audit.stdout).toMatch(/apikey\.revoke/);
  });

  it("may do what its user may and no more, and ends with the first command that fails", async () => {
    const { exit, stdout } = await run(
      "reach",
      { commands: '["auth whoami", "get -t depot", "audit list", "get -t role"]', more: "" },
      bob,
    );
    expect(exit).toBe(1);
    expect(stdout).toContain("bob");
    expect(stdout).toMatch(/`dataos-ctl audit list` ended with code 4/);
    expect(stdout).not.toContain("dataos-ctl get -t role");
  });

  it("reads no file of the server and none of the jobs beside it", async () => {
    for (const path of ["/etc/hosts", "../../../master.key", `${folder.path}/master.key`, "/proc/self/environ"]) {
      const name = `read-${path
        .replace(/[^a-z]+/g, "-")
        .replace(/^-|-$/g, "")
        .slice(-20)}`;
      const { exit, stdout } = await run(name, { commands: `[[lint, -f, ${JSON.stringify(path)}]]` });
      expect(exit, stdout).toBe(1);
      expect(stdout).toContain("a job reads the files of its own `manifests` only");
    }
  });

  it("runs as somebody else for those only who hold what they hold", async () => {
    const asCarol = { commands: '["auth whoami"]', more: "        runAsUser: carol\n" };
    const refused = await run("as-carol", asCarol, bob);
    expect(refused.exit).toBe(1);
    expect(refused.stdout).toContain("`bob` does not hold `roles:id:payroll`");
    const allowed = await run("as-carol-too", asCarol);
    expect(allowed.exit, allowed.stdout).toBe(0);
    expect(allowed.stdout).toContain("carol");
  });

  it("is not given a variable whose value the workflow does not keep, and says where to put it", async () => {
    const { exit, stdout } = await run("env", {
      commands: '["auth whoami"]',
      more: "        envs: {API_TOKEN: canary-4711}\n",
    });
    expect(exit).toBe(1);
    expect(stdout).toContain("variable `API_TOKEN` holds a secret by its name, which no workflow keeps");
    expect(stdout).not.toContain("canary-4711");
  });

  const refusal = async (step: Step): Promise<string> => {
    const { exit, stderr } = await server.ctl(["apply", "-f", "-"], { input: workflow("bad", step) });
    expect(exit).toBe(2);
    return stderr.replace(/expected one of .*/g, "expected one of …");
  };

  it("is refused when it is applied where it would keep keys, ask another server or show a secret", async () => {
    const refused = await refusal({
      commands: '["user apikey create -n x", "get -a --url=http://evil.example", context list]',
      manifests:
        '{s.yaml: "{name: s, type: secret, version: v1, secret: {type: key-value, data: {p: canary-4711}}}", t.yaml: "a: [1"}',
    });
    expect(refused).toMatchInlineSnapshot(`
      "error: nothing was applied: 5 faults
        <stdin>:10:22: \`workflow.dag.0.spec.stackSpec.commands.0\`: \`user\` is not a command that a job may give; expected one of …
        <stdin>:10:49: \`workflow.dag.0.spec.stackSpec.commands.1\`: \`--url\` is not for jobs; a job asks this server, with a key of the user it runs as
        <stdin>:10:85: \`workflow.dag.0.spec.stackSpec.commands.2\`: \`context\` is not a command that a job may give; expected one of …
        <stdin>:11:31: \`workflow.dag.0.spec.stackSpec.manifests.s.yaml\`: the value of \`p\` would be readable in the workflow; write \`$\${NAME}\` and hand it over by \`dataosSecrets\`
        <stdin>:11:130: \`workflow.dag.0.spec.stackSpec.manifests.t.yaml\`: t.yaml:1:6: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]
      "
    `);
  });

  it("is refused where words or names of files are not what they have to be", async () => {
    expect(
      await refusal({ commands: `["apply -f 'a b.yaml'"]`, manifests: '{../x.yaml: "a: 1"}' }),
    ).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        <stdin>:10:22: \`workflow.dag.0.spec.stackSpec.commands.0\`: expected words that blanks part, without quotes; a word with blanks stands in a list of words
          10 |           commands: ["apply -f 'a b.yaml'"]
             |                      ^~~~~~~~~~~~~~~~~~~~~
        <stdin>:11:34: \`workflow.dag.0.spec.stackSpec.manifests.../x.yaml\`: expected the name of a file such as \`roles.yaml\`, without a folder
          11 |           manifests: {../x.yaml: "a: 1"}
             |                                  ^~~~~~
      "
    `);
  });
});
