import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetworkGuard, openPostgresStatements } from "../../src/scanner/index.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { stateEngines } from "../support/state.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

if (!postgresUrl) describe.skip("the stack `sql` on PostgreSQL (set TEST_POSTGRES_URL)", () => {});
else sqlStack(postgresUrl);

function sqlStack(serverUrl: string): void {
  describe("the stack `sql` on PostgreSQL", () => {
    let source: FreshDatabase;
    beforeAll(async () => {
      source = await createFreshDatabase(serverUrl, "sql_stack");
      await source.exec(
        "create table orders (id int primary key, region text); insert into orders values (1, 'eu'), (2, 'us')",
      );
    });
    afterAll(() => source.stop());
    const open: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of open.splice(0)) await close();
    });

    const { hostname, port, username, password } = new URL(serverUrl);
    const secret = (acl: string) => `name: sales-${acl}
version: v1
type: instance-secret
instance-secret: {type: key-value, acl: ${acl}, data: {username: "${decodeURIComponent(username)}", password: "${decodeURIComponent(password)}"}}
`;
    const resources = (acls: readonly string[]) =>
      [
        ...acls.map(secret),
        `name: sales
version: v2alpha
type: depot
depot: {type: postgresql, secrets: [${acls.map((acl) => `{name: sales-${acl}}`).join(", ")}], postgresql: {host: "${hostname}", port: ${port || 5432}, database: "${source.database}"}}
`,
      ].join("---\n");
    const workflow = (spec: string) => `name: daily
version: v1
type: workflow
workflow:
  dag:
    - name: load
      spec:
        stack: sql:1.0
        stackSpec: ${spec}
`;

    async function start(acls: readonly string[] = ["r", "rw"]): Promise<TestControl> {
      const [sqlite] = stateEngines();
      const state = await (await sqlite!.create()).open();
      const guard = createNetworkGuard({ allowedNetworks: ["127.0.0.0/8", "::1/128"] });
      const test = await createTestControl(state, {
        openSql: (connection, options) => openPostgresStatements(connection, guard, options),
      });
      await test.control.start();
      open.push(async () => {
        await test.control.stop();
        await state.close();
      });
      await test.apply("root", resources(acls));
      return test;
    }

    async function run(test: TestControl, spec: string, user = "root") {
      await test.apply(user, workflow(spec));
      await vi.waitFor(async () => expect((await test.runs("daily"))[0]?.state).toMatch(/succeeded|failed/), {
        timeout: 30_000,
        interval: 20,
      });
      const [made] = await test.runs("daily");
      return { state: made?.state, message: made?.message, result: made?.jobs[0]?.result };
    }

    it("counts the rows that each statement read or changed, and shows none of them", async () => {
      const test = await start();
      const made = await run(
        test,
        `{depot: sales, access: rw, statements: [{name: fill, sql: "insert into orders select generate_series(10, 19), 'canary-row'"}, "select * from orders", "delete from orders where region = 'canary-row'"]}`,
      );
      expect(made).toEqual({
        state: "succeeded",
        message: undefined,
        result: {
          ...{ statements: 3, rows: 32 },
          counts: [
            { statement: "fill", command: "INSERT", rows: 10 },
            { statement: "2", command: "SELECT", rows: 12 },
            { statement: "3", command: "DELETE", rows: 10 },
          ],
        },
      });
      expect(JSON.stringify(await test.logs("daily"))).not.toContain("canary-row");
    });

    it("does all statements or none, or each by itself where that is asked", async () => {
      const test = await start();
      const broken = `["insert into orders values (50, 'x')", "insert into nowhere values (1)"]`;
      expect((await run(test, `{depot: sales, access: rw, statements: ${broken}}`)).state).toBe("failed");
      expect(await source.query("select id from orders where id = 50")).toEqual([]);
      const again = await start();
      await run(again, `{depot: dataos://sales, access: rw, transaction: each, statements: ${broken}}`);
      expect(await source.query("select id from orders where id = 50")).toHaveLength(1);
      await source.exec("delete from orders where id = 50");
    });

    it.each([
      "with gone as (delete from orders returning id) select id from gone",
      "explain analyze delete from orders",
      "select set_config('transaction_read_only', 'off', false)",
      "select 1; delete from orders",
      "select 1; commit; delete from orders",
      "select setval('numbers', 5)",
    ])("changes nothing without `access: rw`: %s", async (statement) => {
      await source.exec("create sequence if not exists numbers");
      const test = await start();
      const made = await run(test, `{depot: sales, statements: [${JSON.stringify(statement)}]}`);
      expect(made.state).toBe("failed");
      expect(await source.query("select id from orders order by id")).toHaveLength(2);
    });

    it("writes only with a secret for it", async () => {
      const made = await run(await start(["r"]), `{depot: sales, access: rw, statements: ["delete from orders"]}`);
      expect(made).toMatchObject({
        state: "failed",
        message:
          "job `load` failed: depot `sales` has no secret with `acl: rw`, so nothing is written there; name one below its `secrets`",
      });
      expect(await source.query("select id from orders")).toHaveLength(2);
    });

    it("asks whether its user may select in the depot, and write there", async () => {
      const made = await run(await start(), `{depot: sales, statements: ["select 1"]}`, "dev");
      expect(made.state).toBe("failed");
      expect(made.message).toMatch(/^job `load` failed: `dev` may not `select` `urn:dataos:depot:sales`/);
    });

    it("ends a statement that takes too long", async () => {
      const made = await run(await start(), `{depot: sales, timeout: 300ms, statements: ["select pg_sleep(60)"]}`);
      expect(made.state).toBe("failed");
      expect(made.message).toMatch(/took longer|timeout/);
    });

    it("refuses at apply what no job may run", async () => {
      const test = await start();
      for (const [statement, message] of [
        ["/* a /* b */ */ -- c\n COMMIT", "`commit` is not taken here"],
        ["copy orders to program 'id'", "`copy` is not taken here"],
        ["do $$ begin end $$", "`do` is not taken here"],
        ["delete from orders", "`delete` may write, and the job only reads"],
        [" -- nothing", "expected a statement of SQL"],
      ] as const) {
        await expect(
          test.apply("root", workflow(`{depot: sales, statements: [${JSON.stringify(statement)}]}`)),
          statement,
        ).rejects.toMatchObject({ problems: [{ message: expect.stringContaining(message) }] });
      }
    });
  });
}
