import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, merkleRoot, verifyAuditExport } from "../../src/heimdall/audit/index.ts";
import { BadInputError } from "../../src/shared/errors.ts";

describe("canonical JSON", () => {
  it("gives the texts of RFC 8785", () => {
    const sample = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(sample)).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    );
    const keys = {
      "\u20ac": "Euro",
      "\r": "CR",
      "\ufb33": "Hebrew",
      "1": "One",
      "\ud83d\ude00": "Smile",
      "\u0080": "Control",
      "\u00f6": "O",
    };
    const order = [...canonicalJson(keys).matchAll(/:"(\w+)"/g)].map(([, name]) => name);
    expect(order).toEqual(["CR", "One", "Control", "O", "Euro", "Smile", "Hebrew"]);
  });

  it("is one text whatever the order of keys, and reads back the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("refuses what JSON cannot hold", () => {
    const deep = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "\ud800",
      { "\udc00": 1 },
      [undefined],
      () => 1,
      1n,
      deep,
    ]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe("Merkle root", () => {
  const sha = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
  const leaf = (text: string) => sha("\x00", text);
  const node = (left: Buffer, right: Buffer) => sha("\x01", left, right);

  it("is the one of RFC 6962", () => {
    expect(merkleRoot([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(merkleRoot(["a"])).toBe(leaf("a").toString("hex"));
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(leaf) as [Buffer, Buffer, Buffer, Buffer, Buffer];
    expect(merkleRoot(["a", "b", "c"])).toBe(node(node(a, b), c).toString("hex"));
    expect(merkleRoot(["a", "b", "c", "d", "e"])).toBe(node(node(node(a, b), node(c, d)), e).toString("hex"));
  });
});

describe("reading an export", () => {
  it("names the line that is neither record nor checkpoint", async () => {
    for (const line of [
      "x",
      "[]",
      "null",
      "{}",
      '{"checkpoint":{}}',
      '{"checkpoint":null}',
      '{"key":1}',
      '{"chain":1}',
      `{"__proto__":{"chain":"a"}}`,
    ]) {
      const result = await verifyAuditExport(["", line]);
      expect([result.state, result.problem], line).toEqual(["tampered", "line 2: neither a record nor a checkpoint"]);
    }
  });

  it("refuses a public key that is none", async () => {
    await expect(verifyAuditExport([], "abc")).rejects.toThrow(BadInputError);
  });
});
