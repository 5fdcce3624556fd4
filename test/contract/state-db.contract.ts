import { type Kysely, sql } from "kysely";
import { expect, it } from "vitest";
import { ConflictError, UnavailableError } from "../../src/shared/errors.ts";
import type { Migration, StateDb } from "../../src/state/index.ts";
import type { StateTestEngine } from "../support/state.ts";

interface Tables {
  item: { id: string; count: number; note: string | null };
}

const createItems: Migration = {
  name: "item-001-create",
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("item")
      .addColumn("id", "varchar(100)", (column) => column.primaryKey())
      .addColumn("count", "bigint", (column) => column.notNull())
      .addColumn("note", "text")
      .execute();
  },
};
const fillItems: Migration = {
  name: "item-002-fill",
  async up(db: Kysely<unknown>) {
    await (db as Kysely<Tables>).insertInto("item").values({ id: "a", count: 1, note: null }).execute();
  },
};

/** What every state engine promises. */
export function stateDbContract(engine: StateTestEngine): void {
  const openWith = async (...migrations: Migration[]): Promise<StateDb> => {
    const state = await (await engine.create()).open();
    await state.migrate(migrations);
    return state;
  };
  const items = (state: StateDb) => state.kysely<Tables>().selectFrom("item").selectAll().orderBy("id").execute();

  it("keeps what was committed over a restart", async () => {
    const store = await engine.create();
    const first = await store.open();
    await first.migrate([createItems, fillItems]);
    await first.close();
    const second = await store.open();
    await second.migrate([createItems, fillItems]);
    expect(await items(second)).toEqual([{ id: "a", count: 1, note: null }]);
    await second.close();
  });

  it("gives 64-bit integers as numbers", async () => {
    const state = await openWith(createItems);
    await state
      .kysely<Tables>()
      .insertInto("item")
      .values({ id: "big", count: 9_007_199_254_740_991, note: "é\u0001" })
      .execute();
    expect(await items(state)).toEqual([{ id: "big", count: 9_007_199_254_740_991, note: "é\u0001" }]);
    await state.close();
  });

  it("undoes the whole transaction when its work fails", async () => {
    const state = await openWith(createItems, fillItems);
    const work = state.transaction<Tables, void>(async (tx) => {
      await tx.insertInto("item").values({ id: "b", count: 2, note: null }).execute();
      await tx.updateTable("item").set({ count: 7 }).execute();
      throw new Error("stop");
    });
    await expect(work).rejects.toThrow("stop");
    expect(await items(state)).toEqual([{ id: "a", count: 1, note: null }]);
    await state.close();
  });

  it("loses no update when transactions read and write the same row at once", async () => {
    const state = await openWith(createItems, fillItems);
    const increment = () =>
      state.transaction<Tables, void>(async (tx) => {
        const { count } = await tx.selectFrom("item").select("count").where("id", "=", "a").executeTakeFirstOrThrow();
        await tx
          .updateTable("item")
          .set({ count: count + 1 })
          .where("id", "=", "a")
          .execute();
      });
    await Promise.all(Array.from({ length: 8 }, increment));
    expect((await items(state))[0]?.count).toBe(9);
    await state.close();
  });

  it("reports a violated unique key as a conflict and stays usable", async () => {
    const state = await openWith(createItems, fillItems);
    const insert = state.kysely<Tables>().insertInto("item").values({ id: "a", count: 2, note: null }).execute();
    await expect(insert).rejects.toThrow(ConflictError);
    expect(await items(state)).toHaveLength(1);
    await state.close();
  });

  it("refuses a query beside the transaction that is open around it", async () => {
    const state = await openWith(createItems, fillItems);
    const message = "a transaction is open around this query; make the query on its `tx`";
    await expect(state.transaction(() => items(state))).rejects.toThrow(message);
    await expect(state.transaction(() => state.transaction(async () => {}))).rejects.toThrow(message);
    expect(await items(state)).toHaveLength(1);
    await state.close();
  });

  it("runs each migration once, in order, and goes on after one that failed", async () => {
    const store = await engine.create();
    const state = await store.open();
    const broken: Migration = {
      name: "item-002-fill",
      async up(db) {
        await (db as Kysely<Tables>).insertInto("item").values({ id: "half", count: 1, note: null }).execute();
        await sql`select * from no_such_table`.execute(db);
      },
    };
    await expect(state.migrate([createItems, broken])).rejects.toThrow("no_such_table");
    expect(await items(state)).toEqual([]);
    await state.migrate([createItems, fillItems]);
    await state.migrate([createItems, fillItems]);
    expect(await items(state)).toHaveLength(1);
    await state.close();
  });

  it("migrates several areas apart from each other", async () => {
    const state = await openWith(createItems);
    const other: Migration = {
      name: "other-001-create",
      up: async (db) => void (await sql`create table other (x integer)`.execute(db)),
    };
    await state.migrate([other]);
    await state.migrate([createItems, fillItems, other]);
    expect(await items(state)).toHaveLength(1);
    await state.close();
  });

  it("refuses a store that a newer version migrated, and changes nothing", async () => {
    const state = await openWith(createItems, fillItems);
    const older = state.migrate([createItems]);
    await expect(older).rejects.toThrow(UnavailableError);
    await expect(older).rejects.toThrowErrorMatchingInlineSnapshot(
      "[UnavailableError: the state store holds `item-002-fill`, which this version does not know at that place; start the version that wrote it or a newer one, or restore a backup made before]",
    );
    await expect(state.migrate([fillItems, createItems])).rejects.toThrow("does not know at that place");
    expect(await items(state)).toHaveLength(1);
    await state.close();
  });

  it("says that it is closed when it is used afterwards", async () => {
    const state = await openWith(createItems);
    await state.close();
    await expect(items(state)).rejects.toThrow(UnavailableError);
  });
}
