import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { splitStatements } from "../../src/control/database/split-statements.ts";
import { createManagedDatabases } from "../../src/control/index.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const url = process.env.TEST_POSTGRES_URL;
const name = `shop-${randomBytes(4).toString("hex")}`;
const database = `dataos_public_${name}`;
const running: { control: { stop(): Promise<void> }; state: StateDb }[] = [];
afterEach(async () => {
  for (const { control, state } of running.splice(0)) {
    await control.stop();
    await state.close();
  }
  if (!url) return;
  await ask(`drop database if exists "${database}" with (force)`);
  await ask(`drop role if exists "${database}"`);
});

async function ask<Row>(sql: string, inDatabase?: string): Promise<Row[]> {
  const target = new URL(url ?? "");
  if (inDatabase !== undefined) target.pathname = `/${inDatabase}`;
  const client = new pg.Client({ connectionString: target.href });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function start(isManaged = true): Promise<TestControl> {
  const [sqlite] = stateEngines();
  const state = await (await sqlite?.create())?.open();
  if (!state) throw new Error("there is no engine");
  const databases = isManaged ? { databases: createManagedDatabases(new Secret(url ?? "")) } : {};
  const test = await createTestControl(state, databases);
  running.push({ control: test.control, state });
  await test.control.start();
  return test;
}

const manifestOf = (migrations: Record<string, string>, command = "up", more = "", own = "") =>
  `name: ${name}\nversion: v1\ntype: database\ndatabase: {migrate: {includesInline: ${JSON.stringify(migrations)}, command: ${command}${more}}${own}}`;
const first = {
  "001_orders.up.sql":
    "create table orders (id int primary key);\n-- a comment; with a semicolon\ninsert into orders values (1);",
  "001_orders.down.sql": "drop table orders",
};
const second = {
  "002_totals.up.sql":
    "create table totals (id int);\ncreate function one() returns int language sql as $$ select 1; $$",
  "002_totals.down.sql": "drop function one; drop table totals",
};

async function applied(test: TestControl, text: string) {
  await test.apply("root", text);
  await test.control.whenIdle();
  const { conditions, phase } = await test.get("database", name, "public");
  const ready = conditions.find(({ type }) => type === "Ready");
  return { phase, status: ready?.status, reason: ready?.reason, message: ready?.message };
}
const tables = async () =>
  (
    await ask<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
      database,
    )
  ).map((row) => row.name);

describe("the statements of a migration", () => {
  it.each([
    ["select 1; select 2", ["select 1", "select 2"]],
    ["-- only; a comment\n/* and /* one; in */ another; */", []],
    ["select ';', \";\", e'\\';' -- ;\n;;\nselect 2;", ["select ';', \";\", e'\\';'", "select 2"]],
    [
      "create function f() as $body$ a; $$;$$ b; $body$ language sql; select $1",
      ["create function f() as $body$ a; $$;$$ b; $body$ language sql", "select $1"],
    ],
    [
      "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3",
      ["create function f() returns int begin atomic select case when true then 1 end; select 2; end", "select 3"],
    ],
    ["select 'not ended; select 2", ["select 'not ended", "select 2"]],
  ])("are told apart in %j", (script, texts) => {
    expect(splitStatements(script).map(({ text }) => text)).toEqual(texts);
  });

  it("are told with the line they start in", () => {
    expect(splitStatements("\n-- first\nselect 1;\n\n  select\n2").map(({ line }) => line)).toEqual([3, 5]);
  });
});

describe("a database without a managed PostgreSQL", () => {
  it("waits and says which setting is missing", async () => {
    const test = await start(false);
    expect(await applied(test, manifestOf(first))).toMatchObject({ phase: "Pending", reason: "NoDriver" });
  });
});

