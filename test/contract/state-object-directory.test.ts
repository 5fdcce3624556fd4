import { createStateObjectDirectory, objectMigrations } from "../../src/heimdall/adapters/state/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { objectDirectoryContract } from "./object-directory.contract.ts";

describeOnStateEngines("directory of services' objects", (openState, engine) => {
  objectDirectoryContract(async () => {
    const state = await openState();
    await state.migrate(objectMigrations);
    // several tests share one store
    const directory = createStateObjectDirectory(state, { clock: systemClock });
    for (const { name } of await directory.listTypes()) {
      for (;;) {
        const { items } = await directory.list(name, { op: "all" }, { first: 1_000, after: undefined });
        if (items.length === 0) break;
        await directory.delete(items.map(({ object }) => object));
      }
      await directory.deleteType(name);
    }
    return { open: (clock = systemClock) => createStateObjectDirectory(state, { clock }) };
  }, engine.name === "PostgreSQL");
});
