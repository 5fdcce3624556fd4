import type { DecisionRequest, DenyReason } from "../../src/shared/decision.ts";
import { evaluateNaively } from "./naive-condition.ts";
import { withoutQuery } from "./naive-coverage.ts";
import { type NaiveObligations, obligeNaively } from "./naive-data-decision.ts";
import { globMatches } from "./naive-glob.ts";
import type { Alternative, NaiveDataPolicy, NaiveRule } from "./naive-policies.ts";
import { evaluateVendorNaively } from "./naive-vendor-condition.ts";

export interface NaiveAnswer {
  readonly effect: "allow" | "deny";
  readonly denyReason: DenyReason | undefined;
  /** ids of the rules that decided, sorted */
  readonly because: readonly string[];
  /** ids of the rules that could not be evaluated and were asked, sorted */
  readonly failed: readonly string[];
  /** of an allow: what binds the reader of a dataset */
  readonly obligations: NaiveObligations;
  /** of a deny: the row filters that cannot be made */
  readonly faulty: readonly string[];
}

const unbound: NaiveObligations = { masks: [], all: [], any: [] };

/**
 * Decides by looking at every rule, as DESIGN §4 says it and as slowly as it likes. It shares no code with the product: a fault in one of
 * them shows as a disagreement.
 *
 * @param allowOverrides collections in which an allow beats a deny
 */
export function decideNaively(
  { rules, dataPolicies }: { readonly rules: readonly NaiveRule[]; readonly dataPolicies: readonly NaiveDataPolicy[] },
  given: DecisionRequest,
  allowOverrides: readonly string[] = [],
): NaiveAnswer {
  const { collection = "default" } = given;
  const object = { ...given.object, paths: given.object.paths.map(withoutQuery) };
  const request = { ...given, object, predicate: given.predicate.toLowerCase() };
  const answers = rules
    .filter((rule) => rule.collection === collection && isAbout(rule, request))
    .map((rule) => ({ rule, holds: conditionsHold(rule, request) }));
  const ids = (effect: "allow" | "deny", holds: boolean | "fails"): string[] =>
    answers
      .filter((answer) => answer.rule.effect === effect && answer.holds === holds)
      .map(({ rule }) => rule.id)
      .sort();
  const [allows, denies] = [ids("allow", true), ids("deny", true)];
  const [failedAllows, failedDenies] = [ids("allow", "fails"), ids("deny", "fails")];
  const allowed = (): NaiveAnswer => {
    const failed = failedAllows;
    const isReading = object.columns !== undefined && ["read", "select"].includes(request.predicate);
    const { tags, attributes } = request.subject;
    const asked = { tags, attributes, paths: object.paths, columns: object.columns ?? [] };
    const obligations = isReading ? obligeNaively(dataPolicies, asked) : unbound;
    if ("faulty" in obligations) {
      const denyReason = "indeterminate";
      return { effect: "deny", denyReason, because: [], failed, obligations: unbound, faulty: obligations.faulty };
    }
    return { effect: "allow", denyReason: undefined, because: allows, failed, obligations, faulty: [] };
  };
  const denied = (failed: readonly string[]): NaiveAnswer => ({
    effect: "deny",
    denyReason: denies.length > 0 ? "denied-by-rule" : failed.length > 0 ? "indeterminate" : "no-matching-allow",
    // a deny that fails counts as one that matches
    because: [...denies, ...failedDenies].sort(),
    failed: [...failed].sort(),
    obligations: unbound,
    faulty: [],
  });
  if (allowOverrides.includes(collection)) {
    return allows.length > 0 ? allowed() : denied([...failedAllows, ...failedDenies]);
  }
  if (denies.length + failedDenies.length > 0) return denied(failedDenies);
  return allows.length > 0 ? allowed() : denied(failedAllows);
}

function isAbout(rule: NaiveRule, { subject, predicate, object, context }: DecisionRequest): boolean {
  return (
    rule.predicates.some((glob) => glob === "*" || globMatches(glob.toLowerCase(), predicate, ":")) &&
    (rule.from === undefined || context.time >= rule.from) &&
    (rule.until === undefined || context.time < rule.until) &&
    tagsMatch(rule.subjects, subject.tags) &&
    tagsMatch(rule.tags, object.tags) &&
    (rule.isAboutPath === undefined || object.paths.some(rule.isAboutPath))
  );
}

/** OR of ANDs; `**` asks for nothing. */
function tagsMatch(wanted: readonly Alternative[] | undefined, tags: readonly string[]): boolean {
  const has = (glob: string): boolean => glob === "**" || tags.some((tag) => globMatches(glob, tag, ":"));
  return wanted?.some((all) => all.every(has)) ?? true;
}

function conditionsHold(rule: NaiveRule, { subject, predicate, object, context }: DecisionRequest): boolean | "fails" {
  const { id, type, paths, tags } = object;
  const scope = {
    subject: { ...subject.attributes, id: subject.id, type: subject.type, tags: subject.tags },
    object: { ...object.attributes, paths, tags, ...(id === undefined ? {} : { id }), ...(type && { type }) },
    context: { ...context, time: new Date(context.time) },
    predicate,
  };
  const answers = rule.conditions.map((condition) =>
    typeof condition === "string"
      ? evaluateNaively(condition, scope, rule.isStored)
      : evaluateVendorNaively(condition, scope.context, subject.id),
  );
  if (answers.includes(false)) return false;
  return answers.includes("fails") ? "fails" : true;
}
