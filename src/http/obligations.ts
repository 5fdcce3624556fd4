import { explainDecision } from "../graphql/index.ts";
import type { Decision } from "../shared/decision.ts";

/** What goes with a decision to the service that asked: why, what to mask and filter, and where it is on record. */
export function toDecisionFacts(decision: Decision) {
  const { denyReason, because, obligations, problems, policyVersion, decisionId } = decision;
  const { masks, rowFilter } = obligations;
  return {
    decision_id: decisionId,
    policy_version: policyVersion,
    reason: explainDecision(decision),
    ...(denyReason === undefined ? {} : { deny_reason: denyReason }),
    ...(because.length > 0 ? { rules: because.map(({ id }) => id) } : {}),
    ...(problems.length > 0 ? { problems } : {}),
    ...(masks.size > 0
      ? {
          masks: [...masks].map(([column, { operator, options, policy }]) => ({ column, operator, options, policy })),
        }
      : {}),
    ...(rowFilter === undefined
      ? {}
      : {
          row_filter: {
            all: rowFilter.all.map(({ comparisons, policy }) => ({ comparisons, policy })),
            any: rowFilter.any.map(({ comparisons, policy }) => ({ comparisons, policy })),
          },
        }),
  };
}
