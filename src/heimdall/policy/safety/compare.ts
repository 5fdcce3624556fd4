import type { DecisionContext, DecisionObject, Subject } from "../../../shared/decision.ts";
import type { CompiledRule } from "../engine/compiled-rule.ts";
import { matchesObject, matchesPredicate, matchesTags } from "../engine/compiled-rule.ts";
import type { CompiledPolicies } from "../engine/decide.ts";
import { compareOne } from "./answers.ts";
import { type ChangeGroup, createChangeGroups } from "./change-groups.ts";
import { contentOf } from "./rule-relations.ts";

/** Two sets of policies, and the world in which to compare them. */
export interface Comparison {
  readonly before: CompiledPolicies;
  readonly after: CompiledPolicies;
  readonly subjects: readonly Subject[];
  readonly objects: readonly DecisionObject[];
  /** predicates that are asked besides those that the rules name */
  readonly predicates: readonly string[];
  readonly context: DecisionContext;
}

/** What changes from one set of policies to another. */
export interface PolicyImpact {
  readonly beforeVersion: string;
  readonly afterVersion: string;
  /** rules and data policies that only one of the two has: ids, sorted */
  readonly rulesAdded: readonly string[];
  readonly rulesRemoved: readonly string[];
  /** decisions that differ */
  readonly changed: number;
  /** the biggest first */
  readonly groups: readonly ChangeGroup[];
  /** decisions that were made twice */
  readonly compared: number;
  /** `undefined`: every subject, predicate and object was looked at; else what was left out and why */
  readonly cut: string | undefined;
}

/** decisions between two looks at whether to go on */
const stepSize = 256;
const dataPredicates = ["read", "select"];

/**
 * Decides for every subject, predicate and object by both sets of policies, and groups what differs. Yields now and then, so that its
 * caller can let others work; whoever sends a text ends it, with the text as reason.
 *
 * WHY: only what a differing rule is about is asked. An answer is made of the rules that match, so where none of the differing ones
 * matches subject, predicate and object, both answers are made of the same rules.
 */
export function* compareDecisions(comparison: Comparison): Generator<undefined, PolicyImpact, string | undefined> {
  const { before, after, subjects, objects, context } = comparison;
  const { rules, isDataChanged, added, removed } = differenceOf(before, after);
  const groups = createChangeGroups();
  let compared = 0;
  let cut: string | undefined;
  const predicates = predicatesOf(comparison, rules, isDataChanged);
  search: for (const predicate of predicates) {
    const about = rules.filter((rule) => matchesPredicate(rule, predicate));
    const isData = isDataChanged && dataPredicates.includes(predicate);
    const met = new Map<CompiledRule, readonly DecisionObject[]>();
    for (const rule of about)
      met.set(
        rule,
        objects.filter((object) => matchesObject(rule, object)),
      );
    for (const subject of subjects) {
      const asked = new Set(isData ? objects.filter(({ columns }) => columns !== undefined) : []);
      const collections = new Set(["default"]);
      for (const rule of about) {
        if (!matchesTags(rule.subjects, subject.tags)) continue;
        collections.add(rule.rule.collection);
        for (const object of met.get(rule) ?? []) asked.add(object);
      }
      for (const object of asked) {
        for (const collection of collections) {
          const request = { subject, predicate, object, context, collection };
          const change = compareOne(before, after, request);
          compared++;
          if (change) groups.add(change);
          if (compared % stepSize !== 0) continue;
          cut = yield undefined;
          if (cut !== undefined) break search;
        }
      }
    }
  }
  return {
    beforeVersion: before.version,
    afterVersion: after.version,
    rulesAdded: added,
    rulesRemoved: removed,
    changed: groups.count(),
    groups: groups.list(),
    compared,
    cut,
  };
}

/** Whether answers can differ in masks or rows, so that objects need their columns. */
export function differInData(before: CompiledPolicies, after: CompiledPolicies): boolean {
  return differenceOf(before, after).isDataChanged;
}

function predicatesOf(
  { before, after, predicates }: Comparison,
  changed: readonly CompiledRule[],
  isDataChanged: boolean,
): readonly string[] {
  const named = [...before.rules, ...after.rules].flatMap((rule) =>
    rule.predicates.flatMap(({ literal }) => literal ?? []),
  );
  const all = [...new Set([...predicates.map((one) => one.toLowerCase()), ...named, ...dataPredicates])].sort();
  return all.filter(
    (predicate) =>
      (isDataChanged && dataPredicates.includes(predicate)) ||
      changed.some((rule) => matchesPredicate(rule, predicate)),
  );
}

function differenceOf(before: CompiledPolicies, after: CompiledPolicies) {
  const only = <T extends object>(all: readonly T[], others: readonly T[], content: (one: T) => object): T[] => {
    const known = new Set(others.map((one) => contentOf(content(one))));
    return all.filter((one) => !known.has(contentOf(content(one))));
  };
  // the name of a rule's policy changes nothing
  const ruleOf = ({ rule }: CompiledRule): object => ({ ...rule, policy: "" });
  const rulesAdded = only(after.rules, before.rules, ruleOf);
  const rulesRemoved = only(before.rules, after.rules, ruleOf);
  const dataAdded = only(after.dataPolicies, before.dataPolicies, (policy) => policy);
  const dataRemoved = only(before.dataPolicies, after.dataPolicies, (policy) => policy);
  const names = (rules: readonly CompiledRule[], data: readonly { readonly name: string }[]): string[] =>
    [...rules.map(({ rule }) => rule.id), ...data.map(({ name }) => name)].sort();
  return {
    rules: [...rulesAdded, ...rulesRemoved],
    isDataChanged: dataAdded.length + dataRemoved.length > 0,
    added: names(rulesAdded, dataAdded),
    removed: names(rulesRemoved, dataRemoved),
  };
}
