import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import { findUnexercised, lintPolicies, parseCases, runCases } from "../../src/heimdall/policy/safety/index.ts";

const folder = fileURLToPath(new URL("../../policies/", import.meta.url));
const builtIn = await loadBuiltInPolicies(folder);
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe("built-in policies", () => {
  it("compile, and each file has its cases beside it", () => {
    expect(compilePolicies(builtIn).problems).toEqual([]);
    const plain = files.filter((name) => !name.endsWith(".cases.yaml"));
    expect(files.filter((name) => name.endsWith(".cases.yaml"))).toEqual(
      plain.map((name) => name.replace(/yaml$/, "cases.yaml")),
    );
    expect(plain.length).toBeGreaterThan(5);
  });

  it("give each use-case that can be granted at least one atom that exists", () => {
    expect(builtIn.filter(({ kind }) => kind === "use-case").length).toBeGreaterThan(8);
  });

  it("have no finding of level error", () => {
    const tagNamespaces = ["users:**", "roles:**", "dataos:**"];
    const findings = lintPolicies({ documents: builtIn, beside: [], time: 0, tagNamespaces, knownTags: [] });
    expect(findings.filter(({ level }) => level === "error")).toEqual([]);
  });

  for (const name of files.filter((file) => file.endsWith(".cases.yaml"))) {
    const { cases, grants, problems } = parseCases(readFileSync(`${folder}${name}`, "utf8"), name, 0);
    const { policies, problems: faults } = compilePolicies([...builtIn, ...grants]);
    it(`${name} is well-formed`, () => expect([...problems, ...faults]).toEqual([]));
    for (const result of runCases(policies, cases)) {
      it(`${name}: ${result.case.name}`, () => expect(result.failure).toBeUndefined());
    }
    it(`${name} meets rules of its own file`, () => {
      const own = `policies/${name.replace(/cases\.yaml$/, "yaml")}`;
      const unmet = new Set(findUnexercised(policies, runCases(policies, cases)).map(({ id }) => id));
      const rules = policies.rules.filter(({ rule }) => rule.at.file === own).map(({ rule }) => rule.id);
      const data = policies.dataPolicies.filter(({ at }) => at.file === own).map((policy) => policy.name);
      const all = [...rules, ...data];
      expect(all.length === 0 || all.some((id) => !unmet.has(id))).toBe(true);
    });
  }
});
