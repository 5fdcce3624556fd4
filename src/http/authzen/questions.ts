import { toSubject } from "../../graphql/index.ts";
import type { CallContext, DecisionQuestion, IdentityStore } from "../../heimdall/ports.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import type { Evaluation } from "./bodies.ts";

const userTypes: ReadonlySet<string> = new Set(["user", "person", "application", "identity"]);

/** Whether the question is about the caller itself. */
export function isAboutCaller({ subject }: Evaluation, { subject: caller }: CallContext): boolean {
  return userTypes.has(subject.type) && subject.id === caller.id;
}

/** The question as Heimdall takes it. What is stored about a subject goes before what the service says of it. */
export async function toQuestion(
  identity: Pick<IdentityStore, "findUser">,
  evaluation: Evaluation,
): Promise<DecisionQuestion> {
  const { subject, action, resource, context } = evaluation;
  const user = userTypes.has(subject.type) ? await identity.findUser(subject.id) : undefined;
  const known = user && toSubject(user);
  return {
    subject: known
      ? subject.properties
        ? { ...known, attributes: { ...subject.properties, ...known.attributes } }
        : known
      : { unknownId: userTypes.has(subject.type) ? subject.id : `${subject.type}:${subject.id}` },
    predicate: action.name,
    object: toObject(resource),
    ...(context || action.properties
      ? { context: { ...context, ...(action.properties ? { action: action.properties } : {}) } }
      : {}),
  };
}

/** A URN or UDL address is its own path; anything else is `<type>:<id>`. The type is also the tag `dataos:type:<type>`. */
function toObject({ type, id, properties = {} }: Evaluation["resource"]): DecisionObject {
  const { tags, ...attributes } = properties;
  const given = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === "string") : [];
  return {
    id,
    type,
    paths: [/^(urn:dataos:|dataos:\/\/)/.test(id) ? id : `${type}:${id}`],
    tags: [`dataos:type:${type}`, ...given],
    attributes,
  };
}