describe.skipIf(!url)(`a database on a managed PostgreSQL${url ? "" : " (set TEST_POSTGRES_URL)"}`, () => {
  it("is made with its migrations in order of their names, once each, and taken back one by one", async () => {
    const test = await start();
    expect(await applied(test, manifestOf({ ...second, ...first }))).toMatchObject({
      phase: "Active",
      message: `database \`${database}\`, 2 migrations applied`,
    });
    expect(await tables()).toEqual(["orders", "totals"]);
    await applied(test, `${manifestOf({ ...second, ...first })}\ndescription: again`);
    expect(await ask("select * from orders", database)).toHaveLength(1);
    const down = await applied(test, manifestOf({ ...first, ...second }, "down", ", parameter: 1"));
    expect(down.message).toBe(`database \`${database}\`, 1 migration applied`);
    expect(await tables()).toEqual(["orders"]);
    // looking at it again takes nothing more back
    test.clock.advance(300_000);
    await test.control.whenIdle();
    expect(await tables()).toEqual(["orders"]);
  });

  it("keeps nothing of a generation that fails, and says which statement it was", async () => {
    const test = await start();
    await applied(test, manifestOf(first));
    const broken = {
      ...first,
      ...second,
      "003_more": "create table more (id int);\n\ninsert into nowhere\n  values (1);",
    };
    expect(await applied(test, manifestOf(broken))).toMatchObject({
      status: "False",
      reason: "MigrationFailed",
      message:
        'migration `003_more`, statement 2 in line 3: relation "nowhere" does not exist; nothing of this generation was kept',
    });
    expect(await tables()).toEqual(["orders"]);
    expect((await applied(test, manifestOf({ ...first, "002_x": "selec 1" }))).message).toMatch(
      /^migration `002_x`, statement 1 in line 1: syntax error/,
    );
    expect((await applied(test, manifestOf({ ...first, "002_x": "create table x (id int); commit" }))).reason).toBe(
      "MigrationRefused",
    );
    expect(await tables()).toEqual(["orders"]);
    expect(await applied(test, manifestOf({ ...first, ...second }))).toMatchObject({ status: "True" });
  });

  it("refuses migrations that were changed or left out after they were applied, and ways back that are not there", async () => {
    const test = await start();
    await applied(test, manifestOf({ "001_orders": "create table orders (id int)" }));
    expect(await applied(test, manifestOf({ "001_orders": "create table orders (id bigint)" }))).toMatchObject({
      reason: "ChecksumMismatch",
    });
    expect(await applied(test, manifestOf({ "002_other": "select 1" }))).toMatchObject({ reason: "MigrationMissing" });
    expect(await applied(test, manifestOf({ "001_orders": "create table orders (id int)" }, "down"))).toMatchObject({
      reason: "NoWayBack",
    });
    expect(await tables()).toEqual(["orders"]);
  });

  it("gives migrations no right outside of it", async () => {
    const test = await start();
    expect((await applied(test, manifestOf({ a: "copy (select 1) to program 'touch /tmp/never'" }))).message).toMatch(
      /permission denied|must be superuser/,
    );
    expect((await applied(test, manifestOf({ a: "create role thief" }))).message).toContain("permission denied");
    expect((await applied(test, manifestOf({ a: "reset role; create role thief" }))).message).toContain(
      "permission denied",
    );
    const [role] = await ask<{ rolcanlogin: boolean }>(
      `select rolcanlogin from pg_roles where rolname = '${database}'`,
    );
    expect(role?.rolcanlogin).toBe(false);
  });

  it("leaves a database of the same name alone that is not its own", async () => {
    const test = await start();
    await ask(`create database "${database}"`);
    expect(await applied(test, manifestOf(first))).toMatchObject({ reason: "NotOurs" });
  });

  it("is worked on by one at a time", async () => {
    const test = await start();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("select pg_advisory_lock(hashtextextended($1, 7400))", [database]);
    expect(await applied(test, manifestOf(first))).toMatchObject({ reason: "Conflict" });
    await client.end();
    for (let round = 0; round < 200; round++) {
      test.clock.advance(10_000);
      await test.control.whenIdle();
      if ((await test.get("database", name, "public")).phase === "Active") break;
      await wait(10);
    }
    expect(await tables()).toEqual(["orders"]);
  });

  it.each([true, false])("is dropped with the resource only when the manifest says so (%s)", async (drops) => {
    const test = await start();
    await applied(test, manifestOf(first, "up", "", drops ? ", dropOnDelete: true" : ""));
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    await test.control.delete(auth, { type: "database", name, workspace: "public" }, { force: false });
    await test.control.whenIdle();
    const left = await ask(`select 1 from pg_database where datname = '${database}'`);
    expect(left).toHaveLength(drops ? 0 : 1);
    // applied again, it is the same one where it stayed
    expect(await applied(test, manifestOf(first))).toMatchObject({ status: "True" });
  });
});
