import { type Problem, type SourcePosition, sortProblems } from "../../../shared/errors.ts";
import { compileGlob } from "../../../shared/glob.ts";
import { nearest } from "../../../shared/nearest.ts";
import type { PolicyDocument } from "../../ports.ts";
import { compilePolicies } from "../engine/compile-policies.ts";
import type { PolicyRule, TagExpression } from "../rule.ts";
import { contentOf, coversRule } from "./rule-relations.ts";

/** What lint looks for; `does-not-compile` and `warning` are the compiler's. */
export type LintCode =
  | "does-not-compile"
  | "warning"
  | "never-matches"
  | "expired"
  | "shadowed"
  | "conflict"
  | "redundant"
  | "unknown-tag"
  | "not-compared";

export interface LintFinding extends Problem {
  /** an `error` is a rule that cannot do what it says; a `warning` may be meant */
  readonly level: "error" | "warning";
  readonly code: LintCode;
}

export interface LintQuestion {
  /** what is looked at; findings are about these only */
  readonly documents: readonly PolicyDocument[];
  /** what they live beside: use-cases of grants, denies that shadow; of the same kind and name: replaced */
  readonly beside: readonly PolicyDocument[];
  /** milliseconds since 1970 */
  readonly time: number;
  /** globs that say which tags subjects may have */
  readonly tagNamespaces: readonly string[];
  /** tags that things do have, beyond those that the rules beside name; for the nearest to a misspelt one */
  readonly knownTags: readonly string[];
}

/** rules compared with others before lint says that it stopped */
const maxComparisons = 5_000_000;

/** What is wrong or odd in documents, sorted by place. Pure: needs no server. */
export function lintPolicies(question: LintQuestion): readonly LintFinding[] {
  const { documents, time } = question;
  const { policies, problems, warnings } = compilePolicies(mergeDocuments(question.beside, documents));
  const files = new Set(documents.map(({ file }) => file));
  const isOurs = ({ at }: { readonly at?: SourcePosition }): boolean => at === undefined || files.has(at.file);
  const findings: LintFinding[] = [
    ...problems.filter(isOurs).map((problem) => ({ ...problem, level: "error", code: "does-not-compile" }) as const),
    ...warnings.filter(isOurs).map((problem) => ({ ...problem, level: "warning", code: "warning" }) as const),
  ];
  const rules = policies.rules.map(({ rule }) => rule);
  const ours = rules.filter(isOurs);
  const dead = new Set<PolicyRule>();
  for (const rule of ours) {
    const never = whyNever(rule);
    if (never === undefined && (rule.until === undefined || rule.until > time)) continue;
    dead.add(rule);
    findings.push(
      never === undefined
        ? finding(
            "warning",
            "expired",
            rule.at,
            `rule \`${rule.id}\` ended ${toTime(rule.until)}; remove it or give a later \`until\``,
          )
        : finding("error", "never-matches", rule.at, `rule \`${rule.id}\` never matches: ${never}`),
    );
  }
  findings.push(
    ...compareRules(
      ours.filter((rule) => !dead.has(rule)),
      rules.filter((rule) => !dead.has(rule)),
    ),
  );
  const known = knownTagsOf(
    question,
    rules.filter((rule) => !isOurs(rule)),
  );
  for (const rule of ours) {
    const subjects = rule.subjects?.flat() ?? [];
    findings.push(...subjects.flatMap((tag) => strangeSubject(rule.at, tag, question.tagNamespaces, known)));
    findings.push(...(rule.tags?.flat() ?? []).flatMap((tag) => misspeltTag(rule.at, tag, known)));
  }
  for (const policy of policies.dataPolicies.filter(isOurs)) {
    findings.push(...policy.users.tags.flatMap((tag) => strangeSubject(policy.at, tag, question.tagNamespaces, known)));
    const columns = policy.type === "mask" ? policy.columns.tags : [];
    findings.push(...columns.flatMap((tag) => misspeltTag(policy.at, tag, known)));
  }
  return sortProblems(findings);
}

