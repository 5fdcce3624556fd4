import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { prepareSeed, readSeedBlocks, readSeedRows, replaceAll, seedVariables } from "../support/seeds.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { type CtlResult, startServer, type TestServer, waitFor } from "./support/server.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;
const hasSeeds = readSeedBlocks().size > 0;
const absent = hasSeeds ? "" : " (../shared/reference/seeds is absent)";

const schema = `
create table customers (id int primary key, name text not null, email text);
create table orders (id int primary key, customer_id int not null references customers, amount numeric not null, ordered_on date not null);
comment on table orders is 'what customers ordered';
create view revenue as select o.ordered_on, c.name as customer, sum(o.amount) as total
  from orders o join customers c on c.id = o.customer_id group by o.ordered_on, c.name;
`;

const tutorial = `the tutorial "Data source connectivity - Postgres"`;
if (!postgresUrl || !hasSeeds) describe.skip(`${tutorial} (set TEST_POSTGRES_URL)${absent}`, () => {});
else
  describe(tutorial, () => {
    const folder = createTempDir();
    const at = new URL(postgresUrl);
    let source: FreshDatabase;
    let server: TestServer;
    beforeAll(async () => {
      source = await createFreshDatabase(postgresUrl, "sales_data");
      await source.exec(schema);
      server = await startServer({ dataDir: join(folder.path, "data") });
    });
    afterAll(async () => {
      await server?.kill("SIGTERM");
      await source?.stop();
      folder.remove();
    });
    const write = (name: string, text: string): string => {
      const file = join(folder.path, name);
      writeFileSync(file, text);
      return file;
    };
    const ctl = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CtlResult> => {
      const done = await server.ctl(args, { env });
      expect(done.exit, done.stdout + done.stderr).toBe(0);
      return done;
    };

    it("step 1: the secret comes from the environment of whoever applies it, and is shown to nobody", async () => {
      const file = write("instance_secret.yml", prepareSeed("003 #1"));
      const applied = await ctl(["resource", "apply", "-f", file], {
        ACCESS_CONTROL_LIST: "r",
        POSTGRES_USERNAME: decodeURIComponent(at.username),
        POSTGRES_PASSWORD: decodeURIComponent(at.password),
      });
      expect(applied.stdout).toBe("created   instance-secret/postgres-r\n1 created, 0 updated, 0 unchanged\n");
      const { stdout } = await ctl(["get", "-t", "instance-secret", "-n", "postgres-r", "-o", "yaml"]);
      expect(stdout).toContain("acl: r");
      expect(stdout).toContain('password: "[redacted]"');
    });

    it("steps 2 to 4: the depot is applied, and `get` says that it works", async () => {
      const manifest = replaceAll(prepareSeed("003 #2"), [
        ["db.postgres.example.com", at.hostname],
        ["5432", at.port],
        ["sales_data", source.database],
      ]);
      const applied = await ctl(["resource", "apply", "-f", write("depot_manifest.yml", manifest)]);
      expect(applied.stdout).toBe("created   depot/postgres\n1 created, 0 updated, 0 unchanged\n");
      const got = await waitFor(
        () => server.ctl(["get", "-t", "depot"]),
        ({ stdout }) => stdout.includes("active"),
      );
      expect(toRows(got.stdout)).toEqual([
        ["NAME", "VERSION", "TYPE", "WORKSPACE", "STATUS", "RUNTIME", "OWNER"],
        ["postgres", "v2alpha", "depot", "active", "operator"],
      ]);
      const described = await ctl(["describe", "depot", "postgres"]);
      expect(described.stdout).toContain("instance-secret/postgres-r");
      expect(described.stdout).toMatch(/connected to postgresql \d+/);
    });

    it("step 5: the scan finds the tables, and its log is there to read", async () => {
      await ctl(["apply", "-f", write("scanner.yml", prepareSeed("003 #3"))]);
      const log = await ctl(["log", "-t", "workflow", "-n", "postgresdepotscanner", "-f"]);
      expect(log.stdout).toContain("scan started");
      expect(log.stdout).toContain("run succeeded");
      const got = await ctl(["get", "-t", "workflow", "-n", "postgresdepotscanner"]);
      expect(toRows(got.stdout)[1]).toEqual([
        "postgresdepotscanner",
        "v1",
        "workflow",
        "public",
        "active",
        "succeeded",
        "operator",
      ]);
      const described = await ctl(["describe", "workflow", "postgresdepotscanner"]);
      expect(described.stdout).toContain("depot/postgres");
      expect(described.stdout).toMatch(/postgresdepotjob +scanner:2.0 +succeeded/);
    });

    it("then the data is found, with its description", async () => {
      const found = await ctl(["search", "custmer", "--kind", "dataset"]);
      expect(found.stdout).toContain(`urn:dataos:dataset:postgres:${source.database}/public/customers`);
      const orders = await ctl(["search", "orders", "--depot", "postgres"]);
      expect(orders.stdout).toContain("what customers ordered");
    });

    it("a scan that asks for views too tells where a column comes from and what breaks", async () => {
      // as documented, views are left out unless they are asked for
      const views = prepareSeed("003 #3")
        .replace("name: postgresdepotscanner", "name: views")
        .replace(/^( *)depot: .*$/m, "$&\n$1sourceConfig: {config: {type: DatabaseMetadata, includeViews: true}}");
      await ctl(["apply", "-f", write("views.yml", views)]);
      await ctl(["log", "-t", "workflow", "-n", "views", "-f"]);
      const lineage = await ctl(["lineage", "dataos://postgres:public/revenue#total"]);
      expect(lineage.stdout).toContain("amount");
      const breaks = await ctl(["lineage", "dataos://postgres:public/orders", "--direction", "downstream"]);
      expect(breaks.stdout).toContain("revenue");
    });
  });

