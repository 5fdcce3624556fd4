import { BadInputError } from "./errors.ts";

/** Separators: `:` in tags and predicates; `:` and `/` in paths (DESIGN §4). */
export type GlobKind = "tag" | "predicate" | "path";

export interface CompiledGlob {
  readonly glob: string;
  /** The only text that matches, where the glob has no wildcard. */
  readonly literal: string | undefined;
  /** Text that every match starts with; may be empty. */
  readonly prefix: string;
  /** Whether every text that starts with `prefix` matches: the rest of the glob is `**`. */
  readonly prefixOnly: boolean;
  /** Linear in `text`, whatever the glob. */
  matches(text: string): boolean;
}

const maxGlobLength = 1000;
// WHY: globs also come from callers; the budget is in characters because a compiled glob is as big as its text
const cacheBudgetChars = 250_000;
const caches: Record<GlobKind, Map<string, CompiledGlob>> = { tag: new Map(), predicate: new Map(), path: new Map() };
const cachedChars: Record<GlobKind, number> = { tag: 0, predicate: 0, path: 0 };

/**
 * Compiles and caches (bounded). `?` is one character but no separator, `*` any number of them, `**` crosses separators and between two
 * of them also stands for nothing (`a:**:b` matches `a:b`); `[..]` and `[!..]` never match a separator; `{a,b}` nests; `\` escapes.
 *
 * @throws {BadInputError} an unclosed `[` or `{`, a range in wrong order, a trailing `\`, or more than 1,000 characters
 */
export function compileGlob(glob: string, kind: GlobKind): CompiledGlob {
  const cache = caches[kind];
  const known = cache.get(glob);
  if (known) return known;
  const compiled = createPlainMatcher(glob) ?? createMatcher(glob, parseGlob(glob, kind));
  if (cachedChars[kind] + glob.length > cacheBudgetChars) {
    cache.clear();
    cachedChars[kind] = 0;
  }
  cache.set(glob, compiled);
  cachedChars[kind] += glob.length;
  return compiled;
}

/**
 * An anchored regular expression (`^…$`) of the same meaning in the syntax that RE2, POSIX ARE and Java share.
 *
 * @throws {BadInputError} as `compileGlob`
 */
export function globToRegExpSource(glob: string, kind: GlobKind): string {
  return `^${toSource(parseGlob(glob, kind))}$`;
}

