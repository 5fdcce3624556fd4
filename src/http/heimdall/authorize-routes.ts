import { type GraphqlServices, toSubject } from "../../graphql/index.ts";
import type { CallContext, DecisionQuestion } from "../../heimdall/ports.ts";
import type { Decision, Subject } from "../../shared/decision.ts";
import { UnauthenticatedError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import type { AddRoute } from "../access/routes.ts";
import { parseBody } from "../parse-body.ts";
import {
  type AuthorizationResult,
  authorizationRequest,
  batchRequest,
  refuse,
  toVerdict,
  userRequest,
  type VendorContext,
} from "./bodies.ts";

type Services = Pick<GraphqlServices, "authorizer" | "identity">;

const unverifiedMessage = "the token is not valid";

/** `POST /heimdall/api/v1/authorize*`: other services ask here, with the vendor's bodies. */
export function addHeimdallRoutes(addRoute: AddRoute, services: Services): void {
  addRoute("POST /heimdall/api/v1/authorize", async (_, call, request, reply) => {
    const body = parseBody(authorizationRequest, request.body);
    if (body.token === "") return reply.code(400).send(refuse(400, "token is empty"));
    const { context } = body;
    const atom = body.pep_context?.authorization_atom_id;
    if (!context && atom) return reply.code(400).send(refuse(400, `atom not found with id ${atom}`));
    const subject = await findTokenOwner(services, body.token);
    if (!context) return subject ? validOnly(subject) : recordUnverified(services, call);
    const [decision] = await ask(services, call, subject, [context]);
    return subject ? toResult(subject, decision) : refuse(401, unverifiedMessage);
  });

  addRoute("POST /heimdall/api/v1/authorize/batch", async (_, call, request, reply) => {
    const body = parseBody(batchRequest, request.body);
    if (body.token === "") return reply.code(400).send(refuse(400, "token is empty"));
    const subject = await findTokenOwner(services, body.token);
    const entries = Object.entries(body.contexts);
    const decisions = await ask(
      services,
      call,
      subject,
      entries.map(([, context]) => context),
    );
    const results = entries.map(([key], index) => {
      const decision = decisions[index];
      return [key, subject && decision ? { valid: true, ...toVerdict(decision) } : refuse(401, unverifiedMessage)];
    });
    return { id: subject?.id ?? "", tags: subject?.tags ?? [], results: Object.fromEntries(results) };
  });

  addRoute("POST /heimdall/api/v1/authorize/user", (call, request) => {
    const body = parseBody(userRequest, request.body);
    return {
      action: body.user_id === call.subject.id ? "decision.ask" : "decision.askForOthers",
      run: async () => {
        const user = await services.identity.findUser(body.user_id);
        const subject = user && toSubject(user);
        const [decision] = await ask(services, call, subject, [body.context], body.user_id);
        return subject ? toResult(subject, decision) : refuse(404, "the user is not known");
      },
    };
  });
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

/** Every answer is on record, those about nobody included. */
function ask(
  { authorizer }: Services,
  call: CallContext,
  subject: Subject | undefined,
  contexts: readonly VendorContext[],
  unknownId = "unverified-token",
): Promise<readonly Decision[]> {
  return authorizer.decide(
    call,
    contexts.map((context): DecisionQuestion => {
      const { predicate, object, collection, metadata } = context;
      return {
        subject: subject ?? { unknownId },
        predicate,
        object: { paths: object.paths, tags: object.tags, attributes: {} },
        ...(metadata ? { context: metadata } : {}),
        ...(collection ? { collection } : {}),
      };
    }),
  );
}

/** WHY: nothing was asked, so nothing is allowed; `valid` says what the caller wanted to know. */
function validOnly({ id, tags }: Subject): AuthorizationResult {
  return { allow: false, valid: true, result: { id, tags } };
}

async function recordUnverified(services: Services, call: CallContext): Promise<AuthorizationResult> {
  await ask(services, call, undefined, [{ predicate: "authenticate", object: { paths: [], tags: [] } }]);
  return refuse(401, unverifiedMessage);
}

function toResult({ id, tags }: Subject, decision: Decision | undefined): AuthorizationResult {
  if (!decision) throw new TypeError("one question, no answer");
  const { allow, data } = toVerdict(decision);
  return { allow, valid: true, result: { id, tags, data } };
}