const suite = hasSeeds ? describe : describe.skip;
suite(`the seeds' manifests on a running server${absent}`, () => {
  const folder = createTempDir();
  const files = join(folder.path, "manifests");
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ dataDir: join(folder.path, "data") });
    mkdirSync(files);
    for (const { id, cells } of readSeedRows())
      if (cells.length === 3) writeFileSync(join(files, `${id.replace(" #", "-")}.yaml`), prepareSeed(id));
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
  });

  it("apply from their folder, each says how it stands, and all of them go again", async () => {
    const env = Object.fromEntries(seedVariables);
    const applied = await server.ctl(["apply", "-f", files], { env });
    expect(applied.exit, applied.stdout + applied.stderr).toBe(0);
    expect(applied.stdout).toContain("14 created, 0 updated, 0 unchanged");
    const statuses = await waitFor(readStatuses, (found) => [...found.values()].every((status) => status !== "?"));
    const flare = ["data-pipeline", "my-resource", "production-sales-pipeline", "sales-etl", "sales-etl-copy"];
    expect(Object.fromEntries(statuses)).toEqual({
      "instance-secret/postgres-r": "active: Ready",
      "policy/sales-access": "active: Ready",
      "role/resource-name": "active: Ready",
      "cluster/my-cluster": "pending: NoDriverConfigured",
      "depot/my-database": "error: MissingCredentials",
      "depot/postgres-source": "error: MissingCredentials",
      // its host is a placeholder, which no name server knows
      "depot/postgres": "error: Unreachable",
      "workflow/postgresdepotscanner": "pending: WaitingForDependencies",
      "depot/thirdparty": "pending: WaitingForDependencies",
      ...Object.fromEntries(flare.map((name) => [`workflow/${name}`, "pending: NoDriverConfigured"])),
    });
    const again = await server.ctl(["apply", "-f", files], { env });
    expect(again.stdout).toContain("0 created, 0 updated, 14 unchanged");
  });

  it("are told apart by `get`, which says why each that does not work does not", async () => {
    const got = await server.ctl(["get", "-a"]);
    const rows = toRows(got.stdout).slice(1);
    expect(rows).toHaveLength(14);
    const stuck = rows.filter((row) => !row.includes("active")).map(([name]) => name);
    const reasons = got.stderr.trimEnd().split("\n");
    expect(reasons.map((line) => /^warning: \S+\/([a-z-]+): .{20,}$/.exec(line)?.[1])).toEqual(stuck);
    const one = await server.ctl(["describe", "workflow", "sales-etl"]);
    expect(one.stdout).toContain("no driver configured for stack `flare:7.0`");
  });

  /** `status: reason` by `type/name`; `?` where it is not settled. */
  async function readStatuses(): Promise<ReadonlyMap<string, string>> {
    const { stdout } = await server.ctl(["get", "-a", "-o", "json"]);
    const found = JSON.parse(stdout) as readonly ShownResource[];
    return new Map(
      found.map(({ type, name, status }) => {
        const reason = status.conditions.find((condition) => condition.type === "Ready")?.reason;
        return [
          `${type}/${name}`,
          status.generation === status.observedGeneration ? `${status.status}: ${reason}` : "?",
        ];
      }),
    );
  }
});

interface ShownResource {
  readonly type: string;
  readonly name: string;
  readonly status: {
    readonly status: string;
    readonly generation: number;
    readonly observedGeneration: number;
    readonly conditions: readonly { readonly type: string; readonly reason: string }[];
  };
}

/** The cells of a table of words, without the empty ones. */
function toRows(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
}
