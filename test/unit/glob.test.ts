import { describe, expect, it } from "vitest";
import { BadInputError } from "../../src/shared/errors.ts";
import { compileGlob, type GlobKind, globToRegExpSource } from "../../src/shared/glob.ts";

const rows: readonly [glob: string, matching: readonly string[], not: readonly string[], kind?: GlobKind][] = [
  ["?at", ["cat", "bat"], ["at", ":at", "caat"]],
  ["foo:*:bar", ["foo:baz:bar", "foo::bar"], ["foo:bar", "foo:a:b:bar"]],
  ["foo:**:bar", ["foo:a:b:bar", "foo:baz:bar", "foo:bar"], ["foobar", "foo:baz", "foo:", "foo"]],
  ["foo:**:**:bar", ["foo:bar", "foo:a:bar", "foo:a:b:c:bar"], ["foo:barr", "foobar"]],
  ["[cb]at", ["cat", "bat"], ["rat", "at"]],
  ["[a-c]at", ["aat", "cat"], ["dat"]],
  ["[!cb]at", ["rat"], ["cat", ":at", "at"]],
  ["[!a-c]at", ["dat"], ["aat", "cat"]],
  ["{a,b,[mt]x}", ["a", "b", "mx", "tx"], ["x", "ab", ""]],
  ["{a,{b,c}d}:e", ["a:e", "bd:e", "cd:e"], ["b:e", "ad:e"]],
  ["x{,y}", ["x", "xy"], ["xyy"]],
  ["foo\\\\bar", ["foo\\bar"], ["foobar"]],
  ["foo\\*bar", ["foo*bar"], ["fooxbar"]],
  ["users:id:**", ["users:id:alice", "users:id:a:b", "users:id:"], ["users:id", "roles:id:x"]],
  ["**", ["", "a", "a:b/c"], []],
  ["*", ["", "a", "a/b"], ["a:b"]],
  ["*", ["a"], ["a:b", "a/b"], "path"],
  ["/metis/**", ["/metis/", "/metis/api/v1"], ["/metis", "/heimdall/x"], "path"],
  ["/ds/api/v2**", ["/ds/api/v2", "/ds/api/v2/depots"], ["/ds/api/v1"], "path"],
  ["dataos://d:c/*", ["dataos://d:c/t"], ["dataos://d:c/t/u", "dataos://d:c", "dataos://d:c/t:u"], "path"],
  ["dataos://crmbq**", ["dataos://crmbq", "dataos://crmbq01:a/b"], ["dataos://crm"], "path"],
  ["a:**/b", ["a:b", "a:x/b", "a:x/y:z/b"], ["a/b", "a:xb"], "path"],
  [
    "urn:dataos:*:sales{,:**}",
    ["urn:dataos:depot:sales", "urn:dataos:dataset:sales:a/b/c#d"],
    ["urn:dataos:depot:sales2", "urn:dataos:resource:depot:sales"],
    "path",
  ],
  ["p[:x/]q", ["pxq"], ["p:q", "p/q"], "path"],
  ["[:]", [], [":", ""]],
  ["[]a]", ["]", "a"], ["b"]],
  ["[a-]", ["a", "-"], ["b"]],
  ["a}b]c,d", ["a}b]c,d"], ["a"]],
  ["?", ["😀", "é"], ["😀😀", ""]],
  ["(a|b)+$.", ["(a|b)+$."], ["a"]],
  ["PII.*", ["PII.Email"], ["PIIxEmail"]],
];

describe("globs", () => {
  for (const [glob, matching, not, kind = "tag"] of rows) {
    it(`\`${glob}\` as ${kind} matches what the table says, itself and as a regular expression`, () => {
      const compiled = compileGlob(glob, kind);
      const source = new RegExp(globToRegExpSource(glob, kind), "u");
      for (const text of matching) {
        expect(compiled.matches(text), text).toBe(true);
        expect(source.test(text), `${source} ${text}`).toBe(true);
        expect(text.startsWith(compiled.prefix)).toBe(true);
      }
      for (const text of not) {
        expect(compiled.matches(text), text).toBe(false);
        expect(source.test(text), `${source} ${text}`).toBe(false);
      }
    });
  }

  it("says literal, prefix and whether the rest is everything", () => {
    expect(compileGlob("users:id:alice", "tag")).toMatchObject({ literal: "users:id:alice", prefix: "users:id:alice" });
    expect(compileGlob("a\\*b", "tag")).toMatchObject({ literal: "a*b" });
    expect(compileGlob("users:**", "tag")).toMatchObject({ literal: undefined, prefix: "users:", prefixOnly: true });
    expect(compileGlob("users:*", "tag")).toMatchObject({ literal: undefined, prefix: "users:", prefixOnly: false });
  });

  it("refuses what is not a glob and says how to mend it", () => {
    const fault = (glob: string): string => {
      try {
        compileGlob(glob, "tag");
        return "accepted";
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
        return (error as Error).message;
      }
    };
    expect([fault("a["), fault("{a,b"), fault("a\\"), fault("[c-a]"), fault("x".repeat(1001))]).toMatchInlineSnapshot(`
      [
        "glob \`a[\`: \`[\` is not closed; add \`]\`, or write \`\\[\` for the character itself",
        "glob \`{a,b\`: \`{\` is not closed; add \`}\`, or write \`\\{\` for the character itself",
        "glob \`a\\\`: a \`\\\` at the end escapes nothing; write \`\\\\\` for a backslash",
        "glob \`[c-a]\`: range \`c-a\` is in wrong order; write the smaller character first",
        "glob \`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\` has 1001 characters; at most 1000 are allowed",
      ]
    `);
  });

  it("stays linear on patterns that make backtracking matchers explode", () => {
    const text = `${"a".repeat(4000)}!`;
    const hostile = [
      `${"a*".repeat(300)}b`,
      `${"**a".repeat(300)}b`,
      `${"{a,aa}".repeat(120)}b`,
      `${"{*,**}".repeat(120)}b`,
      `${"{".repeat(200)}*${",a}".repeat(200)}b`,
    ];
    const started = process.cpuUsage();
    for (const glob of hostile) expect(compileGlob(glob, "tag").matches(text)).toBe(false);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5_000);
  });

  it("keeps answering right when more globs came than the cache holds", () => {
    for (let i = 0; i < 20_000; i++) compileGlob(`pad:${"x".repeat(30)}:${i}:*`, "tag");
    expect(compileGlob("pad:*", "tag").matches("pad:1")).toBe(true);
  });
});
