import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/shared/errors.ts";
import { parseYamlDocuments, parseYamlScalar } from "../../src/shared/yaml.ts";

const faults = (text: string): string[] => parseYamlDocuments(text, "f.yaml").problems.map(formatProblem);
const manifests = new URL("../../../shared/data/manifests/", import.meta.url);

describe("parseYamlDocuments", () => {
  it("reads several documents and leaves out empty ones", () => {
    const { documents, problems } = parseYamlDocuments("# nothing\n---\na: 1\n---\n---\n- x\n- 'y'\n...\n", "f.yaml");
    expect(problems).toEqual([]);
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, ["x", "y"]]);
    expect(parseYamlDocuments("", "f.yaml")).toEqual({ documents: [], problems: [] });
  });

  it("knows the place of every key and value", () => {
    const [document] = parseYamlDocuments(
      'policy:\n  rules:\n    - actions: [read, "write"]\n      port: 80\n',
      "f",
    ).documents;
    const at = (path: string): string => JSON.stringify(document?.positions.get(path));
    expect(at("")).toBe('{"line":1,"column":1}');
    expect(at("policy.rules.0")).toBe('{"line":3,"column":7}');
    expect(at("policy.rules.0.actions.1")).toBe('{"line":3,"column":23}');
    expect(document?.keyPositions.get("policy.rules")).toEqual({ line: 2, column: 3 });
    expect(document?.keyPositions.get("policy.rules.0.port")).toEqual({ line: 4, column: 7 });
    expect([...(document?.plainScalars ?? [])]).toEqual(["policy.rules.0.actions.0", "policy.rules.0.port"]);
  });

  it("refuses anchors, aliases, merge keys, unknown tags and directives where they stand, and says how to mend them", () => {
    expect(
      faults("a: &x 1\nb: *x\ntags:\n  - users:**\n  - **\nc: !secret z\nd: !!binary aGk=\n"),
    ).toMatchInlineSnapshot(`
      [
        "f.yaml:1:4: \`&x\` without quotes is a YAML anchor, and anchors are not allowed; write the value out, or quote text that starts with \`&\`",
        "f.yaml:2:4: \`*x\` without quotes is a YAML alias, and aliases are not allowed; quote text that starts with \`*\`, like \`"*x"\`",
        "f.yaml:5:5: \`**\` without quotes is a YAML alias, and aliases are not allowed; quote text that starts with \`*\`, like \`"**"\`",
        "f.yaml:6:4: tag \`!secret\` is not allowed (allowed: \`!!str\`, \`!!int\`, \`!!float\`, \`!!bool\`, \`!!null\`, \`!!map\`, \`!!seq\`); quote text that starts with \`!\`",
        "f.yaml:7:4: tag \`!!binary\` is not allowed (allowed: \`!!str\`, \`!!int\`, \`!!float\`, \`!!bool\`, \`!!null\`, \`!!map\`, \`!!seq\`); quote text that starts with \`!\`",
      ]
    `);
    expect(faults("a: {<<: {b: 1}}\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:1:5: merge key \`<<\` is not allowed; write the values out",
      ]
    `);
    expect(faults("%YAML 1.1\n---\na: yes\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:1:1: directive \`%YAML 1.1\` is not allowed; the text is read as YAML 1.2",
      ]
    `);
  });

  it("takes `*`, `&` and `!` inside quoted, plain and block text for what they are", () => {
    const text = `a: users:**\nb: "*"\nc: 'x & *y'\nd: a & *b !c\ne: |\n  &anchor *alias !tag\n  - **\nf: [users:*, "&x"] # *comment &x\n`;
    expect(parseYamlDocuments(text, "f").documents[0]?.value).toEqual({
      a: "users:**",
      b: "*",
      c: "x & *y",
      d: "a & *b !c",
      e: "&anchor *alias !tag\n- **\n",
      f: ["users:*", "&x"],
    });
  });

  it("refuses duplicate keys with both places", () => {
    expect(faults("a: 1\nb:\n  c: 1\n  'c': 2\na: 3\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:4:3: key \`c\` is given twice, first at 3:3; keep one of them",
        "f.yaml:5:1: key \`a\` is given twice, first at 1:1; keep one of them",
      ]
    `);
  });

  it("refuses keys and numbers that would not survive as data", () => {
    expect(faults("__proto__: {x: 1}\n? [a]\n: 1\nid: 12345678901234567890\nn: .inf\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:1:1: key \`__proto__\` is not allowed; choose another name",
        "f.yaml:2:3: a key must be a single word or quoted text",
        "f.yaml:4:5: number \`12345678901234567890\` cannot be kept exactly; quote it if it is a name",
        "f.yaml:5:4: number \`.inf\` cannot be kept exactly; quote it if it is a name",
      ]
    `);
    expect(faults("a: \x07\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:1:4: control character U+0007 is not allowed; write it as an escape in double quotes",
      ]
    `);
  });

  it("reports what is not YAML with its place", () => {
    expect(faults('a: "open\nb: 1\n')).toMatchInlineSnapshot(`
      [
        "f.yaml:3:1: not valid YAML: missing closing "quote",
      ]
    `);
    expect(faults("a: 1\n b: 2\n  c: [1,\n")).toMatchInlineSnapshot(`
      [
        "f.yaml:1:4: not valid YAML: nested mappings are not allowed in compact mappings",
        "f.yaml:1:4: not valid YAML: implicit keys need to be on a single line",
        "f.yaml:2:5: not valid YAML: nested mappings are not allowed in compact mappings",
        "f.yaml:2:5: not valid YAML: implicit keys need to be on a single line",
        "f.yaml:4:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]",
      ]
    `);
  });

  it("takes keys that are not text by their text", () => {
    expect(parseYamlDocuments("1: a\ntrue: b\n1.50: c\n", "f").documents[0]?.value).toEqual({
      "1": "a",
      true: "b",
      "1.50": "c",
    });
  });

  it("refuses what is too big or too deep", () => {
    expect(faults("a".repeat(1024 * 1024 + 1))).toMatchInlineSnapshot(`
      [
        "f.yaml:1:1: the text has 1048577 bytes, at most 1048576 are read; split it into several files",
      ]
    `);
    expect(faults("[".repeat(500_000))).toMatchInlineSnapshot(`
      [
        "f.yaml:1:65: nested deeper than 64 levels; make the document flatter",
      ]
    `);
    expect(faults("- ".repeat(500_000))).toMatchInlineSnapshot(`
      [
        "f.yaml:1:129: nested deeper than 64 levels; make the document flatter",
      ]
    `);
    expect(faults("a: ".repeat(300_000)).length).toBeGreaterThan(0);
    expect(faults(Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"))).toMatchInlineSnapshot(`
      [
        "f.yaml:65:65: nested deeper than 64 levels; make the document flatter",
      ]
    `);
  });

  it("takes time in proportion to the text, whatever it is made of", () => {
    const shapes = [
      (n: number) => Array.from({ length: n / 8 }, (_, i) => `k${i}: 1`).join("\n"),
      (n: number) => `a: [${"x,".repeat(n / 2)}]`,
      (n: number) => `{${Array.from({ length: n / 8 }, (_, i) => `k${i}: 1`).join(",")}}`,
      (n: number) => `a: "${"x\n ".repeat(n / 3)}"`,
      (n: number) => `a: 'x${"''".repeat(n / 2)}`,
      (n: number) => `a: |\n${"  x\n".repeat(n / 4)}`,
      (n: number) => "---\n".repeat(n / 4),
      (n: number) => "&a ".repeat(n / 3),
      (n: number) => "#\n".repeat(n / 2),
      (n: number) => `a: x${"\n  y".repeat(n / 4)}`,
      (n: number) => "? ".repeat(n / 2),
      (n: number) => "\t".repeat(n),
      (n: number) => `a: ${"\n".repeat(n)}b`,
      (n: number) => `${"- a\n".repeat(n / 4)}`,
      (n: number) => `a: "${"\\u0041".repeat(n / 6)}"`,
    ];
    // processor time, because the machine may be busy with something else
    const cost = (text: string): number => {
      const before = process.cpuUsage();
      parseYamlDocuments(text, "f");
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    for (const [index, shape] of shapes.entries()) {
      const quarter = cost(shape(250_000));
      // four times the text takes four times the time, not sixteen
      expect(cost(shape(1_000_000)), `shape ${index}`).toBeLessThan(10 * Math.max(quarter, 100));
    }
  });

  it.skipIf(!existsSync(manifests))("reads every collected manifest or says why not (../shared/data/manifests)", () => {
    const refusedFiles = new Map<string, string>();
    for (const name of readdirSync(manifests).filter((file) => file.endsWith(".yaml"))) {
      const { documents, problems } = parseYamlDocuments(readFileSync(new URL(name, manifests), "utf8"), name);
      if (problems[0]) refusedFiles.set(name, formatProblem(problems[0]));
      else expect(documents.length, name).toBeGreaterThan(0);
    }
    expect([...refusedFiles.values()]).toMatchInlineSnapshot(`[]`);
  });
});

describe("parseYamlScalar", () => {
  it("types a text as YAML would without quotes", () => {
    expect(
      [
        "8080",
        "1.5",
        "-3",
        "0x1f",
        "0o17",
        "true",
        "FALSE",
        "null",
        "",
        "~",
        "yes",
        "1e3",
        "12345678901234567890",
        "1.2.3",
      ].map(parseYamlScalar),
    ).toEqual([8080, 1.5, -3, 31, 15, true, false, null, null, null, "yes", 1000, "12345678901234567890", "1.2.3"]);
  });
});
