import { toSubject } from "../../graphql/index.ts";
import type { CallContext, DecisionQuestion, IdentityStore } from "../../heimdall/ports.ts";
import type { DecisionObject, Subject } from "../../shared/decision.ts";
import type { Evaluation } from "./bodies.ts";

const userTypes: ReadonlySet<string> = new Set(["user", "person", "application", "identity"]);

/** Whether the question is about the caller itself. */
export function isAboutCaller({ subject }: Pick<Evaluation, "subject">, { subject: caller }: CallContext): boolean {
  return userTypes.has(subject.type) && subject.id === caller.id;
}

/** `findAsked` without a turn of the event loop, for a user who was asked about lately; `undefined` says nothing. */
export function recallAsked(
  identity: Pick<IdentityStore, "recallUser">,
  { type, id, properties }: Evaluation["subject"],
): Subject | undefined {
  const user = userTypes.has(type) ? identity.recallUser(id) : undefined;
  return user && completeSubject(toSubject(user), properties);
}

/** The subject as it is stored, completed by what the service says of it; `undefined`: not known. */
export async function findAsked(
  identity: Pick<IdentityStore, "findUser">,
  { type, id, properties }: Evaluation["subject"],
): Promise<Subject | undefined> {
  const user = userTypes.has(type) ? await identity.findUser(id) : undefined;
  return user && completeSubject(toSubject(user), properties);
}

function completeSubject(known: Subject, properties: Evaluation["subject"]["properties"]): Subject {
  return properties ? { ...known, attributes: { ...properties, ...known.attributes } } : known;
}

/** The kind of subject that a search is for; `undefined`: none that we know. */
export function searchedKind(type: string): "person" | "application" | "any" | undefined {
  if (type === "person" || type === "application") return type;
  return userTypes.has(type) ? "any" : undefined;
}

/**
 * The question as Heimdall takes it. What is stored about a subject goes before what the service says of it.
 * @param asked the subject that is asked about; `undefined`: not known
 */
export function toQuestion(asked: Subject | undefined, evaluation: Evaluation): DecisionQuestion {
  const { subject, action, resource, context } = evaluation;
  return {
    subject: asked ?? { unknownId: userTypes.has(subject.type) ? subject.id : `${subject.type}:${subject.id}` },
    predicate: action.name,
    object: toObject(resource),
    ...(context || action.properties
      ? { context: { ...context, ...(action.properties ? { action: action.properties } : {}) } }
      : {}),
  };
}

/** A URN or UDL address is its own path; anything else is `<type>:<id>`. The type is also the tag `dataos:type:<type>`. */
export function toObject({ type, id, properties = {} }: Evaluation["resource"]): DecisionObject {
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
