import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import { applyChange, whyNot } from "../../src/heimdall/policy/questions/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import {
  askedPredicates,
  contexts,
  objects,
  policies,
  policyDocument,
  subjects,
} from "../support/policy-generators.ts";

const numRuns = Number(process.env.TEST_PROPERTY_RUNS ?? 1_000);
const question = fc.record({ subject: subjects, predicate: askedPredicates, object: objects, context: contexts });

describe("why not", () => {
  it("names changes that turn the answer into allow, and finds some for most rules", () => {
    let found = 0;
    let sought = 0;
    fc.assert(
      fc.property(policies, question, (documents, request) => {
        const { policies: compiled } = compilePolicies(documents);
        if (compiled.decide(request).effect === "allow") return;
        const answer = whyNot(compiled, request);
        for (const { rule, misfits, fix } of answer.nearest) {
          sought++;
          if (misfits.length === 0) expect(answer.because).toBe("denied");
          if (!fix) continue;
          found++;
          const removed = new Set(fix.flatMap((change) => (change.change === "removeRule" ? [change.rule] : [])));
          const left = documents.flatMap((document) => withoutRules(document, removed));
          const changed = fix.reduce(applyChange, request);
          const { effect, because } = compilePolicies(left).policies.decide(changed);
          expect(effect, `${rule.rule.id}: ${JSON.stringify(fix)}`).toBe("allow");
          if (removed.size === 0) expect(because.map(({ id }) => id)).toContain(rule.rule.id);
        }
      }),
      { numRuns },
    );
    expect(found / sought).toBeGreaterThan(0.6);
  });
});

/** The document without these rules, every other one under its own id. */
function withoutRules(document: PolicyDocument, ids: ReadonlySet<string>): PolicyDocument[] {
  const spec = document.spec as { rules?: unknown[] };
  if (!spec.rules) return ids.has(`${document.name}/0`) ? [] : [document];
  const isOut = (index: number): boolean => ids.has(`${document.name}/${index}`);
  if (!spec.rules.some((_, index) => isOut(index))) return [document];
  const rules = spec.rules.filter((_, index) => !isOut(index));
  return rules.length === 0 ? [] : [policyDocument(document.name, { ...spec, rules })];
}
