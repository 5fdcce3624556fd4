import { controlMigrations, createStateControlStores } from "../../src/control/index.ts";
import { createManualClock } from "../support/clock.ts";
import { createSeededIds } from "../support/ids.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { type ControlStoresFixture, controlStoresContract } from "./control-stores.contract.ts";
import { incidentStoreContract } from "./incident-store.contract.ts";

describeOnStateEngines("control stores", (open) => {
  const make = async (): Promise<ControlStoresFixture> => {
    const clock = createManualClock();
    const state = await open(clock);
    await state.migrate(controlMigrations);
    return { stores: createStateControlStores(state, { clock, ids: createSeededIds() }), clock, state };
  };
  controlStoresContract(make);
  incidentStoreContract(make);
});
