import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFilter } from "../../src/shared/compile-filter.ts";
import { BadInputError } from "../../src/shared/errors.ts";
import { matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { filteredObjects, objectFilters } from "../support/object-filters.ts";

const pieces = fc.constantFrom("a", "b", ":", "/", "é", "𝔘");
const texts = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(""));
/** Long lists of globs that are literals, starts, starts of each other, and others. */
const lists: fc.Arbitrary<ObjectFilter> = fc
  .array(fc.tuple(fc.constantFrom("path" as const, "tag" as const), texts, fc.constantFrom("", "**", "*", "?")), {
    maxLength: 30,
  })
  .map((globs) => ({ op: "or", of: globs.map(([op, text, end]): ObjectFilter => ({ op, glob: text + end })) }));

describe("a compiled filter", () => {
  it("lets pass what matchesFilter lets pass", () => {
    const anyFilter = fc.oneof(objectFilters, lists);
    fc.assert(
      fc.property(anyFilter, fc.array(filteredObjects, { minLength: 1, maxLength: 5 }), (filter, objects) => {
        const test = compileFilter(filter);
        for (const object of objects) expect(test(object)).toBe(matchesFilter(filter, object));
      }),
      { numRuns: 500 },
    );
    const objects = fc.record({ paths: fc.array(texts), tags: fc.array(texts), attributes: fc.constant({}) });
    fc.assert(
      fc.property(lists, objects, (filter, object) => {
        expect(compileFilter(filter)(object)).toBe(matchesFilter(filter, object));
      }),
      { numRuns: 1_000 },
    );
  });

  it("refuses a malformed glob before any object is there", () => {
    expect(() => compileFilter({ op: "or", of: [{ op: "all" }, { op: "path", glob: "a{" }] })).toThrow(BadInputError);
  });
});
