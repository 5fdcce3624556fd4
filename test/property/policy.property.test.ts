import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import { matchesFilter } from "../../src/shared/object-filter.ts";
import {
  askedPredicates,
  contexts,
  denyPolicy,
  objects,
  policies,
  policyDocument,
  subjects,
} from "../support/policy-generators.ts";

const compile = (documents: readonly PolicyDocument[]) => {
  const { policies: compiled, problems } = compilePolicies(documents);
  expect(problems).toEqual([]);
  return compiled;
};
const question = fc.record({ subject: subjects, predicate: askedPredicates, object: objects, context: contexts });
const numRuns = 3000;

describe("policies", () => {
  it("answer the same whatever the order of documents, rules, tags and paths", () => {
    fc.assert(
      fc.property(
        policies,
        question,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (documents, request, random) => {
          const shuffle = <T>(list: readonly T[]): T[] =>
            list
              .map((item) => [random.next().value, item] as const)
              .sort((a, b) => a[0] - b[0])
              .map(([, item]) => item);
          const turned = shuffle(documents).map((document) =>
            policyDocument(document.name, shuffleDeep(document.spec, shuffle)),
          );
          const object = {
            ...request.object,
            paths: shuffle(request.object.paths),
            tags: shuffle(request.object.tags),
          };
          const subject = { ...request.subject, tags: shuffle(request.subject.tags) };
          const before = compile(documents).decide(request);
          const after = compile(turned).decide({ ...request, subject, object });
          expect([after.effect, after.denyReason, after.because.length]).toEqual([
            before.effect,
            before.denyReason,
            before.because.length,
          ]);
        },
      ),
      { numRuns },
    );
  });

  it("never allow more by one more deny, nor by one allow less", () => {
    fc.assert(
      fc.property(policies, denyPolicy, question, (documents, deny, request) => {
        const before = compile(documents).decide(request).effect;
        if (before === "deny") {
          expect(compile([...documents, deny]).decide(request).effect).toBe("deny");
          for (const { rule } of compile(documents).rules.filter(({ rule: { effect } }) => effect === "allow")) {
            const left = documents
              .map((document) => withoutRule(document, rule.id))
              .filter((document) => document !== undefined);
            expect(compile(left).decide(request).effect).toBe("deny");
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("decide for each object exactly what their filter for lists selects", () => {
    fc.assert(
      fc.property(
        policies,
        question,
        fc.boolean(),
        fc.array(objects, { minLength: 1, maxLength: 5 }),
        (documents, request, overrides, list) => {
          const { policies: compiled } = compilePolicies(documents, overrides ? { allowOverrides: ["default"] } : {});
          const filter = compiled.filterFor(request);
          for (const object of list) {
            expect(matchesFilter(filter, object)).toBe(compiled.decide({ ...request, object }).effect === "allow");
          }
        },
      ),
      { numRuns },
    );
  });

  it("filter the same whether a tag that all objects have is stored or not", () => {
    fc.assert(
      fc.property(policies, question, (documents, request) => {
        const compiled = compile(documents);
        const tag = "dataos:type:entity";
        const bare = { ...request.object, tags: request.object.tags.filter((other) => other !== tag) };
        const tagged = { ...bare, tags: [...bare.tags, tag] };
        const expected = compiled.decide({ ...request, object: tagged }).effect === "allow";
        const filter = compiled.filterFor({ ...request, assumedTags: [tag] });
        expect([matchesFilter(filter, bare), matchesFilter(filter, tagged)]).toEqual([expected, expected]);
      }),
      { numRuns },
    );
  });

  it("name rules that alone give the same answer", () => {
    fc.assert(
      fc.property(policies, question, (documents, request) => {
        const decision = compile(documents).decide(request);
        const named = new Set(decision.because.map(({ id }) => id));
        const only = documents
          .map((document) => keepRules(document, named))
          .filter((document) => document !== undefined);
        expect(compile(only).decide(request).effect).toBe(decision.effect);
        for (const { effect } of decision.because) expect(effect).toBe(decision.effect);
      }),
      { numRuns },
    );
  });
});

/** Lists whose order has no meaning, in another order. Inner lists of tags are ANDs, whose order has none either. */
function shuffleDeep(value: unknown, shuffle: <T>(list: readonly T[]) => T[]): unknown {
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

function withoutRule(document: PolicyDocument, id: string): PolicyDocument | undefined {
  const spec = document.spec as { rules?: unknown[] };
  const all = (spec.rules ?? [0]).map((_, index) => `${document.name}/${index}`);
  return keepRules(document, new Set(all.filter((other) => other !== id)));
}
