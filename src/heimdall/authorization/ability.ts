import { Ability, type AbilityTuple, type MatchConditions, type RawRuleOf } from "@casl/ability";
import { rulesToCondition } from "@casl/ability/extra";
import type { DecisionContext, DecisionObject, Subject } from "../../shared/decision.ts";
import { andFilters, noObjects, notFilter, type ObjectFilter, orFilters } from "../../shared/object-filter.ts";
import {
  type CompiledPolicies,
  type CompiledRule,
  isInForce,
  matchesObject,
  matchesPredicate,
  meetsConditions,
  toReach,
} from "../policy/index.ts";

/** What one subject may do, by the rules of one version of the policies in the default collection. */
export interface SubjectAbility {
  /** The same answer as `CompiledPolicies.decide` gives. */
  can(predicate: string, object: DecisionObject, context: DecisionContext): boolean;
  /**
   * The objects for which `can` says yes.
   *
   * @param assumedTags tags that every object in question has, whether stored or not
   */
  filterFor(predicate: string, context: DecisionContext, assumedTags: readonly string[]): ObjectFilter;
}

export interface Abilities {
  for(policies: CompiledPolicies, subject: Subject): SubjectAbility;
}

/** What CASL is asked about: the object with what conditions look at. */
interface Question {
  readonly subject: Subject;
  readonly predicate: string;
  readonly context: DecisionContext;
  readonly object: DecisionObject;
}

type RuleAbility = Ability<AbilityTuple<string, "object" | Question>, CompiledRule>;

const maxAbilities = 500;

/** Builds abilities, and keeps those of the newest policies for at most 500 sets of tags. */
export function createAbilities(): Abilities {
  let version = "";
  // the rules depend on the tags alone: attributes come in with each question
  const byTags = new Map<string, RuleAbility>();
  const abilityOf = (policies: CompiledPolicies, subject: Subject): RuleAbility => {
    if (policies.version !== version) {
      byTags.clear();
      version = policies.version;
    }
    const key = subject.tags.join("\n");
    let ability = byTags.get(key);
    if (!ability) {
      if (byTags.size >= maxAbilities) byTags.clear();
      ability = buildAbility(policies, subject);
      byTags.set(key, ability);
    }
    return ability;
  };
  return {
    for: (policies, subject) => {
      const ability = abilityOf(policies, subject);
      return {
        can: (predicate, object, context) =>
          ability.can(predicate.toLowerCase(), { subject, predicate: predicate.toLowerCase(), context, object }),
        filterFor: (predicate, context, assumedTags) =>
          toFilter(
            ability,
            { subject, predicate: predicate.toLowerCase(), context },
            assumedTags,
            policies.allowOverrides.has("default"),
          ),
      };
    },
  };
}

function buildAbility(policies: CompiledPolicies, subject: Subject): RuleAbility {
  const applying = policies.rulesAbout(subject);
  const raw = (rule: CompiledRule): RawRuleOf<RuleAbility> => ({
    // the matcher decides on predicates that are globs
    action: rule.predicates.every(({ literal }) => literal !== undefined) ? rule.rule.predicates.slice() : "any",
    subject: "object",
    conditions: rule,
    inverted: rule.rule.effect === "deny",
  });
  // INVARIANT: CASL asks the last rule first, so denies come last
  const allows = applying.filter(({ rule }) => rule.effect === "allow");
  const denies = applying.filter(({ rule }) => rule.effect === "deny");
  const ordered = policies.allowOverrides.has("default") ? [...denies, ...allows] : [...allows, ...denies];
  return new Ability<AbilityTuple<string, "object" | Question>, CompiledRule>(ordered.map(raw), {
    conditionsMatcher: toMatcher,
    anyAction: "any",
    detectSubjectType: () => "object",
  });
}

/** SECURITY: our own, because CASL's takes a missing field for false, which would let a deny fail open. */
function toMatcher(rule: CompiledRule): MatchConditions {
  return ((question: Question): boolean => {
    const { predicate, object, context } = question;
    if (!appliesNow(rule, predicate, context) || !matchesObject(rule, object)) return false;
    const answer = meetsConditions(rule, question, object);
    return rule.rule.effect === "allow" ? answer === true : answer !== false;
  }) as MatchConditions;
}

function appliesNow(rule: CompiledRule, predicate: string, { time }: DecisionContext): boolean {
  return matchesPredicate(rule, predicate) && isInForce(rule, time);
}

function toFilter(
  ability: RuleAbility,
  surroundings: Omit<Question, "object">,
  assumedTags: readonly string[],
  allowOverrides: boolean,
): ObjectFilter {
  const rules = ability.rulesFor(surroundings.predicate, "object");
  const reach = (rule: (typeof rules)[number]): ObjectFilter =>
    rule.conditions && appliesNow(rule.conditions, surroundings.predicate, surroundings.context)
      ? toReach(rule.conditions, surroundings, assumedTags)
      : noObjects;
  const hooks = { and: andFilters, or: orFilters, empty: () => andFilters([]) };
  // WHY: CASL repeats all denies beside each allow; together they are needed once
  const allowed = rulesToCondition<RuleAbility, ObjectFilter, ObjectFilter>(
    rules.filter(({ inverted }) => !inverted),
    reach,
    hooks,
  );
  if (allowed === null) return noObjects;
  if (allowOverrides) return allowed;
  const denied = rules.filter(({ inverted }) => inverted).map(reach);
  return andFilters([allowed, notFilter(orFilters(denied))]);
}
