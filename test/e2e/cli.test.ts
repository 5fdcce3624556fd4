import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { type CtlResult, runCtl, startServer, type TestServer, waitFor } from "./support/server.ts";

// Order matters: a suite lives through what a person does in an afternoon, from the first apply to deleting everything.

const folder = createTempDir();
const quickstart = "examples/quickstart";
const exercised = new Set<string>();
let server: TestServer;
let source: PgliteServer;
let hanging: Server;
let shop: NodeJS.ProcessEnv;

type CtlOptions = { readonly env?: NodeJS.ProcessEnv; readonly input?: string };

/** Runs a command as the operator, with the shop's variables set. */
async function ctl(args: readonly string[], { env = {}, input }: CtlOptions = {}): Promise<CtlResult> {
  noteCommand(args);
  return server.ctl(args, { env: { ...shop, ...env }, ...(input !== undefined && { input }) });
}

function noteCommand(args: readonly string[]): void {
  for (const length of [1, 2, 3]) exercised.add(args.slice(0, length).join(" "));
}

/** What a terminal would show, with everything that differs from run to run replaced. */
async function shown(args: readonly string[], options?: CtlOptions): Promise<string> {
  const { exit, stdout, stderr } = await ctl(args, options);
  return normalise(`${stdout}${stderr}${exit === 0 ? "" : `[exit ${exit}]\n`}`);
}

function normalise(text: string): string {
  return text
    .replaceAll(server.url, "http://SERVER")
    .replaceAll(folder.path, "FOLDER")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, "TIME")
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/policies [0-9a-f]{12}/g, "policies VERSION")
    .replace(/\b\d+(\.\d+)? m?s\b/g, "SPAN")
    .replaceAll(shop.SHOP_PORT ?? "", "PORT");
}

const role = (name: string, more = "") => `name: ${name}\nversion: v1\ntype: role\n${more}role: {}\n`;

beforeAll(async () => {
  source = await startPglite();
  await source.exec(await readFile(new URL("../../demo/shop.sql", import.meta.url), "utf8"));
  hanging = createServer(() => {});
  await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
  const { hostname, port, username, password } = new URL(source.url);
  shop = {
    SHOP_HOST: hostname,
    SHOP_PORT: port,
    SHOP_DATABASE: "postgres",
    SHOP_USERNAME: username,
    SHOP_PASSWORD: password,
  };
  server = await startServer({ dataDir: join(folder.path, "data") });
});

afterAll(async () => {
  await server?.kill("SIGTERM");
  hanging?.close();
  await source?.stop();
  folder.remove();
});

describe("apply", () => {
  it("shows with --dry-run what would be, and changes nothing", async () => {
    expect(await shown(["apply", "-f", `${quickstart}/01-secret.yaml`, "--dry-run"])).toMatchInlineSnapshot(`
      "created   instance-secret/shopdb-r
          @@ -0,0 +1,11 @@
          +name: shopdb-r
          +version: v1
          +type: instance-secret
          +description: read access to the shop database
          +layer: user
          +instance-secret:
          +  type: key-value-properties
          +  acl: r
          +  data:
          +    username: "[redacted]"
          +    password: "[redacted]"
      dry run, nothing was changed: 1 created, 0 updated, 0 unchanged
      "
    `);
    expect((await ctl(["get", "-a", "-o", "json"])).stdout).toBe("[]\n");
  });

  it("reports every fault with its place, and applies nothing", async () => {
    const input = `name: Bad_Name\nversion: v1\ntype: role\nrole: {nme: x}\n---\n${role("good")}`;
    expect(await shown(["apply", "-f", "-"], { input })).toMatchInlineSnapshot(`
      "error: nothing was applied: 2 faults
        <stdin>:1:7: \`Bad_Name\` is not a name for a role; expected lower-case letters, digits and \`. _ @ -\`, a letter or digit first, at most 128 characters
          1 | name: Bad_Name
            |       ^~~~~~~~
        <stdin>:4:8: unknown key \`nme\` in \`role\`; did you mean \`name\`? (allowed: \`name\`, \`description\`)
          4 | role: {nme: x}
            |        ^~~
      [exit 2]
      "
    `);
    expect(
      await shown(["apply", "-f", `${quickstart}/02-depot.yaml`], { env: { SHOP_HOST: undefined } }),
    ).toMatchInlineSnapshot(`
      "error: examples/quickstart/02-depot.yaml:15:11: variable \`SHOP_HOST\` is not set; set it where the manifest is applied, or write \`$$\` for a plain \`$\`
          15 |     host: \${SHOP_HOST}
             |           ^~~~~~~~~~~~
      [exit 2]
      "
    `);
    expect(await shown(["apply", "-f", "-"], { input: "" })).toMatchInlineSnapshot(`
      "error: there is no manifest in what was given; expected at least one document with \`name\`, \`type\` and its section
      [exit 2]
      "
    `);
    expect(await shown(["apply", "-f", join(folder.path, "nothing")])).toMatchInlineSnapshot(`
      "error: there is no file or folder \`FOLDER/nothing\`
      [exit 2]
      "
    `);
    expect(await shown(["apply", "-f", "test/golden"])).toMatchInlineSnapshot(`
      "error: \`test/golden\` holds no *.yaml file; add -R to look into its folders too
      [exit 2]
      "
    `);
    expect((await ctl(["get", "-a", "-o", "json"])).stdout).toBe("[]\n");
  });

  it("creates what a folder describes without a warning, and says how to follow it", async () => {
    expect(await shown(["apply", "-f", quickstart])).toMatchInlineSnapshot(`
      "created   instance-secret/shopdb-r
      created   depot/shopdb
      created   role/analyst
      created   user/alice
      created   user/bob
      created   user/carol
      created   policy/sales-analysts-read-the-shop
      created   policy/nobody-queries-bank-accounts
      created   policy/hash-mail-addresses
      created   policy/only-emea-customers
      created   policy/redact-phone-and-birth-date
      created   grant/bob-reads-stock
      created   workflow/scan-shopdb                 in public
      13 created, 0 updated, 0 unchanged
      follow it with: dataos-ctl log -t workflow -n scan-shopdb -f
      "
    `);
  });

  it("finds nothing to do the second time", async () => {
    const again = await ctl(["apply", "-f", quickstart]);
    expect(again.stdout).toContain("\n0 created, 0 updated, 13 unchanged\n");
    expect(again.stderr).toBe("");
  });

  it("takes standard input, and shows the difference without secret values", async () => {
    const input = await readFile(`${quickstart}/01-secret.yaml`, "utf8");
    const changed = input.replace("read access to", "reads");
    expect(
      await shown(["apply", "-f", "-", "--dry-run"], { input: changed, env: { SHOP_PASSWORD: "another-secret" } }),
    ).toMatchInlineSnapshot(`
      "updated   instance-secret/shopdb-r  generation 2
          @@ -1,7 +1,7 @@
           name: shopdb-r
           version: v1
           type: instance-secret
          -description: read access to the shop database
          +description: reads the shop database
           layer: user
           instance-secret:
             type: key-value-properties
          @@ -8,4 +8,4 @@
             acl: r
             data:
               username: "[redacted]"
          -    password: "[redacted]"
          +    password: "[redacted, changed]"
      dry run, nothing was changed: 0 created, 1 updated, 0 unchanged
      "
    `);
  });

  it("looks into folders of folders with -R only", async () => {
    const nested = join(folder.path, "manifests", "deep");
    await mkdir(nested, { recursive: true });
    await writeFile(join(nested, "role.yml"), role("deep"));
    const path = join(folder.path, "manifests");
    expect(await shown(["apply", "-f", path])).toMatchInlineSnapshot(`
      "error: \`FOLDER/manifests\` holds no *.yaml file; add -R to look into its folders too
      [exit 2]
      "
    `);
    expect(await shown(["apply", "-f", path, "-R"])).toMatchInlineSnapshot(`
      "created   role/deep
      1 created, 0 updated, 0 unchanged
      "
    `);
  });

  it("leaves variables as they stand with --disable-interpolation, and sends only those that values name", async () => {
    const input = role("costs", "description: in $CURRENCY # not $OTHER\n");
    const env = { CURRENCY: "EUR", OTHER: "must-not-leave" };
    const description = async () =>
      (JSON.parse((await ctl(["get", "-t", "role", "-n", "costs", "-o", "json"])).stdout) as { description: string })
        .description;
    await ctl(["apply", "-f", "-", "--disable-interpolation"], { input, env });
    expect(await description()).toBe("in $CURRENCY");
    await ctl(["apply", "-f", "-"], { input, env });
    expect(await description()).toBe("in EUR");
  });

  it("warns of a misspelt attribute and names the right one", async () => {
    const input = `name: misspelt\nversion: v1\ntype: policy\npolicy:\n  type: data\n  rules:\n    - {resource: "urn:dataos:depot:shopdb", actions: [read], subjects: ["users:dataos:analyst"], conditions: ["deparment == 'sales'"]}\n`;
    expect(await shown(["apply", "-f", "-", "--dry-run"], { input })).toMatchInlineSnapshot(`
      "created   policy/misspelt
          @@ -0,0 +1,13 @@
          +name: misspelt
          +version: v1
          +type: policy
          +policy:
          +  type: data
          +  rules:
          +    - resource: urn:dataos:depot:shopdb
          +      actions:
          +        - read
          +      subjects:
          +        - users:dataos:analyst
          +      conditions:
          +        - deparment == 'sales'
      0 decisions would change (1 rule added, 0 removed; 27 decisions compared)
      dry run, nothing was changed: 1 created, 0 updated, 0 unchanged
      warning: <stdin>:7:111: attribute \`subject.deparment\` is not declared, so its type is not checked; did you mean \`subject.department\`?
      "
    `);
  });
});

