import { explainDecision } from "../graphql/index.ts";
import type { DecidingRule, Decision, DenyReason } from "../shared/decision.ts";
import type { SourcePosition } from "../shared/errors.ts";

/** Why a decision is as it is, in the words of the answer; the same for every decision by the same rules. */
interface Explanation {
  readonly reason: string;
  readonly deny_reason?: DenyReason;
  /** ids */
  readonly rules?: readonly string[];
  readonly decided_by?: readonly RuleFacts[];
  /** as AuthZEN shows denials: text by status, for whoever looks after the policies and for whoever was refused */
  readonly reason_admin?: { readonly "403": string };
  readonly reason_user?: { readonly "403": string };
}

/** A rule that decided, as the decision routes name it. */
export interface RuleFacts {
  readonly id: string;
  readonly policy: string;
  readonly effect: "allow" | "deny";
  /** `file:line:col` */
  readonly at: string;
  readonly reason?: string;
}

/** WHY by the list of rules: where one rule decides, the policies give the same list each time, so nothing is written anew. */
const explanations = new WeakMap<readonly DecidingRule[], Explanation>();
/** where no rule decides */
const withoutRules = new Map<DenyReason | undefined, Explanation>();
const ruleFacts = new WeakMap<DecidingRule, RuleFacts>();

/**
 * What goes with a decision to the service that asked: why, by which rules at which place, what to mask and filter, and where it is on
 * record.
 */
export function toDecisionFacts(decision: Decision) {
  const { obligations, problems, policyVersion, decisionId } = decision;
  const { masks, rowFilter } = obligations;
  const facts = { decision_id: decisionId, policy_version: policyVersion, ...explain(decision) };
  if (problems.length === 0 && masks.size === 0 && rowFilter === undefined) return facts;
  return {
    ...facts,
    ...(problems.length > 0 ? { problems } : {}),
    ...(masks.size > 0
      ? {
          masks: [...masks].map(([column, { operator, options, policy, at }]) => ({
            column,
            operator,
            options,
            policy,
            at: formatPlace(at),
          })),
        }
      : {}),
    ...(rowFilter === undefined
      ? {}
      : { row_filter: { all: rowFilter.all.map(toClause), any: rowFilter.any.map(toClause) } }),
  };
}

function explain(decision: Decision): Explanation {
  const { because, denyReason } = decision;
  const known = because.length === 0 ? withoutRules.get(denyReason) : explanations.get(because);
  // the same rules may deny for another reason
  if (known && known.deny_reason === denyReason) return known;
  const made = toExplanation(decision);
  if (because.length === 0) withoutRules.set(denyReason, made);
  // lists of several rules are made for each decision, so none of them comes again
  else if (because.length === 1) explanations.set(because, made);
  return made;
}

function toExplanation(decision: Decision): Explanation {
  const { effect, because, denyReason } = decision;
  const reason = explainDecision(decision);
  return {
    reason,
    ...(denyReason === undefined ? {} : { deny_reason: denyReason }),
    ...(because.length > 0 ? { rules: because.map(({ id }) => id), decided_by: because.map(toRuleFacts) } : {}),
    ...(effect === "deny" ? { reason_admin: { "403": reason }, reason_user: { "403": toUserReason(decision) } } : {}),
  };
}

/** SECURITY: a user learns what the rule's author wrote for him, and nothing of how the policies are made. */
function toUserReason({ because, denyReason }: Decision): string {
  const written = because.find(({ reason }) => reason !== undefined)?.reason;
  if (written !== undefined) return written;
  return denyReason === "policy-stale"
    ? "access cannot be decided at the moment; try again later"
    : "you have no access to this; ask for a grant, or whoever looks after it";
}

function toRuleFacts(rule: DecidingRule): RuleFacts {
  const known = ruleFacts.get(rule);
  if (known) return known;
  const { id, policy, effect, at, reason } = rule;
  const facts = { id, policy, effect, at: formatPlace(at), ...(reason === undefined ? {} : { reason }) };
  ruleFacts.set(rule, facts);
  return facts;
}

function toClause({
  comparisons,
  policy,
  at,
}: {
  comparisons: readonly unknown[];
  policy: string;
  at: SourcePosition;
}) {
  return { comparisons, policy, at: formatPlace(at) };
}

function formatPlace({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`;
}
