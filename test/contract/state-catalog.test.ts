import { describe, expect, it } from "vitest";
import { createCatalogStore } from "../../src/metis/adapters/state/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { authorized } from "../support/authorized.ts";
import { createTestCatalog, scan, urns } from "../support/catalog.ts";
import { describeOnStateEngines, stateEngines } from "../support/state.ts";
import { catalogContract } from "./catalog.contract.ts";

describeOnStateEngines("catalog", (open) => {
  catalogContract(async () => (await createTestCatalog(await open())).catalog);
});

for (const engine of stateEngines().filter(({ name }) => name !== "SQLite")) {
  const suite = engine.missing ? describe.skip : describe;
  suite(`catalog of two processes on ${engine.name}${engine.missing ? ` (set ${engine.missing})` : ""}`, () => {
    it("shows changes in the order of their numbers to whoever follows the log, and loses none", async () => {
      const store = await engine.create();
      const states = [await store.open(), await store.open(), await store.open()];
      const one = (await createTestCatalog(states[0]!)).catalog;
      const two = (await createTestCatalog(states[1]!)).catalog;
      const reader = createCatalogStore(states[2]!, systemClock);
      await scan(one, { public: [{ name: "orders", columns: ["id"] }] });
      const start = await reader.currentSeq();
      const edits = 40;
      const orders = urns.dataset("sales", "shop", "public", "orders");
      const writing = Promise.all(
        Array.from({ length: edits }, (_, index) =>
          (index % 2 ? one : two).updateEntity(authorized("entity.update"), orders, { custom: { index } }, {}),
        ),
      );
      const followed: number[] = [];
      while (followed.length < edits) {
        for (const { seq } of await reader.readLog(followed.at(-1) ?? start, 100)) followed.push(seq);
      }
      await writing;
      expect(followed).toEqual(Array.from({ length: edits }, (_, index) => start + index + 1));
      await Promise.all(states.map((state) => state.close()));
    });
  });
}