describe("log, run, runs and cancel", () => {
  it("follow a scan to its end", async () => {
    const { exit, stdout } = await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "-f"]);
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(
      lines.filter((line) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO |WARN |ERROR) \S/.test(line)),
    ).toEqual([]);
    expect(lines.some((line) => line.includes("[scan] succeeded"))).toBe(true);
  });

  it("show nothing of before --since", async () => {
    expect((await ctl(["logs", "-t", "workflow", "-n", "scan-shopdb", "--since", "1h"])).stdout).not.toBe("");
    expect((await ctl(["logs", "-t", "workflow", "-n", "scan-shopdb", "--since", "2999-01-01"])).stdout).toBe("");
    expect(await shown(["log", "-t", "workflow", "-n", "scan-shopdb", "--since", "yesterday"])).toMatchInlineSnapshot(`
      "error: \`yesterday\` is not a time; expected e.g. \`1h\`, \`30m\`, \`2024-01-01\` or \`2024-01-01T08:00:00Z\`
      [exit 2]
      "
    `);
  });

  it("start a run and list it with how long it took", async () => {
    expect(await shown(["run", "-n", "scan-shopdb"])).toMatchInlineSnapshot(`
      "started   run/run_UUID
      follow it with: dataos-ctl log -t workflow -n scan-shopdb -f
      "
    `);
    expect((await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "-f"])).exit).toBe(0);
    // widths depend on how long a run took
    const table = (await shown(["runs", "-n", "scan-shopdb"])).replace(/ {2,}/g, "  ");
    expect(table).toMatchInlineSnapshot(`
      "ID  WORKFLOW  WORKSPACE  STATE  TRIGGER  STARTED  TOOK  MESSAGE
      run_UUID  scan-shopdb  public  succeeded  manual  TIME  SPAN
      run_UUID  scan-shopdb  public  succeeded  apply  TIME  SPAN
      "
    `);
    const runs = JSON.parse((await ctl(["runs", "-o", "json"])).stdout) as { id: string; jobs: unknown[] }[];
    expect(runs).toHaveLength(2);
    const one = await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "--run", runs[1]?.id ?? ""]);
    expect(one.stdout).toContain("trigger=apply");
    expect(one.stdout).not.toContain("trigger=manual");
  });

  it("cancel a run that hangs, and say of an ended one that it has ended", async () => {
    const address = hanging.address();
    const env = { SHOP_PORT: String(typeof address === "object" ? address?.port : 0) };
    await ctl(["apply", "-f", `${quickstart}/02-depot.yaml`], { env });
    const id = /run\/(\S+)/.exec((await ctl(["run", "-n", "scan-shopdb"])).stdout)?.[1] ?? "";
    expect((await ctl(["cancel", `run/${id}`])).stdout).toMatch(/^cancell(ed|ing) {1,2}run\/run_/);
    const followed = await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "-f", "--run", id]);
    expect(followed.exit).toBe(1);
    expect(followed.stderr).toBe("error: the run was cancelled: cancelled\n");
    const [, , first] = JSON.parse((await ctl(["runs", "-o", "json"])).stdout) as { id: string }[];
    expect(await shown(["cancel", first?.id ?? ""])).toMatchInlineSnapshot(`
      "error: the run had ended already: it succeeded
      [exit 6]
      "
    `);
    expect(await shown(["cancel", "nonsense"])).toMatchInlineSnapshot(`
      "error: there is no run \`nonsense\`
      [exit 5]
      "
    `);
  });

  it("tell why a run failed, with exit code 1, and how a depot can be mended", async () => {
    await ctl(["apply", "-f", `${quickstart}/02-depot.yaml`], { env: { SHOP_PORT: "1" } });
    await waitFor(
      () => ctl(["get", "-t", "depot", "-n", "shopdb"]),
      ({ stderr }) => stderr.includes("nothing listens"),
    );
    await ctl(["run", "-n", "scan-shopdb"]);
    const followed = await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "-f"]);
    expect(followed.exit).toBe(1);
    expect(followed.stderr).toMatchInlineSnapshot(`
      "error: the run failed: job \`scan\` failed: nothing listens on 127.0.0.1:1; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections
      "
    `);
    expect(await shown(["get", "-t", "depot", "-a"])).toMatchInlineSnapshot(`
      "NAME    VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      shopdb  v2alpha  depot             error            operator
      warning: depot/shopdb: nothing listens on 127.0.0.1:1; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections
      "
    `);
    expect(await shown(["get", "-t", "workflow", "-n", "scan-shopdb"])).toMatchInlineSnapshot(`
      "NAME         VERSION  TYPE      WORKSPACE  STATUS  RUNTIME  OWNER
      scan-shopdb  v1       workflow  public     active  failed   operator
      warning: workflow/public/scan-shopdb: job \`scan\` failed: nothing listens on 127.0.0.1:1; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections
      "
    `);
    await ctl(["apply", "-f", `${quickstart}/02-depot.yaml`]);
    await waitFor(
      () => ctl(["get", "-t", "depot", "-n", "shopdb"]),
      ({ stdout }) => stdout.includes("active"),
    );
  });
});

