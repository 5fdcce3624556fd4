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
import { type CompiledRule, isInForce, toReach } from "./compiled-rule.ts";
import { decideData, noObligations, readingPredicates } from "./data-decision.ts";
import { decideEach } from "./decide-each.ts";
import type { RuleIndex, RuleNumbers } from "./rule-index.ts";

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

/** @param index holds `rules`, in their order */
export function createDecider(parts: {
  readonly rules: readonly CompiledRule[];
  readonly index: RuleIndex;
  readonly dataPolicies: readonly DataPolicy[];
  readonly version: string;
  readonly allowOverrides: ReadonlySet<string>;
}): CompiledPolicies {
  const { rules, index, dataPolicies, version, allowOverrides } = parts;
  const decider = new Decider(rules, index, dataPolicies, version, allowOverrides);
  const rulesFor = ({ subject, predicate, context, collection }: ListQuestion): readonly CompiledRule[] => {
    const known = index.audiences.of(subject);
    const { kinds } = index.kinds.askedFor(collection ?? "default", predicate);
    return rules.filter(
      (rule) =>
        index.isAskedFor(rule.number, kinds) && index.isAbout(rule.number, known) && isInForce(rule, context.time),
    );
  };
  return {
    version,
    rules,
    dataPolicies,
    allowOverrides,
    decide: (request) =>
      request.object.alternatives === undefined
        ? decider.decide(request)
        : decideEach(request.object.alternatives, request, (one) => decider.decide(one)),
    rulesAbout(subject) {
      const known = index.audiences.of(subject);
      return rules.filter((rule) => rule.rule.collection === "default" && index.isAbout(rule.number, known));
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

const none: readonly never[] = Object.freeze([]);

/** The path of a single decision: a class, so that its code stays optimized when policies are swapped. */
class Decider {
  private readonly rules: readonly CompiledRule[];
  private readonly index: RuleIndex;
  private readonly dataPolicies: readonly DataPolicy[];
  private readonly version: string;
  private readonly allowOverrides: ReadonlySet<string>;
  /** by rule number: the answer where it alone decides without obligations, made when first needed */
  private readonly alone: (Decision | undefined)[];
  /** the answer where no rule matches */
  private readonly unmatched: Decision;
  // what `match` found; `only`: the number of the one rule that matches where none fails, else -1
  private only = -1;
  private sure: readonly DecidingRule[] = none;
  private failed: readonly DecidingRule[] = none;
  private problems: readonly string[] = none;

  constructor(
    rules: readonly CompiledRule[],
    index: RuleIndex,
    dataPolicies: readonly DataPolicy[],
    version: string,
    allowOverrides: ReadonlySet<string>,
  ) {
    this.rules = rules;
    this.index = index;
    this.dataPolicies = dataPolicies;
    this.version = version;
    this.allowOverrides = allowOverrides;
    this.alone = rules.map(() => undefined);
    this.unmatched = Object.freeze(this.deny(none, none, false));
  }

  decide(given: DecisionRequest): Decision {
    const { index } = this;
    const collection = given.collection ?? "default";
    const { predicate, kinds } = index.kinds.askedFor(collection, given.predicate);
    const request = normalize(given, predicate);
    index.find(request.object, index.audiences.of(request.subject), kinds);
    const { allows, denies } = index;
    if (allows.count + denies.count === 0) return this.unmatched;
    if (this.allowOverrides.size > 0 && this.allowOverrides.has(collection)) return this.decideAllowsFirst(request);
    if (denies.count > 0) {
      this.match(denies, request);
      if (this.only >= 0) return this.decidedBy(this.only);
      const { sure, failed } = this;
      if (sure.length + failed.length > 0) {
        return this.deny(byId(sure, failed), this.problems, sure.length > 0);
      }
    }
    this.match(allows, request);
    if (this.only >= 0 && request.object.columns === undefined) return this.decidedBy(this.only);
    if (this.sure.length > 0) return this.allow(request, this.sure, this.problems);
    return this.problems.length === 0 ? this.unmatched : this.deny(none, this.problems, false);
  }

  private decideAllowsFirst(request: DecisionRequest): Decision {
    const { allows, denies } = this.index;
    this.match(allows, request);
    const { sure, problems } = this;
    if (sure.length > 0) return this.allow(request, sure, problems);
    this.match(denies, request);
    return this.deny(byId(this.sure, this.failed), [...problems, ...this.problems], this.sure.length > 0);
  }

  /** Leaves in `sure` the rules that match, in `failed` those whose conditions fail, each by id, and in `problems` why. */
  private match(found: RuleNumbers, request: DecisionRequest): void {
    this.only = -1;
    this.sure = none;
    this.failed = none;
    this.problems = none;
    const { numbers } = found;
    const { tests } = this.index;
    let matching = 0;
    let failed: DecidingRule[] | undefined;
    let problems: string[] | undefined;
    for (let at = 0; at < found.count; at++) {
      const number = numbers[at] as number;
      const test = tests[number];
      const answer = test === undefined || test(request);
      // the numbers that match move to the front
      if (answer === true) numbers[matching++] = number;
      else if (answer !== false) {
        const { deciding, rule } = this.ruleOf(number);
        failed ??= [];
        problems ??= [];
        failed.push(deciding);
        problems.push(`rule ${rule.id}: ${answer.why}`);
      }
    }
    if (matching === 1 && failed === undefined) this.only = numbers[0] as number;
    if (matching > 0) this.sure = this.toDeciding(numbers, matching);
    if (failed !== undefined) this.failed = byId(failed, none);
    if (problems !== undefined) this.problems = problems;
  }

  /** INVARIANT: rules are numbered in the order of their ids. */
  private toDeciding(numbers: readonly number[], count: number): readonly DecidingRule[] {
    const [first = 0, second = 0] = numbers;
    if (count === 1) return this.decidedBy(first).because;
    if (count === 2) {
      return [this.ruleOf(Math.min(first, second)).deciding, this.ruleOf(Math.max(first, second)).deciding];
    }
    const sorted = numbers.slice(0, count).sort((a, b) => a - b);
    return sorted.map((number) => this.ruleOf(number).deciding);
  }

  private decidedBy(number: number): Decision {
    const known = this.alone[number];
    if (known !== undefined) return known;
    const { deciding } = this.ruleOf(number);
    const because = Object.freeze([deciding]);
    const decision = Object.freeze(
      deciding.effect === "deny"
        ? this.deny(because, none, true)
        : this.answer("allow", undefined, because, none, noObligations),
    );
    this.alone[number] = decision;
    return decision;
  }

  private ruleOf(number: number): CompiledRule {
    return this.rules[number] as CompiledRule;
  }

  private allow(request: DecisionRequest, because: readonly DecidingRule[], problems: readonly string[]): Decision {
    const { subject, predicate, object } = request;
    const isReading = object.columns !== undefined && readingPredicates.has(predicate);
    const data = isReading ? decideData(this.dataPolicies, subject, object) : undefined;
    if (data?.fault !== undefined) return this.deny(none, [...problems, data.fault], false);
    return this.answer("allow", undefined, because, problems, data?.obligations ?? noObligations);
  }

  private deny(because: readonly DecidingRule[], problems: readonly string[], isSure: boolean): Decision {
    const reason = isSure ? "denied-by-rule" : problems.length > 0 ? "indeterminate" : "no-matching-allow";
    return this.answer("deny", reason, because, problems, noObligations);
  }

  private answer(
    effect: "allow" | "deny",
    denyReason: DenyReason | undefined,
    because: readonly DecidingRule[],
    problems: readonly string[],
    obligations: Obligations,
  ): Decision {
    const sorted = problems.length > 1 ? [...problems].sort() : problems;
    return { effect, denyReason, because, obligations, problems: sorted, policyVersion: this.version };
  }
}

function byId(some: readonly DecidingRule[], others: readonly DecidingRule[]): readonly DecidingRule[] {
  if (some.length + others.length < 2) return some.length > 0 ? some : others;
  if (others.length === 0 && isSorted(some)) return some;
  return [...some, ...others].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function isSorted(rules: readonly DecidingRule[]): boolean {
  return rules.every(({ id }, at) => at === 0 || (rules[at - 1]?.id ?? "") <= id);
}

/** With `predicate` (in lower case) as its predicate, addresses without `?acl=`. */
function normalize(request: DecisionRequest, predicate: string): DecisionRequest {
  const { paths } = request.object;
  let hasQuery = false;
  for (const path of paths) if (path.indexOf("?") >= 0 && path.startsWith("dataos://")) hasQuery = true;
  if (predicate === request.predicate && !hasQuery) return request;
  const bare = hasQuery ? paths.map((path) => (path.startsWith("dataos://") ? withoutQuery(path) : path)) : paths;
  return { ...request, predicate, object: { ...request.object, paths: bare } };
}
