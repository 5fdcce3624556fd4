import fc from "fast-check";
import { createAbilities } from "../../src/heimdall/authorization/ability.ts";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { DecisionObject } from "../../src/shared/decision.ts";
import { matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { readDataPoliciesNaively, readRulesNaively } from "./naive-policies.ts";
import { decideNaively } from "./naive-policy-evaluator.ts";
import { askedCollections, askedPredicates, contexts, objects, policies, subjects } from "./policy-generators.ts";
import { expectSame, type PolicyProperty } from "./policy-properties.ts";

const question = fc
  .tuple(fc.record({ subject: subjects, predicate: askedPredicates, context: contexts }), askedCollections)
  .map(([asked, where]) => ({ ...asked, ...where }));
const someObjects = fc.array(objects, { minLength: 1, maxLength: 5 });
const overriding = fc.constantFrom<readonly string[]>([], [], ["default"], ["finance"]);

/** What filters for lists promise; by title. */
export const filterProperties: Readonly<Record<string, PolicyProperty>> = {
  "select for lists exactly the objects that the naive evaluator allows one by one": (numRuns) =>
    fc.assert(
      fc.property(policies, question, overriding, someObjects, (documents, asked, allowOverrides, list) => {
        const filter = compilePolicies(documents, { allowOverrides }).policies.filterFor(asked);
        const rules = { rules: readRulesNaively(documents), dataPolicies: readDataPoliciesNaively(documents) };
        for (const object of list) {
          const { effect } = decideNaively(rules, { ...asked, object }, allowOverrides);
          expectSame(matchesFilter(filter, object), effect === "allow");
        }
      }),
      { numRuns },
    ),

  "select the same whether a tag that all objects have is stored or not": (numRuns) =>
    fc.assert(
      fc.property(policies, question, objects, (documents, asked, object) => {
        const { policies: compiled } = compilePolicies(documents);
        const tag = "dataos:type:entity";
        const bare = { ...object, tags: object.tags.filter((other) => other !== tag) };
        const tagged = { ...bare, tags: [...bare.tags, tag] };
        const expected = compiled.decide({ ...asked, object: tagged }).effect === "allow";
        const filter = compiled.filterFor({ ...asked, assumedTags: [tag] });
        expectSame([matchesFilter(filter, bare), matchesFilter(filter, tagged)], [expected, expected]);
      }),
      { numRuns },
    ),

  "are what abilities say for each object and as a filter": (numRuns) => {
    const abilities = createAbilities();
    fc.assert(
      fc.property(policies, question, overriding, someObjects, (documents, asked, allowOverrides, list) => {
        const { subject, predicate, context } = asked;
        const { policies: compiled } = compilePolicies(documents, { allowOverrides });
        const ability = abilities.for(compiled, subject);
        const filter = ability.filterFor(predicate, context, []);
        for (const object of list) {
          const allowed = compiled.decide({ subject, predicate, context, object }).effect === "allow";
          expectSame([ability.can(predicate, object, context), matchesFilter(filter, object)], [allowed, allowed]);
        }
      }),
      { numRuns },
    );
  },
};

/** A store that holds `objects` of the generators and lists, by name, those that a filter lets through. */
export interface FilteringStore {
  readonly objects: ReadonlyMap<string, DecisionObject>;
  list(filter: ObjectFilter): Promise<readonly string[]>;
}

/** Lists what a check of each object one by one allows, whatever the policies. */
export async function storeAgrees({ objects: stored, list }: FilteringStore, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(policies, question, overriding, async (documents, asked, allowOverrides) => {
      const { policies: compiled } = compilePolicies(documents, { allowOverrides });
      const allowed = [...stored].filter(([, object]) => compiled.decide({ ...asked, object }).effect === "allow");
      const listed = await list(compiled.filterFor(asked));
      expectSame([...listed].sort(), allowed.map(([name]) => name).sort());
    }),
    { numRuns },
  );
}