describe("describe, diff, history and rollback", () => {
  it("tell everything about one resource, however it is named", async () => {
    const text = await shown(["describe", "depot", "shopdb"]);
    const ages = (value: string): string =>
      value
        .replace(/\b\d+[smhd] ago/g, "AGO")
        .replace(/ {2,}/g, "  ")
        .replace(/generation \d+/g, "generation N");
    expect(ages(text.slice(0, text.indexOf("Events:")))).toMatchInlineSnapshot(`
      "Name:  shopdb
      Type:  depot v2alpha
      Status:  active (Active)
      Generation:  4
      Owner:  operator
      Tags:  domain:sales
      Description: the web shop's database
      Created:  TIME, AGO
      Updated:  TIME, AGO
      URN:  urn:dataos:depot:shopdb

      Conditions:
        TYPE  STATUS  SINCE  REASON  MESSAGE
        DependenciesReady  True  AGO  DependenciesReady  everything it needs is there
        Healthy  True  AGO  Answered  postgresql 18.6, answered in SPAN
        Ready  True  AGO  Ready  connected to postgresql 18.6

      Manifest:
        depot:
        type: POSTGRESQL
        external: true
        secrets:
        - name: shopdb-r
        allkeys: true
        postgresql:
        host: 127.0.0.1
        port: PORT
        database: postgres

      Needs:
        RESOURCE  STATUS
        instance-secret/shopdb-r  active

      Needed by:
        RESOURCE  STATUS
        workflow/public/scan-shopdb  active

      "
    `);
    const events = text.slice(text.indexOf("Events:"));
    expect(events).toContain("AT ");
    for (const words of [["depot/shopdb"], ["-t", "depot", "-n", "shopdb"], ["-i", "depot:v2alpha:shopdb"]])
      expect((await ctl(["describe", ...words])).stdout.split("\n")[0], words.join(" ")).toBe("Name:        shopdb");
    const line = (await ctl(["get", "workflow/public/scan-shopdb"])).stdout.split("\n")[1] ?? "";
    const workflow = await ctl(["describe", "-i", line]);
    expect(workflow.stdout).toMatch(/Last run:\n {2}run_\S+: failed, by operator, started \S+, took .+\n/);
    expect(workflow.stdout).toMatch(/JOB +STACK +STATE +TRIES +TOOK +MESSAGE\n {2}scan +scanner:2.0 +failed +\d/);
    expect(await shown(["describe", "depot", "nope"])).toMatchInlineSnapshot(`
      "error: there is no depot \`nope\`, or you may not see it
      [exit 5]
      "
    `);
    expect(await shown(["describe", "depot"])).toMatchInlineSnapshot(`
      "error: say which resource: TYPE NAME, or -t TYPE -n NAME
      [exit 2]
      "
    `);
    expect(await shown(["describe", "depot", "shopdb", "-n", "other"])).toMatchInlineSnapshot(`
      "error: the name is given as \`other\` and as \`shopdb\`; give it once
      [exit 2]
      "
    `);
    expect(await shown(["describe", "-i", "shopdb"])).toMatchInlineSnapshot(`
      "error: \`shopdb\` is no identifier; expected \`TYPE:VERSION:NAME\`, \`TYPE:VERSION:NAME:WORKSPACE\` or a line that \`get\` printed
      [exit 2]
      "
    `);
  });

  it("show what the files would change, with exit code 1, and that they would change nothing", async () => {
    expect(await shown(["diff", "-f", `${quickstart}/03-users-and-roles.yaml`])).toBe("nothing would change\n");
    const input = role("costs", "description: in USD\n");
    expect(await shown(["diff", "-f", "-"], { input })).toMatchInlineSnapshot(`
      "role/costs would be updated
          @@ -1,5 +1,5 @@
           name: costs
           version: v1
           type: role
          -description: in EUR
          +description: in USD
           role: {}
      [exit 1]
      "
    `);
  });

  it("list the versions of a manifest, compare them and bring one back", async () => {
    expect(await shown(["history", "role", "costs"])).toMatchInlineSnapshot(`
      "   VERSION  AT                        BY
      *  2        TIME  operator
         1        TIME  operator
      "
    `);
    expect(await shown(["history", "role", "costs", "--diff", "1"])).toMatchInlineSnapshot(`
      "    @@ -1,5 +1,5 @@
           name: costs
           version: v1
           type: role
          -description: in $CURRENCY
          +description: in EUR
           role: {}
      "
    `);
    expect(await shown(["history", "role", "costs", "--show", "1"])).toMatchInlineSnapshot(`
      "name: costs
      version: v1
      type: role
      description: in $CURRENCY
      role: {}
      "
    `);
    expect(await shown(["history", "role", "costs", "--show", "9"])).toMatchInlineSnapshot(`
      "error: role/costs has no version 9 (known: 2, 1)
      [exit 5]
      "
    `);
    expect(await shown(["rollback", "role", "costs", "--dry-run"])).toMatchInlineSnapshot(`
      "    @@ -1,5 +1,5 @@
           name: costs
           version: v1
           type: role
          -description: in EUR
          +description: in $CURRENCY
           role: {}
      dry run, nothing was changed: role/costs would be as in version 1
      "
    `);
    expect(await shown(["rollback", "role", "costs"])).toMatchInlineSnapshot(`
      "restored  role/costs  to version 1, as version 3
      "
    `);
    expect((await ctl(["history", "role", "costs", "--show", "3"])).stdout).toContain("description: in $CURRENCY");
    expect(await shown(["rollback", "role", "costs", "--to", "1"])).toMatchInlineSnapshot(`
      "unchanged role/costs  is as in version 1 already
      "
    `);
    expect(await shown(["rollback", "role", "costs", "--to", "2"])).toMatchInlineSnapshot(`
      "restored  role/costs  to version 2, as version 4
      "
    `);
    expect(await shown(["rollback", "role", "deep"])).toMatchInlineSnapshot(`
      "error: role/deep has no former version
      [exit 6]
      "
    `);
  });

  it("do a run again, or what failed of it", async () => {
    expect(await shown(["rerun", "-n", "scan-shopdb", "--from-failed", "-f"])).toMatch(
      /^started {3}run\/run_UUID\n(TIME .*\n)*$/,
    );
    const [newest] = JSON.parse((await ctl(["runs", "scan-shopdb", "-o", "json"])).stdout) as {
      state: string;
      trigger: string;
    }[];
    expect(newest).toMatchObject({ state: "succeeded", trigger: "rerun" });
    expect(await shown(["cancel", "-n", "scan-shopdb"])).toMatchInlineSnapshot(`
      "error: no run of workflow \`scan-shopdb\` is going on
      [exit 5]
      "
    `);
    expect(await shown(["rerun"])).toMatchInlineSnapshot(`
      "error: say which run: its id, or -n WORKFLOW
      [exit 2]
      "
    `);
    await ctl(["rerun", "-n", "scan-shopdb", "-f"]);
  });
});

