import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNameFilter } from "../../src/scanner/index.ts";

const filter = (includes: readonly string[], excludes: readonly string[] = []) =>
  createNameFilter({ includes, excludes }, "tableFilterPattern");

describe("name filter", () => {
  it("takes all names when nothing is included or excluded", () => {
    expect(filter([])("anything")).toBe(true);
  });

  it("takes a bare name as a prefix, and the whole name with an end mark", () => {
    expect(["orders", "orders_old", "my_orders"].filter(filter(["orders"]))).toEqual(["orders", "orders_old"]);
    expect(["orders", "orders_old"].filter(filter(["^orders$"]))).toEqual(["orders"]);
  });

  it("lets an exclude beat an include", () => {
    expect(["ord_1", "ord_tmp", "x"].filter(filter(["^ord.*"], [".*_tmp$"]))).toEqual(["ord_1"]);
    expect(["a", "pg_x"].filter(filter([], ["^pg_.*"]))).toEqual(["a"]);
  });

  it("does not tell upper from lower case unless asked to", () => {
    expect(["ORDERS", "orders"].filter(filter(["Orders$"]))).toEqual(["ORDERS", "orders"]);
    expect(["ORDERS", "orders"].filter(filter(["(?-i)orders$"]))).toEqual(["orders"]);
  });

  it("names the setting and the pattern that is wrong", () => {
    expect(() => filter(["ok", "(?=x)"])).toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: tableFilterPattern.includes: \`(?=x)\` is not a regular expression (error parsing regexp: invalid or unsupported Perl syntax: \`(?=\`); look-around and back-references do not exist here]`,
    );
    expect(() => filter([], ["["])).toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: tableFilterPattern.excludes: \`[\` is not a regular expression (error parsing regexp: missing closing ]: \`[\`); look-around and back-references do not exist here]`,
    );
    expect(() => filter(["x".repeat(1_001)])).toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: a pattern of tableFilterPattern.includes has 1001 characters; at most 1000 are allowed]`,
    );
    expect(() => filter(Array.from({ length: 201 }, () => "x"))).toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: tableFilterPattern.includes has 201 patterns; at most 200 are allowed, join some with \`|\`]`,
    );
  });

  it("answers in time linear in the name for patterns that blow up elsewhere", () => {
    const evil = filter(["^(a+)+$"]);
    const start = performance.now();
    expect(evil(`${"a".repeat(20_000)}!`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it("takes every name by its escaped self", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 63, unit: "grapheme-ascii" }), (name) => {
        expect(filter([`${name.replace(/[^A-Za-z0-9_]/g, "\\$&")}$`])(name)).toBe(true);
      }),
    );
  });
});
