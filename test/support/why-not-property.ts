import fc from "fast-check";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import { applyChange, whyNot } from "../../src/heimdall/policy/questions/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import { askedPredicates, contexts, objects, policies, policyDocument, subjects } from "./policy-generators.ts";
import { expectSame } from "./policy-properties.ts";

const question = fc.record({ subject: subjects, predicate: askedPredicates, object: objects, context: contexts });

/** Why-not names changes that turn the answer into allow, and finds some for most rules. */
export function whyNotFlips(numRuns: number): void {
  let found = 0;
  let sought = 0;
  fc.assert(
    fc.property(policies, question, (documents, request) => {
      const { policies: compiled } = compilePolicies(documents);
      if (compiled.decide(request).effect === "allow") return;
      const answer = whyNot(compiled, request);
      for (const { rule, misfits, fix } of answer.nearest) {
        sought++;
        if (misfits.length === 0) expectSame(answer.because, "denied");
        if (!fix) continue;
        found++;
        const removed = new Set(fix.flatMap((change) => (change.change === "removeRule" ? [change.rule] : [])));
        const left = documents.flatMap((document) => withoutRules(document, removed));
        const changed = fix.reduce(applyChange, request);
        const { effect, because } = compilePolicies(left).policies.decide(changed);
        expectSame([effect, rule.rule.id, fix], ["allow", rule.rule.id, fix]);
        if (removed.size === 0)
          expectSame(
            because.some(({ id }) => id === rule.rule.id),
            true,
          );
      }
    }),
    { numRuns },
  );
  if (found / sought < 0.6) throw new Error(`a way to allow was found for ${found} of ${sought} rules only`);
}

/** The document without these rules, every other one under its own id. */
function withoutRules(document: PolicyDocument, ids: ReadonlySet<string>): PolicyDocument[] {
  const spec = document.spec as { rules?: unknown[] };
  if (!spec.rules) return ids.has(`${document.name}/0`) ? [] : [document];
  const isOut = (index: number): boolean => ids.has(`${document.name}/${index}`);
  if (!spec.rules.some((_, index) => isOut(index))) return [document];
  const rules = spec.rules.filter((_, index) => !isOut(index));
  return rules.length === 0 ? [] : [policyDocument(document.name, { ...spec, rules })];
}
