import { describe, it } from "vitest";
import { searchProperties } from "../support/search-properties.ts";

describe("searches (the whole campaign: `npm run soak -- policy`)", () => {
  for (const [title, property] of Object.entries(searchProperties)) it(title, () => property(1_500));
});
