import type { DecidingRule, DecisionRequest, Subject } from "../../shared/decision.ts";
import { allObjects } from "../../shared/object-filter.ts";
import { type Action, actions } from "../authorization/actions.ts";
import { describeAction } from "../authorization/describe-action.ts";
import type { CompiledPolicies } from "../policy/index.ts";
import { contextOf, describeObject, policiesOf } from "./ask.ts";
import { predicatesOf } from "./search-actions.ts";
import { isFoundBefore, named } from "./search-resources.ts";
import type { SearchWorld } from "./types.ts";

/** What a subject may do with the objects of one type. */
export interface ClassSummary {
  /** e.g. `dataset`, `workflow`, `audit` */
  readonly type: string;
  readonly predicate: string;
  /** on how many of `examined` it is allowed, at least 1 */
  readonly allowed: number;
  /** objects looked at; 0 for what has no objects, such as `audit` */
  readonly examined: number;
  /** there are objects that were not looked at: search for them all */
  readonly more: boolean;
  /** every rule that allows it on one of them, by id */
  readonly because: readonly DecidingRule[];
}

export interface WhatCan {
  /** by type, then predicate; only what is allowed on something */
  readonly classes: readonly ClassSummary[];
  readonly policyVersion: string;
}

/** Objects looked at for one type. */
const maxExamined = 200;
const pageSize = 100;
const storedTypes: ReadonlySet<string> = new Set(["entity", "resource"]);

/**
 * What the subject may do, by type of object and predicate.
 * @throws {UnavailableError} the policies could not be verified lately
 */
export async function whatCan(world: SearchWorld, subject: Subject): Promise<WhatCan> {
  const policies = policiesOf(world);
  const context = contextOf(world, undefined);
  const types = new Set((await Promise.all(world.listers.map((lister) => lister.types()))).flat());
  const classes = [...summarizePlatform(policies, { subject, context })];
  for (const type of types) {
    const { objects, more } = await sample(world, type);
    for (const predicate of predicatesOf(policies)) {
      const because = new Map<string, DecidingRule>();
      let allowed = 0;
      for (const object of objects) {
        const decision = policies.decide({ subject, predicate, object, context });
        if (decision.effect === "deny") continue;
        allowed++;
        for (const rule of decision.because) because.set(rule.id, rule);
      }
      if (allowed > 0) {
        classes.push({ type, predicate, allowed, examined: objects.length, more, because: [...because.values()] });
      }
    }
  }
  return { classes: classes.sort(byTypeAndPredicate), policyVersion: policies.version };
}

async function sample(world: SearchWorld, type: string) {
  const objects: DecisionRequest["object"][] = [];
  for (const [index, lister] of world.listers.entries()) {
    for (let after: string | undefined; ; ) {
      const listed = await lister.list({ type, filter: allObjects }, { first: pageSize, after });
      for (const { cursor, object } of listed.items) {
        after = cursor;
        if (await isFoundBefore(world.listers.slice(0, index), object, type)) continue;
        if (objects.length === maxExamined) return { objects, more: true };
        objects.push(await describeObject(world, named(object)));
      }
      if (!listed.hasNextPage) break;
    }
  }
  return { objects, more: false };
}

/** The platform's own actions that are about no stored object. */
function* summarizePlatform(
  policies: CompiledPolicies,
  asked: Pick<DecisionRequest, "subject" | "context">,
): Generator<ClassSummary> {
  for (const action of Object.keys(actions) as Action[]) {
    const { predicate, objectType: type } = actions[action];
    if (storedTypes.has(type)) continue;
    const { effect, because } = policies.decide({ ...asked, predicate, object: describeAction(action) });
    if (effect === "allow") yield { type, predicate, allowed: 1, examined: 0, more: false, because };
  }
}

function byTypeAndPredicate(a: ClassSummary, b: ClassSummary): number {
  const [left, right] = [`${a.type} ${a.predicate}`, `${b.type} ${b.predicate}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
