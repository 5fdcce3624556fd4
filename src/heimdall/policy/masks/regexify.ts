import { RE2JS } from "re2js";
import type { RandomSource } from "./random.ts";
import { PatternFault } from "./replace-pattern.ts";

/** Makes texts that match a pattern. */
export type TextGenerator = (random: RandomSource) => string;

type Part =
  | { readonly is: "one"; readonly of: readonly string[] }
  | { readonly is: "sequence"; readonly of: readonly Part[] }
  | { readonly is: "choice"; readonly of: readonly Part[] }
  | { readonly is: "repeat"; readonly of: Part; readonly min: number; readonly max: number };

const maxLength = 256;
/** how much longer than its least an open-ended repetition gets */
const openEnd = 8;
const digits = range("0", "9");
const letters = [...range("a", "z"), ...range("A", "Z")];
const printable = range(" ", "~");
const escapes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  w: [...letters, ...digits, "_"],
  s: [" "],
  D: without(digits),
  W: without([...letters, ...digits, "_"]),
  S: without([" "]),
  t: ["\t"],
  n: ["\n"],
  r: ["\r"],
};

/**
 * A generator for `rand_regexify`: literals, classes, `\d \w \s .`, groups, `|` and repetitions of printable ASCII; `*` and `+` make
 * at most 8 more than they must. Its longest text has at most 256 characters.
 * @throws {PatternFault} not RE2, or something that texts cannot be made of, such as `\b` or `\p{…}`
 */
export function compileRegexify(pattern: string): TextGenerator {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    throw new PatternFault(`pattern \`${pattern}\` is not an RE2 expression (${why})`, { cause: error });
  }
  const part = parse(pattern);
  const longest = lengthOf(part);
  if (longest > maxLength) {
    throw new PatternFault(
      `pattern \`${pattern}\` makes texts of ${longest} characters; at most ${maxLength} are made`,
    );
  }
  return (random) => generate(part, random);
}

function generate(part: Part, random: RandomSource): string {
  switch (part.is) {
    case "one":
      return part.of[random.below(part.of.length)] ?? "";
    case "sequence":
      return part.of.map((inner) => generate(inner, random)).join("");
    case "choice": {
      const chosen = part.of[random.below(part.of.length)];
      return chosen ? generate(chosen, random) : "";
    }
    case "repeat": {
      const times = part.min + random.below(part.max - part.min + 1);
      return Array.from({ length: times }, () => generate(part.of, random)).join("");
    }
  }
}

function lengthOf(part: Part): number {
  switch (part.is) {
    case "one":
      return 1;
    case "sequence":
      return part.of.reduce((sum, inner) => sum + lengthOf(inner), 0);
    case "choice":
      return Math.max(0, ...part.of.map(lengthOf));
    case "repeat":
      // WHY at least 1: to repeat nothing a million times takes time as well
      return part.max * Math.max(1, lengthOf(part.of));
  }
}

// ---- syntax; INVARIANT: the pattern is RE2, so brackets and braces are closed ----------------------------------------

function parse(text: string): Part {
  // by code point, so that a repetition repeats a whole character
  const pattern = [...text];
  let at = 0;
  const rest = (): string => pattern.slice(at).join("");
  const unsupported = (what: string): PatternFault =>
    new PatternFault(
      `no text can be made from ${what} in pattern \`${text}\`; use literals, classes, groups and repetitions`,
    );

  function alternatives(): Part {
    const choices = [sequence()];
    while (pattern[at] === "|") {
      at++;
      choices.push(sequence());
    }
    const [only] = choices;
    return choices.length === 1 && only ? only : { is: "choice", of: choices };
  }

  function sequence(): Part {
    const parts: Part[] = [];
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") {
      const part = atom();
      if (part) parts.push(repeated(part));
    }
    return { is: "sequence", of: parts };
  }

  function atom(): Part | undefined {
    const char = pattern[at++] ?? "";
    if (char === "^" || char === "$") {
      const isOuter = char === "^" ? at === 1 : at === pattern.length;
      if (!isOuter) throw unsupported(`\`${char}\` inside`);
      return undefined;
    }
    if (char === ".") return { is: "one", of: printable };
    if (char === "[") return { is: "one", of: characterClass() };
    if (char === "\\") return { is: "one", of: escaped() };
    if (char !== "(") return { is: "one", of: [char] };
    if (pattern[at] === "?") {
      const opening = /^\?(:|P?<[^>=!]+>)/.exec(rest())?.[0];
      if (opening === undefined) throw unsupported(`\`(${rest().slice(0, 2)}\``);
      at += opening.length;
    }
    const inner = alternatives();
    at++;
    return inner;
  }

  function repeated(part: Part): Part {
    let result = part;
    for (;;) {
      const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(rest());
      if (!quantifier) return result;
      const [sign, least, comma, most] = quantifier;
      at += sign.length;
      if (pattern[at] === "?") at++;
      const min = least === undefined ? (sign === "+" ? 1 : 0) : Number(least);
      const open = sign === "*" || sign === "+" || (comma === "," && most === "");
      const max = open ? min + openEnd : sign === "?" ? 1 : most ? Number(most) : min;
      result = { is: "repeat", of: result, min, max };
    }
  }

  function escaped(): readonly string[] {
    const char = pattern[at++] ?? "";
    const known = Object.hasOwn(escapes, char) ? escapes[char] : undefined;
    if (known) return known;
    if (/[A-Za-z0-9]/.test(char)) throw unsupported(`\`\\${char}\``);
    return [char];
  }

  function characterClass(): readonly string[] {
    const negated = pattern[at] === "^";
    if (negated) at++;
    const members = new Set<string>();
    for (let first = true; first || pattern[at] !== "]"; first = false) {
      if (pattern[at] === "[" && pattern[at + 1] === ":") throw unsupported("`[[:…:]]`");
      const from = member();
      const isRange = pattern[at] === "-" && pattern[at + 1] !== "]";
      if (!isRange) {
        for (const char of from) members.add(char);
        continue;
      }
      at++;
      const to = member();
      for (const char of range(from[0] ?? "", to[0] ?? "")) members.add(char);
    }
    at++;
    const chosen = negated ? without([...members]) : [...members];
    if (chosen.length === 0) throw unsupported("a class without printable characters");
    return chosen;
  }

  function member(): readonly string[] {
    const char = pattern[at++] ?? "";
    return char === "\\" ? escaped() : [char];
  }

  return alternatives();
}

/** At most 1,000 characters, which is plenty to choose from. */
function range(from: string, to: string): string[] {
  const start = from.codePointAt(0) ?? 0;
  const length = Math.min((to.codePointAt(0) ?? 0) - start + 1, 1_000);
  return Array.from({ length: Math.max(0, length) }, (_, index) => String.fromCodePoint(start + index));
}

function without(excluded: readonly string[]): readonly string[] {
  return printable.filter((char) => !excluded.includes(char));
}
