import fc from "fast-check";
import { type CompiledPolicies, compilePolicies } from "../../src/heimdall/policy/index.ts";
import { parsePolicies } from "../../src/heimdall/policy/language/parse-policies.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { Decision, DecisionRequest } from "../../src/shared/decision.ts";
import { decideNaively, type NaiveAnswer } from "./naive-policy-evaluator.ts";
import {
  askedPredicates,
  contexts,
  denyPolicy,
  objects,
  policies,
  policyDocument,
  subjects,
} from "./policy-generators.ts";

const requests: fc.Arbitrary<DecisionRequest> = fc.record({
  subject: subjects,
  predicate: askedPredicates,
  object: objects,
  context: contexts,
});
/** A promise about decisions: throws with a counterexample where it is broken within `numRuns` random cases. */
export type PolicyProperty = (numRuns: number) => void;

/** By title. */
export const policyProperties: Readonly<Record<string, PolicyProperty>> = {
  "answer what the naive evaluator answers, rules and failures included": (numRuns) =>
    fc.assert(
      fc.property(policies, requests, fc.boolean(), (documents, request, overrides) => {
        const allowOverrides = overrides ? ["default"] : [];
        const expected = decideNaively(parsePolicies(documents).rules, request, allowOverrides);
        expectSame(toNaive(compile(documents, allowOverrides).decide(request)), expected);
      }),
      { numRuns },
    ),

  "answer the same whatever the order of documents, rules, tags and paths": (numRuns) =>
    fc.assert(
      fc.property(policies, requests, fc.integer(), (documents, request, seed) => {
        const shuffle = createShuffle(seed);
        const turned = shuffle(documents).map((document) =>
          policyDocument(document.name, shuffleDeep(document.spec, shuffle)),
        );
        const object = { ...request.object, paths: shuffle(request.object.paths), tags: shuffle(request.object.tags) };
        const subject = { ...request.subject, tags: shuffle(request.subject.tags) };
        const before = compile(documents).decide(request);
        const after = compile(turned).decide({ ...request, subject, object });
        const parts = ({ effect, denyReason, because }: Decision): unknown => [effect, denyReason, because.length];
        expectSame(parts(after), parts(before));
      }),
      { numRuns },
    ),

  "never allow more by one more deny": (numRuns) =>
    fc.assert(
      fc.property(policies, denyPolicy, requests, (documents, deny, request) => {
        if (compile([...documents, deny]).decide(request).effect === "deny") return;
        expectSame(compile(documents).decide(request).effect, "allow");
      }),
      { numRuns },
    ),

  "name rules that alone give the same answer": (numRuns) =>
    fc.assert(
      fc.property(policies, requests, (documents, request) => {
        const decision = compile(documents).decide(request);
        const named = new Set(decision.because.map(({ id }) => id));
        const only = documents
          .map((document) => keepRules(document, named))
          .filter((document) => document !== undefined);
        expectSame(compile(only).decide(request).effect, decision.effect);
        expectSame(
          decision.because.every(({ effect }) => effect === decision.effect),
          true,
        );
      }),
      { numRuns },
    ),
};

/** Compiles documents that have no fault. */
function compile(documents: readonly PolicyDocument[], allowOverrides: readonly string[] = []): CompiledPolicies {
  const { policies: compiled, problems } = compilePolicies(documents, { allowOverrides });
  expectSame(problems, []);
  return compiled;
}

function toNaive({ effect, denyReason, because, problems }: Decision): NaiveAnswer {
  const failed = problems.map((problem) => /^rule ([^:]+):/.exec(problem)?.[1] ?? problem).sort();
  return { effect, denyReason, because: because.map(({ id }) => id), failed };
}

function expectSame(actual: unknown, expected: unknown): void {
  const [was, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (was !== should) throw new Error(`answered ${was}, expected ${should}`);
}

type Shuffle = <T>(list: readonly T[]) => T[];

/** Puts lists in an order that `seed` decides. */
function createShuffle(seed: number): Shuffle {
  let state = seed;
  // a linear congruence is random enough for an order
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state;
  };
  return (list) =>
    list
      .map((item) => [next(), item] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, item]) => item);
}

/** Lists whose order has no meaning, in another order. Inner lists of tags are ANDs, whose order has none either. */
function shuffleDeep(value: unknown, shuffle: Shuffle): unknown {
  if (Array.isArray(value)) return shuffle(value.map((item) => shuffleDeep(item, shuffle)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shuffleDeep(item, shuffle)]));
}

function keepRules(document: PolicyDocument, ids: ReadonlySet<string>): PolicyDocument | undefined {
  const spec = document.spec as { rules?: unknown[] };
  if (!spec.rules) return ids.has(`${document.name}/0`) ? document : undefined;
  const rules = spec.rules.filter((_, index) => ids.has(`${document.name}/${index}`));
  return rules.length === 0 ? undefined : policyDocument(document.name, { ...spec, rules });
}
