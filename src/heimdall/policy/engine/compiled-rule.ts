import type { DecidingRule, DecisionObject } from "../../../shared/decision.ts";
import { type CompiledGlob, compileGlob } from "../../../shared/glob.ts";
import { allObjects, andFilters, notFilter, type ObjectFilter, orFilters } from "../../../shared/object-filter.ts";
import { type Condition, evaluate, type Indeterminate, type Surroundings, toResidual } from "../condition/condition.ts";
import type { PolicyRule, TagExpression } from "../rule.ts";

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly rule: PolicyRule;
  /** its place among the rules it was compiled with, from 0 */
  readonly number: number;
  /** how answers name it */
  readonly deciding: DecidingRule;
  readonly conditions: readonly Condition[];
  readonly subjects: TagMatcher | undefined;
  readonly predicates: readonly CompiledGlob[];
  readonly paths: readonly CompiledGlob[] | undefined;
  readonly tags: TagMatcher | undefined;
}

/** OR of ANDs of globs. */
export type TagMatcher = readonly (readonly CompiledGlob[])[];

/** Makes a rule ready; `conditions` are its conditions in the same order. */
export function toCompiledRule(rule: PolicyRule, conditions: readonly Condition[], number: number): CompiledRule {
  return new LazyRule(rule, conditions, number);
}

/** WHY: the index asks for few of a rule's globs, and to make all of 10,000 rules ready takes 100 ms and 30 MB. */
class LazyRule implements CompiledRule {
  readonly rule: PolicyRule;
  readonly number: number;
  readonly deciding: DecidingRule;
  readonly conditions: readonly Condition[];
  private globs: Pick<CompiledRule, "subjects" | "predicates" | "paths" | "tags"> | undefined = undefined;

  constructor(rule: PolicyRule, conditions: readonly Condition[], number: number) {
    const { id, policy, effect, reason, at } = rule;
    this.rule = rule;
    this.number = number;
    this.deciding = Object.freeze({ id, policy, effect, ...(reason === undefined ? {} : { reason }), at });
    this.conditions = conditions;
  }

  get subjects(): TagMatcher | undefined {
    return this.compiled.subjects;
  }

  get predicates(): readonly CompiledGlob[] {
    return this.compiled.predicates;
  }

  get paths(): readonly CompiledGlob[] | undefined {
    return this.compiled.paths;
  }

  get tags(): TagMatcher | undefined {
    return this.compiled.tags;
  }

  private get compiled(): Pick<CompiledRule, "subjects" | "predicates" | "paths" | "tags"> {
    const { rule } = this;
    this.globs ??= {
      subjects: toTagMatcher(rule.subjects),
      predicates: rule.predicates.map((glob) => compileGlob(glob, "predicate")),
      paths: rule.paths?.map((glob) => compileGlob(glob, "path")),
      tags: toTagMatcher(rule.tags),
    };
    return this.globs;
  }
}

function toTagMatcher(expression: TagExpression): TagMatcher | undefined {
  return expression?.map((all) => all.map((glob) => compileGlob(glob, "tag")));
}

export function matchesTags(matcher: TagMatcher | undefined, tags: readonly string[]): boolean {
  return matcher === undefined || matcher.some((all) => all.every((glob) => tags.some((tag) => glob.matches(tag))));
}

export function matchesPredicate(rule: CompiledRule, predicate: string): boolean {
  return rule.predicates.some((glob) => glob.matches(predicate));
}

export function matchesObject(rule: CompiledRule, object: DecisionObject): boolean {
  const { paths } = rule;
  return (
    (paths === undefined || object.paths.some((path) => paths.some((glob) => glob.matches(path)))) &&
    matchesTags(rule.tags, object.tags)
  );
}

/** Whether `time` lies in the rule's window. */
export function isInForce({ rule }: CompiledRule, time: number): boolean {
  return (rule.from === undefined || time >= rule.from) && (rule.until === undefined || time < rule.until);
}

/** Whether all conditions hold; false where one is false, whatever the others do. */
export function meetsConditions(
  rule: CompiledRule,
  surroundings: Surroundings,
  object: DecisionObject,
): boolean | Indeterminate {
  let failed: Indeterminate | undefined;
  for (const condition of rule.conditions) {
    const answer = evaluate(condition, surroundings, object);
    if (answer === false) return false;
    if (answer !== true) failed ??= answer;
  }
  return failed ?? true;
}

/**
 * The objects that the rule reaches: for an allow those for which its conditions are true, for a deny those for which they are
 * not false. Subject, predicate and time are the caller's to check.
 */
export function toReach(rule: CompiledRule, surroundings: Surroundings, assumedTags: readonly string[]): ObjectFilter {
  const all = { is: "and", of: rule.conditions } as const;
  const { whenTrue, whenFalse } = toResidual(all, surroundings, assumedTags);
  const conditions = rule.rule.effect === "allow" ? whenTrue : notFilter(whenFalse);
  return andFilters([pathFilter(rule.rule.paths), tagFilter(rule, assumedTags), conditions]);
}

function pathFilter(globs: readonly string[] | undefined): ObjectFilter {
  return globs === undefined ? allObjects : orFilters(globs.map((glob) => ({ op: "path", glob })));
}

function tagFilter({ tags }: CompiledRule, assumedTags: readonly string[]): ObjectFilter {
  if (tags === undefined) return allObjects;
  return orFilters(
    tags.map((all) =>
      andFilters(
        all.map((glob) => (assumedTags.some((tag) => glob.matches(tag)) ? allObjects : { op: "tag", glob: glob.glob })),
      ),
    ),
  );
}
