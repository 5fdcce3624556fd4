import { createHash } from "node:crypto";
import { type Problem, sortProblems } from "../../../shared/errors.ts";
import type { PolicyDocument } from "../../ports.ts";
import { ConditionFault } from "../condition/cel.ts";
import { type AttributeDeclarations, compileCondition, platformAttributes } from "../condition/compile-condition.ts";
import type { Condition } from "../condition/condition.ts";
import { parsePolicies } from "../language/parse-policies.ts";
import type { ConditionText, DataPolicy, PolicyRule } from "../rule.ts";
import { toCompiledRule } from "./compiled-rule.ts";
import { type CompiledPolicies, createDecider } from "./decide.ts";
import { RuleIndex } from "./rule-index.ts";

export interface CompileOptions {
  readonly attributes?: AttributeDeclarations;
  /** collections in which an allow beats a deny; everywhere else a deny beats every allow */
  readonly allowOverrides?: readonly string[];
}

/** What documents compile to; `policies` holds everything that has no fault. */
export interface CompileResult {
  readonly policies: CompiledPolicies;
  /** sorted by place; SECURITY: with any problem the policies are not the ones that were written, so they must not become live */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Compiles documents of all spellings into one indexed form. Their order does not matter. */
export function compilePolicies(documents: readonly PolicyDocument[], options: CompileOptions = {}): CompileResult {
  const parsed = parsePolicies(documents);
  const problems = [...parsed.problems];
  const warnings = [...parsed.warnings];
  const declared = options.attributes ?? platformAttributes;
  const sound: { readonly rule: PolicyRule; readonly conditions: readonly Condition[] }[] = [];
  for (const rule of parsed.rules) {
    const before = problems.length;
    const objects = isAboutStoredObjects(rule) ? "stored" : "any";
    const conditions = rule.conditions.flatMap((text) => {
      const compiled = compileOne(text, objects, declared);
      if (compiled instanceof ConditionFault) {
        problems.push({ message: compiled.message, at: text.at });
        return [];
      }
      for (const message of compiled.warnings) warnings.push({ message, at: text.at });
      return [compiled.condition];
    });
    if (problems.length === before) sound.push({ rule, conditions });
  }
  // INVARIANT: sorted by id, so that the order of documents cannot show anywhere
  sound.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  const rules = sound.map(({ rule, conditions }, number) => toCompiledRule(rule, conditions, number));
  const index = new RuleIndex();
  for (const rule of rules) index.add(rule);
  const dataPolicies = [...parsed.dataPolicies].sort((a, b) => (a.name < b.name ? -1 : 1));
  const allowOverrides = new Set(options.allowOverrides);
  const version = versionOf(
    rules.map(({ rule }) => rule),
    dataPolicies,
    allowOverrides,
  );
  return {
    policies: createDecider({ rules, index, dataPolicies, version, allowOverrides }),
    problems: sortProblems(problems),
    warnings: sortProblems(warnings),
  };
}

function compileOne(
  { text }: ConditionText,
  objects: "stored" | "any",
  declared: AttributeDeclarations,
): { readonly condition: Condition; readonly warnings: readonly string[] } | ConditionFault {
  try {
    return compileCondition(text, objects, declared);
  } catch (error) {
    if (error instanceof ConditionFault) return error;
    throw error;
  }
}

/** Whether the rule can be about something in a store: all but rules whose paths are all paths of APIs. */
function isAboutStoredObjects({ paths }: PolicyRule): boolean {
  return paths === undefined || !paths.every((glob) => glob.startsWith("/"));
}

/** SHA-256 (hex) of what the policies say, without places, so that a comment changes nothing. */
function versionOf(
  rules: readonly PolicyRule[],
  dataPolicies: readonly DataPolicy[],
  allowOverrides: ReadonlySet<string>,
): string {
  const withoutPlaces = (key: string, value: unknown): unknown => (key === "at" ? undefined : value);
  const content = JSON.stringify([rules, dataPolicies, [...allowOverrides].sort()], withoutPlaces);
  return createHash("sha256").update(content).digest("hex");
}
