import { describeChange } from "../../heimdall/policy/questions/index.ts";
import type { WhyNotAnswer } from "../../heimdall/questions/index.ts";
import { assertNever } from "../../shared/brand.ts";
import type { DecidingRule } from "../../shared/decision.ts";
import { matchesFilter } from "../../shared/object-filter.ts";
import type { GraphqlContext } from "../context.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { explainDecision } from "../explain-decision.ts";
import type { DecisionResolvers } from "../generated/schema-types.ts";
import type { DecisionParent } from "../mappers.ts";
import { describePolicy } from "../objects.ts";
import { toRowFilter } from "../row-filter.ts";

/** Fields of `Decision`. */
export const decisionTypes: { readonly Decision: Required<Omit<DecisionResolvers, "__isTypeOf">> } = {
  Decision: {
    effect: ({ decision }) => decision.effect,
    allowed: ({ decision }) => decision.effect === "allow",
    reason: ({ decision }) => explainDecision(decision),
    denyReason: ({ decision }) => decision.denyReason ?? null,
    because: ({ decision }) => decision.because.map(toDecidingRule),
    masks: ({ decision }) =>
      [...decision.obligations.masks].map(([column, mask]) => ({
        column,
        operator: mask.operator,
        options: mask.options,
        policy: mask.policy,
        at: formatPlace(mask) ?? "",
      })),
    rowFilter: ({ decision: { obligations } }) => (obligations.rowFilter ? toRowFilter(obligations.rowFilter) : null),
    problems: ({ decision }) => decision.problems,
    policyVersion: ({ decision }) => decision.policyVersion,
    decisionId: ({ decision }) => decision.decisionId ?? "",
    whyNot: (parent, _, context) => explain(parent, context),
  },
};

/** A rule as the API names it. */
export function toDecidingRule(rule: DecidingRule) {
  const { id, policy, effect, reason } = rule;
  return { id, policy, effect, reason: reason ?? null, at: formatPlace(rule) ?? "" };
}

async function explain({ decision, question }: DecisionParent, { call, services }: GraphqlContext) {
  if (decision.effect === "allow" || "unknownId" in question.subject) return null;
  // SECURITY: what rules ask for is told to those who may read policies
  const reading = await services.authorizer.authorizeList(call, "policy.read");
  const { policies } = services.policies.list();
  const readable = new Set(
    policies
      .filter((policy) => matchesFilter(reading.filter, describePolicy(policy)))
      .map(({ name, file }) => `${name} ${file}`),
  );
  const { subject, context, ...asked } = question;
  const given = context && Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
  const answer = await services.questions.whyNot(
    call,
    {
      ...asked,
      subject,
      ...(given && { context: given as NonNullable<Parameters<typeof services.questions.whyNot>[1]["context"]> }),
    },
    ({ rule }) => readable.has(`${rule.policy} ${rule.at.file}`),
  );
  return answer ? toWhyNot(answer) : null;
}

function toWhyNot(answer: WhyNotAnswer) {
  return {
    because: answer.because,
    summary: summarize(answer),
    nearest: answer.nearest.map(({ rule: { rule }, misfits, fix }) => ({
      id: rule.id,
      policy: rule.policy,
      at: formatPlace(rule) ?? "",
      misfits: misfits.map((misfit) => ({ ...misfit, condition: misfit.condition ?? null })),
      fix: fix?.map(describeChange) ?? null,
    })),
    hidden: answer.hidden,
  };
}

function summarize({ because, nearest }: WhyNotAnswer): string {
  switch (because) {
    case "denied":
      return "a rule denies it, whatever others allow";
    case "no-rule-for-predicate":
      return "no rule allows this predicate to anybody";
    case "no-rule-for-object":
      return "rules allow this predicate, but none on this object";
    case "no-rule-for-subject":
      return "rules allow this on the object, but not to this subject";
    case "nearly": {
      const [misfit] = nearest[0]?.misfits ?? [];
      if (misfit?.problem === "expired") return "a rule allowed it, but has expired";
      if (misfit?.problem === "not-yet-active") return "a rule will allow it, but is not in force yet";
      return "a rule speaks of it, but one of its conditions is not met";
    }
    default:
      return assertNever(because);
  }
}
