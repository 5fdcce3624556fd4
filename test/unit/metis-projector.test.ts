import { afterEach, describe, expect, it } from "vitest";
import { createSqliteLineageStore, createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import type { RunningCatalog } from "../../src/metis/index.ts";
import type { SearchStore } from "../../src/metis/ports.ts";
import { StaleError, UnavailableError } from "../../src/shared/errors.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { openState, type StateDb } from "../../src/state/index.ts";
import { authorized } from "../support/authorized.ts";
import { createTestCatalog, type SourceContent, scan } from "../support/catalog.ts";
import { createManualClock } from "../support/clock.ts";

const read = authorized("entity.read");
const shop: SourceContent = { public: [{ name: "orders", columns: ["id", "total"] }] };
const request = { text: "orders", first: 10, after: undefined };

/** A search store whose engine can be switched off and on. */
function createSwitchable(): SearchStore & { isDown: boolean; applied: number } {
  const clock = createManualClock();
  const store = createSqliteSearchStore({ path: ":memory:" }, { logger: silentLogger, clock });
  const guarded =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (self.isDown) throw new UnavailableError("the search engine does not answer");
      return call(...args);
    };
  const self: SearchStore & { isDown: boolean; applied: number } = {
    ...store,
    isDown: false,
    applied: 0,
    appliedSeq: guarded(() => store.appliedSeq()),
    apply: guarded(async (changes) => {
      self.applied++;
      await store.apply(changes);
    }),
    search: guarded((...args) => store.search(...args)),
  };
  return self;
}

const opened: { readonly catalog: RunningCatalog; readonly state: StateDb }[] = [];
afterEach(async () => {
  for (const { catalog, state } of opened.splice(0)) {
    await catalog.stop();
    await state.close();
  }
});

