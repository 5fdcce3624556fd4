import fc from "fast-check";
import { type CompiledPolicies, compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import type { Decision, DecisionObject, DecisionRequest, RowFilterClause } from "../../src/shared/decision.ts";
import { readDataPoliciesNaively, readRulesNaively } from "./naive-policies.ts";
import { decideNaively, type NaiveAnswer } from "./naive-policy-evaluator.ts";
import {
  askedCollections,
  askedPredicates,
  contexts,
  dataPolicies,
  datasets,
  denyPolicy,
  namedObjects,
  policies,
  policyDocument,
  subjects,
} from "./policy-generators.ts";

const asked = (objects: fc.Arbitrary<DecisionObject>): fc.Arbitrary<DecisionRequest> =>
  fc
    .tuple(
      fc.record({ subject: subjects, predicate: askedPredicates, object: objects, context: contexts }),
      askedCollections,
    )
    .map(([request, where]) => ({ ...request, ...where }));
const requests = asked(namedObjects);
/** In which collections an allow beats a deny. */
const overriding = fc.constantFrom<readonly string[]>([], [], ["default"], ["finance"]);
/** A promise about decisions: throws with a counterexample where it is broken within `numRuns` random cases. */
export type PolicyProperty = (numRuns: number) => void | Promise<void>;

/** By title. */
export const policyProperties: Readonly<Record<string, PolicyProperty>> = {
  "answer what the naive evaluator answers, rules and failures included": (numRuns) =>
    fc.assert(
      fc.property(policies, requests, overriding, (documents, request, allowOverrides) => {
        expectSame(
          toNaive(compile(documents, allowOverrides).decide(request)),
          decideNaively(readNaively(documents), request, allowOverrides),
        );
      }),
      { numRuns },
    ),

  "mask and filter data as the naive evaluator does": (numRuns) =>
    fc.assert(
      fc.property(dataPolicies, asked(datasets), (documents, request) => {
        const expected = decideNaively(readNaively(documents), request);
        const answer = toNaive(compile(documents).decide(request));
        // one row filter that cannot be made is enough to name
        const faulty = expected.faulty.filter((name) => answer.faulty.includes(name));
        expectSame(answer, { ...expected, faulty });
        expectSame(answer.faulty.length > 0, expected.faulty.length > 0);
      }),
      { numRuns },
    ),

  "answer the same whatever the order of documents, rules, tags, paths and columns": (numRuns) =>
    fc.assert(
      fc.property(dataPolicies, asked(datasets), fc.integer(), (documents, request, seed) => {
        const shuffle = createShuffle(seed);
        const turned = shuffle(documents).map(({ name, kind, spec }) =>
          policyDocument(name, shuffleDeep(spec, shuffle), kind),
        );
        const { paths, tags, columns = [] } = request.object;
        const object = {
          ...request.object,
          paths: shuffle(paths),
          tags: shuffle(tags),
          columns: shuffle(columns).map((column) => ({ ...column, tags: shuffle(column.tags) })),
        };
        const subject = { ...request.subject, tags: shuffle(request.subject.tags) };
        const parts = ({ effect, denyReason, because, failed, obligations, faulty }: NaiveAnswer): unknown => [
          [effect, denyReason, because.length, failed.length, faulty.length > 0],
          obligations,
        ];
        const live = compile(documents);
        expectSame(
          parts(toNaive(compile(turned).decide({ ...request, subject, object }))),
          parts(toNaive(live.decide(request))),
        );
        // documents in another order are the same policies, answer by answer
        const moved = compile(shuffle(documents));
        expectSame(moved.version, live.version);
        expectSame(toNaive(moved.decide(request)), toNaive(live.decide(request)));
      }),
      { numRuns },
    ),

  "never allow more by one more deny": (numRuns) =>
    fc.assert(
      fc.property(policies, denyPolicy, requests, overriding, (documents, deny, request, allowOverrides) => {
        if (compile([...documents, deny], allowOverrides).decide(request).effect === "deny") return;
        expectSame(compile(documents, allowOverrides).decide(request).effect, "allow");
      }),
      { numRuns },
    ),

  "name rules that alone give the same answer": (numRuns) =>
    fc.assert(
      fc.property(policies, requests, overriding, (documents, request, allowOverrides) => {
        const decision = compile(documents, allowOverrides).decide(request);
        const named = new Set(decision.because.map(({ id }) => id));
        const rules = readRulesNaively(documents).filter(({ id }) => named.has(id));
        expectSame(rules.length, named.size);
        expectSame(decideNaively({ rules, dataPolicies: [] }, request, allowOverrides).effect, decision.effect);
        expectSame(
          decision.because.every(({ effect }) => effect === decision.effect),
          true,
        );
      }),
      { numRuns },
    ),
};

function readNaively(documents: readonly PolicyDocument[]): Parameters<typeof decideNaively>[0] {
  return { rules: readRulesNaively(documents), dataPolicies: readDataPoliciesNaively(documents) };
}

/** Compiles documents that have no fault. */
function compile(documents: readonly PolicyDocument[], allowOverrides: readonly string[] = []): CompiledPolicies {
  const { policies: compiled, problems } = compilePolicies(documents, { allowOverrides });
  expectSame(problems, []);
  return compiled;
}

function toNaive({ effect, denyReason, because, problems, obligations }: Decision): NaiveAnswer {
  const named = (pattern: RegExp): string[] => problems.flatMap((problem) => pattern.exec(problem)?.[1] ?? []).sort();
  const { masks, rowFilter } = obligations;
  const clauses = (list: readonly RowFilterClause[] = []): string[] =>
    list
      .map(({ policy, comparisons }) => {
        const parts = comparisons.map(({ column, operator, value }) => JSON.stringify([column, operator, value]));
        return JSON.stringify([policy, ...parts.sort()]);
      })
      .sort();
  return {
    effect,
    denyReason,
    because: because.map(({ id }) => id),
    failed: named(/^rule ([^:]+):/),
    obligations: {
      masks: [...masks].map(([column, { operator, policy }]) => `${column} ${operator} ${policy}`).sort(),
      all: clauses(rowFilter?.all),
      any: clauses(rowFilter?.any),
    },
    faulty: named(/^row filter ([^:]+):/),
  };
}

/** @throws {Error} with both, where they differ */
export function expectSame(actual: unknown, expected: unknown): void {
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
