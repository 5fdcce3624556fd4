import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import {
  type SearchAnswer,
  type SearchPage,
  searchActions,
  searchResources,
  searchSubjects,
} from "../../src/heimdall/questions/index.ts";
import type { DecisionObject } from "../../src/shared/decision.ts";
import { askedPredicates, contexts, objects, policies, subjects } from "../support/policy-generators.ts";
import { createSearchWorld } from "../support/search-world.ts";

const numRuns = Number(process.env.TEST_PROPERTY_RUNS ?? 3_000);

/** Objects with names of their own, in one of two stores; depots are in both, which say different things of them. */
const stores = fc
  .array(fc.tuple(objects, fc.constantFrom("first", "second", "both"), objects, fc.constantFrom("a", "b")), {
    maxLength: 6,
  })
  .map((drawn) => {
    const first: DecisionObject[] = [];
    const second: DecisionObject[] = [];
    for (const [index, [object, where, other, type]] of drawn.entries()) {
      const put = (store: DecisionObject[], facts: DecisionObject, tags: readonly string[]): void => {
        store.push({ ...facts, type, paths: [`thing:${index}`, ...facts.paths], tags: [...facts.tags, ...tags] });
      };
      if (where === "first") put(first, object, []);
      else if (where === "second") put(second, object, []);
      else {
        put(first, object, ["dataos:type:depot"]);
        put(second, other, ["dataos:resource:depot"]);
      }
    }
    return [first, second] as const;
  });
const people = fc.uniqueArray(
  fc.tuple(subjects, fc.constantFrom("u1", "u2", "u3", "u4", "u5")).map(([subject, id]) => ({ ...subject, id })),
  { selector: ({ id }) => id, maxLength: 5 },
);
const pageSize = fc.integer({ min: 1, max: 3 });

async function all<T>(search: (page: SearchPage) => Promise<SearchAnswer<T>>, first: number): Promise<readonly T[]> {
  const found: T[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await search({ first, after });
    expect(items.length).toBeLessThanOrEqual(first);
    found.push(...items.map(({ node }) => node));
    if (next === undefined) return found;
    after = next;
  }
}

describe("searches", () => {
  it("find every object that a check of each would allow, whatever the size of pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        subjects,
        askedPredicates,
        contexts,
        stores,
        pageSize,
        fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
        async (documents, subject, predicate, context, placed, first, type) => {
          const { policies: compiled } = compilePolicies(documents);
          const world = createSearchWorld(compiled, [], placed);
          const question = { subject, predicate, context, ...(type === undefined ? {} : { type }) };
          const found = await all((page) => searchResources(world, question, page), first);
          const names = new Set(
            placed
              .flat()
              .flatMap((object) => (type === undefined || object.type === type ? object.paths.slice(0, 1) : [])),
          );
          const expected: string[] = [];
          for (const name of names) {
            const object = await world.objects.describe({ paths: [name], tags: [], attributes: {} });
            if (compiled.decide({ subject, predicate, object, context }).effect === "allow") expected.push(name);
          }
          expect(found.map(({ object }) => object.paths[0]).sort()).toEqual(expected.sort());
        },
      ),
      { numRuns },
    );
  });

  it("find every subject that a check of each would allow, with the same reasons", async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        people,
        askedPredicates,
        contexts,
        objects,
        pageSize,
        async (documents, known, predicate, context, object, first) => {
          const { policies: compiled } = compilePolicies(documents);
          const world = createSearchWorld(compiled, known, []);
          const found = await all((page) => searchSubjects(world, { predicate, object, context }, page), first);
          const expected = [...known]
            .sort((a, b) => (a.id < b.id ? -1 : 1))
            .map((subject) => ({ subject, decision: compiled.decide({ subject, predicate, object, context }) }))
            .filter(({ decision }) => decision.effect === "allow");
          expect(found).toEqual(expected);
        },
      ),
      { numRuns },
    );
  });

  it("find every action with a name that a check of each would allow", async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        subjects,
        contexts,
        objects,
        pageSize,
        async (documents, subject, context, object, first) => {
          const { policies: compiled } = compilePolicies(documents);
          const world = createSearchWorld(compiled, [], []);
          const found = await all((page) => searchActions(world, { subject, object, context }, page), first);
          const names = found.map(({ predicate }) => predicate);
          for (const predicate of ["read", "write", "select", "trace", "run", "update"]) {
            const { effect } = compiled.decide({ subject, predicate, object, context });
            expect(names.includes(predicate)).toBe(effect === "allow");
          }
          expect(names).toEqual([...new Set(names)].sort());
        },
      ),
      { numRuns },
    );
  });
});
