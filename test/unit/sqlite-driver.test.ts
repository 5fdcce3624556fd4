import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { acquireFileLock, openSqlite } from "../../src/drivers/sqlite/index.ts";
import { ConflictError, StorageFullError, UnavailableError } from "../../src/shared/errors.ts";
import { createTempDir } from "../support/temp-dir.ts";

function failure(work: () => unknown, folder = ""): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}`.replaceAll(folder, "") : error;
  }
  return "it did not fail";
}

describe("SQLite", () => {
  it("opens with durable and strict settings, in a file for its owner only", () => {
    using dir = createTempDir();
    const path = join(dir.path, "sub", "a.db");
    const db = openSqlite(path);
    db.exec("create table t (a)");
    const setting = (name: string) => Object.values(db.prepare(`pragma ${name}`).get() ?? {})[0];
    expect(["journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout"].map(setting)).toEqual([
      "wal",
      2,
      1,
      0,
      5000,
    ]);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    db.close();
    db.close();
    const rebuildable = openSqlite(path, { durability: "off", busyTimeoutMs: 1 });
    expect(rebuildable.prepare("pragma synchronous").get()).toEqual({ synchronous: 0 });
    rebuildable.close();
  });

  it("undoes a transaction that fails, and only the inner one where they are nested", () => {
    const db = openSqlite(":memory:");
    db.exec("create table t (a integer primary key)");
    const insert = (value: number) => db.prepare("insert into t values (?)").run([value]);
    const fail = () => {
      throw new Error("stop");
    };
    expect(failure(() => db.transaction(() => [insert(1), fail()]))).toBe("Error: stop");
    db.transaction(() => {
      insert(2);
      failure(() => db.transaction(() => [insert(3), fail()]));
      db.transaction(() => insert(4));
    });
    expect(db.prepare("select a from t").all()).toEqual([{ a: 2 }, { a: 4 }]);
    expect(failure(() => db.transaction(async () => {}))).toBe(
      "TypeError: the work of a SQLite transaction must not be asynchronous",
    );
    expect(insert(5).changes).toBe(1);
    db.close();
  });

  it("calls registered functions, with as many arguments as they declare", () => {
    const db = openSqlite(":memory:");
    db.function("twice", (value) => Number(value) * 2);
    db.function("glue", (left, right) => `${left}${right}`);
    expect(db.prepare("select twice(?) as n, glue('a', 'b') as s").get([21])).toEqual({ n: 42, s: "ab" });
    db.close();
  });

  it("lets one text be used while its rows are being read", () => {
    const db = openSqlite(":memory:");
    const numbers = "select value from generate_series(1, ?)";
    db.exec("create table n (value)");
    for (let value = 1; value <= 5; value++) db.prepare("insert into n values (?)").run([value]);
    const statement = db.prepare("select value from n where value <= ? order by value");
    const seen: unknown[] = [];
    for (const row of statement.iterate<{ value: number }>([3]))
      seen.push(row.value, statement.all([row.value]).length);
    expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
    expect(db.prepare("select 1").reader).toBe(true);
    expect(db.prepare("insert into n values (9) returning value").reader).toBe(true);
    expect(db.prepare("delete from n").reader).toBe(false);
    expect(() => db.prepare(numbers)).toThrow("no such table");
    db.close();
  });

  it("lets one caller at a time into its connection, so that no query slips into another's transaction", async () => {
    const db = openSqlite(":memory:");
    const kysely = db.kysely<{ t: { a: number } }>();
    await sql`create table t (a integer)`.execute(kysely);
    const count = () =>
      kysely
        .selectFrom("t")
        .select((select) => select.fn.countAll<number>().as("n"))
        .executeTakeFirst();
    const failing = kysely.transaction().execute(async (tx) => {
      await tx.insertInto("t").values({ a: 1 }).execute();
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("stop");
    });
    const during = count();
    await expect(failing).rejects.toThrow("stop");
    expect(await during).toEqual({ n: 0 });
    db.close();
  });

  it("says what to do about a full disk, a damaged file, a foreign file and a missing folder", () => {
    using dir = createTempDir();
    const at = (name: string) => join(dir.path, name);
    const full = openSqlite(at("full.db"));
    full.exec("pragma max_page_count = 4; create table t (a)");
    expect(() => full.exec("insert into t values (zeroblob(100000))")).toThrow(StorageFullError);
    const problems: Record<string, unknown> = {
      full: failure(() => full.exec("insert into t values (zeroblob(100000))"), dir.path),
    };
    expect(full.prepare("select count(*) as n from t").get()).toEqual({ n: 0 });
    full.close();

    const damaged = openSqlite(at("damaged.db"), { journal: "delete" });
    damaged.exec("create table t (a); insert into t select zeroblob(3000) from (values (1), (2), (3), (4), (5))");
    damaged.close();
    const file = openSync(at("damaged.db"), "r+");
    writeSync(file, Buffer.alloc(8_192, 0xff), 0, 8_192, 4_096);
    closeSync(file);
    const reopened = openSqlite(at("damaged.db"), { journal: "delete" });
    problems.damaged = failure(() => reopened.prepare("select a from t").all(), dir.path);
    reopened.close();

    writeFileSync(at("foreign.db"), "this is a text file, and a rather long one to be sure ".repeat(20));
    problems.foreign = failure(() => openSqlite(at("foreign.db")), dir.path);
    problems.missing = failure(() => openSqlite(join(at("foreign.db"), "below.db")), dir.path);
    expect(problems).toMatchInlineSnapshot(`
      {
        "damaged": "UnavailableError: \`damaged.db\` is damaged; stop the server, keep a copy of the file and restore it from a backup",
        "foreign": "UnavailableError: \`foreign.db\` is not a SQLite database; name another file or move it away",
        "full": "StorageFullError: no room left to write \`full.db\`; free some space on its disk and try again",
        "missing": "UnavailableError: \`below.db\` cannot be opened; its directory must exist and be readable and writable by this process",
      }
    `);
  });

  it("names the columns of a violated key, and leaves other mistakes as they are", () => {
    const db = openSqlite(":memory:");
    db.exec("create table t (a integer primary key, b unique, c not null)");
    db.exec("insert into t values (1, 1, 1)");
    expect(() => db.exec("insert into t values (2, 1, 1)")).toThrow(ConflictError);
    expect([
      failure(() => db.exec("insert into t values (2, 1, 1)")),
      failure(() => db.exec("insert into t values (1, 2, 1)")),
      failure(() => db.exec("insert into t values (3, 3, null)")),
      failure(() => db.prepare("selec")),
    ]).toMatchInlineSnapshot(`
      [
        "ConflictError: a row with the same \`t.b\` exists already; choose another value or change the existing one",
        "ConflictError: a row with the same \`t.a\` exists already; choose another value or change the existing one",
        "Error: NOT NULL constraint failed: t.c",
        "Error: near "selec": syntax error",
      ]
    `);
    db.close();
    expect(() => db.prepare("select 1")).toThrow(UnavailableError);
  });
});

describe("file lock", () => {
  it("is held by one, and free after it was released", () => {
    using dir = createTempDir();
    const path = join(dir.path, "lock");
    const lock = acquireFileLock(path, "the data directory `x`");
    expect(failure(() => acquireFileLock(path, "the data directory `x`"))).toBe(
      `UnavailableError: the data directory \`x\` is in use by another server process (process ${process.pid}); stop that one, or use another directory`,
    );
    lock.release();
    acquireFileLock(path, "x").release();
  });

  it("is held against other processes, and free as soon as its holder was killed", async () => {
    using dir = createTempDir();
    const path = join(dir.path, "lock");
    const module = new URL("../../src/drivers/sqlite/index.ts", import.meta.url).href;
    const script = `const { acquireFileLock } = await import(${JSON.stringify(module)});
      acquireFileLock(${JSON.stringify(path)}, "x"); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(holder.stdout, "data");
    expect(failure(() => acquireFileLock(path, "x"))).toContain(`(process ${holder.pid})`);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    acquireFileLock(path, "x").release();
  });
});
