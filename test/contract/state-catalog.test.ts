import { createTestCatalog } from "../support/catalog.ts";
import { describeOnStateEngines } from "../support/state.ts";
import { catalogContract } from "./catalog.contract.ts";

describeOnStateEngines("catalog", (open) => {
  catalogContract(async () => (await createTestCatalog(await open())).catalog);
});
