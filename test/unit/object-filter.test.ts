import { describe, expect, it } from "vitest";
import {
  allObjects,
  andFilters,
  type Comparison,
  matchesFilter,
  noObjects,
  notFilter,
  type ObjectFilter,
  orFilters,
} from "../../src/shared/object-filter.ts";

const object = {
  paths: ["urn:dataos:dataset:sales:shop/public/orders", "dataos://sales:public/orders"],
  tags: ["dataos:type:entity", "PII.Email"],
  attributes: { owner: "alice", rows: 10, live: true, gone: null, origin: { depot: "sales" } },
};
const compare = (attribute: string, comparison: Comparison, value: string | number | boolean): ObjectFilter => ({
  op: "compare",
  attribute,
  comparison,
  value,
});
const holds = (filter: ObjectFilter): boolean => matchesFilter(filter, object);

describe("matchesFilter", () => {
  it("matches any path and any tag by glob", () => {
    expect(holds({ op: "path", glob: "urn:dataos:*:sales:**" })).toBe(true);
    expect(holds({ op: "path", glob: "dataos://sales:public/*" })).toBe(true);
    expect(holds({ op: "path", glob: "dataos://*" })).toBe(false);
    expect(holds({ op: "tag", glob: "PII.*" })).toBe(true);
    expect(holds({ op: "tag", glob: "PHI.*" })).toBe(false);
  });

  it("reads attributes by dotted path, and null is missing", () => {
    expect(holds({ op: "hasAttribute", attribute: "origin.depot" })).toBe(true);
    expect(holds({ op: "hasAttribute", attribute: "origin.other" })).toBe(false);
    expect(holds({ op: "hasAttribute", attribute: "gone" })).toBe(false);
    expect(holds({ op: "hasAttribute", attribute: "toString" })).toBe(false);
    expect(holds({ op: "startsWith", attribute: "owner", prefix: "al" })).toBe(true);
    expect(holds({ op: "startsWith", attribute: "rows", prefix: "1" })).toBe(false);
  });

  it("compares values of one type, and different types are unequal", () => {
    expect(holds(compare("rows", "eq", 10))).toBe(true);
    expect(holds(compare("rows", "eq", "10"))).toBe(false);
    expect(holds(compare("rows", "ne", "10"))).toBe(true);
    expect(holds(compare("rows", "lt", "11"))).toBe(false);
    expect(holds(compare("rows", "ge", 10))).toBe(true);
    expect(holds(compare("owner", "gt", "aa"))).toBe(true);
    expect(holds(compare("live", "ne", true))).toBe(false);
  });

  it("is false for every comparison with a missing attribute, `ne` too", () => {
    for (const comparison of ["eq", "ne", "lt", "le", "gt", "ge"] as const) {
      expect(holds(compare("nothing", comparison, "x"))).toBe(false);
    }
  });

  it("folds the trivial cases", () => {
    const owner = compare("owner", "eq", "alice");
    expect(andFilters([])).toEqual(allObjects);
    expect(andFilters([allObjects, owner])).toEqual(owner);
    expect(andFilters([owner, noObjects])).toEqual(noObjects);
    expect(orFilters([])).toEqual(noObjects);
    expect(orFilters([noObjects, owner])).toEqual(owner);
    expect(orFilters([owner, allObjects])).toEqual(allObjects);
    expect(notFilter(notFilter(owner))).toEqual(owner);
    expect(notFilter(allObjects)).toEqual(noObjects);
  });
});
