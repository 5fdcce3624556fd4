import type { DecisionQuestion } from "../../heimdall/ports.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import { toAttributes } from "../attributes.ts";
import type { GraphqlContext } from "../context.ts";
import type { AuthorizeInput, ObjectInput } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import type { DecisionParent } from "../mappers.ts";
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

/** Asking about somebody else needs a right of its own. */
export function actionFor(inputs: readonly { readonly subject?: string | null }[], { call }: GraphqlContext) {
  return inputs.every(({ subject }) => isCaller(subject, call.subject.id)) ? "decision.ask" : "decision.askForOthers";
}

/** Whether the caller is meant, by name or by none. */
export function isCaller(subject: string | null | undefined, caller: string): boolean {
  return subject === undefined || subject === null || subject === caller;
}

async function decide(inputs: readonly AuthorizeInput[], context: GraphqlContext): Promise<readonly DecisionParent[]> {
  if (inputs.length > maxQuestions) {
    throw new BadInputError(
      `${inputs.length} questions at once, at most ${maxQuestions} are answered; ask in several calls`,
    );
  }
  const questions = await Promise.all(inputs.map((input) => toQuestion(input, context)));
  const decisions = await context.services.authorizer.decide(context.call, questions);
  return decisions.flatMap((decision, index) => {
    const question = questions[index];
    return question ? [{ decision, question }] : [];
  });
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

/** @throws {BadInputError} too many names, or attributes that are none */
export function toObject({ path, paths, tags, type, id, attributes }: ObjectInput): DecisionObject {
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
