import { type GraphqlServices, toSubject } from "../../graphql/index.ts";
import type { CallContext, DecisionQuestion } from "../../heimdall/ports.ts";
import type { Decision, Subject } from "../../shared/decision.ts";
import { BadInputError, UnauthenticatedError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import { atomsOf } from "./atoms.ts";
import {
  type AuthorizationResult,
  authorizationRequest,
  batchRequest,
  type PepContext,
  refuse,
  toVerdict,
  userRequest,
  type VendorContext,
} from "./bodies.ts";
import type { PolicyDocuments } from "./governed.ts";
import { asksNothing, toQuestions } from "./vendor-questions.ts";

interface Services extends Pick<GraphqlServices, "authorizer" | "identity"> {
  readonly policyDocuments: PolicyDocuments;
}

const unverifiedMessage = "the token is not valid";
const unverified = { unknownId: "unverified-token" };

/** `POST /heimdall/api/v1/authorize*`: other services ask here, with the vendor's bodies. */
export function addHeimdallRoutes(addRoute: AddRoute, services: Services): void {
  const { authorizer, identity } = services;
  const read = (
    subject: Subject | { readonly unknownId: string },
    context: VendorContext | null | undefined,
    pep: PepContext,
  ): readonly DecisionQuestion[] | AuthorizationResult => {
    try {
      return toQuestions(subject, context ?? {}, pep, () => atomsOf(services.policyDocuments.documents()));
    } catch (error) {
      if (error instanceof BadInputError) return refuse(400, error.message, "id" in subject);
      throw error;
    }
  };

  addRoute("POST /heimdall/api/v1/authorize", async (_, call, request, reply) => {
    const { token, context, pep_context: pep } = parseBody(authorizationRequest, request.body);
    if (token === "") return reply.code(400).send(refuse(400, "token is empty"));
    const subject = await findTokenOwner(services, token);
    if (asksNothing(context, pep)) return subject ? validOnly(subject) : recordUnverified(services, call);
    const questions = read(subject ?? unverified, context, pep);
    if (!isAsked(questions)) return reply.code(400).send(questions);
    const decisions = await authorizer.decide(call, questions);
    return subject ? toResult(subject, decisions) : refuse(401, unverifiedMessage);
  });

  addRoute("POST /heimdall/api/v1/authorize/batch", async (_, call, request, reply) => {
    const { token, contexts, pep_context: shared } = parseBody(batchRequest, request.body);
    if (token === "") return reply.code(400).send(refuse(400, "token is empty"));
    const subject = await findTokenOwner(services, token);
    // a fault is the answer to its own context, and the others are decided
    const items = Object.entries(contexts).map(([key, { pep_context: own, ...context }]) => ({
      key,
      questions: read(subject ?? unverified, context, own ?? shared),
    }));
    const decisions = await authorizer.decide(
      call,
      items.flatMap(({ questions }) => (isAsked(questions) ? questions : [])),
    );
    let from = 0;
    const results = items.map(({ key, questions }) => {
      if (!isAsked(questions)) return [key, questions];
      const own = decisions.slice(from, from + questions.length);
      from += questions.length;
      return [key, subject ? { valid: true, ...toVerdict(decisive(own)) } : refuse(401, unverifiedMessage)];
    });
    return { id: subject?.id ?? "", tags: subject?.tags ?? [], results: Object.fromEntries(results) };
  });

  addRoute("POST /heimdall/api/v1/authorize/user", (call, request, reply) => {
    const { user_id: userId, context, pep_context: pep } = parseBody(userRequest, request.body);
    return {
      action: userId === call.subject.id ? "decision.ask" : "decision.askForOthers",
      run: async () => {
        const user = await identity.findUser(userId);
        const subject = user && toSubject(user);
        const questions = read(subject ?? { unknownId: userId }, context, pep);
        if (!isAsked(questions)) return reply.code(400).send(questions);
        const decisions = await authorizer.decide(call, questions);
        return subject ? toResult(subject, decisions) : refuse(404, "the user is not known");
      },
    };
  });
}

function isAsked(
  questions: readonly DecisionQuestion[] | AuthorizationResult,
): questions is readonly DecisionQuestion[] {
  return Array.isArray(questions);
}

async function findTokenOwner({ identity }: Services, token: string): Promise<Subject | undefined> {
  try {
    return toSubject(await identity.authenticate(new Secret(token)));
  } catch (error) {
    // WHY: a service asks about whoever knocked; a token that is none is a denial, not a failure of the service's call
    if (error instanceof UnauthenticatedError) return undefined;
    throw error;
  }
}

/** WHY: nothing was asked, so nothing is allowed; `valid` says what the caller wanted to know. */
function validOnly({ id, tags }: Subject): AuthorizationResult {
  return { allow: false, valid: true, result: { id, tags } };
}

/** An answer about nobody is on record too. */
async function recordUnverified({ authorizer }: Services, call: CallContext): Promise<AuthorizationResult> {
  const object = { paths: [], tags: [], attributes: {} };
  await authorizer.decide(call, [{ subject: unverified, predicate: "authenticate", object }]);
  return refuse(401, unverifiedMessage);
}

/** The one that says what all of them come to: the first denial, else the first. */
function decisive(decisions: readonly Decision[]): Decision {
  const decision = decisions.find(({ effect }) => effect === "deny") ?? decisions[0];
  if (!decision) throw new TypeError("one question, no answer");
  return decision;
}

function toResult({ id, tags }: Subject, decisions: readonly Decision[]): AuthorizationResult {
  const { allow, data } = toVerdict(decisive(decisions));
  return { allow, valid: true, result: { id, tags, data } };
}
