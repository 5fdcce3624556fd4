import { createHash } from "node:crypto";
import { type Problem, sortProblems } from "../../../shared/errors.ts";
import type { PolicyDocument } from "../../ports.ts";
import { ConditionFault } from "../condition/cel.ts";
import {
  type AttributeDeclarations,
  type CompiledCondition,
  compileCondition,
  platformAttributes,
} from "../condition/compile-condition.ts";
import type { Condition } from "../condition/condition.ts";
import { parseInSteps } from "../language/parse-policies.ts";
import type { DataPolicy, PolicyRule } from "../rule.ts";
import { type CompiledRule, toCompiledRule } from "./compiled-rule.ts";
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
  const steps = compileInSteps(documents, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const rulesPerStep = 50;

/**
 * `compilePolicies` in steps of about a millisecond, so that a server can answer in between. What it gives is whole or not there:
 * nothing of it answers before the last step.
 */
export function* compileInSteps(
  documents: readonly PolicyDocument[],
  options: CompileOptions = {},
): Generator<undefined, CompileResult> {
  const parsed = yield* parseInSteps(documents);
  const problems = [...parsed.problems];
  const warnings = [...parsed.warnings];
  const compile = createConditionCompiler(options.attributes ?? platformAttributes);
  const sound: { readonly rule: PolicyRule; readonly conditions: readonly Condition[] }[] = [];
  for (const rule of parsed.rules) {
    if (sound.length % rulesPerStep === 0) yield;
    const before = problems.length;
    const objects = isAboutStoredObjects(rule) ? "stored" : "any";
    const conditions = rule.conditions.flatMap((text) => {
      const compiled = compile(text.text, objects);
      if (compiled instanceof ConditionFault) {
        problems.push({ message: compiled.message, at: text.at });
        return [];
      }
      for (const message of compiled.warnings) warnings.push({ message, at: text.at });
      return [compiled.condition];
    });
    if (problems.length === before) sound.push({ rule, conditions });
  }
  yield;
  // INVARIANT: sorted by id, so that the order of documents cannot show anywhere
  sound.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  const index = new RuleIndex();
  const rules: CompiledRule[] = [];
  for (const { rule, conditions } of sound) {
    if (rules.length % rulesPerStep === 0) yield;
    const compiled = toCompiledRule(rule, conditions, rules.length);
    rules.push(compiled);
    index.add(compiled);
  }
  yield* index.seal();
  const dataPolicies = [...parsed.dataPolicies].sort((a, b) => (a.name < b.name ? -1 : 1));
  const allowOverrides = new Set(options.allowOverrides);
  const version = yield* versionOf(rules, dataPolicies, allowOverrides);
  yield;
  return {
    policies: createDecider({ rules, index, dataPolicies, version, allowOverrides }),
    problems: sortProblems(problems),
    warnings: sortProblems(warnings),
  };
}

type CompiledTexts = Map<string, CompiledCondition | ConditionFault>;
const compiledTexts = new WeakMap<AttributeDeclarations, Record<"stored" | "any", CompiledTexts>>();
const maxTexts = 2_000;

/**
 * Compiles each text once, also for the next documents with the same declarations: rules share few conditions, a change of policies
 * leaves most of them as they are, and to check one takes 50 times as long as to find it.
 */
function createConditionCompiler(
  declared: AttributeDeclarations,
): (text: string, objects: "stored" | "any") => CompiledCondition | ConditionFault {
  const known = compiledTexts.get(declared) ?? { stored: new Map(), any: new Map() };
  compiledTexts.set(declared, known);
  return (text, objects) => {
    const texts = known[objects];
    let compiled = texts.get(text);
    if (compiled === undefined) {
      compiled = compileOne(text, objects, declared);
      if (texts.size >= maxTexts) texts.clear();
      texts.set(text, compiled);
    }
    return compiled;
  };
}

function compileOne(
  text: string,
  objects: "stored" | "any",
  declared: AttributeDeclarations,
): CompiledCondition | ConditionFault {
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
function* versionOf(
  rules: readonly CompiledRule[],
  dataPolicies: readonly DataPolicy[],
  allowOverrides: ReadonlySet<string>,
): Generator<undefined, string> {
  const hash = createHash("sha256");
  for (let start = 0; start < rules.length; start += rulesPerStep) {
    const some = rules.slice(start, start + rulesPerStep);
    hash.update(JSON.stringify(some.map(({ rule }) => withoutPlaces(rule))));
    yield;
  }
  hash.update(
    JSON.stringify([dataPolicies.map((policy) => ({ ...policy, at: undefined })), [...allowOverrides].sort()]),
  );
  return hash.digest("hex");
}

function withoutPlaces(rule: PolicyRule): unknown {
  return { ...rule, at: undefined, conditions: rule.conditions.map((condition) => ({ ...condition, at: undefined })) };
}
