import type { Decision, DecisionRequest } from "../../../shared/decision.ts";
import type { CompiledPolicies } from "../engine/decide.ts";

/** One request that is answered differently. */
export interface DecisionChange {
  readonly request: DecisionRequest;
  readonly before: Decision;
  readonly after: Decision;
}

/** `undefined`: both give the same effect, masks and row filter. */
export function compareOne(
  before: CompiledPolicies,
  after: CompiledPolicies,
  request: DecisionRequest,
): DecisionChange | undefined {
  const change = { request, before: before.decide(request), after: after.decide(request) };
  return isSameAnswer(change.before, change.after) ? undefined : change;
}

/** Whether two decisions let the asker do and see the same. */
export function isSameAnswer(a: Decision, b: Decision): boolean {
  return a.effect === b.effect && obligationsText(a) === obligationsText(b);
}

/** Masks and row filter in one line; empty where there are none. */
export function obligationsText({ obligations: { masks, rowFilter } }: Decision): string {
  if (masks.size === 0 && rowFilter === undefined) return "";
  const parts = [...masks]
    .map(([column, { operator, options }]) => `${column}: ${operator}${optionsText(options)}`)
    .sort();
  const clause = ({ comparisons }: { readonly comparisons: readonly unknown[] }): string => JSON.stringify(comparisons);
  if (rowFilter) {
    const all = rowFilter.all.map(clause).sort();
    const any = rowFilter.any.map(clause).sort();
    parts.push(`rows ${[...all, ...(any.length > 0 ? [`one of ${any.join(" ")}`] : [])].join(" and ")}`);
  }
  return parts.join(", ");
}

function optionsText(options: object): string {
  return Object.keys(options).length === 0 ? "" : ` ${JSON.stringify(options)}`;
}
