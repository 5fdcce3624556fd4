import { describe, expect, it } from "vitest";
import { globMatches } from "../support/naive-glob.ts";
import { policyProperties } from "../support/policy-properties.ts";

// WHY: `npm run soak policy` runs 100,000 of each
const numRuns = 3_000;

describe("policies", () => {
  for (const [title, property] of Object.entries(policyProperties)) it(title, () => property(numRuns));
});

describe("the naive evaluator", () => {
  it("reads globs as documented", () => {
    const rows: readonly (readonly [glob: string, text: string, matches: boolean])[] = [
      ["a:**:b", "a:b", true],
      ["a:**:b", "a:x/y:b", true],
      ["a:*", "a:x/y", false],
      ["a{,:**,/**}", "a", true],
      ["a{,:**,/**}", "a/b:c", true],
      ["a{,:**,/**}", "ab", false],
      ["?[!x]", "ab", true],
      ["?[!x]", "ax", false],
      ["[a-c]\\*", "b*", true],
      ["[a-c]\\*", "bb", false],
    ];
    for (const [glob, text, matches] of rows)
      expect([glob, text, globMatches(glob, text, ":/")]).toEqual([glob, text, matches]);
  });
});
