import { completeObject } from "../../../shared/complete-object.ts";
import type { DecidingRule, Decision, DecisionObject, DecisionRequest, Obligations } from "../../../shared/decision.ts";
import { noObligations } from "./data-decision.ts";

/**
 * The answer about something that may be any of `alternatives`: deny as soon as one is denied.
 * SECURITY: masks and filters are made for one dataset's columns; where they would differ, nobody is let in by a guess.
 */
export function decideEach(
  alternatives: readonly DecisionObject[],
  request: DecisionRequest,
  decide: (request: DecisionRequest) => Decision,
): Decision {
  const { alternatives: _, ...said } = request.object;
  const because = new Map<string, DecidingRule>();
  const problems = new Set<string>();
  const obligations = new Map<string, Obligations>();
  let last: Decision | undefined;
  for (const known of alternatives) {
    const decision = decide({ ...request, object: completeObject(said, known) });
    if (decision.effect === "deny") return decision;
    for (const rule of decision.because) because.set(rule.id, rule);
    for (const problem of decision.problems) problems.add(problem);
    obligations.set(toKey(decision.obligations), decision.obligations);
    last = decision;
  }
  if (!last) return decide({ ...request, object: said });
  if (obligations.size > 1) {
    return {
      effect: "deny",
      denyReason: "indeterminate",
      because: [],
      obligations: noObligations,
      problems: [
        ...problems,
        "the address may mean several datasets, with other masks or filters; write the URN of one",
      ],
      policyVersion: last.policyVersion,
    };
  }
  const sorted = [...because.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ...last, because: sorted, problems: [...problems] };
}

function toKey({ masks, rowFilter }: Obligations): string {
  return JSON.stringify([[...masks].sort(([a], [b]) => (a < b ? -1 : 1)), rowFilter ?? null]);
}
