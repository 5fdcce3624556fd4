import type { DecisionObject, Subject } from "../../shared/decision.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import { contentOf } from "../policy/safety/index.ts";
import type { PolicyDocument, SubjectFacts } from "../ports.ts";

/** Policies and users at one side of a change. */
export interface Side {
  readonly policies: CompiledPolicies;
  readonly users: readonly SubjectFacts[];
}

const needed = ["create", "update", "delete", "escalate"];
/** moments at which rules of the change begin or end that are looked at */
const maxMoments = 50;

/**
 * Why nobody could change policies any more after a change, where somebody can before it; `undefined`: somebody still can. Looked at
 * is a new policy and each one that changes, now and whenever one of the rules that change begins or ends.
 */
export function findLockout(
  before: Side,
  after: Side,
  documents: readonly PolicyDocument[],
  now: number,
): string | undefined {
  const changed = documents.filter(({ kind }) => kind === "policy" || kind === "grant");
  const objects = [describe("policy", "any-new-policy"), ...changed.map(({ kind, name }) => describe(kind, name))];
  for (const time of [now, ...momentsOf(before.policies, after.policies, now)]) {
    const lost = objects.find((object) => !hasKeeper(after, object, time) && hasKeeper(before, object, time));
    if (lost) {
      const when = time === now ? "" : ` from ${new Date(time).toISOString()} on`;
      return `after this, nobody could change policies any more${when}: no user would hold ${needed.map((one) => `\`${one}\``).join(", ")} on \`${lost.paths[0]}\`; give them to somebody else first`;
    }
  }
  return undefined;
}

function hasKeeper({ policies, users }: Side, object: DecisionObject, time: number): boolean {
  return users.some((user) => {
    const subject = toSubject(user);
    return needed.every(
      (predicate) => policies.decide({ subject, predicate, object, context: { time } }).effect === "allow",
    );
  });
}

function momentsOf(before: CompiledPolicies, after: CompiledPolicies, now: number): number[] {
  const [former, later] = [before, after].map(({ rules }) => new Set(rules.map(({ rule }) => contentOf(rule))));
  const changed = [
    ...before.rules.filter(({ rule }) => !later?.has(contentOf(rule))),
    ...after.rules.filter(({ rule }) => !former?.has(contentOf(rule))),
  ];
  const moments = new Set(changed.flatMap(({ rule }) => [rule.from, rule.until]));
  return [...moments].filter((time) => time !== undefined && time > now).slice(0, maxMoments) as number[];
}

function toSubject({ id, type, tags, attributes }: SubjectFacts): Subject {
  return { id, type, tags: [...tags, `users:id:${id}`], attributes };
}

/** The policy or grant as an object that is decided on, without what only its owner or its layer would open. */
function describe(kind: string, name: string): DecisionObject {
  return {
    paths: [`urn:dataos:resource:${kind}:${name}`],
    tags: ["dataos:type:resource", `dataos:type:${kind}`, `dataos:resource:${kind}`, "dataos:layer:user"],
    attributes: { type: kind, name, layer: "user", version: "v1" },
  };
}
