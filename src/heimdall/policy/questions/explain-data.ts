import type { DecisionObject, ObjectColumn, Subject } from "../../../shared/decision.ts";
import { matchingDataPolicies, rankMasks } from "../engine/data-decision.ts";
import type { CompiledPolicies } from "../index.ts";
import type { MaskPolicy } from "../rule.ts";

/** What masks say of one column. */
export interface ColumnExplanation {
  readonly column: ObjectColumn;
  /** the mask that holds, which may be `pass_through`; `undefined`: none selects the column */
  readonly winner: MaskPolicy | undefined;
  /** those that would hold without it, the next first, each with why it lost */
  readonly losers: readonly { readonly policy: MaskPolicy; readonly why: string }[];
}

/** Says for each column of the dataset, in its order, which mask wins for the subject and which lose. */
export function explainMasks(
  policies: CompiledPolicies,
  subject: Subject,
  dataset: DecisionObject,
): readonly ColumnExplanation[] {
  const matching = matchingDataPolicies(policies.dataPolicies, subject, dataset);
  return (dataset.columns ?? []).map((column) => {
    const [winner, ...losers] = rankMasks(matching, column);
    return {
      column,
      winner,
      losers: winner ? losers.map((policy) => ({ policy, why: whyLost(policy, winner) })) : [],
    };
  });
}

function whyLost(policy: MaskPolicy, winner: MaskPolicy): string {
  if (policy.priority > winner.priority) return `priority ${policy.priority} comes after ${winner.priority}`;
  if (policy.operator !== winner.operator) {
    return `same priority ${policy.priority}, and \`${winner.operator}\` is at least as restrictive as \`${policy.operator}\``;
  }
  return `same priority ${policy.priority} and operator, and \`${winner.name}\` comes first by name`;
}
