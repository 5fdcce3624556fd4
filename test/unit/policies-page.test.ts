import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import { compilePolicies, parsePolicyYaml } from "../../src/heimdall/policy/index.ts";
import { findUnexercised, lintPolicies, parseCases, runCases } from "../../src/heimdall/policy/safety/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/policies.md`, "utf8");
const builtIn = await loadBuiltInPolicies(`${root}policies`);

/** The YAML blocks of a section, in order. */
const blocksOf = (section: string): string[] =>
  [...section.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? "");

const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ title: section.split("\n")[0] ?? "", blocks: blocksOf(section) }))
  .filter(({ blocks }) => blocks.length > 0);

describe("docs/policies.md", () => {
  it("has examples in every part that teaches, each with its cases", () => {
    expect(sections.map(({ title }) => title)).toEqual([
      "Your first policy",
      "How a decision is made",
      "Globs",
      "Conditions",
      "Masks and row filters",
      "Grants",
    ]);
    expect(blocksOf(page)).toHaveLength(sections.flatMap(({ blocks }) => blocks).length);
  });

  for (const { title, blocks } of sections) {
    describe(title, () => {
      const policies = blocks.filter((text) => !text.startsWith("cases:"));
      const read = policies.map((text, index) => parsePolicyYaml(text, `example-${index}.yaml`));
      const documents = read.flatMap((one) => one.documents);
      const compiled = compilePolicies([...builtIn, ...documents]);
      const cases = blocks
        .filter((text) => text.startsWith("cases:"))
        .map((text, index) => parseCases(text, `cases-${index}.yaml`, 0));
      const results = runCases(
        compiled.policies,
        cases.flatMap((one) => one.cases),
      );

      it("is well-formed and has nothing that lint would call an error", () => {
        expect([...read.flatMap(({ problems }) => problems), ...compiled.problems]).toEqual([]);
        expect(cases.flatMap(({ problems }) => problems)).toEqual([]);
        const tagNamespaces = ["users:**", "roles:**", "dataos:**"];
        const found = lintPolicies({ documents, beside: builtIn, time: 0, tagNamespaces, knownTags: [] });
        expect(found.filter(({ level }) => level === "error")).toEqual([]);
      });

      for (const { case: one, failure } of results) it(one.name, () => expect(failure).toBeUndefined());

      it("leaves no rule without a case", () => {
        const own = findUnexercised(compiled.policies, results).filter(({ at }) => at.file.startsWith("example-"));
        expect(own.map(({ id }) => id)).toEqual([]);
      });
    });
  }
});
