import { RE2JS } from "re2js";
import { type Token, tokenize } from "./tokenize.ts";
import { UnsupportedQueryError } from "./unsupported-query-error.ts";

export type ArithmeticSign = "+" | "-" | "*" | "/" | "%" | "^";
export type ComparisonSign = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type Aggregation = "sum" | "avg" | "min" | "max" | "count";
export type FunctionName = "scalar" | "vector" | "abs" | "ceil" | "floor" | "round" | "time" | "absent";

/** Which labels count: those that are named, or all but those. */
export interface LabelChoice {
  readonly keeps: boolean;
  readonly labels: readonly string[];
}

export interface LabelMatcher {
  readonly label: string;
  readonly matches: (value: string) => boolean;
}

export type Query =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "series"; readonly name: string | undefined; readonly matchers: readonly LabelMatcher[] }
  | { readonly kind: "negative"; readonly of: Query }
  | {
      readonly kind: "binary";
      readonly sign: ArithmeticSign | ComparisonSign;
      /** of a comparison: gives 0 and 1 instead of leaving out */
      readonly isBool: boolean;
      /** labels by which series of both sides belong together */
      readonly on: LabelChoice;
      readonly left: Query;
      readonly right: Query;
    }
  | { readonly kind: "aggregate"; readonly how: Aggregation; readonly by: LabelChoice; readonly of: Query }
  | { readonly kind: "call"; readonly name: FunctionName; readonly argument: Query | undefined };

const aggregations: ReadonlySet<string> = new Set(["sum", "avg", "min", "max", "count"]);
const functions: ReadonlySet<string> = new Set(["scalar", "vector", "abs", "ceil", "floor", "round", "time", "absent"]);
// from the loosest to the tightest; `^` binds from the right
const levels: readonly (readonly string[])[] = [
  ["==", "!=", ">", "<", ">=", "<="],
  ["+", "-"],
  ["*", "/", "%"],
];
const maxChars = 10_000;
const maxDepth = 50;

