import { controlMigrations, createStateControlStores } from "../../src/control/index.ts";
import { createManualClock } from "../support/clock.ts";
import { createSeededIds } from "../support/ids.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { controlStoresContract } from "./control-stores.contract.ts";

describeOnStateEngines("control stores", (open) => {
  controlStoresContract(async () => {
    const clock = createManualClock();
    const state = await open(clock);
    await state.migrate(controlMigrations);
    return { stores: createStateControlStores(state, { clock, ids: createSeededIds() }), clock };
  });
});
