import { describe, it } from "vitest";
import { whyNotFlips } from "../support/why-not-property.ts";

describe("why not (the whole campaign: `npm run soak -- policy`)", () => {
  it("names changes that turn the answer into allow, and finds some for most rules", () => whyNotFlips(1_000));
});
