import type {
  DecidingRule,
  Decision,
  DecisionContext,
  DecisionRequest,
  DenyReason,
  Obligations,
  Subject,
} from "../../../shared/decision.ts";
import { andFilters, notFilter, type ObjectFilter, orFilters } from "../../../shared/object-filter.ts";
import type { Surroundings } from "../condition/condition.ts";
import { withoutQuery } from "../language/coverage.ts";
import type { DataPolicy } from "../rule.ts";
import {
  type CompiledRule,
  isInForce,
  matchesObject,
  matchesPredicate,
  meetsConditions,
  toReach,
} from "./compiled-rule.ts";
import { decideData, noObligations, readingPredicates } from "./data-decision.ts";
import { createRuleIndex, type RuleIndex } from "./rule-index.ts";
import { createSubjectMemo, isAboutSubject } from "./subject-memo.ts";

/** Policies ready to answer. Answers depend on nothing but the policies and what is asked. */
export interface CompiledPolicies {
  /** SHA-256 (hex) of the policies' content */
  readonly version: string;
  /** sorted by id */
  readonly rules: readonly CompiledRule[];
  /** sorted by name */
  readonly dataPolicies: readonly DataPolicy[];
  readonly allowOverrides: ReadonlySet<string>;
  decide(request: DecisionRequest): Decision;
  /**
   * The objects for which `decide` allows, as a filter.
   *
   * @param assumedTags tags that every object in question has, whether stored or not
   */
  filterFor(question: ListQuestion): ObjectFilter;
  /** Rules of the default collection that are about this subject, whatever the predicate, time and object. */
  rulesAbout(subject: Subject): readonly CompiledRule[];
}

export interface ListQuestion {
  readonly subject: Subject;
  readonly predicate: string;
  readonly context: DecisionContext;
  /** default `default` */
  readonly collection?: string;
  readonly assumedTags?: readonly string[];
}

const maxPredicates = 200;

