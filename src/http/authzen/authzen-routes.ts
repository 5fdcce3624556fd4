import type { GraphqlServices } from "../../graphql/index.ts";
import type { CallContext } from "../../heimdall/ports.ts";
import type { Decision } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { AddRoute } from "../access/routes.ts";
import { toDecisionFacts } from "../obligations.ts";
import { parseBody } from "../parse-body.ts";
import { type Evaluation, evaluationRequest, evaluationsRequest, type semantics } from "./bodies.ts";
import { isAboutCaller, toQuestion } from "./questions.ts";

type Services = Pick<GraphqlServices, "authorizer" | "identity">;
type Semantic = (typeof semantics)[number];

/** An answer, or what is wrong with the question. */
interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context: Readonly<Record<string, unknown>>;
}

const paths = { one: "/access/v1/evaluation", many: "/access/v1/evaluations" } as const;

/** AuthZEN 1.0: single and several evaluations, and where they are. @param baseUrl how clients reach the server */
export function addAuthzenRoutes(addRoute: AddRoute, services: Services, baseUrl: () => string): void {
  addRoute("GET /.well-known/authzen-configuration", () => ({
    policy_decision_point: baseUrl(),
    access_evaluation_endpoint: `${baseUrl()}${paths.one}`,
    access_evaluations_endpoint: `${baseUrl()}${paths.many}`,
  }));

  addRoute("POST /access/v1/evaluation", (call, request) => {
    const evaluation = parseBody(evaluationRequest, request.body);
    return {
      action: actionFor([evaluation], call),
      run: () => evaluate(services, call, evaluation),
    };
  });

  addRoute("POST /access/v1/evaluations", (call, request) => {
    const { evaluations = [], options, ...shared } = parseBody(evaluationsRequest, request.body);
    if (evaluations.length === 0) {
      const evaluation = parseBody(evaluationRequest, shared);
      return { action: actionFor([evaluation], call), run: () => evaluate(services, call, evaluation) };
    }
    const questions = evaluations.map((own) => readQuestion({ ...shared, ...own }));
    const readable = questions.filter((question): question is Evaluation => !(question instanceof BadInputError));
    return {
      action: actionFor(readable, call),
      run: async () => ({
        evaluations: await evaluateAll(services, call, questions, options?.evaluations_semantic ?? "execute_all"),
      }),
    };
  });
}

function actionFor(evaluations: readonly Evaluation[], call: CallContext) {
  return evaluations.every((evaluation) => isAboutCaller(evaluation, call)) ? "decision.ask" : "decision.askForOthers";
}

function readQuestion(body: unknown): Evaluation | BadInputError {
  try {
    return parseBody(evaluationRequest, body);
  } catch (error) {
    if (error instanceof BadInputError) return error;
    throw error;
  }
}

async function evaluate(services: Services, call: CallContext, evaluation: Evaluation): Promise<EvaluationAnswer> {
  const [decision] = await services.authorizer.decide(call, [await toQuestion(services.identity, evaluation)]);
  if (!decision) throw new TypeError("one question, no answer");
  return toAnswer(decision);
}

async function evaluateAll(
  services: Services,
  call: CallContext,
  questions: readonly (Evaluation | BadInputError)[],
  semantic: Semantic,
): Promise<readonly EvaluationAnswer[]> {
  if (semantic === "execute_all") {
    const readable = questions.filter((question): question is Evaluation => !(question instanceof BadInputError));
    const asked = await Promise.all(readable.map((question) => toQuestion(services.identity, question)));
    const decisions = (await services.authorizer.decide(call, asked)).values();
    return questions.map((question) => {
      if (question instanceof BadInputError) return toFault(question);
      const { value } = decisions.next();
      if (!value) throw new TypeError("fewer answers than questions");
      return toAnswer(value);
    });
  }
  // one after another, so that nothing is decided and recorded that is not answered
  const answers: EvaluationAnswer[] = [];
  for (const question of questions) {
    const answer = question instanceof BadInputError ? toFault(question) : await evaluate(services, call, question);
    answers.push(answer);
    if (answer.decision === (semantic === "permit_on_first_permit")) break;
  }
  return answers;
}

function toAnswer(decision: Decision): EvaluationAnswer {
  return { decision: decision.effect === "allow", context: toDecisionFacts(decision) };
}

function toFault({ message }: BadInputError): EvaluationAnswer {
  return { decision: false, context: { error: { status: 400, message } } };
}
