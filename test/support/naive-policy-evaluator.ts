import type { PolicyRule } from "../../src/heimdall/policy/index.ts";
import type { DecisionRequest, DenyReason } from "../../src/shared/decision.ts";
import { evaluateNaively } from "./naive-condition.ts";

/** An answer, as far as rules of access decide it. */
export interface NaiveAnswer {
  readonly effect: "allow" | "deny";
  readonly denyReason: DenyReason | undefined;
  /** ids of the rules that decided, sorted */
  readonly because: readonly string[];
  /** ids of the rules that could not be evaluated and were asked, sorted */
  readonly failed: readonly string[];
}

/**
 * Decides by looking at every rule, as DESIGN §4 says it and as slowly as it likes. It shares no code with the product: a fault in one of
 * them shows as a disagreement.
 *
 * @param allowOverrides collections in which an allow beats a deny
 */
export function decideNaively(
  rules: readonly PolicyRule[],
  request: DecisionRequest,
  allowOverrides: readonly string[] = [],
): NaiveAnswer {
  const { collection = "default" } = request;
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
  const allowed: NaiveAnswer = { effect: "allow", denyReason: undefined, because: allows, failed: failedAllows };
  const denied = (failed: readonly string[]): NaiveAnswer => ({
    effect: "deny",
    denyReason: denies.length > 0 ? "denied-by-rule" : failed.length > 0 ? "indeterminate" : "no-matching-allow",
    // a deny that fails counts as one that matches
    because: [...denies, ...failedDenies].sort(),
    failed: [...failed].sort(),
  });
  if (allowOverrides.includes(collection)) {
    return allows.length > 0 ? allowed : denied([...failedAllows, ...failedDenies]);
  }
  if (denies.length + failedDenies.length > 0) return denied(failedDenies);
  return allows.length > 0 ? allowed : denied(failedAllows);
}

function isAbout(rule: PolicyRule, { subject, predicate, object, context }: DecisionRequest): boolean {
  const paths = object.paths.map((path) => (path.startsWith("dataos://") ? path.replace(/\?acl=[^#]*/, "") : path));
  return (
    rule.predicates.some((glob) => globMatches(glob, predicate.toLowerCase(), ":")) &&
    (rule.from === undefined || context.time >= rule.from) &&
    (rule.until === undefined || context.time < rule.until) &&
    tagsMatch(rule.subjects, subject.tags) &&
    tagsMatch(rule.tags, object.tags) &&
    (rule.paths?.some((glob) => paths.some((path) => globMatches(glob, path, ":/"))) ?? true)
  );
}

/** OR of ANDs. */
function tagsMatch(wanted: readonly (readonly string[])[] | undefined, tags: readonly string[]): boolean {
  return wanted?.some((all) => all.every((glob) => tags.some((tag) => globMatches(glob, tag, ":")))) ?? true;
}

function conditionsHold(rule: PolicyRule, { subject, predicate, object, context }: DecisionRequest): boolean | "fails" {
  const scope = {
    subject: { ...subject.attributes, id: subject.id, type: subject.type, tags: subject.tags },
    object: { ...object.attributes, paths: object.paths, tags: object.tags },
    context,
    predicate: predicate.toLowerCase(),
  };
  const answers = rule.conditions.map(({ text }) => evaluateNaively(text, scope));
  if (answers.includes(false)) return false;
  return answers.includes("fails") ? "fails" : true;
}

/** The documented meaning of globs; braces do not nest. */
export function globMatches(glob: string, text: string, separators: string): boolean {
  const isSeparator = (char: string | undefined): boolean => char !== undefined && separators.includes(char);
  // `|` marks where an alternative of braces ends
  const match = (parts: readonly string[], at: number, before: string): boolean => {
    const [head, ...rest] = parts;
    if (head === undefined) return at === text.length;
    if (head === "|") return match(rest, at, "|");
    if (head === "**") {
      if (isSeparator(before) && isSeparator(rest[0]) && match(rest.slice(1), at, rest[0] ?? "")) return true;
      for (let end = at; end <= text.length; end++) if (match(rest, end, head)) return true;
      return false;
    }
    if (head === "*") {
      for (let end = at; ; end++) {
        if (match(rest, end, head)) return true;
        if (end >= text.length || isSeparator(text[end])) return false;
      }
    }
    if (head.startsWith("{")) {
      const choices = head.slice(1, -1).split(",");
      return choices.some((choice) => match([...partsOf(choice), "|", ...rest], at, "|"));
    }
    const char = text[at];
    if (char === undefined) return false;
    if (head === "?" || head.startsWith("[")) {
      if (isSeparator(char)) return false;
      if (head === "?") return match(rest, at + 1, head);
      const isNegated = head[1] === "!";
      return head.slice(isNegated ? 2 : 1, -1).includes(char) !== isNegated && match(rest, at + 1, head);
    }
    return head === char && match(rest, at + 1, char);
  };
  return match(partsOf(glob), 0, "");
}

function partsOf(glob: string): readonly string[] {
  return glob.match(/\*\*|\*|\{[^}]*\}|\[[^\]]*\]|./gs) ?? [];
}
