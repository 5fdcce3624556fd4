import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createStateIdentityStore, identityMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { createManualClock } from "../support/clock.ts";
import { describeOnStateEngines, stateEngines } from "../support/state.ts";
import { identityStoreContract } from "./identity-store.contract.ts";

describeOnStateEngines("identity store", (openState) => {
  identityStoreContract(async () => {
    const clock = createManualClock();
    const state = await openState(clock);
    await state.migrate(identityMigrations);
    return { clock, open: () => createStateIdentityStore(state, { logger: silentLogger, clock }) };
  });
});

describe("identity store files", () => {
  it("hold no key in clear", async () => {
    const store = await stateEngines()[0]!.create();
    const state = await store.open();
    await state.migrate(identityMigrations);
    const identity = createStateIdentityStore(state, { logger: silentLogger, clock: createManualClock() });
    await identity.putUser({ id: "a", name: "a", type: "person", email: undefined, tags: [], attributes: {} });
    const { key } = await identity.createApiKey({ userId: "a", name: "n", ttlSeconds: undefined });
    await identity.authenticate(key);
    await state.close();
    const secret = key.reveal().split("_")[2]!;
    const found = readdirSync(store.dir!).filter((name) => readFileSync(join(store.dir!, name)).includes(secret));
    expect(found).toEqual([]);
  });
});
