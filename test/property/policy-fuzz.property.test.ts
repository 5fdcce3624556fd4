import { describe, it } from "vitest";
import { sendToDecisions } from "../support/decision-server.ts";
import { fuzzDenies, fuzzPolicies } from "../support/policy-fuzz.ts";
import { fuzzRequests } from "../support/request-fuzz.ts";

describe("fuzzed policies and requests (the whole campaign: `npm run soak -- fuzz`)", () => {
  it("never crash or take longer than 100 ms, and each refusal says where and why", () => fuzzPolicies(500));
  it("never widen access by a deny", () => fuzzDenies(100));
  it("are answered over HTTP within 100 ms, refused with a reason, and allow nobody anything", () =>
    sendToDecisions((send) => fuzzRequests(send, 400)));
});
