import fc from "fast-check";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import {
  type SearchAnswer,
  type SearchPage,
  searchActions,
  searchResources,
  searchSubjects,
} from "../../src/heimdall/questions/index.ts";
import type { DecisionObject } from "../../src/shared/decision.ts";
import { askedPredicates, contexts, objects, policies, subjects } from "./policy-generators.ts";
import { expectSame } from "./policy-properties.ts";
import { createSearchWorld } from "./search-world.ts";

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
    if (items.length > first) throw new Error("a page is longer than was asked for");
    found.push(...items.map(({ node }) => node));
    if (next === undefined) return found;
    after = next;
  }
}

/** What searches promise; by title. */
export const searchProperties: Readonly<Record<string, (numRuns: number) => Promise<void>>> = {
  "find every object that a check of each would allow, whatever the size of pages": (numRuns) =>
    fc.assert(
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
          expectSame(found.map(({ object }) => object.paths[0]).sort(), expected.sort());
        },
      ),
      { numRuns },
    ),

  "find every subject that a check of each would allow, with the same reasons": (numRuns) =>
    fc.assert(
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
          expectSame(found, expected);
        },
      ),
      { numRuns },
    ),

  "find every action with a name that a check of each would allow": (numRuns) =>
    fc.assert(
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
            expectSame(names.includes(predicate), effect === "allow");
          }
          expectSame(names, [...new Set(names)].sort());
        },
      ),
      { numRuns },
    ),
};
