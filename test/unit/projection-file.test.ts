import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { openProjection } from "../../src/metis/adapters/sqlite/projection-file.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { UnavailableError } from "../../src/shared/errors.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { tableDocument } from "../support/search-documents.ts";
import { createTempDir } from "../support/temp-dir.ts";

const schema = (version: string) => ({ version, tables: "create table fact (name text) strict;" });

describe("a projection file", () => {
  it("is emptied when it is of another version, and kept when it is not", () => {
    using dir = createTempDir();
    const path = join(dir.path, "p.db");
    const first = openProjection(path, schema("1"), silentLogger);
    first.db().prepare("insert into fact values ('kept')").run();
    first.setAppliedSeq(7);
    first.setAppliedSeq(3);
    first.close();
    const same = openProjection(path, schema("1"), silentLogger);
    expect([same.appliedSeq(), same.db().prepare("select count(*) as n from fact").get()]).toMatchObject([7, { n: 1 }]);
    same.close();
    const other = openProjection(path, schema("2"), silentLogger);
    expect([other.appliedSeq(), other.db().prepare("select count(*) as n from fact").get()]).toMatchObject([
      0,
      { n: 0 },
    ]);
    other.close();
    expect(() => other.db()).toThrow(UnavailableError);
  });

  it("is emptied when it is damaged, and says so in the log", async () => {
    using dir = createTempDir();
    const path = join(dir.path, "search.db");
    writeFileSync(path, "this is no database, whatever its name says".repeat(100));
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: unknown, message: string) => warnings.push(message) };
    const store = createSqliteSearchStore({ path }, { logger, clock: systemClock });
    await store.apply({ upserts: [tableDocument("film")], deletes: [], appliedSeq: 1 });
    expect([await store.count(), warnings]).toEqual([1, ["projection is damaged and is built anew"]]);
    await store.close();
  });

  it("takes what a rebuild that was cut off has left for nothing", async () => {
    using dir = createTempDir();
    const path = join(dir.path, "search.db");
    const open = () => createSqliteSearchStore({ path }, { logger: silentLogger, clock: systemClock });
    const store = open();
    await store.apply({ upserts: [tableDocument("film")], deletes: [], appliedSeq: 1 });
    const cut = await store.beginRebuild();
    await cut.store.apply({ upserts: [tableDocument("half")], deletes: [], appliedSeq: 9 });
    await cut.store.close();
    await store.close();
    const again = open();
    expect([await again.appliedSeq(), await again.count(), existsSync(`${path}.rebuild`)]).toEqual([1, 1, true]);
    const rebuild = await again.beginRebuild();
    expect(await rebuild.store.count()).toBe(0);
    await rebuild.abandon();
    expect(existsSync(`${path}.rebuild`)).toBe(false);
    await again.close();
  });

  it("works in memory too", async () => {
    const store = createSqliteSearchStore({ path: ":memory:" }, { logger: silentLogger, clock: systemClock });
    const rebuild = await store.beginRebuild();
    await rebuild.store.apply({ upserts: [tableDocument("film")], deletes: [], appliedSeq: 2 });
    await rebuild.swap();
    expect([await store.count(), await store.appliedSeq()]).toEqual([1, 2]);
    await store.close();
  });
});
