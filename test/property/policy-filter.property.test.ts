import { describe, it } from "vitest";
import { filterProperties, storeAgrees } from "../support/filter-properties.ts";
import { filteringStores } from "../support/filtering-stores.ts";

describe("filters for lists (the whole campaign: `npm run soak -- policy`)", () => {
  for (const [title, property] of Object.entries(filterProperties)) it(title, () => property(2_000));
});

describe("stores list what a check of each object one by one allows", () => {
  for (const { name, missing, open } of filteringStores) {
    it.skipIf(missing)(`in ${name}${missing ? ` (set ${missing})` : ""}`, async () => {
      const store = await open();
      try {
        await storeAgrees(store, 300);
      } finally {
        await store.close();
      }
    });
  }
});
