import type { Clock } from "../../shared/clock.ts";
import { compilePolicies } from "../policy/index.ts";
import type { PolicyChecker, PolicyDocument } from "../ports.ts";
import { findEscalations } from "./escalation.ts";
import type { LivePolicies } from "./live-policies.ts";

/**
 * Checks documents against the live ones: they take the place of live documents of the same kind and name. A document whose `spec` is
 * `undefined` stands for the removal of its kind and name.
 */
export function createPolicyChecker(parts: { readonly policies: LivePolicies; readonly clock: Clock }): PolicyChecker {
  const { policies, clock } = parts;
  const merged = (documents: readonly PolicyDocument[]): PolicyDocument[] => {
    const key = ({ kind, name }: PolicyDocument): string => `${kind} ${name}`;
    const replaced = new Set(documents.map(key));
    return [
      ...policies.documents().filter((document) => !replaced.has(key(document))),
      ...documents.filter(({ spec }) => spec !== undefined),
    ];
  };
  return {
    check(documents) {
      const files = new Set(documents.map(({ file }) => file));
      const { problems, warnings } = compilePolicies(merged(documents));
      return { problems, warnings: warnings.filter(({ at }) => at !== undefined && files.has(at.file)) };
    },
    escalations(subject, documents) {
      const before = policies.current();
      const [first] = documents;
      // SECURITY: nobody can be shown to hold anything while the policies are unknown
      if (!before)
        return first ? [{ message: "policies are not loaded, so nobody may change them; try again later" }] : [];
      const { policies: after, problems } = compilePolicies(merged(documents));
      return problems.length > 0 ? problems : findEscalations(subject, { time: clock.now() }, before, after);
    },
  };
}
