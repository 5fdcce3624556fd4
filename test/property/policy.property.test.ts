import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { PolicyDocument } from "../../src/heimdall/ports.ts";
import { matchesFilter } from "../../src/shared/object-filter.ts";
import {
  askedPredicates,
  contexts,
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
  it("never allow more by one allow less", () => {
    fc.assert(
      fc.property(policies, question, (documents, request) => {
        if (compile(documents).decide(request).effect === "allow") return;
        for (const { rule } of compile(documents).rules.filter(({ rule: { effect } }) => effect === "allow")) {
          const left = documents
            .map((document) => withoutRule(document, rule.id))
            .filter((document) => document !== undefined);
          expect(compile(left).decide(request).effect).toBe("deny");
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
});

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