async function open(search = createSwitchable()) {
  const clock = createManualClock();
  const state = await openState("sqlite::memory:", { logger: silentLogger, clock });
  const { catalog } = await createTestCatalog(state, { clock, search });
  opened.push({ catalog, state });
  /** Lets everything happen that needs no more time. */
  const settle = async (until: () => Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 2_000; turn++) {
      if (await until()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error("it never settled");
  };
  return { catalog, clock, search, settle };
}

describe("feeding the projections", () => {
  it("lets writes go on while an engine is down, says how far behind it is, and catches up by itself", async () => {
    const { catalog, clock, search, settle } = await open();
    await catalog.start();
    search.isDown = true;
    const { seq } = await scan(catalog, shop);
    expect(seq).toBeGreaterThan(0);
    await expect(catalog.search(read, request)).rejects.toThrow(UnavailableError);
    expect((await catalog.getEntity(read, "dataos://sales:public/orders")).name).toBe("orders");
    clock.advance(60_000);
    search.isDown = false;
    await settle(async () => {
      clock.advance(30_000);
      return (await catalog.projectionLag()).search === 0;
    });
    const found = await catalog.search(read, { ...request, minSeq: seq });
    expect(found.hits.map(({ urn }) => urn)).toEqual(["urn:dataos:dataset:sales:shop/public/orders"]);
  });

  it("tells how stale an answer is, and refuses one that must be newer after two seconds", async () => {
    const { catalog, clock } = await open();
    const { seq } = await scan(catalog, shop);
    expect(await catalog.search(read, request)).toMatchObject({ hits: [], staleBy: seq });
    const waiting = catalog.search(read, { ...request, minSeq: seq }).catch((error: unknown) => error);
    const answer = await Promise.race([waiting, tick(clock, 3_000)]);
    expect(answer ?? (await waiting)).toBeInstanceOf(StaleError);
  });

  it("feeds what was written while it was stopped, and sends nothing twice", async () => {
    const { catalog, search, settle } = await open();
    await scan(catalog, shop);
    await catalog.start();
    const isDone = async () => (await catalog.projectionLag()).search === 0;
    await settle(isDone);
    await catalog.stop();
    const { applied } = search;
    await scan(catalog, { public: [...(shop.public ?? []), { name: "invoices", columns: ["id"] }] });
    expect(search.applied).toBe(applied);
    await catalog.start();
    await settle(isDone);
    const afterwards = search.applied;
    await catalog.stop();
    await catalog.start();
    await settle(isDone);
    expect(search.applied).toBe(afterwards);
    expect((await catalog.search(read, { ...request, text: "invoices" })).totalCount).toBe(1);
  });

  it("takes away, renames and retags more at once than a store takes in one call, and serves others meanwhile", async () => {
    const { catalog, settle } = await open();
    const tables = (start: string) => ({
      public: Array.from({ length: 1_100 }, (_, index) => ({
        name: `${start}${index}`,
        columns: ["id"],
        oid: index + 1,
      })),
    });
    const update = authorized("entity.update");
    await scan(catalog, tables("t"));
    await catalog.start();
    let turns = 0;
    const isDone = async () => {
      turns++;
      return (await catalog.projectionLag()).search === 0;
    };
    await settle(isDone);
    expect(turns).toBeGreaterThan(5);
    const found = async (text: string, glob = "**") => {
      const auth = authorized("entity.read", { op: "path", glob });
      return (await catalog.search(auth, { ...request, text, kinds: ["dataset"] })).totalCount;
    };
    expect(await found("")).toBe(1_100);
    await scan(catalog, tables("u"));
    await settle(isDone);
    expect([await found(""), await found("", "**/u*")]).toEqual([1_100, 1_100]);
    turns = 0;
    await catalog.updateEntity(
      update,
      "urn:dataos:depot:sales",
      { tags: { tags: ["Area.Sales"] } },
      { inside: update },
    );
    await settle(isDone);
    expect(turns).toBeGreaterThan(3);
    const tagged = authorized("entity.read", { op: "tag", glob: "Area.Sales" });
    expect((await catalog.search(tagged, { ...request, text: "", kinds: ["dataset"] })).totalCount).toBe(1_100);
    await scan(catalog, {}, { excluded: (name) => name === "public" });
    await settle(isDone);
    expect(await found("")).toBe(0);
  });

  it("leaves the live index as it is when the new one cannot be completed", async () => {
    const search = createSwitchable();
    const { catalog, settle } = await open({
      ...search,
      async beginRebuild() {
        const rebuild = await search.beginRebuild();
        return { ...rebuild, store: { ...rebuild.store, count: async () => 1 } };
      },
    } as ReturnType<typeof createSwitchable>);
    await catalog.start();
    await scan(catalog, shop);
    await settle(async () => (await catalog.projectionLag()).search === 0);
    await expect(catalog.rebuild(authorized("projection.rebuild"))).rejects.toThrow(
      "the new search projection holds 1 entries and 4 were expected; the old one stays, try again",
    );
    expect((await catalog.search(read, request)).totalCount).toBeGreaterThan(0);
  });

  it("lets one process feed and another one read", async () => {
    const clock = createManualClock();
    const context = { logger: silentLogger, clock };
    const state = await openState("sqlite::memory:", context);
    const shared = {
      clock,
      search: createSwitchable(),
      lineage: createSqliteLineageStore({ path: ":memory:" }, context),
    };
    const first = (await createTestCatalog(state, shared)).catalog;
    const second = (await createTestCatalog(state, shared)).catalog;
    opened.push({ catalog: first, state });
    await first.start();
    const { seq } = await scan(first, shop);
    await first.search(read, { ...request, minSeq: seq });
    await second.start();
    const { applied } = shared.search;
    expect(await second.search(read, request)).toMatchObject({ staleBy: 0 });
    expect(shared.search.applied).toBe(applied);
    await second.stop();
  });
});

/** Moves time in small steps, with room for what it sets off. */
async function tick(clock: ReturnType<typeof createManualClock>, ms: number): Promise<undefined> {
  for (let passed = 0; passed < ms; passed += 25) {
    clock.advance(25);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}
