import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAbilities } from "../../src/heimdall/authorization/ability.ts";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import { matchesFilter } from "../../src/shared/object-filter.ts";
import { askedPredicates, contexts, objects, policies, subjects } from "../support/policy-generators.ts";

describe("abilities", () => {
  it("say for each object, and as a filter, exactly what the decision says", () => {
    const abilities = createAbilities();
    fc.assert(
      fc.property(
        policies,
        fc.boolean(),
        subjects,
        askedPredicates,
        contexts,
        fc.array(objects, { minLength: 1, maxLength: 5 }),
        (documents, overrides, subject, predicate, context, list) => {
          const { policies: compiled } = compilePolicies(documents, overrides ? { allowOverrides: ["default"] } : {});
          const ability = abilities.for(compiled, subject);
          const filter = ability.filterFor(predicate, context, []);
          for (const object of list) {
            const allowed = compiled.decide({ subject, predicate, object, context }).effect === "allow";
            expect([ability.can(predicate, object, context), matchesFilter(filter, object)]).toEqual([
              allowed,
              allowed,
            ]);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
