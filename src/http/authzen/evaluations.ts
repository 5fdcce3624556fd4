import type { CallContext, DecisionQuestion, IdentityStore } from "../../heimdall/ports.ts";
import type { Decision, Subject } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { Asking } from "../access/asking.ts";
import { toDecisionJson } from "../decision-json.ts";
import { parseBody } from "../parse-body.ts";
import { type Evaluation, evaluationRequest, evaluationsRequest, isBareEvaluation, type semantics } from "./bodies.ts";
import { findAsked, isAboutCaller, recallAsked, toQuestion } from "./questions.ts";

type Identity = Pick<IdentityStore, "findUser" | "recallUser">;
type Semantic = (typeof semantics)[number];

/** One evaluation. @throws {BadInputError} */
export function readEvaluation(identity: Identity, call: CallContext, body: unknown): Asking | Promise<Asking> {
  const evaluation = toEvaluation(body);
  const subject = recallAsked(identity, evaluation.subject);
  if (subject) return toAsking(call, evaluation, subject);
  return findAsked(identity, evaluation.subject).then((found) => toAsking(call, evaluation, found));
}

function toAsking(call: CallContext, evaluation: Evaluation, subject: Subject | undefined): Asking {
  return {
    action: isAboutCaller(evaluation, call) ? "decision.ask" : "decision.askForOthers",
    questions: [toQuestion(subject, evaluation)],
    toJson: toSingleAnswer,
  };
}

function toSingleAnswer([decision]: readonly Decision[]): string {
  return toAnswer(decision);
}

const stops = {
  execute_all: undefined,
  deny_on_first_deny: "deny",
  permit_on_first_permit: "allow",
} as const satisfies Readonly<Record<Semantic, Decision["effect"] | undefined>>;

/** Several evaluations that share what stands above them; none, or no list, is a single one. @throws {BadInputError} */
export async function readEvaluations(identity: Identity, call: CallContext, body: unknown): Promise<Asking> {
  const { evaluations = [], options, ...shared } = parseBody(evaluationsRequest, body);
  if (evaluations.length === 0) return readEvaluation(identity, call, shared);
  const stopAt = stops[options?.evaluations_semantic ?? "execute_all"];
  const isShared = Object.keys(shared).length > 0;
  const read = evaluations.map((own) => tryEvaluation(isShared ? { ...shared, ...own } : own));
  // a fault is answered as a denial, so what follows it is not decided where a denial ends it
  const fault = stopAt === "deny" ? read.findIndex((item) => item instanceof BadInputError) : -1;
  const asked = fault === -1 ? read : read.slice(0, fault + 1);
  const readable = asked.filter((item): item is Evaluation => !(item instanceof BadInputError));
  const questions: DecisionQuestion[] = [];
  for (const evaluation of readable) {
    const subject = recallAsked(identity, evaluation.subject) ?? (await findAsked(identity, evaluation.subject));
    questions.push(toQuestion(subject, evaluation));
  }
  return {
    action: actionFor(readable, call),
    questions,
    ...(stopAt && { stopAt }),
    toJson: (decisions) => `{"evaluations":[${toAnswers(asked, decisions, stopAt).join(",")}]}`,
  };
}

function actionFor(evaluations: readonly Evaluation[], call: CallContext): Asking["action"] {
  return evaluations.every((evaluation) => isAboutCaller(evaluation, call)) ? "decision.ask" : "decision.askForOthers";
}

/** WHY: what most callers send is told faster than it is parsed. @throws {BadInputError} */
function toEvaluation(body: unknown): Evaluation {
  return isBareEvaluation(body) ? body : parseBody(evaluationRequest, body);
}

function tryEvaluation(body: unknown): Evaluation | BadInputError {
  try {
    return toEvaluation(body);
  } catch (error) {
    if (error instanceof BadInputError) return error;
    throw error;
  }
}

/** Answers as JSON, in the order of the questions, up to the one that ended it. */
function toAnswers(
  asked: readonly (Evaluation | BadInputError)[],
  decisions: readonly Decision[],
  stopAt: Decision["effect"] | undefined,
): readonly string[] {
  const answers: string[] = [];
  let next = 0;
  for (const item of asked) {
    if (item instanceof BadInputError) {
      answers.push(toFault(item));
      continue;
    }
    const decision = decisions[next++];
    answers.push(toAnswer(decision));
    if (decision?.effect === stopAt) break;
  }
  return answers;
}

function toAnswer(decision: Decision | undefined): string {
  if (!decision) throw new TypeError("fewer answers than questions");
  return `{"decision":${decision.effect === "allow"},"context":${toDecisionJson(decision)}}`;
}

function toFault({ message }: BadInputError): string {
  return JSON.stringify({ decision: false, context: { error: { status: 400, message } } });
}