/**
 * Reads the part of PromQL that one look at the server's own metrics can answer: series by name and labels, arithmetic, comparisons,
 * `sum avg min max count` with `by`/`without`, and `scalar vector abs ceil floor round time absent`.
 * @throws {UnsupportedQueryError} anything else, naming it: ranges and `rate` need a history of values, which is not kept
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function parseQuery(text: string): Query {
  if (text.length > maxChars) throw new UnsupportedQueryError(`a query has at most ${maxChars} characters`);
  const tokens = tokenize(text);
  let at = 0;
  let depth = 0;
  const query = readLevel(0);
  if (at < tokens.length) throw unexpected();
  return query;

  function readLevel(level: number): Query {
    const signs = levels[level];
    if (!signs) return readUnary();
    let left = readLevel(level + 1);
    for (let sign = peekSign(signs); sign !== undefined; sign = peekSign(signs)) {
      at++;
      left = readBinary(sign, left, () => readLevel(level + 1));
    }
    return left;
  }

  function readUnary(): Query {
    if (++depth > maxDepth) throw new UnsupportedQueryError(`a query is nested at most ${maxDepth} deep`);
    const found = readSigned();
    depth--;
    return found;
  }

  function readSigned(): Query {
    if (take("-")) return { kind: "negative", of: readUnary() };
    if (take("+")) return readUnary();
    const base = readOperand();
    if (!take("^")) return base;
    return readBinary("^", base, readUnary);
  }

  function readBinary(sign: string, left: Query, readRight: () => Query): Query {
    const isBool = takeWord("bool");
    const choice = takeWord("on") ? true : takeWord("ignoring") ? false : undefined;
    const on: LabelChoice =
      choice === undefined ? { keeps: false, labels: [] } : { keeps: choice, labels: readLabels() };
    const group = peek()?.text;
    if (group === "group_left" || group === "group_right")
      throw new UnsupportedQueryError(`\`${group}\` is not known here; give both sides the same labels`);
    return { kind: "binary", sign: sign as ArithmeticSign, isBool, on, left, right: readRight() };
  }

  function readOperand(): Query {
    const operand = readTerm();
    const next = peek();
    if (next?.text === "[")
      throw new UnsupportedQueryError(
        "a range such as `[5m]` needs a history of values, and this server keeps none of its metrics",
      );
    if (
      next?.kind === "name" &&
      (next.text === "offset" || next.text === "and" || next.text === "or" || next.text === "unless")
    )
      throw new UnsupportedQueryError(`\`${next.text}\` is not known here`);
    if (next?.text === "@")
      throw new UnsupportedQueryError("`@` needs a history of values, and this server keeps none");
    return operand;
  }

  function readTerm(): Query {
    const token = tokens[at++];
    if (!token) throw new UnsupportedQueryError("the query ends too early");
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.text === "(" && token.kind === "sign") {
      const inner = readLevel(0);
      expect(")");
      return inner;
    }
    if (token.text === "{" && token.kind === "sign") {
      at--;
      return { kind: "series", name: undefined, matchers: readMatchers() };
    }
    if (token.kind === "name") return readNamed(token.text);
    at--;
    throw unexpected();
  }

  function readNamed(name: string): Query {
    const lower = name.toLowerCase();
    if (lower === "inf" || lower === "nan")
      return { kind: "number", value: lower === "inf" ? Number.POSITIVE_INFINITY : Number.NaN };
    const next = peek()?.text;
    if (aggregations.has(lower) && (next === "(" || next === "by" || next === "without")) {
      const before = readGrouping();
      expect("(");
      const of = readLevel(0);
      expect(")");
      const by = before ?? readGrouping() ?? { keeps: true, labels: [] };
      return { kind: "aggregate", how: lower as Aggregation, by, of };
    }
    if (next === "(") return readCall(name);
    return { kind: "series", name, matchers: next === "{" ? readMatchers() : [] };
  }

  function readCall(name: string): Query {
    if (!functions.has(name)) {
      const why = /rate$|^(?:delta|idelta|increase|deriv|changes|resets|.*_over_time|predict_linear)$/.test(name)
        ? "needs a history of values, and this server keeps none of its metrics"
        : `is not known here (known: ${[...aggregations, ...functions].join(", ")})`;
      throw new UnsupportedQueryError(`\`${name.slice(0, 60)}\` ${why}`);
    }
    expect("(");
    const argument = peek()?.text === ")" ? undefined : readLevel(0);
    expect(")");
    if ((argument === undefined) !== (name === "time"))
      throw new UnsupportedQueryError(`\`${name}\` takes ${name === "time" ? "no argument" : "one argument"}`);
    return { kind: "call", name: name as FunctionName, argument };
  }

  function readGrouping(): LabelChoice | undefined {
    if (takeWord("by")) return { keeps: true, labels: readLabels() };
    return takeWord("without") ? { keeps: false, labels: readLabels() } : undefined;
  }

  function readLabels(): readonly string[] {
    expect("(");
    const labels: string[] = [];
    while (!take(")")) {
      if (labels.length > 0) expect(",");
      labels.push(expectKind("name").text);
    }
    return labels;
  }

  function readMatchers(): readonly LabelMatcher[] {
    expect("{");
    const matchers: LabelMatcher[] = [];
    while (!take("}")) {
      const label = expectKind("name").text;
      const sign = tokens[at++]?.text;
      matchers.push({ label, matches: toMatch(sign, expectKind("text").text) });
      if (peek()?.text !== "}") expect(",");
    }
    return matchers;
  }

  function toMatch(sign: string | undefined, wanted: string): (value: string) => boolean {
    if (sign === "=") return (value) => value === wanted;
    if (sign === "!=") return (value) => value !== wanted;
    if (sign !== "=~" && sign !== "!~")
      throw new UnsupportedQueryError("expected `=`, `!=`, `=~` or `!~` after a label");
    try {
      // SECURITY: linear in the input, whatever the pattern
      const expression = RE2JS.compile(wanted);
      return (value) => expression.matcher(value).matches() === (sign === "=~");
    } catch (cause) {
      throw new UnsupportedQueryError(`\`${wanted.slice(0, 80)}\` is no regular expression`, { cause });
    }
  }

  function peek(): Token | undefined {
    return tokens[at];
  }

  function peekSign(signs: readonly string[]): string | undefined {
    const token = peek();
    return token?.kind === "sign" && signs.includes(token.text) ? token.text : undefined;
  }

  function take(sign: string): boolean {
    if (peekSign([sign]) === undefined) return false;
    at++;
    return true;
  }

  function takeWord(word: string): boolean {
    const token = peek();
    if (token?.kind !== "name" || token.text !== word) return false;
    at++;
    return true;
  }

  function expect(sign: string): void {
    if (!take(sign)) throw unexpected(sign);
  }

  function expectKind(kind: Token["kind"]): Token {
    const token = peek();
    if (token?.kind !== kind) throw unexpected();
    at++;
    return token;
  }

  function unexpected(wanted?: string): UnsupportedQueryError {
    const token = peek();
    const what = token ? `has \`${token.text.slice(0, 40)}\` at character ${token.at + 1}` : "ends too early";
    return new UnsupportedQueryError(`the query ${what}${wanted === undefined ? "" : `; expected \`${wanted}\``}`);
  }
}

/** Names of the series that a query looks at, each once. */
export function seriesOf(query: Query): ReadonlySet<string> {
  switch (query.kind) {
    case "number":
      return new Set();
    case "series":
      return new Set(query.name === undefined ? [] : [query.name]);
    case "negative":
    case "aggregate":
      return seriesOf(query.of);
    case "binary":
      return new Set([...seriesOf(query.left), ...seriesOf(query.right)]);
    case "call":
      return query.argument ? seriesOf(query.argument) : new Set();
    default:
      return query satisfies never;
  }
}