export function createDecider(parts: {
  readonly rules: readonly CompiledRule[];
  readonly dataPolicies: readonly DataPolicy[];
  readonly version: string;
  readonly allowOverrides: ReadonlySet<string>;
}): CompiledPolicies {
  const { rules, dataPolicies, version, allowOverrides } = parts;
  const memo = createSubjectMemo(rules.length);
  // collection and predicate -> rules; filled when first asked for, because predicates may be globs
  const indexes = new Map<string, PredicateIndex>();
  const indexFor = (collection: string, predicate: string): PredicateIndex => {
    const key = `${predicate} ${collection}`;
    let index = indexes.get(key);
    if (!index) {
      if (indexes.size >= maxPredicates) indexes.clear();
      const matching = rules.filter((rule) => rule.rule.collection === collection && matchesPredicate(rule, predicate));
      index = createPredicateIndex(matching, rules);
      indexes.set(key, index);
    }
    return index;
  };
  const decide = (asked: DecisionRequest): Decision => {
    const request = normalize(asked);
    const { subject, object, context, predicate, collection = "default" } = request;
    const index = indexFor(collection, predicate);
    const known = memo.for(subject.tags);
    const matching = (candidates: RuleIndex): Matches => {
      const found: Matches = { sure: [], failed: [], problems: [] };
      candidates.candidates(object, known, (rule) => {
        if (!isAboutSubject(known, rule, subject.tags) || !isInForce(rule, context.time)) return;
        if (!matchesObject(rule, object)) return;
        const answer = meetsConditions(rule, request, object);
        if (answer === true) found.sure.push(rule.deciding);
        else if (answer !== false) {
          found.failed.push(rule.deciding);
          found.problems.push(`rule ${rule.rule.id}: ${answer.why}`);
        }
      });
      return found;
    };
    const first = matching(allowOverrides.has(collection) ? index.allows : index.denies);
    if (allowOverrides.has(collection)) {
      if (first.sure.length > 0) return allow(request, first.sure, first.problems);
      const denies = matching(index.denies);
      return deny([...denies.sure, ...denies.failed], [...first.problems, ...denies.problems], denies.sure.length > 0);
    }
    if (first.sure.length + first.failed.length > 0) {
      return deny([...first.sure, ...first.failed], first.problems, first.sure.length > 0);
    }
    const allows = matching(index.allows);
    return allows.sure.length > 0 ? allow(request, allows.sure, allows.problems) : deny([], allows.problems, false);
  };

  const allow = (request: DecisionRequest, because: readonly DecidingRule[], problems: readonly string[]): Decision => {
    const { subject, predicate, object } = request;
    const isReading = object.columns !== undefined && readingPredicates.has(predicate);
    const data = isReading ? decideData(dataPolicies, subject, object) : undefined;
    if (data?.fault !== undefined) return deny([], [...problems, data.fault], false);
    return answer("allow", undefined, because, problems, data?.obligations ?? noObligations);
  };
  const deny = (because: readonly DecidingRule[], problems: readonly string[], isSure: boolean): Decision => {
    const reason = isSure
      ? "denied-by-rule"
      : problems.length > 0
        ? "indeterminate"
        : because.length > 0
          ? "denied-by-rule"
          : "no-matching-allow";
    return answer("deny", reason, because, problems, noObligations);
  };
  const answer = (
    effect: "allow" | "deny",
    denyReason: DenyReason | undefined,
    because: readonly DecidingRule[],
    problems: readonly string[],
    obligations: Obligations,
  ): Decision => ({
    effect,
    denyReason,
    because: because.length > 1 ? [...because].sort((a, b) => (a.id < b.id ? -1 : 1)) : because,
    obligations,
    problems: problems.length > 1 ? [...problems].sort() : problems,
    policyVersion: version,
  });

  const rulesFor = ({ subject, predicate, context, collection = "default" }: ListQuestion): readonly CompiledRule[] => {
    const known = memo.for(subject.tags);
    return indexFor(collection, predicate.toLowerCase()).rules.filter(
      (rule) => isAboutSubject(known, rule, subject.tags) && isInForce(rule, context.time),
    );
  };

  return {
    version,
    rules,
    dataPolicies,
    allowOverrides,
    decide,
    rulesAbout({ tags }) {
      const known = memo.for(tags);
      return rules.filter((rule) => rule.rule.collection === "default" && isAboutSubject(known, rule, tags));
    },
    filterFor(question) {
      const surroundings: Surroundings = { ...question, predicate: question.predicate.toLowerCase() };
      const reaches = { allow: [] as ObjectFilter[], deny: [] as ObjectFilter[] };
      for (const rule of rulesFor(question)) {
        reaches[rule.rule.effect].push(toReach(rule, surroundings, question.assumedTags ?? []));
      }
      const allowed = orFilters(reaches.allow);
      if (allowOverrides.has(question.collection ?? "default")) return allowed;
      return andFilters([allowed, notFilter(orFilters(reaches.deny))]);
    },
  };
}

interface Matches {
  readonly sure: DecidingRule[];
  readonly failed: DecidingRule[];
  readonly problems: string[];
}

interface PredicateIndex {
  readonly rules: readonly CompiledRule[];
  readonly allows: RuleIndex;
  readonly denies: RuleIndex;
}

function createPredicateIndex(rules: readonly CompiledRule[], all: readonly CompiledRule[]): PredicateIndex {
  const withEffect = (effect: "allow" | "deny"): RuleIndex =>
    createRuleIndex(
      rules.filter(({ rule }) => rule.effect === effect),
      all,
    );
  return { rules, allows: withEffect("allow"), denies: withEffect("deny") };
}

/** Predicates without regard to case, addresses without `?acl=`. */
function normalize(request: DecisionRequest): DecisionRequest {
  const predicate = request.predicate.toLowerCase();
  const hasQuery = request.object.paths.some((path) => path.startsWith("dataos://") && path.includes("?acl="));
  if (predicate === request.predicate && !hasQuery) return request;
  const paths = request.object.paths.map((path) => (path.startsWith("dataos://") ? withoutQuery(path) : path));
  return { ...request, predicate, object: { ...request.object, paths } };
}