/** A glob that matches `text` and nothing else. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]{}]/g, "\\$&");
}

const maxExpansion = 64;

/** `a{b,c}` as `ab` and `ac`; a glob with nested braces or escapes, or one that expands to more than 64, comes back as it is. */
export function expandBraces(glob: string): readonly string[] {
  if (glob.includes("\\") || /\{[^{}]*\{/.test(glob) || /\[[^\]]*[{},]/.test(glob)) return [glob];
  let expanded = [""];
  for (const part of glob.split(/(\{[^{}]*\})/)) {
    const choices = part.startsWith("{") ? part.slice(1, -1).split(",") : [part];
    expanded = expanded.flatMap((start) => choices.map((choice) => start + choice));
    if (expanded.length > maxExpansion) return [glob];
  }
  return expanded;
}

// ---- syntax ---------------------------------------------------------------------------------------------------------

/** Code points `from`..`to`, sorted, apart. */
type Ranges = readonly (readonly [from: number, to: number])[];

type GlobNode =
  | { readonly is: "char"; readonly code: number }
  | { readonly is: "set"; readonly ranges: Ranges; readonly negated: boolean }
  /** any number of characters of the set */
  | { readonly is: "star"; readonly ranges: Ranges }
  | { readonly is: "any" }
  /** nothing, or anything that ends with `separator` */
  | { readonly is: "levels"; readonly separator: number }
  | { readonly is: "choice"; readonly of: readonly (readonly GlobNode[])[] };

const code = (char: string): number => char.codePointAt(0) ?? 0;
const separatorsOf = { tag: [code(":")], predicate: [code(":")], path: [code("/"), code(":")] } as const;

function parseGlob(glob: string, kind: GlobKind): readonly GlobNode[] {
  if (glob.length > maxGlobLength) {
    throw new BadInputError(
      `glob \`${glob.slice(0, 40)}…\` has ${glob.length} characters; at most ${maxGlobLength} are allowed`,
    );
  }
  const chars = Array.from(glob, code);
  const separators: readonly number[] = separatorsOf[kind];
  const separatorRanges: Ranges = separators.map((separator) => [separator, separator]);
  let at = 0;

  const fail = (what: string): never => {
    throw new BadInputError(`glob \`${glob}\`: ${what}`);
  };
  const escaped = (): number => {
    const next = chars[at++];
    return next ?? fail("a `\\` at the end escapes nothing; write `\\\\` for a backslash");
  };

  const sequence = (inBraces: boolean): GlobNode[] => {
    const nodes: GlobNode[] = [];
    while (at < chars.length) {
      const char = chars[at] ?? 0;
      if (inBraces && (char === code(",") || char === code("}"))) return nodes;
      at++;
      if (char === code("\\")) nodes.push({ is: "char", code: escaped() });
      else if (char === code("?")) nodes.push({ is: "set", ranges: separatorRanges, negated: true });
      else if (char === code("*")) nodes.push(stars(nodes.at(-1)));
      else if (char === code("[")) nodes.push(set());
      else if (char === code("{")) nodes.push(choice());
      else nodes.push({ is: "char", code: char });
    }
    return nodes;
  };

  const stars = (before: GlobNode | undefined): GlobNode => {
    if (chars[at] !== code("*")) return { is: "star", ranges: separatorRanges };
    while (chars[at] === code("*")) at++;
    const after = chars[at];
    // `a:**:b`: the second separator belongs to the levels between, so that no level is a match too
    const afterSeparator = before?.is === "levels" || (before?.is === "char" && separators.includes(before.code));
    if (afterSeparator && after !== undefined && separators.includes(after)) {
      at++;
      return { is: "levels", separator: after };
    }
    return { is: "any" };
  };

  const set = (): GlobNode => {
    const negated = chars[at] === code("!");
    if (negated) at++;
    const ranges: [number, number][] = [];
    for (let first = true; first || chars[at] !== code("]"); first = false) {
      if (at >= chars.length) fail("`[` is not closed; add `]`, or write `\\[` for the character itself");
      let from = chars[at++] ?? 0;
      if (from === code("\\")) from = escaped();
      let to = from;
      if (chars[at] === code("-") && at + 1 < chars.length && chars[at + 1] !== code("]")) {
        at++;
        to = chars[at++] ?? 0;
        if (to === code("\\")) to = escaped();
        if (to < from)
          fail(
            `range \`${String.fromCodePoint(from)}-${String.fromCodePoint(to)}\` is in wrong order; write the smaller character first`,
          );
      }
      ranges.push([from, to]);
    }
    at++;
    const listed = joinRanges(negated ? [...ranges, ...separatorRanges] : ranges);
    return { is: "set", ranges: negated ? listed : subtract(listed, separators), negated };
  };

  const choice = (): GlobNode => {
    const of: (readonly GlobNode[])[] = [];
    for (;;) {
      of.push(sequence(true));
      const end = chars[at++];
      if (end === undefined) fail("`{` is not closed; add `}`, or write `\\{` for the character itself");
      if (end === code("}")) return { is: "choice", of };
    }
  };

  return sequence(false);
}

function joinRanges(ranges: Ranges): Ranges {
  const joined: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

function subtract(ranges: Ranges, codes: readonly number[]): Ranges {
  return codes.reduce<Ranges>(
    (left, out) =>
      left.flatMap(([from, to]): [number, number][] =>
        out < from || out > to
          ? [[from, to]]
          : [[from, out - 1] as [number, number], [out + 1, to] as [number, number]].filter(([a, b]) => a <= b),
      ),
    ranges,
  );
}

function inRanges(ranges: Ranges, char: number): boolean {
  for (const [from, to] of ranges) if (char <= to) return char >= from;
  return false;
}

// ---- matching -------------------------------------------------------------------------------------------------------

/** WHY: most globs are a text, or a text and `**`, and to know that at once is ten times as fast as to parse them. */
function createPlainMatcher(glob: string): CompiledGlob | undefined {
  if (glob.length > maxGlobLength) return undefined;
  const text = glob.endsWith("**") ? glob.slice(0, -2) : glob;
  if (/[\\*?[\]{}]/.test(text)) return undefined;
  return text === glob ? textMatcher(glob, text) : prefixMatcher(glob, text);
}

function textMatcher(glob: string, literal: string): CompiledGlob {
  return { glob, literal, prefix: literal, prefixOnly: false, matches: (text) => text === literal };
}

function prefixMatcher(glob: string, prefix: string): CompiledGlob {
  return { glob, literal: undefined, prefix, prefixOnly: true, matches: (text) => text.startsWith(prefix) };
}

function createMatcher(glob: string, nodes: readonly GlobNode[]): CompiledGlob {
  let literalNodes = 0;
  while (nodes[literalNodes]?.is === "char") literalNodes++;
  const prefix = String.fromCodePoint(
    ...nodes.slice(0, literalNodes).map((node) => (node.is === "char" ? node.code : 0)),
  );
  const rest = nodes.slice(literalNodes);
  if (rest.length === 0) return textMatcher(glob, prefix);
  if (rest.length === 1 && rest[0]?.is === "any") return prefixMatcher(glob, prefix);
  let automaton: Automaton | undefined;
  return {
    glob,
    literal: undefined,
    prefix,
    prefixOnly: false,
    matches(text) {
      if (!text.startsWith(prefix)) return false;
      automaton ??= assemble(rest);
      return run(automaton, text, prefix.length);
    },
  };
}

/** A nondeterministic automaton; all its states run side by side, so that no text costs more than states x characters. */
type Step =
  | { readonly do: "char"; readonly code: number }
  | { readonly do: "set"; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly do: "split"; readonly to: number[] }
  | { readonly do: "match" };
interface Automaton {
  readonly steps: readonly Step[];
  /** the turn at which each state was last entered */
  readonly seen: Float64Array;
  readonly lists: [number[], number[]];
}
// one turn per character of any text, so that nothing needs clearing between texts
let turn = 0;

function assemble(nodes: readonly GlobNode[]): Automaton {
  const steps: Step[] = [];
  const loop = (body: Step): void => {
    const start = steps.length;
    steps.push({ do: "split", to: [start + 1, start + 3] }, body, { do: "split", to: [start] });
  };
  const anything = { do: "set", ranges: [], negated: true } as const;
  const add = (sequence: readonly GlobNode[]): void => {
    for (const node of sequence) {
      if (node.is === "char") steps.push({ do: "char", code: node.code });
      else if (node.is === "set") steps.push({ do: "set", ranges: node.ranges, negated: node.negated });
      else if (node.is === "star") loop({ do: "set", ranges: node.ranges, negated: true });
      else if (node.is === "any") loop(anything);
      else if (node.is === "levels") {
        const start = steps.length;
        steps.push({ do: "split", to: [start + 1, start + 5] });
        loop(anything);
        steps.push({ do: "char", code: node.separator });
      } else {
        const fork: number[] = [];
        const ends: number[][] = [];
        steps.push({ do: "split", to: fork });
        for (const alternative of node.of) {
          fork.push(steps.length);
          add(alternative);
          const end: number[] = [];
          ends.push(end);
          steps.push({ do: "split", to: end });
        }
        for (const end of ends) end.push(steps.length);
      }
    }
  };
  add(nodes);
  steps.push({ do: "match" });
  return { steps, seen: new Float64Array(steps.length), lists: [[], []] };
}

function run(automaton: Automaton, text: string, start: number): boolean {
  const { steps } = automaton;
  let [current, next] = automaton.lists;
  current.length = 0;
  turn++;
  enter(automaton, 0, current);
  for (let position = start; position < text.length && current.length > 0; ) {
    const char = text.codePointAt(position) ?? 0;
    position += char > 0xffff ? 2 : 1;
    next.length = 0;
    turn++;
    for (const at of current) {
      const step = steps[at];
      if (
        step?.do === "char" ? step.code === char : step?.do === "set" && inRanges(step.ranges, char) !== step.negated
      ) {
        enter(automaton, at + 1, next);
      }
    }
    [current, next] = [next, current];
  }
  return current.includes(steps.length - 1);
}

const pending: number[] = [];

function enter({ steps, seen }: Automaton, state: number, states: number[]): void {
  pending.push(state);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen[at] === turn) continue;
    seen[at] = turn;
    const step = steps[at];
    if (step?.do === "split") for (const to of step.to) pending.push(to);
    else states.push(at);
  }
}

// ---- as a regular expression ----------------------------------------------------------------------------------------

// WHY: `.` means another set of characters in each dialect and `[\s\S]` is refused by PostgreSQL
const anySource = "[^:]*(?::[^:]*)*";

function toSource(nodes: readonly GlobNode[]): string {
  return nodes
    .map((node) => {
      if (node.is === "char") return escapeChar(node.code);
      if (node.is === "set") return setSource(node.ranges, node.negated);
      if (node.is === "star") return `${setSource(node.ranges, true)}*`;
      if (node.is === "any") return anySource;
      if (node.is === "levels") return `(?:${anySource}${escapeChar(node.separator)})?`;
      return `(?:${node.of.map(toSource).join("|")})`;
    })
    .join("");
}

function setSource(ranges: Ranges, negated: boolean): string {
  // a set from which the separators took everything matches nothing: no text goes on before its own start
  if (ranges.length === 0) return "a^";
  const body = ranges.map(([from, to]) =>
    from === to ? escapeInSet(from) : `${escapeInSet(from)}-${escapeInSet(to)}`,
  );
  return `[${negated ? "^" : ""}${body.join("")}]`;
}

function escapeChar(char: number): string {
  return String.fromCodePoint(char).replace(/[\\^$.|?*+()[\]{}]/, "\\$&");
}

function escapeInSet(char: number): string {
  return String.fromCodePoint(char).replace(/[\\^\-[\]&]/, "\\$&");
}