/** `documents` and those of `beside` whose kind and name they do not take; a document without `spec` removes its kind and name. */
export function mergeDocuments(
  beside: readonly PolicyDocument[],
  documents: readonly PolicyDocument[],
): PolicyDocument[] {
  const keyOf = ({ kind, name }: PolicyDocument): string => `${kind} ${name}`;
  const replaced = new Set(documents.map(keyOf));
  return [
    ...beside.filter((document) => !replaced.has(keyOf(document))),
    ...documents.filter(({ spec }) => spec !== undefined),
  ];
}

// ---- rules by themselves --------------------------------------------------------------------------------------------

/** Beginnings of tags of which a thing has one only, so that two different ones contradict. */
const singular = ["users:id:", "dataos:workspace:", "dataos:depot:", "dataos:layer:", "dataos:resource:"];

function whyNever({ subjects, tags }: PolicyRule): string | undefined {
  for (const expression of [subjects, tags]) {
    const contradictions = expression?.map(contradictionIn);
    if (contradictions?.every((pair) => pair !== undefined)) {
      const [first = ["", ""]] = contradictions;
      return `nothing has both \`${first[0]}\` and \`${first[1]}\`; for "one of them" write each in a list of its own`;
    }
  }
  return undefined;
}

function contradictionIn(all: readonly string[]): readonly [string, string] | undefined {
  for (const head of singular) {
    const literals = all.filter((glob) => glob.startsWith(head) && compileGlob(glob, "tag").literal !== undefined);
    const other = literals.find((tag) => tag !== literals[0]);
    if (other !== undefined) return [literals[0] ?? "", other];
  }
  return undefined;
}

// ---- rules beside others --------------------------------------------------------------------------------------------

function compareRules(ours: readonly PolicyRule[], all: readonly PolicyRule[]): LintFinding[] {
  const findings: LintFinding[] = [];
  const candidates = createCandidates(all);
  let comparisons = 0;
  for (const rule of ours) {
    for (const other of candidates(rule)) {
      if (++comparisons > maxComparisons) {
        const message = `more than ${maxComparisons} pairs of rules to compare; shadowed and redundant rules from here on are not told, lint fewer files at once`;
        return [...findings, finding("warning", "not-compared", rule.at, message)];
      }
      if (other === rule || !coversRule(other, rule)) continue;
      const found = judge(rule, other);
      if (!found) continue;
      findings.push(found);
      break;
    }
  }
  return findings;
}

/** What it means for `rule` that `other` applies wherever it does. */
function judge(rule: PolicyRule, other: PolicyRule): LintFinding | undefined {
  const place = `${other.at.file}:${other.at.line}:${other.at.column}`;
  if (other.effect === rule.effect) {
    const saysNoMore = other.conditions.length === 0 || sameConditions(rule, other);
    // of two that say the same, the later one by id is the one too many
    const isTwin = contentOf(withoutNames(rule)) === contentOf(withoutNames(other));
    if (!saysNoMore || (isTwin && rule.id < other.id)) return undefined;
    const message = `rule \`${rule.id}\` adds nothing: \`${other.id}\` at ${place} ${rule.effect}s all of it already`;
    return finding("warning", "redundant", rule.at, message);
  }
  if (rule.effect === "deny") return undefined;
  if (other.conditions.length === 0 || sameConditions(rule, other)) {
    const message = `rule \`${rule.id}\` never allows anything: \`${other.id}\` at ${place} denies all of it`;
    return finding("error", "shadowed", rule.at, message);
  }
  if (!coversRule(rule, other)) return undefined;
  const message = `rule \`${rule.id}\` allows and \`${other.id}\` at ${place} denies the very same; where both conditions hold, the deny wins`;
  return finding("warning", "conflict", rule.at, message);
}

function sameConditions(a: PolicyRule, b: PolicyRule): boolean {
  const texts = new Set(a.conditions.map(({ text }) => text));
  return b.conditions.every(({ text }) => texts.has(text));
}

