import { sql } from "kysely";
import { expect, it } from "vitest";
import { UnavailableError } from "../../src/shared/errors.ts";
import type { Migration } from "../../src/state/index.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { stateDbContract } from "./state-db.contract.ts";

describeOnStateEngines("state store", (_open, engine) => {
  stateDbContract(engine);

  it("lets a second process in, or says that the first one holds it", async () => {
    const store = await engine.create();
    const first = await store.open();
    if (first.capabilities.multiProcess) {
      const second = await store.open();
      let runs = 0;
      const once: Migration = {
        name: "race-001-create",
        async up(db) {
          runs++;
          await sql`create table race (x integer)`.execute(db);
        },
      };
      const others = await Promise.all([store.open(), store.open(), store.open()]);
      await Promise.all([first, second, ...others].map((state) => state.migrate([once])));
      expect(runs).toBe(1);
      await Promise.all(others.map((state) => state.close()));
      await second.close();
    } else {
      await expect(store.open()).rejects.toThrow(UnavailableError);
      await expect(store.open()).rejects.toThrow(
        /is in use by another server process \(process \d+\); stop that one, or use another directory$/,
      );
    }
    await first.close();
    await (await store.open()).close();
  });
});
