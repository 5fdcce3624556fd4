import type { DecisionRequest } from "../../../shared/decision.ts";
import { compileGlob } from "../../../shared/glob.ts";
import { evaluate } from "../condition/condition.ts";
import {
  type CompiledPolicies,
  type CompiledRule,
  isInForce,
  matchesObject,
  matchesPredicate,
  meetsConditions,
} from "../index.ts";
import type { TagExpression } from "../rule.ts";
import { applyChange, type Change } from "./change.ts";
import { closeGap, explainGap, type Gap } from "./condition-gap.ts";
import { findMatch } from "./witness.ts";

/** What of a rule does not fit the question. */
export type Misfit = Gap & {
  readonly part: "predicate" | "subject" | "object" | "time" | "condition";
  readonly problem: "other-predicate" | "other-subject" | "other-object" | "expired" | "not-yet-active" | "not-met";
  /** of a condition: as it was written */
  readonly condition: string | undefined;
};

/** A rule that almost allows. */
export interface NearRule {
  readonly rule: CompiledRule;
  /** in the order predicate, subject, object, time, conditions; empty: the rule allows, and another denies */
  readonly misfits: readonly Misfit[];
  /** changes that together turn the answer into allow, tried out; `undefined`: none was found */
  readonly fix: readonly Change[] | undefined;
}

/** Why the answer is no. */
export interface WhyNot {
  /**
   * `denied`: rules deny it, whatever others allow; `no-rule-for-…`: no rule that allows speaks of it at all;
   * `nearly`: `nearest` tells what is missing
   */
  readonly because: "denied" | "no-rule-for-predicate" | "no-rule-for-object" | "no-rule-for-subject" | "nearly";
  /** rules that allow, the one that misses least first */
  readonly nearest: readonly NearRule[];
}

const weights: Record<Misfit["part"], number> = { condition: 1, time: 1, subject: 3, predicate: 4, object: 4 };
/** further away than this, a rule is about something else: subject and predicate, subject and object… may differ, all three not */
const farthest = 9;
/** so much further away than the nearest one, a rule is not worth telling */
const spread = 2;
/** a rule for everything is seldom the one that was meant */
const breadth = 2;
const maxRounds = 4;

/**
 * Says for a denied request which rules come nearest to allowing it, and what would have to be otherwise.
 * @param limit how many rules, default 5
 */
