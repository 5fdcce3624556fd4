import type { DecisionObject, DecisionRequest } from "../../../shared/decision.ts";
import { compareValues } from "../../../shared/object-filter.ts";
import { type Condition, evaluate, type Indeterminate, type Surroundings } from "../condition/condition.ts";
import { type CompiledRule, isInForce, matchesTags } from "./compiled-rule.ts";
import { toPathTest } from "./path-patterns.ts";

/** What is left to ask of a rule that the index has found. */
export type RuleTest = (request: DecisionRequest) => boolean | Indeterminate;

type ConditionTest = (surroundings: Surroundings, object: DecisionObject) => boolean | Indeterminate;

/**
 * The rest of a rule as one function; `undefined`: nothing is left, the rule matches.
 *
 * @param checksPaths whether the index knows only how the rule's paths begin
 * @param checksTags whether the index knows nothing of the rule's object tags, or not all
 */
export function toRuleTest(rule: CompiledRule, checksPaths: boolean, checksTags: boolean): RuleTest | undefined {
  const tests: RuleTest[] = [];
  if (rule.rule.from !== undefined || rule.rule.until !== undefined) {
    tests.push(({ context }) => isInForce(rule, context.time));
  }
  if (checksPaths) {
    const paths = (rule.rule.paths ?? []).map(toPathTest);
    tests.push(({ object }) => object.paths.some((path) => paths.some((test) => test(path))));
  }
  if (checksTags) {
    const { tags } = rule;
    tests.push(({ object }) => matchesTags(tags, object.tags));
  }
  const conditions = rule.conditions.map(toConditionTest);
  if (conditions.length > 0) tests.push(allOf(conditions));
  const [first, ...others] = tests;
  if (first === undefined || others.length === 0) return first;
  // only the conditions, which come last, can fail
  return (request) => {
    for (const test of tests) {
      const answer = test(request);
      if (answer !== true) return answer;
    }
    return true;
  };
}

/** All conditions; false where one is false, whatever the others do. */
function allOf(conditions: readonly ConditionTest[]): RuleTest {
  const [first, ...others] = conditions;
  if (first !== undefined && others.length === 0) return (request) => first(request, request.object);
  return (request) => {
    let failed: Indeterminate | undefined;
    for (const condition of conditions) {
      const answer = condition(request, request.object);
      if (answer === false) return false;
      if (answer !== true) failed ??= answer;
    }
    return failed ?? true;
  };
}

const tests = new WeakMap<Condition, ConditionTest>();

/** A condition as a function: the comparison of a subject's attribute with a constant takes no detour. */
function toConditionTest(condition: Condition): ConditionTest {
  let test = tests.get(condition);
  if (test === undefined) {
    test = compareSubject(condition) ?? ((surroundings, object) => evaluate(condition, surroundings, object));
    tests.set(condition, test);
  }
  return test;
}

function compareSubject(condition: Condition): ConditionTest | undefined {
  if (condition.is !== "subject") return undefined;
  const { attribute, comparison, value } = condition;
  if (attribute === "id" || attribute === "type" || attribute.includes(".")) return undefined;
  return (surroundings, object) => {
    const { attributes } = surroundings.subject;
    const actual = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
    // what is missing or of another type is `evaluate`'s to judge
    if (typeof actual !== typeof value) return evaluate(condition, surroundings, object);
    return comparison === "eq" ? actual === value : compareValues(actual, comparison, value);
  };
}
