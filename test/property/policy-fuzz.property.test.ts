import { describe, it } from "vitest";
import { fuzzDenies, fuzzPolicies } from "../support/policy-fuzz.ts";

describe("fuzzed policies and requests (the whole campaign: `npm run soak -- fuzz`)", () => {
  it("never crash or take longer than 100 ms, and each refusal says where and why", () => fuzzPolicies(500));
  it("never widen access by a deny", () => fuzzDenies(100));
});
