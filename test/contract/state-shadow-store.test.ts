import { describe, it } from "vitest";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { shadowContract } from "./shadow-store.contract.ts";

const parts = { clock: systemClock, logger: silentLogger };

shadowContract("SQLite", async () => {
  const state = await openState("sqlite::memory:", parts);
  return { states: [state], close: () => state.close() };
});

const serverUrl = process.env.TEST_POSTGRES_URL;
if (serverUrl === undefined) {
  describe.skip("a candidate in shadow on PostgreSQL (set TEST_POSTGRES_URL)", () => it("is followed", () => {}));
} else {
  shadowContract("PostgreSQL", async () => {
    const database = await createFreshDatabase(serverUrl, "policy_shadow");
    const states = [await openState(new Secret(database.url), parts), await openState(new Secret(database.url), parts)];
    return {
      states,
      async close() {
        for (const state of states) await state.close();
        await database.stop();
      },
    };
  });
}
