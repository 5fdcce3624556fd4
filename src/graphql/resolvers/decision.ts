import type { DecisionQuestion } from "../../heimdall/ports.ts";
import type { Decision, DecisionObject, RowFilter, RowFilterClause } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import { toAttributes } from "../attributes.ts";
import type { GraphqlContext } from "../context.ts";
import { formatPlace } from "../errors/user-errors.ts";
import { explainDecision } from "../explain-decision.ts";
import type { AuthorizeInput, Decision as DecisionAnswer, ObjectInput } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { query } from "../root-field.ts";
import { findSubject } from "../subjects.ts";

const maxQuestions = 100;
const maxNames = 1_000;

/** Root fields that answer what somebody may do. */
export const decisionFields = {
  Query: {
    authorize: query("authorize", ({ input }, context) => ({
      action: actionFor([input], context),
      ask: "once",
      run: async () => {
        const [answer] = await decide([input], context);
        if (!answer) throw new TypeError("one question, no answer");
        return answer;
      },
    })),
    authorizeMany: query("authorizeMany", ({ inputs }, context) => ({
      action: actionFor(inputs, context),
      ask: "once",
      run: () => decide(inputs, context),
    })),
  },
};

function actionFor(inputs: readonly AuthorizeInput[], { call }: GraphqlContext) {
  return inputs.every(({ subject }) => isCaller(subject, call.subject.id)) ? "decision.ask" : "decision.askForOthers";
}

function isCaller(subject: string | null | undefined, caller: string): boolean {
  return subject === undefined || subject === null || subject === caller;
}

async function decide(inputs: readonly AuthorizeInput[], context: GraphqlContext): Promise<readonly DecisionAnswer[]> {
  if (inputs.length > maxQuestions) {
    throw new BadInputError(
      `${inputs.length} questions at once, at most ${maxQuestions} are answered; ask in several calls`,
    );
  }
  const questions = await Promise.all(inputs.map((input) => toQuestion(input, context)));
  const decisions = await context.services.authorizer.decide(context.call, questions);
  return decisions.map(toAnswer);
}

async function toQuestion(input: AuthorizeInput, { call, services }: GraphqlContext): Promise<DecisionQuestion> {
  const { subject, predicate, object, context, collection } = input;
  return {
    subject: isCaller(subject, call.subject.id) ? call.subject : await findSubject(services.identity, subject ?? ""),
    predicate,
    object: toObject(object),
    context: toAttributes(context, "context"),
    ...given("collection", collection),
  };
}

function toObject({ path, paths, tags, type, id, attributes }: ObjectInput): DecisionObject {
  const named = [...(path ? [path] : []), ...(paths ?? [])];
  for (const [name, list] of [
    ["paths", named],
    ["tags", tags ?? []],
  ] as const) {
    if (list.length > maxNames)
      throw new BadInputError(`\`object.${name}\` has ${list.length} entries, at most ${maxNames} are looked at`);
  }
  return {
    paths: named,
    tags: tags ?? [],
    attributes: toAttributes(attributes, "object.attributes"),
    ...given("type", type),
    ...given("id", id),
  };
}

function toAnswer(decision: Decision): DecisionAnswer {
  const { effect, denyReason, because, obligations, problems, policyVersion, decisionId } = decision;
  return {
    effect,
    allowed: effect === "allow",
    reason: explainDecision(decision),
    denyReason: denyReason ?? null,
    because: because.map((rule) => ({
      id: rule.id,
      policy: rule.policy,
      effect: rule.effect,
      reason: rule.reason ?? null,
      at: formatPlace(rule) ?? "",
    })),
    masks: [...obligations.masks].map(([column, mask]) => ({
      column,
      operator: mask.operator,
      options: mask.options,
      policy: mask.policy,
      at: formatPlace(mask) ?? "",
    })),
    rowFilter: obligations.rowFilter ? toRowFilter(obligations.rowFilter) : null,
    problems,
    policyVersion,
    decisionId: decisionId ?? "",
  };
}

function toRowFilter({ all, any }: RowFilter) {
  return { text: describeRowFilter({ all, any }), all: all.map(toClause), any: any.map(toClause) };
}

function toClause(clause: RowFilterClause) {
  return { policy: clause.policy, at: formatPlace(clause) ?? "", comparisons: clause.comparisons };
}

function describeRowFilter({ all, any }: RowFilter): string {
  const parts = all.map(describeClause);
  if (any.length > 0)
    parts.push(any.length === 1 ? any.map(describeClause).join() : `(${any.map(describeClause).join(" or ")})`);
  return parts.join(" and ");
}

function describeClause({ comparisons }: RowFilterClause): string {
  const text = comparisons
    .map(({ column, operator, value }) => `${column} ${operator === "equals" ? "=" : "<>"} ${JSON.stringify(value)}`)
    .join(" and ");
  return comparisons.length === 1 ? text : `(${text})`;
}
