import { it } from "vitest";
import { controlFollowsModel } from "../support/control-model.ts";
import { createMemoryStore } from "../support/memory-store.ts";

it("the controller does what a model of a few lines says, whatever is applied, deleted, restarted or silent", async () => {
  await controlFollowsModel(createMemoryStore, { seeds: 500, maxSteps: 8, limitMs: 200_000 });
}, 300_000);
