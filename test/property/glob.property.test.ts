import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGlob, type GlobKind, globToRegExpSource } from "../../src/shared/glob.ts";

/** The documented meaning, written as directly as it can be and as slow as it likes. */
function naive(glob: string, kind: GlobKind, text: string): boolean {
  const isSeparator = (char: string | undefined): boolean => char === ":" || (kind === "path" && char === "/");
  const match = (g: readonly string[], t: readonly string[], before: string | undefined): boolean => {
    const [head, ...rest] = g;
    if (head === undefined) return t.length === 0;
    if (head === "**") {
      if (isSeparator(before) && isSeparator(rest[0]) && match(rest.slice(1), t, rest[0])) return true;
      return t.some((_, i) => match(rest, t.slice(i), head)) || match(rest, [], head);
    }
    if (head === "*") {
      for (let i = 0; ; i++) {
        if (match(rest, t.slice(i), head)) return true;
        if (i >= t.length || isSeparator(t[i])) return false;
      }
    }
    if (head.startsWith("{")) {
      return head
        .slice(1, -1)
        .split(",")
        .some((choice) => match([...choice.split("").filter(Boolean), "|", ...rest], t, "|"));
    }
    if (head === "|") return match(rest, t, "|");
    const [char, ...others] = t;
    if (char === undefined) return false;
    if (head === "?" || head.startsWith("[")) {
      if (isSeparator(char)) return false;
      const set = head === "?" ? undefined : head.slice(head[1] === "!" ? 2 : 1, -1);
      return (set === undefined || set.includes(char) !== (head[1] === "!")) && match(rest, others, head);
    }
    return head === char && match(rest, others, char);
  };
  return match(tokens(glob), [...text], undefined);
}

const tokens = (glob: string): string[] => glob.match(/\*\*|\*|\{[^}]*\}|\[[^\]]*\]|./gu) ?? [];

const token = fc.constantFrom(
  "a",
  "b",
  ":",
  "/",
  "?",
  "*",
  "**",
  ":**:",
  "[ab]",
  "[!a]",
  "[b:]",
  "{a,b}",
  "{a,,ab*}",
  "{:,b/}",
);
const globs = fc.array(token, { maxLength: 7 }).map((parts) => parts.join("").replace(/\*{3,}/g, "**"));
const texts = fc.array(fc.constantFrom("a", "b", ":", "/"), { maxLength: 9 }).map((parts) => parts.join(""));
const kinds = fc.constantFrom<GlobKind>("tag", "predicate", "path");

describe("globs", () => {
  it("match exactly what the documented meaning says, also as a regular expression", () => {
    fc.assert(
      fc.property(globs, kinds, texts, (glob, kind, text) => {
        const expected = naive(glob, kind, text);
        expect(compileGlob(glob, kind).matches(text)).toBe(expected);
        expect(new RegExp(globToRegExpSource(glob, kind), "u").test(text)).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
  });

  it("give a literal and a prefix that hold", () => {
    fc.assert(
      fc.property(globs, kinds, texts, (glob, kind, text) => {
        const compiled = compileGlob(glob, kind);
        const matches = compiled.matches(text);
        if (matches) expect(text.startsWith(compiled.prefix)).toBe(true);
        if (compiled.literal !== undefined) expect(matches).toBe(text === compiled.literal);
        if (compiled.prefixOnly) expect(matches).toBe(text.startsWith(compiled.prefix));
      }),
      { numRuns: 5_000 },
    );
  });
});
