import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { Attributes } from "../../src/shared/decision.ts";
import { policyDocument } from "../support/policy-generators.ts";

// what happened: in rules on paths of APIs a null inside an attribute counted as there, everywhere else as missing; found by the soak of policies
describe("conditions", () => {
  const decide = (paths: readonly string[], attributes: Attributes) => {
    const { policies, problems } = compilePolicies([
      policyDocument("p", {
        access: {
          subjects: { tags: ["**"] },
          predicates: ["read"],
          objects: { paths },
          allow: true,
          conditions: ["!has(object.nested.deep)"],
        },
      }),
    ]);
    expect(problems).toEqual([]);
    return policies.decide({
      subject: { id: "alice", type: "person", tags: [], attributes: {} },
      predicate: "read",
      object: { paths: ["/x", "dataos://lake:a/b"], tags: [], attributes },
      context: { time: 0 },
    }).effect;
  };

  it("take null for missing at any depth, whatever the rule is about", () => {
    for (const paths of [["/**"], ["dataos://lake:**"]]) {
      expect(decide(paths, { nested: { deep: null } })).toBe("allow");
      expect(decide(paths, { nested: {} })).toBe("allow");
      expect(decide(paths, { nested: { deep: 1 } })).toBe("deny");
    }
  });
});