describe("get", () => {
  it("lists by type, name, workspace, owner and tag, one's own or everybody's", async () => {
    expect(await shown(["get", "-a"])).toMatchInlineSnapshot(`
      "NAME                          VERSION  TYPE             WORKSPACE  STATUS  RUNTIME    OWNER
      shopdb                        v2alpha  depot                       active             operator
      bob-reads-stock               v1alpha  grant                       active             operator
      shopdb-r                      v1       instance-secret             active             operator
      hash-mail-addresses           v1       policy                      active             operator
      nobody-queries-bank-accounts  v1       policy                      active             operator
      only-emea-customers           v1       policy                      active             operator
      redact-phone-and-birth-date   v1       policy                      active             operator
      sales-analysts-read-the-shop  v1       policy                      active             operator
      analyst                       v1       role                        active             operator
      costs                         v1       role                        active             operator
      deep                          v1       role                        active             operator
      alice                         v1       user                        active             operator
      bob                           v1       user                        active             operator
      carol                         v1       user                        active             operator
      scan-shopdb                   v1       workflow         public     active  succeeded  operator
      "
    `);
    const names = async (...args: string[]) =>
      (JSON.parse((await ctl(["get", ...args, "-o", "json"])).stdout) as { name: string }[]).map(({ name }) => name);
    expect(await names("-t", "user")).toEqual(["alice", "bob", "carol"]);
    expect(await names("-w", "public")).toEqual(["scan-shopdb"]);
    expect(await names("--tag", "domain:sales")).toEqual(["shopdb", "scan-shopdb"]);
    expect(await names("--owner", "alice")).toEqual([]);
  });

  it("gives YAML that applies again without a change, in one document or many", async () => {
    const yaml = await shown(["get", "-t", "depot", "-n", "shopdb", "-o", "yaml"]);
    expect(yaml.replace(/answered in SPAN|generation \d/g, "…")).toMatchInlineSnapshot(`
      "# status: active (Active), …, TIME
      # DependenciesReady=True DependenciesReady: everything it needs is there
      # Healthy=True Answered: postgresql 18.6, …
      # Ready=True Ready: connected to postgresql 18.6
      # urn:dataos:depot:shopdb
      name: shopdb
      version: v2alpha
      type: depot
      description: the web shop's database
      tags:
        - domain:sales
      layer: user
      owner: operator
      depot:
        type: POSTGRESQL
        external: true
        secrets:
          - name: shopdb-r
            allkeys: true
        postgresql:
          host: 127.0.0.1
          port: PORT
          database: postgres
      "
    `);
    const input = (await ctl(["get", "-a", "-o", "yaml"])).stdout;
    const again = await ctl(["apply", "-f", "-"], { input });
    expect(again.stdout).toContain("\n0 created, 0 updated, 15 unchanged\n");
  });

  it("keeps a dollar, a text that looks like a number, and the workspace through YAML", async () => {
    await ctl(["workspace", "create", "-n", "trip"]);
    const manifest = `name: trip\nversion: v1\ntype: workflow\ndescription: "costs $$5, $\${HOME} and $$$$"\ntags: ["007"]\nworkflow: {schedule: {cron: "0 3 * * *"}, dag: [{name: scan, spec: {stack: "scanner:2.0", stackSpec: {depot: dataos://shopdb, sourceConfig: {config: {type: DatabaseMetadata}}}}}]}\n`;
    const applied = await ctl(["apply", "-w", "trip", "-f", "-"], { input: manifest });
    expect(applied.exit, applied.stderr).toBe(0);
    const { stdout } = await ctl(["get", "-w", "trip", "-o", "yaml"]);
    expect(stdout).toContain("description: costs $5, $${HOME} and $$$\n");
    const again = await ctl(["apply", "-f", "-"], { input: stdout, env: { HOME: "/wrong" } });
    expect(again.stdout).toContain("unchanged workflow/trip");
    expect((await ctl(["delete", "-f", "-"], { input: stdout })).exit).toBe(0);
    expect((await ctl(["workspace", "delete", "-n", "trip"])).exit).toBe(0);
  });

  it("selects by -l, names for scripts with -o name, and tells more with -o wide", async () => {
    expect(await shown(["get", "-a", "-l", "tag=domain:sales,status=active", "-o", "name"])).toMatchInlineSnapshot(`
      "depot/shopdb
      workflow/public/scan-shopdb
      "
    `);
    expect((await ctl(["get", "-a", "-l", "type=role", "-l", "owner=alice", "-o", "name"])).stdout).toBe("");
    const wide = (await ctl(["get", "depot", "-a", "-o", "wide"])).stdout.split("\n");
    expect(wide[0]?.split(/ {2,}/)).toEqual(
      "NAME VERSION TYPE WORKSPACE STATUS RUNTIME OWNER PHASE GENERATION AGE TAGS MESSAGE".split(" "),
    );
    expect(await shown(["get", "-l", "team=sales"])).toMatchInlineSnapshot(`
      "error: resources cannot be selected by \`team\` (known: tag, owner, type, workspace, status)
      [exit 2]
      "
    `);
    expect(await shown(["get", "-l", "tga=x"])).toMatchInlineSnapshot(`
      "error: resources cannot be selected by \`tga\`; did you mean \`tag\`? (known: tag, owner, type, workspace, status)
      [exit 2]
      "
    `);
    expect((await ctl(["get", "depot/shopdb", "-d"])).stdout).toContain("\nConditions:\n");
    const quiet = await ctl(["get", "-t", "compute", "-q"]);
    expect(quiet.stderr).toBe("");
  });

  it("gives JSON with the state beside the manifest", async () => {
    const { stdout } = await ctl(["get", "-t", "instance-secret", "-n", "shopdb-r", "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "shopdb-r",
      "instance-secret": { data: { username: "[redacted]", password: "[redacted]" } },
      status: { status: "active", phase: "Active", urn: "urn:dataos:resource:instance-secret:shopdb-r" },
    });
    expect(stdout).not.toContain(shop.SHOP_PASSWORD === "" ? "x" : `"${shop.SHOP_PASSWORD}"`);
  });

  it("says what is not there", async () => {
    expect(await shown(["get", "-t", "depot", "-n", "nope"])).toMatchInlineSnapshot(`
      "error: there is no depot \`nope\`, or you may not see it
      [exit 5]
      "
    `);
    expect(await shown(["get", "-t", "depott"])).toMatchInlineSnapshot(`
      "error: \`depott\` is not a type of resource; expected one of instance-secret, secret, depot, policy, grant, provider, use-case, workflow, service, worker, monitor, pager, compute, cluster, volume, database, lakehouse, bundle, product, operator, stack, user, role, object-type
      [exit 2]
      "
    `);
    expect(await shown(["get", "-o", "xml"])).toMatchInlineSnapshot(`
      "error: unknown output format \`xml\` (known: table, wide, yaml, json, name)
      [exit 2]
      "
    `);
    expect(await shown(["get", "-t", "secret"])).toMatchInlineSnapshot(`
      "NAME  VERSION  TYPE  WORKSPACE  STATUS  RUNTIME  OWNER
      none of your own; add -a for everybody's
      "
    `);
  });
});

