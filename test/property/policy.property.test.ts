import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import {
  askedPredicates,
  contexts,
  objects,
  policies,
  policyDocument,
  subjects,
} from "../support/policy-generators.ts";

const compile = (documents: readonly PolicyDocument[]) => {
  const { policies: compiled, problems } = compilePolicies(documents);
  expect(problems).toEqual([]);
  return compiled;
};
const question = fc.record({ subject: subjects, predicate: askedPredicates, object: objects, context: contexts });

describe("policies", () => {
  it("never allow more by one allow less", () => {
    fc.assert(
      fc.property(policies, question, (documents, request) => {
        if (compile(documents).decide(request).effect === "allow") return;
        for (const { rule } of compile(documents).rules.filter(({ rule: { effect } }) => effect === "allow")) {
          const left = documents
            .map((document) => withoutRule(document, rule.id))
            .filter((document) => document !== undefined);
          expect(compile(left).decide(request).effect).toBe("deny");
        }
      }),
      { numRuns: 1500 },
    );
  });
});

function keepRules(document: PolicyDocument, ids: ReadonlySet<string>): PolicyDocument | undefined {
  const spec = document.spec as { rules?: unknown[] };
  if (!spec.rules) return ids.has(`${document.name}/0`) ? document : undefined;
  const rules = spec.rules.filter((_, index) => ids.has(`${document.name}/${index}`));
  return rules.length === 0 ? undefined : policyDocument(document.name, { ...spec, rules });
}

function withoutRule(document: PolicyDocument, id: string): PolicyDocument | undefined {
  const spec = document.spec as { rules?: unknown[] };
  const all = (spec.rules ?? [0]).map((_, index) => `${document.name}/${index}`);
  return keepRules(document, new Set(all.filter((other) => other !== id)));
}