export function whyNot(policies: CompiledPolicies, asked: DecisionRequest, limit = 5): WhyNot {
  const request = { ...asked, predicate: asked.predicate.toLowerCase() };
  const { collection = "default" } = request;
  const allows = policies.rules.filter(({ rule }) => rule.effect === "allow" && rule.collection === collection);
  const near = allows
    .map((rule) => ({ rule, misfits: findMisfits(rule, request) }))
    .map((entry) => ({ ...entry, distance: distanceOf(entry) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance || (a.rule.rule.id < b.rule.rule.id ? -1 : 1))
    .slice(0, limit);
  const reach = (near[0]?.distance ?? 0) + spread;
  return {
    because: classify(policies, request, allows),
    nearest: near
      .filter(({ distance }) => distance <= reach)
      .map(({ rule, misfits }) => ({ rule, misfits, fix: findFix(policies, rule, request) })),
  };
}

function distanceOf({
  rule: { rule },
  misfits,
}: {
  readonly rule: CompiledRule;
  readonly misfits: readonly Misfit[];
}): number {
  const isBroad = rule.predicates.includes("**") || (rule.paths === undefined && rule.tags === undefined);
  return misfits.reduce((sum, { part }) => sum + weights[part], isBroad ? breadth : 0);
}

function classify(
  policies: CompiledPolicies,
  request: DecisionRequest,
  allows: readonly CompiledRule[],
): WhyNot["because"] {
  if (policies.decide(request).because.some(({ effect }) => effect === "deny")) return "denied";
  const named = allows.filter((rule) => matchesPredicate(rule, request.predicate));
  if (named.length === 0) return "no-rule-for-predicate";
  const about = named.filter((rule) => matchesObject(rule, request.object));
  if (about.length === 0) return "no-rule-for-object";
  return about.some((rule) => isAbout(rule, request)) ? "nearly" : "no-rule-for-subject";
}

function findMisfits(rule: CompiledRule, request: DecisionRequest): readonly Misfit[] {
  const { predicate, subject, object, context } = request;
  const { predicates, subjects, paths, tags, from, until, conditions } = rule.rule;
  const misfits: Misfit[] = [];
  const add = (part: Misfit["part"], problem: Misfit["problem"], gap: Gap, condition?: string): void => {
    misfits.push({ part, problem, ...gap, condition });
  };
  if (!matchesPredicate(rule, predicate)) {
    add("predicate", "other-predicate", { expected: predicates.join(" or "), actual: predicate });
  }
  if (!isAbout(rule, request)) {
    add("subject", "other-subject", { expected: describeTags(subjects), actual: listed(subject.tags) });
  }
  if (!matchesObject(rule, object)) {
    const expected = [paths?.join(" or "), tags && `tagged ${describeTags(tags)}`].filter(Boolean).join(", ");
    add("object", "other-object", { expected, actual: listed([...object.paths, ...object.tags]) });
  }
  if (!isInForce(rule, context.time)) {
    const isEarly = from !== undefined && context.time < from;
    const actual = new Date(context.time).toISOString();
    if (isEarly) add("time", "not-yet-active", { expected: `from ${new Date(from).toISOString()}`, actual });
    else add("time", "expired", { expected: `before ${new Date(until ?? 0).toISOString()}`, actual });
  }
  for (const [index, condition] of rule.conditions.entries()) {
    if (evaluate(condition, request, object) === true) continue;
    add("condition", "not-met", explainGap(condition, request), conditions[index]?.text);
  }
  return misfits;
}

/** Changes part after part, each found on what the former left; INVARIANT: what is returned was tried and allows. */
function findFix(
  policies: CompiledPolicies,
  rule: CompiledRule,
  asked: DecisionRequest,
): readonly Change[] | undefined {
  let request = asked;
  const changes: Change[] = [];
  const make = (more: readonly Change[]): void => {
    for (const change of more) request = applyChange(request, change);
    changes.push(...more);
  };
  for (let round = 0; round < maxRounds && !allows(rule, request); round++) {
    const next = nextChanges(rule, request);
    if (next === undefined) return undefined;
    make(next);
  }
  if (!allows(rule, request)) return undefined;
  const decision = policies.decide(request);
  if (decision.effect === "allow") return changes;
  // without a rule that denies, it is a row filter that cannot be made
  if (decision.because.length === 0) return undefined;
  return [...changes, ...decision.because.map(({ id }): Change => ({ change: "removeRule", rule: id }))];
}

function allows(rule: CompiledRule, request: DecisionRequest): boolean {
  return (
    matchesPredicate(rule, request.predicate) &&
    isAbout(rule, request) &&
    matchesObject(rule, request.object) &&
    isInForce(rule, request.context.time) &&
    meetsConditions(rule, request, request.object) === true
  );
}

function nextChanges(rule: CompiledRule, request: DecisionRequest): readonly Change[] | undefined {
  const { predicates, subjects, paths, tags, from, until } = rule.rule;
  const { subject, object, context } = request;
  const changes: Change[] = [];
  if (!matchesPredicate(rule, request.predicate)) {
    const predicate = predicates.map((glob) => findMatch(glob, "predicate")).find((found) => found !== undefined);
    if (predicate === undefined) return undefined;
    changes.push({ change: "askFor", predicate });
  }
  if (!isAbout(rule, request)) {
    const missing = missingTags(subjects, subject.tags);
    if (missing === undefined) return undefined;
    changes.push(...missing.map((found): Change => ({ change: "addSubjectTag", ...found })));
  }
  const reaches = paths === undefined || object.paths.some((path) => paths.some((glob) => isMatch(glob, path, "path")));
  if (!reaches) {
    const found = paths
      .map((glob) => ({ glob, path: findMatch(glob, "path") }))
      .find((entry): entry is { glob: string; path: string } => entry.path !== undefined);
    if (found === undefined) return undefined;
    changes.push({ change: "addObjectPath", ...found });
  }
  const missing = missingTags(tags, object.tags);
  if (missing === undefined) return undefined;
  changes.push(...missing.map((found): Change => ({ change: "addObjectTag", ...found })));
  if (!isInForce(rule, context.time)) {
    const time = from !== undefined && context.time < from ? from : (until ?? 0) - 1;
    changes.push({ change: "askAt", time });
  }
  for (const condition of rule.conditions) {
    const closing = closeGap(condition, request);
    if (closing === undefined) return undefined;
    changes.push(...closing);
  }
  return changes;
}

function isAbout({ rule: { subjects } }: CompiledRule, { subject }: DecisionRequest): boolean {
  return missingTags(subjects, subject.tags)?.length === 0;
}

/** The fewest tags that are missing; none: it matches; `undefined`: none can be named. */
function missingTags(
  expression: TagExpression,
  tags: readonly string[],
): readonly { readonly tag: string; readonly glob: string }[] | undefined {
  if (expression === undefined) return [];
  const ways = expression.map((all) =>
    all
      .filter((glob) => !tags.some((tag) => isMatch(glob, tag, "tag")))
      .map((glob) => ({ glob, tag: findMatch(glob, "tag") })),
  );
  return ways
    .filter((way): way is { glob: string; tag: string }[] => way.every(({ tag }) => tag !== undefined))
    .sort((a, b) => a.length - b.length || countOthers(a) - countOthers(b))[0];
}

/** WHY: a role is what people hand out */
function countOthers(way: readonly { readonly tag: string }[]): number {
  return way.filter(({ tag }) => !tag.startsWith("roles:id:")).length;
}

function isMatch(glob: string, text: string, kind: "tag" | "path"): boolean {
  return compileGlob(glob, kind).matches(text);
}

function describeTags(expression: TagExpression): string {
  return expression?.map((all) => all.join(" and ")).join(" or ") ?? "anything";
}

const maxListed = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  return `${names.slice(0, maxListed).join(", ")}${names.length > maxListed ? ` and ${names.length - maxListed} more` : ""}`;
}
