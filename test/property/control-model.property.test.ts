import { it } from "vitest";
import { controlFollowsModel } from "../support/control-model.ts";
import { createMemoryStore } from "../support/memory-store.ts";

it("the controller does what a model of a few lines says, whatever is applied, deleted, restarted or silent", async () => {
  // the same stories each time; `npm run soak -- control` tells others
  await controlFollowsModel(createMemoryStore, { seeds: 500, maxSteps: 8, seed: 20_261_121, limitMs: 200_000 });
}, 300_000);
