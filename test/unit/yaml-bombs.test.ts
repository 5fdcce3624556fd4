import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { parseYamlDocuments } from "../../src/shared/yaml.ts";

const file = join(import.meta.dirname, "../../../shared/data/security/yaml_bombs/generate.mjs");
const cases: readonly (readonly [name: string, text: string, expected: string])[] = existsSync(file)
  ? (await import(pathToFileURL(file).href)).default
  : [];
const suite = cases.length > 0 ? describe : describe.skip;
suite(`collected YAML bombs${cases.length > 0 ? "" : " (../shared/data/security/yaml_bombs is absent)"}`, () => {
  it.each(cases.map(([name, text, expected]) => ({ name, text, expected })))("$name: $expected", (given) => {
    const started = performance.now();
    const { documents, problems } = parseYamlDocuments(given.text, "bomb.yaml");
    // the machine may be busy; what is meant is "not seconds"
    expect(performance.now() - started).toBeLessThan(2000);
    const faults = problems.map(formatProblem);
    expect(faults.filter((fault) => /RangeError|stack size|undefined/.test(fault) || fault.length > 500)).toEqual([]);
    const check = taken[given.name];
    if (check)
      check(
        given.text,
        documents.map(({ value }) => value),
      );
    else {
      expect(given.expected).toMatch(/^refused/);
      expect(documents).toEqual([]);
      expect(faults.length).toBeGreaterThan(0);
    }
    for (const fault of faults) expect(fault).toMatch(/^bomb\.yaml:\d+:\d+: [a-z`]/);
    const [, line] = /^refused with line (\d+)$/.exec(given.expected) ?? [];
    if (line !== undefined) expect(faults[0]).toContain(`bomb.yaml:${line}:`);
    if (given.expected.includes("both positions")) expect(faults[0]).toMatch(/^bomb\.yaml:2:1: .* first at 1:1/);
  });
});

/** What is not refused as YAML, by name of the case. */
const taken: Readonly<Record<string, (text: string, values: readonly unknown[]) => void>> = {
  two_docs: (_, values) => expect(values).toEqual([{ a: 1 }, { a: 2 }]),
  bom_crlf: (_, values) => expect(values).toEqual([{ a: 1, b: 2 }]),
  c1: (_, values) => expect(JSON.parse(JSON.stringify(values))).toEqual([{ a: "\u0085b" }]),
  norway(text, values) {
    expect(values).toEqual([]);
    const [document] = parseYamlDocuments(text.replace(/^big: .*$/m, ""), "bomb.yaml").documents;
    expect(document?.value).toMatchObject({
      country: "no",
      octal: 777,
      sexagesimal: "12:30",
      date: "2026-01-01",
      tilde: null,
    });
  },
  bidi: (text) => expect(asNames(text).filter((fault) => fault.includes("name"))).not.toEqual([]),
  homoglyph: (text) => expect(asNames(text).filter((fault) => fault.includes("name"))).not.toEqual([]),
};

/** The faults of a manifest with the head that `text` is. */
function asNames(text: string): string[] {
  const manifest = `${text}\nversion: v1\ntype: role\nrole: {name: a role}\n`;
  return parseManifests([{ file: "bomb.yaml", text: manifest }], {
    variables: new Map(),
    disableInterpolation: false,
    workspace: "public",
    nowMs: 0,
  }).problems.map(formatProblem);
}
