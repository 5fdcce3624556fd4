import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import { compilePolicies } from "../../src/heimdall/policy/index.ts";
import type { ObjectColumn } from "../../src/shared/decision.ts";
import { parseYamlDocuments } from "../../src/shared/yaml.ts";
import { policyDocument } from "../support/policy-generators.ts";

const folder = fileURLToPath(new URL("../../policies/", import.meta.url));
const builtIn = await loadBuiltInPolicies(folder);

interface CasesFile {
  readonly grants?: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly name: string;
    readonly subject: { readonly id: string; readonly tags: readonly string[]; readonly bare?: boolean };
    readonly predicate: string;
    readonly object: {
      readonly paths?: readonly string[];
      readonly tags?: readonly string[];
      readonly attributes?: Record<string, string>;
      readonly columns?: readonly Pick<ObjectColumn, "name" | "tags">[];
    };
    readonly expect: "allow" | "deny";
    readonly because?: readonly string[];
    readonly masks?: Readonly<Record<string, string>>;
  }[];
}

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

  for (const name of files.filter((file) => file.endsWith(".cases.yaml"))) {
    const { documents, problems } = parseYamlDocuments(readFileSync(`${folder}${name}`, "utf8"), name);
    const { grants = {}, cases } = documents[0]!.value as CasesFile;
    const added = Object.entries(grants).map(([grant, spec]) => policyDocument(grant, spec, "grant"));
    const { policies, problems: faults } = compilePolicies([...builtIn, ...added]);
    it(`${name} is well-formed`, () => expect([...problems, ...faults]).toEqual([]));
    for (const { name: title, subject, predicate, object, ...expected } of cases) {
      it(`${name}: ${title}`, () => {
        const decision = policies.decide({
          subject: {
            id: subject.id,
            type: "person",
            tags: subject.bare ? subject.tags : [`users:id:${subject.id}`, ...subject.tags],
            attributes: {},
          },
          predicate,
          object: {
            paths: object.paths ?? [],
            tags: object.tags ?? [],
            attributes: object.attributes ?? {},
            ...(object.columns ? { columns: object.columns.map((column) => ({ ...column, dataType: "text" })) } : {}),
          },
          context: { time: 0 },
        });
        expect(decision.effect).toBe(expected.expect);
        if (expected.because) expect(decision.because.map(({ id }) => id)).toEqual(expected.because);
        if (expected.masks) {
          const masks = Array.from(decision.obligations.masks, ([column, { operator }]) => [column, operator]);
          expect(Object.fromEntries(masks)).toEqual(expected.masks);
        }
      });
    }
  }
});