function withoutNames({ policy: _, ...rule }: PolicyRule): object {
  return rule;
}

/** Rules that may cover a rule: those without subjects, with globs as subjects, or with a subject tag that it names too. */
function createCandidates(all: readonly PolicyRule[]): (rule: PolicyRule) => Iterable<PolicyRule> {
  const byTag = new Map<string, PolicyRule[]>();
  const wide: PolicyRule[] = [];
  for (const rule of all) {
    const keys = rule.subjects?.map((tags) => tags.find((tag) => compileGlob(tag, "tag").literal !== undefined));
    if (!keys || keys.includes(undefined)) wide.push(rule);
    else for (const key of new Set(keys)) addTo(byTag, key ?? "", rule);
  }
  return (rule) => {
    const named = new Set((rule.subjects ?? []).flat().flatMap((tag) => byTag.get(tag) ?? []));
    return [...named, ...wide];
  };
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

// ---- tags -----------------------------------------------------------------------------------------------------------

function knownTagsOf({ knownTags }: LintQuestion, beside: readonly PolicyRule[]): readonly string[] {
  const named = (expression: TagExpression): readonly string[] => expression?.flat() ?? [];
  const all = [...knownTags, ...beside.flatMap(({ subjects, tags }) => [...named(subjects), ...named(tags)])];
  return [...new Set(all)].filter((tag) => compileGlob(tag, "tag").literal !== undefined).sort();
}

function strangeSubject(
  at: SourcePosition,
  tag: string,
  namespaces: readonly string[],
  known: readonly string[],
): LintFinding[] {
  const heads = namespaces.map((glob) => compileGlob(glob, "tag").prefix);
  const { prefix } = compileGlob(tag, "tag");
  if (heads.some((head) => prefix.startsWith(head) || head.startsWith(prefix))) {
    // anybody may be called anything; what roles there are is known
    return tag.startsWith("roles:id:")
      ? misspeltTag(
          at,
          tag,
          known.filter((one) => one.startsWith("roles:id:")),
        )
      : [];
  }
  const [head = "", ...rest] = tag.split(":");
  const nearHead = nearest(
    head,
    heads.map((one) => one.split(":")[0] ?? ""),
  );
  const near = nearHead === undefined ? nearest(tag, known) : [nearHead, ...rest].join(":");
  const list = namespaces.map((glob) => `\`${glob}\``).join(", ");
  const message = `subject tag \`${tag}\` is in no tag namespace (known are ${list}), so nobody can have it${near === undefined ? "" : `; did you mean \`${near}\`?`}`;
  return [finding("error", "unknown-tag", at, message)];
}

/** A tag that nothing is known to have, and that is nearly one that something has. */
function misspeltTag(at: SourcePosition, tag: string, known: readonly string[]): LintFinding[] {
  if (compileGlob(tag, "tag").literal === undefined || known.includes(tag)) return [];
  const colon = Math.max(tag.lastIndexOf(":"), tag.indexOf(".")) + 1;
  const head = tag.slice(0, colon);
  // WHY: by the part that differs, because the beginning is long and the same for all
  const ends = known.filter((one) => one.startsWith(head) && one !== tag).map((one) => one.slice(colon));
  const end = head === "" ? undefined : nearest(tag.slice(colon), ends);
  const near =
    end === undefined
      ? (nearest(
          tag,
          known.filter((one) => !one.startsWith(head)),
        ) ?? undefined)
      : head + end;
  if (near === undefined) return [];
  return [
    finding("warning", "unknown-tag", at, `nothing is known to have the tag \`${tag}\`; did you mean \`${near}\`?`),
  ];
}

function finding(level: LintFinding["level"], code: LintCode, at: SourcePosition, message: string): LintFinding {
  return { level, code, at, message };
}

function toTime(epochMs: number | undefined): string {
  return epochMs === undefined ? "" : new Date(epochMs).toISOString();
}