describe("search and lineage", () => {
  it("find by misspelt words, with facets, and narrow by filters", async () => {
    expect(await shown(["search", "custmer", "mail", "--first", "3"])).toMatchInlineSnapshot(`
      "NAME              TYPE   MATCHED COLUMNS     DESCRIPTION                                       URN
      customer_value    view   customer_id, email  What each customer has spent per region so far;…  urn:dataos:dataset:shopdb:postgres/shop/customer_value
      customer_contact  view   customer_id, email  How to reach a customer                           urn:dataos:dataset:shopdb:postgres/shop/customer_contact
      customer          table  customer_id, email  One row per registered person                     urn:dataos:dataset:shopdb:postgres/shop/customer

      3 of 9 found; --first shows more
        --kind   dataset (8)  schema (1)
        --depot  shopdb (9)
        --type   table (4)  view (4)
        --schema shop (8)  finance (1)
      "
    `);
    const views = await ctl(["search", "--type", "view", "--schema", "finance", "-o", "json"]);
    const { totalCount } = JSON.parse(views.stdout) as { totalCount: number };
    expect(totalCount).toBe(3);
    expect(await shown(["search", "custmr", "--kind", "depot"])).toMatchInlineSnapshot(`
      "nothing found; did you mean \`customer\`, \`customers\`?
      "
    `);
    expect(await shown(["search", "x", "--kind", "databse"])).toMatchInlineSnapshot(`
      "error: unknown kind \`databse\`; did you mean \`database\`? (known: depot, database, schema, dataset, column, procedure, query, job, run, pipeline, dashboard, dataproduct, contract, domain, glossary, term, classification, tag, user, team, policy, grant, resource, scan, report)
      [exit 2]
      "
    `);
  });

  it("count what depends on a column, at any distance", async () => {
    expect(await shown(["impact", "dataos://shopdb:shop/order_line#line_total"])).toMatchInlineSnapshot(`
      "urn:dataos:dataset:shopdb:postgres/shop/order_line#line_total
        4 depend on it

        by kind
        4  column

        by depot
        4  shopdb
      "
    `);
  });

  it("trace a column to what it is made of, and forward to what it feeds", async () => {
    const column = "dataos://shopdb:shop/customer_value#lifetime_value";
    expect(await shown(["lineage", column])).toMatchInlineSnapshot(`
      "urn:dataos:dataset:shopdb:postgres/shop/customer_value#lifetime_value
        <- urn:dataos:dataset:shopdb:postgres/shop/order_total#total  aggregation
           <- urn:dataos:dataset:shopdb:postgres/shop/order_line#line_total  aggregation

      2 columns, complete
      --indirect also shows what decides which rows there are: 30 edges of joins, filters, groupings
      "
    `);
    expect(
      await shown(["lineage", "dataos://shopdb:shop/order_total", "--direction", "both", "--indirect", "--depth", "1"]),
    ).toMatchInlineSnapshot(`
      "urn:dataos:dataset:shopdb:postgres/shop/order_total
        <- urn:dataos:dataset:shopdb:postgres/shop/order_line  aggregation, by join
        <- urn:dataos:dataset:shopdb:postgres/shop/orders  identity, by join
        -> urn:dataos:dataset:shopdb:postgres/finance/daily_sales  aggregation, by grouping
        -> urn:dataos:dataset:shopdb:postgres/finance/revenue_by_region  aggregation, by grouping
        -> urn:dataos:dataset:shopdb:postgres/shop/customer_value  aggregation, by join

      5 datasets, complete
      "
    `);
    expect(
      await shown(["lineage", "dataos://shopdb:shop/order_line#line_total", "--direction", "downstream"]),
    ).toMatchInlineSnapshot(`
      "urn:dataos:dataset:shopdb:postgres/shop/order_line#line_total
        -> urn:dataos:dataset:shopdb:postgres/shop/order_total#total  aggregation
           -> urn:dataos:dataset:shopdb:postgres/finance/daily_sales#sales  aggregation
           -> urn:dataos:dataset:shopdb:postgres/finance/revenue_by_region#revenue  aggregation
           -> urn:dataos:dataset:shopdb:postgres/shop/customer_value#lifetime_value  aggregation

      4 columns, complete
      "
    `);
    const { stdout } = await ctl(["lineage", column, "-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ root: expect.any(String), completeness: { state: "complete" } });
    expect(await shown(["lineage", column, "--direction", "sideways"])).toMatchInlineSnapshot(`
      "error: unknown direction \`sideways\` (known: upstream, downstream, both)
      [exit 2]
      "
    `);
    expect(await shown(["lineage", "dataos://shopdb:shop/nothing"])).toMatchInlineSnapshot(`
      "error: no entity \`dataos://shopdb:shop/nothing\`; check its URN, or search for it by name
      [exit 5]
      "
    `);
  });
});

describe("can-i and auth", () => {
  it("answer with reasons, masks and filters, 0 for allowed and 4 for denied", async () => {
    expect(
      await shown(["can-i", "select", "dataos://shopdb:shop/customer_value", "--as", "alice"]),
    ).toMatchInlineSnapshot(`
      "allowed by rule \`sales-analysts-read-the-shop/0\` (examples/quickstart/04-policies.yaml:10:7)
        mask email: hash (hash-mail-addresses at examples/quickstart/04-policies.yaml:44:5)
        rows where region = "EMEA" (only-emea-customers at examples/quickstart/04-policies.yaml:68:5)
        decision UUID, policies VERSION
      "
    `);
    expect(await shown(["can-i", "select", "dataos://shopdb:shop/supplier", "--as", "alice"])).toMatchInlineSnapshot(`
      "denied by rule \`nobody-queries-bank-accounts/0\` (examples/quickstart/04-policies.yaml:25:5): supplier records hold bank account numbers
        decision UUID, policies VERSION
      [exit 4]
      "
    `);
    expect(await shown(["can-i", "read", "dataos://shopdb:shop/product", "--as", "bob"])).toMatchInlineSnapshot(`
      "denied because no rule allows it
        decision UUID, policies VERSION
      [exit 4]
      "
    `);
    expect(await shown(["can-i", "read", "dataos://shopdb:shop/product", "--as", "nobody"])).toMatchInlineSnapshot(`
      "denied because the subject is not known
        decision UUID, policies VERSION
      [exit 4]
      "
    `);
    expect((await ctl(["can-i", "read", "dataos://shopdb:shop/stock", "--as", "bob", "-o", "json"])).exit).toBe(0);
  });

  it("say why not, what comes near and what would mend it", async () => {
    expect(
      await shown(["can-i", "select", "dataos://shopdb:shop/customer_value", "--as", "bob", "--why"]),
    ).toMatchInlineSnapshot(`
      "denied because no rule allows it
        why not: rules allow this on the object, but not to this subject
        grant/bob-reads-stock/0 (examples/quickstart/05-grant.yaml:8:3) comes near
          other object: expected dataos://shopdb:shop/stock{,#**}; is dataos://shopdb:shop/customer_value, urn:dataos:dataset:shopdb:postgres/shop/customer_value, dataos://shopdb:postgres.shop/customer_value, dataos:type:entity, dataos:type:dataset, dataos:depot:shopdb
          to be allowed: let the rule reach the object: it speaks of \`dataos://shopdb:shop/stock{,#**}\`
        sales-analysts-read-the-shop/0 (examples/quickstart/04-policies.yaml:10:7) comes near
          other subject: expected users:dataos:analyst or roles:id:analyst; is roles:id:user, users:id:bob
          condition \`department == 'sales'\`: expected \`subject.department\` equals "sales"; is "logistics"
          to be allowed: give the subject the tag \`roles:id:analyst\`; set \`subject.department\` to "sales"
        operators-may-do-everything/0 (policies/operator.yaml:9:5) comes near
          other subject: expected roles:id:operator; is roles:id:user, users:id:bob
          to be allowed: give the subject the tag \`roles:id:operator\`
        decision UUID, policies VERSION
      [exit 4]
      "
    `);
    expect(
      await shown(["can-i", "select", "dataos://shopdb:shop/supplier", "--as", "alice", "--why"]),
    ).toMatchInlineSnapshot(`
      "denied by rule \`nobody-queries-bank-accounts/0\` (examples/quickstart/04-policies.yaml:25:5): supplier records hold bank account numbers
        why not: a rule denies it, whatever others allow
        sales-analysts-read-the-shop/0 (examples/quickstart/04-policies.yaml:10:7) comes near
          to be allowed: make an exception in rule \`nobody-queries-bank-accounts/0\`, which denies
        decision UUID, policies VERSION
      [exit 4]
      "
    `);
  });

  it("say who can, what somebody can, and which masks hold", async () => {
    expect(await shown(["who-can", "read", "dataos://shopdb:shop/stock"])).toMatchInlineSnapshot(`
      "SUBJECT   TYPE    BY
      alice     person  sales-analysts-read-the-shop (examples/quickstart/04-policies.yaml:10:7)
      bob       person  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      carol     person  data-devs-work-on-the-catalog (policies/data-dev.yaml:44:5)
      operator  person  operators-may-do-everything (policies/operator.yaml:9:5)
      "
    `);
    expect(await shown(["who-can", "select", "dataos://shopdb:shop/supplier"])).toMatchInlineSnapshot(`
      "nobody
      "
    `);
    expect(await shown(["what-can", "bob"])).toMatchInlineSnapshot(`
      "TYPE       ACTION   ON       BY
      column     read     3 of 97  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      column     select   3 of 97  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      dataset    read     1 of 21  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      dataset    select   1 of 21  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      decision   ask               everyone-reads-itself (policies/everyone.yaml:9:5)
      grant      request  1 of 1   everyone-asks-for-grants (policies/everyone.yaml:55:5)
      resource   request  1 of 15  everyone-asks-for-grants (policies/everyone.yaml:55:5)
      self       read              everyone-reads-itself (policies/everyone.yaml:9:5)
      workspace  read              users-read-the-words (policies/user.yaml:9:5)
      "
    `);
    expect(await shown(["what-can", "bob", "-p", "select", "--type", "dataset"])).toMatchInlineSnapshot(`
      "OBJECT                                         TYPE     BY
      urn:dataos:dataset:shopdb:postgres/shop/stock  dataset  bob-reads-stock (examples/quickstart/05-grant.yaml:8:3)
      "
    `);
    expect(await shown(["what-can", "alice", "--object", "dataos://shopdb:shop/supplier"])).toMatchInlineSnapshot(`
      "ACTION  BY
      read    sales-analysts-read-the-shop (examples/quickstart/04-policies.yaml:10:7)
      "
    `);
    expect(
      await shown(["policy", "explain-data", "dataos://shopdb:shop/customer_value", "--as", "alice"]),
    ).toMatchInlineSnapshot(`
      "COLUMN          TYPE                      MASK  EXAMPLE                                                                                    BY                                                                            INSTEAD OF
      customer_id     integer
      full_name       text
      email           text                      hash  ann.smith@example.com -> HASH  hash-mail-addresses (examples/quickstart/04-policies.yaml:44:5, priority 40)
      region          text
      lifetime_value  numeric
      last_order_at   timestamp with time zone
      rows where region = "EMEA", by only-emea-customers (examples/quickstart/04-policies.yaml:68:5)
      "
    `);
    expect(await shown(["what-can", "nobody"])).toMatchInlineSnapshot(`
      "error: no user \`nobody\`; \`users\` lists those there are
      [exit 5]
      "
    `);
  });

  it("tell whom a key belongs to", async () => {
    expect(await shown(["auth", "whoami"])).toMatchInlineSnapshot(`
      "NAME      ID        TYPE    EMAIL  ROLES     TAGS
      Operator  operator  person         operator  roles:id:operator,users:id:operator
      "
    `);
  });
});

describe("user apikey", () => {
  it("makes a key on standard output alone, which works until it is revoked", async () => {
    const created = await ctl(["user", "apikey", "create", "-i", "alice", "-n", "laptop", "-d", "90d"]);
    expect(normalise(created.stderr).replace(/key \S+ of/, "key ID of")).toMatchInlineSnapshot(`
      "key ID of alice, valid until TIME; shown this once, so keep it now
      "
    `);
    const env = { DATAOS_APIKEY: created.stdout.trim() };
    expect((await ctl(["auth", "whoami", "-o", "yaml"], { env })).stdout).toContain("id: alice\n");
    expect(await shown(["get", "-t", "instance-secret", "-a"], { env })).toMatchInlineSnapshot(`
      "NAME  VERSION  TYPE  WORKSPACE  STATUS  RUNTIME  OWNER
      none that you may see
      "
    `);
    expect(
      await shown(["can-i", "read", "dataos://shopdb:shop/product", "--as", "bob"], { env }),
    ).toMatchInlineSnapshot(`
      "error: \`alice\` may not \`ask_for_others\` \`dataos:type:decision\`: no policy allows it
      [exit 4]
      "
    `);
    const [key] = JSON.parse((await ctl(["user", "apikey", "get", "-i", "alice", "-o", "json"])).stdout) as {
      id: string;
    }[];
    expect(
      normalise((await ctl(["user", "apikey", "delete", key?.id ?? ""])).stdout).replace(key?.id ?? "", "ID"),
    ).toMatchInlineSnapshot(`
      "revoked   apikey/ID
      "
    `);
    expect(await shown(["auth", "whoami"], { env })).toMatchInlineSnapshot(`
      "error: http://SERVER does not take the API key from DATAOS_APIKEY
        it may be mistyped, expired, revoked, or of another server
      [exit 3]
      "
    `);
    expect((await ctl(["user", "apikey", "get", "-i", "alice"])).stdout).toContain("revoked");
    expect(await shown(["user", "apikey", "create", "-n", "x", "-d", "1x"])).toMatchInlineSnapshot(`
      "error: \`1x\` is not a duration; expected e.g. \`24h\`, \`30m\`, \`90d\`, or \`0\` for no end
      [exit 2]
      "
    `);
  });
});

describe("audit", () => {
  it("lists by actor, outcome, object and time", async () => {
    const list = async (...args: string[]) =>
      JSON.parse((await ctl(["audit", "list", ...args, "-o", "json"])).stdout) as { actor: string; outcome: string }[];
    const denied = await list("--outcome", "deny");
    expect(denied.length).toBeGreaterThan(0);
    expect(new Set(denied.map(({ outcome }) => outcome))).toEqual(new Set(["deny"]));
    expect(await list("--object", "dataos://shopdb:shop/supplier")).toHaveLength(4);
    expect(await list("--since", "2999-01-01")).toEqual([]);
    expect(await shown(["audit", "list", "--object", "dataos://shopdb:shop/supplier"])).toMatchInlineSnapshot(`
      "AT                        ACTOR     ACTION           OUTCOME  OBJECT                                    RULES
      TIME  operator  search.actions   allow    dataos://shopdb:shop/supplier
      TIME  operator  search.subjects  deny     dataos://shopdb:shop/supplier
      TIME  operator  select           deny     dataos://shopdb:shop/supplier and 2 more  nobody-queries-bank-accounts/0
      TIME  operator  select           deny     dataos://shopdb:shop/supplier and 2 more  nobody-queries-bank-accounts/0
      "
    `);
    expect(await shown(["audit", "list", "--outcome", "denied"])).toMatchInlineSnapshot(`
      "error: unknown outcome \`denied\` (known: allow, deny, success, failure)
      [exit 2]
      "
    `);
  });

  it("verifies the server's log, and offline an export: 0 sound, 1 tampered or cut off, 2 unsigned or empty", async () => {
    // how many checkpoints there are depends on how long it took
    const records = (text: string): string =>
      normalise(text)
        .replace(/\d+ signed checkpoints?/g, "N signed checkpoints")
        .replace(/checkpoint \d+ signed/g, "checkpoint N signed")
        .replace(/\b\d{2,}\b/g, "N");
    const online = await ctl(["audit", "verify"]);
    expect(online.exit, online.stdout + online.stderr).toBe(0);
    expect(records(online.stdout)).toMatchInlineSnapshot(`
      "sound: N records in 1 chain, N signed checkpoints
      CHAIN                                 RECORDS  HEAD
      UUID  N      HASH
      "
    `);
    const { stdout: exported, exit } = await ctl(["audit", "export"]);
    expect(exit).toBe(0);
    const lines = exported.trimEnd().split("\n");
    const verify = async (name: string, text: string): Promise<CtlResult> => {
      const file = join(folder.path, name);
      await writeFile(file, text);
      noteCommand(["audit", "verify"]);
      // no server, no key
      return runCtl(["audit", "verify", "--file", file], { DATAOS_URL: "http://127.0.0.1:9" });
    };
    const sound = await verify("sound.jsonl", exported);
    expect([sound.exit, records(sound.stdout), sound.stderr]).toMatchInlineSnapshot(`
      [
        0,
        "sound: N records in 1 chain, N signed checkpoints
      CHAIN                                 RECORDS  HEAD
      UUID  N      HASH
      ",
        "signatures were checked with the key in the export itself; --public-key takes the one you kept elsewhere
      ",
      ]
    `);
    const at = lines.findLastIndex((line) => line.includes('"outcome":"deny"'));
    const tampered = await verify(
      "tampered.jsonl",
      lines.with(at, (lines[at] ?? "").replace('"outcome":"deny"', '"outcome":"allow"')).join("\n"),
    );
    expect([tampered.exit, records(tampered.stdout)]).toMatchInlineSnapshot(`
      [
        1,
        "tampered: N records in 1 chain, N signed checkpoints
      chain UUID: record N: hash does not match its content
      CHAIN                                 RECORDS  HEAD
      UUID  N      HASH
      ",
      ]
    `);
    const truncated = await verify("truncated.jsonl", lines.slice(0, -2).join("\n"));
    expect([truncated.exit, records(truncated.stdout)]).toMatchInlineSnapshot(`
      [
        1,
        "tampered: N records in 1 chain, N signed checkpoints
      chain UUID: record N is missing, which checkpoint N signed
      CHAIN                                 RECORDS  HEAD
      UUID  N      HASH
      ",
      ]
    `);
    const unsigned = await verify("unsigned.jsonl", lines.filter((line) => !line.includes('"checkpoint"')).join("\n"));
    expect([unsigned.exit, records(unsigned.stdout)]).toMatchInlineSnapshot(`
      [
        2,
        "incomplete: N records in 1 chain, N signed checkpoints
      no checkpoint: nothing is signed yet
      CHAIN                                 RECORDS  HEAD
      UUID  N      HASH
      ",
      ]
    `);
    const empty = await verify("empty.jsonl", "");
    expect([empty.exit, empty.stdout]).toMatchInlineSnapshot(`
      [
        2,
        "incomplete: 0 records in 0 chains, 0 signed checkpoints
      there is no record in it
      ",
      ]
    `);
    expect(await shown(["audit", "verify", "--file", join(folder.path, "absent.jsonl")])).toMatchInlineSnapshot(`
      "error: cannot read FOLDER/absent.jsonl: ENOENT: no such file or directory, open 'FOLDER/absent.jsonl'
      [exit 2]
      "
    `);
  });
});

describe("incidents", () => {
  it("say that there are none, and name one that is not there", async () => {
    expect((await ctl(["incidents"])).exit).toBe(0);
    const { exit, stderr } = await ctl(["acknowledge", "inc_none"]);
    expect([exit, stderr]).toEqual([5, expect.stringContaining("there is no incident `none`")]);
  });
});

describe("workspaces", () => {
  it("keep the same name apart, and are deleted when they are empty", async () => {
    expect(await shown(["workspace", "create", "-n", "team-a", "-d", "team A"])).toMatchInlineSnapshot(`
      "created   workspace/team-a
      "
    `);
    expect(await shown(["workspace", "create", "-n", "team-a"])).toMatchInlineSnapshot(`
      "error: workspace \`team-a\` exists already; choose another name
      [exit 6]
      "
    `);
    expect(await shown(["workspace", "list"])).toMatchInlineSnapshot(`
      "NAME    DESCRIPTION   CREATED
      public  for everyone  built in
      team-a  team A        TIME
      "
    `);
    expect(await shown(["apply", "-f", `${quickstart}/06-scan.yaml`, "-w", "team-a"])).toMatchInlineSnapshot(`
      "created   workflow/scan-shopdb  in team-a
      1 created, 0 updated, 0 unchanged
      follow it with: dataos-ctl log -t workflow -n scan-shopdb -w team-a -f
      "
    `);
    expect((await ctl(["log", "-t", "workflow", "-n", "scan-shopdb", "-w", "team-a", "-f"])).exit).toBe(0);
    expect(await shown(["workspace", "delete", "-n", "team-a"])).toMatchInlineSnapshot(`
      "error: workspace \`team-a\` holds workflow \`scan-shopdb\`; delete these first
      [exit 6]
      "
    `);
    expect(await shown(["delete", "-t", "workflow", "-n", "scan-shopdb", "-w", "team-a"])).toMatchInlineSnapshot(`
      "deleted   workflow/team-a/scan-shopdb
      "
    `);
    expect(await shown(["workspace", "delete", "-n", "team-a"])).toMatchInlineSnapshot(`
      "deleted   workspace/team-a
      "
    `);
    expect(await shown(["apply", "-f", `${quickstart}/06-scan.yaml`, "-w", "team-a"])).toMatchInlineSnapshot(`
      "error: examples/quickstart/06-scan.yaml:2:1: there is no workspace \`team-a\`; create it, or name another one
          2 | name: scan-shopdb
            | ^~~~
      [exit 2]
      "
    `);
  });
});

describe("apply --prune", () => {
  const tagged = (name: string) => role(name, "tags: [pruned]\n");

  it("shows what would go, deletes only what carries the tag, and asks first", async () => {
    await ctl(["apply", "-f", "-"], { input: [tagged("kept"), tagged("old-a"), tagged("old-b")].join("---\n") });
    const prune = (...args: string[]) =>
      shown(["apply", "-f", "-", "--prune", "-l", "tag=pruned", ...args], { input: tagged("kept") });
    expect(await prune("--dry-run")).toMatchInlineSnapshot(`
      "unchanged role/kept
      deleted   role/old-a
      deleted   role/old-b
      dry run, nothing was changed: 0 created, 0 updated, 1 unchanged, 2 deleted
      "
    `);
    // nobody can be asked where it is no terminal
    expect(await prune()).toMatchInlineSnapshot(`
      "error: 2 resources would be deleted, and nobody can be asked; look with --dry-run, then give --yes
        role/old-a
        role/old-b
      [exit 2]
      "
    `);
    expect((await ctl(["get", "role", "-l", "tag=pruned", "-a", "-o", "name"])).stdout).toBe(
      "role/kept\nrole/old-a\nrole/old-b\n",
    );
    expect(await prune("--yes")).toMatchInlineSnapshot(`
      "unchanged role/kept
      deleted   role/old-a
      deleted   role/old-b
      0 created, 0 updated, 1 unchanged, 2 deleted
      "
    `);
    expect((await ctl(["get", "role", "-l", "tag=pruned", "-a", "-o", "name"])).stdout).toBe("role/kept\n");
    expect(await shown(["apply", "-f", "-", "--prune"], { input: tagged("kept") })).toMatchInlineSnapshot(`
      "error: say what --prune may delete by a tag alone, e.g. \`-l tag=team:sales\`
      [exit 2]
      "
    `);
    expect(await shown(["apply", "-f", "-", "-l", "tag=x"], { input: tagged("kept") })).toMatchInlineSnapshot(`
      "error: -l says what --prune may delete, and --prune is not given
      [exit 2]
      "
    `);
    await ctl(["delete", "role", "kept"]);
  });
});

describe("delete", () => {
  it("refuses while others need it and names them; --force goes on", async () => {
    expect(await shown(["delete", "-t", "depot", "-n", "shopdb"])).toMatchInlineSnapshot(`
      "error: depot \`shopdb\` is needed by workflow \`public/scan-shopdb\`; delete that first, or force the deletion
        --force deletes it all the same, and what needs it stops working
      [exit 6]
      "
    `);
    expect(await shown(["delete", "-t", "depot", "-n", "shopdb", "--force", "--dry-run"])).toMatchInlineSnapshot(`
      "would delete depot/shopdb
      "
    `);
    expect(await shown(["delete", "-t", "depot", "-n", "shopdb", "--force"])).toMatchInlineSnapshot(`
      "deleted   depot/shopdb
      "
    `);
    expect((await ctl(["get", "-t", "depot", "-n", "shopdb"])).exit).toBe(5);
  });

  it("deletes what files describe, passes over what is absent, and needs to be told what", async () => {
    expect(await shown(["delete", "-f", quickstart])).toMatchInlineSnapshot(`
      "deleted   workflow/scan-shopdb
      deleted   grant/bob-reads-stock
      deleted   policy/redact-phone-and-birth-date
      deleted   policy/only-emea-customers
      deleted   policy/hash-mail-addresses
      deleted   policy/nobody-queries-bank-accounts
      deleted   policy/sales-analysts-read-the-shop
      deleted   user/carol
      deleted   user/bob
      deleted   user/alice
      deleted   role/analyst
      absent    depot/shopdb
      deleted   instance-secret/shopdb-r
      "
    `);
    expect(await shown(["delete", "-t", "depot", "-n", "shopdb"])).toMatchInlineSnapshot(`
      "error: there is no depot \`shopdb\`
      [exit 5]
      "
    `);
    expect(await shown(["delete", "-t", "depot"])).toMatchInlineSnapshot(`
      "error: say what to delete: TYPE NAME, or -f FILE
      [exit 2]
      "
    `);
  });
});

describe("every output", () => {
  it("has no escape codes where it is no terminal, and no value can move the cursor", async () => {
    const hostile = "\\u001b[2J\\u001b[H\\u009b31m\\r\\u202eevil";
    await ctl(["apply", "-f", "-"], { input: role("hostile", `description: "${hostile}"\ntags: ["x${hostile}"]\n`) });
    const outputs = await Promise.all([
      ctl(["get", "-a", "-o", "yaml"]),
      ctl(["get", "-a", "-o", "json"]),
      ctl(["get", "-a", "--tag", JSON.parse(`"x${hostile}"`) as string]),
      ctl(["get", "-t", "\u001b[2J"]),
      ctl(["search", "\u001b[2J\u009b"]),
      ctl(["lineage", "\u001b[2J"]),
      ctl(["can-i", "\u001b[2J", "\u009b2J"]),
      ctl(["log", "-t", "role", "-n", "hostile"]),
      ctl(["apply", "-f", "-", "--dry-run"], { input: role("hostile", `description: "${hostile}${hostile}"\n`) }),
      ctl(["apply", "-f", "-"], { input: `"\u001b[2J": 1` }),
      ctl(["--\u001b[2J"]),
      ctl(["--help"]),
    ]);
    for (const { stdout, stderr } of outputs) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(`${stdout}${stderr}`).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
    }
    const [yaml = outputs[0]] = outputs;
    expect((await ctl(["apply", "-f", "-"], { input: yaml?.stdout ?? "" })).stdout).toContain("unchanged role/hostile");
  });

  it("ends with the exit code that the help documents", async () => {
    const help = await ctl(["--help"]);
    expect(help.stdout.slice(help.stdout.indexOf("Exit codes"))).toMatchInlineSnapshot(`
      "Exit codes
        0  done (can-i: allowed; audit verify: sound; diff: nothing would change)
        1  failed: a run that failed, a fault of the server (audit verify: tampered; diff: something would change)
        2  wrong input or usage (audit verify: incomplete)
        3  no API key, or one that is not valid
        4  not allowed (can-i: denied)
        5  not found, or hidden from you
        6  conflict: in use, or changed by somebody else
        7  not reachable, too slow, too busy or full; try again
      "
    `);
    const exits = await Promise.all([
      ctl(["auth", "whoami"]),
      ctl(["get", "-t", "bogus"]),
      ctl(["auth", "whoami"], { env: { DATAOS_APIKEY: "wrong" } }),
      ctl(["can-i", "read", "x", "--as", "nobody"]),
      ctl(["lineage", "urn:dataos:dataset:none:a/b/c"]),
      ctl(["workspace", "delete", "-n", "public"]),
      ctl(["auth", "whoami"], { env: { DATAOS_URL: "http://127.0.0.1:9999" } }),
    ]);
    // 1 is the failed run above and the tampered export
    expect(exits.map(({ exit }) => exit)).toEqual([0, 2, 3, 4, 5, 6, 7]);
  });

  it("says how to connect where it cannot", async () => {
    const connect = (env: NodeJS.ProcessEnv) => shown(["auth", "whoami"], { env });
    expect(await connect({ DATAOS_APIKEY: "" })).toMatchInlineSnapshot(`
      "error: http://SERVER wants an API key and none is set; set DATAOS_APIKEY
        the server printed the first key at its first start; \`dataos-ctl user apikey create\` makes more
      [exit 3]
      "
    `);
    expect(await connect({ DATAOS_APIKEY: "two words" })).toMatchInlineSnapshot(`
      "error: DATAOS_APIKEY holds spaces or characters that no API key has; copy it again
      [exit 2]
      "
    `);
    expect(await connect({ DATAOS_URL: "localhost" })).toMatchInlineSnapshot(`
      "error: \`localhost\` (DATAOS_URL) is not a server address; expected e.g. \`http://127.0.0.1:7400\`
      [exit 2]
      "
    `);
    expect(await connect({ DATAOS_URL: "http://127.0.0.1:9999" })).toMatchInlineSnapshot(`
      "error: cannot reach http://127.0.0.1:9999: connection refused; start the server with \`npm start\`, or set DATAOS_URL to where it is
      [exit 7]
      "
    `);
    const file = join(folder.path, "config.yaml");
    await writeFile(file, `url: ${server.url}\napikey: ${server.apiKey}\n`);
    const env = { DATAOS_URL: "", DATAOS_APIKEY: "", DATAOS_CLI_CONFIG: file };
    expect((await ctl(["auth", "whoami"], { env })).exit).toBe(0);
    await writeFile(file, `ulr: ${server.url}\n`);
    expect(await connect(env)).toMatchInlineSnapshot(`
      "error: FOLDER/config.yaml: unknown setting \`ulr\` (known: url, apikey)
      [exit 2]
      "
    `);
    await rm(file);
    expect(await connect(env)).toMatchInlineSnapshot(`
      "error: cannot read FOLDER/config.yaml: ENOENT: no such file or directory, open 'FOLDER/config.yaml'
      [exit 2]
      "
    `);
  });

  it("is tested for every command there is", () => {
    const leaves = (command: ReturnType<typeof createProgram>, path: string[]): string[] =>
      command.commands.length === 0
        ? [path.join(" ")]
        : command.commands.flatMap((inner) => leaves(inner as never, [...path, inner.name()]));
    // `resource` is below; others live through stories of their own (grant-request, policy-*, cli-context, cli-forms, cli-surface, lint-cli, sql-lineage)
    const elsewhere = /^((resource|grant|policy|context|develop|sql) |(completion|create|help|lint|update)$)/;
    const all = leaves(createProgram(), []).filter((name) => !elsewhere.test(name));
    expect(all.filter((name) => !exercised.has(name))).toEqual([]);
  });

  it("is the same under `resource`", async () => {
    const program = createProgram();
    const same = program.commands.find((command) => command.name() === "resource");
    const helps = (names: readonly string[], parent: ReturnType<typeof createProgram>): string[] =>
      names.map((name) => parent.commands.find((command) => command.name() === name)?.helpInformation() ?? "absent");
    const names =
      "apply create update diff delete get describe history rollback log run cancel rerun runs incidents acknowledge".split(
        " ",
      );
    expect(same?.commands.map((command) => command.name())).toEqual(names);
    expect(helps(names, same as never).map((text) => text.replaceAll("dataos-ctl resource ", "dataos-ctl "))).toEqual(
      helps(names, program),
    );
    const [one, other] = await Promise.all([ctl(["get", "-a"]), ctl(["resource", "get", "-a"])]);
    expect(other).toEqual(one);
  });
});
