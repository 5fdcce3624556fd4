import { type Token, tokenize } from "./tokenize.ts";
import { UnsupportedFilterError } from "./unsupported-filter-error.ts";

/** What JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A filter that has been read; `applyFilter` runs it. */
export type Filter =
  | { readonly kind: "identity" }
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "field"; readonly of: Filter; readonly name: string }
  | { readonly kind: "index"; readonly of: Filter; readonly at: number }
  | { readonly kind: "each"; readonly of: Filter }
  | { readonly kind: "pipe"; readonly from: Filter; readonly to: Filter }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Filter])[] }
  | { readonly kind: "list"; readonly of: Filter }
  | { readonly kind: "operation"; readonly operator: Operator; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "call"; readonly name: FunctionName; readonly argument: Filter | undefined };

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or" | "//";
export type FunctionName =
  | "select"
  | "map"
  | "not"
  | "length"
  | "first"
  | "last"
  | "max"
  | "min"
  | "tostring"
  | "tonumber";

const withArgument: ReadonlySet<string> = new Set(["select", "map"]);
const optionalArgument: ReadonlySet<string> = new Set(["first", "last"]);
const plain: ReadonlySet<string> = new Set(["not", "length", "max", "min", "tostring", "tonumber"]);
const precedence: readonly (readonly Operator[])[] = [["//"], ["or"], ["and"], ["==", "!=", "<", "<=", ">", ">="]];
const maxChars = 4096;
const maxDepth = 50;

/**
 * Reads a filter as jq writes it: paths, `[]`, `|`, `select(…)`, `map(…)`, comparisons, `and`, `or`, `//`, lists, objects, and a
 * few functions. WHY not jq itself: its programs loop for ever, and nothing stops them (docs/adr/0115-monitors-and-incidents.md).
 * @throws {UnsupportedFilterError} anything else, naming it
 */
export function parseFilter(text: string): Filter {
  if (text.length > maxChars)
    throw new UnsupportedFilterError(`a filter has at most ${maxChars} characters, not ${text.length}`);
  const tokens = tokenize(text);
  let at = 0;
  let depth = 0;
  const filter = readPipe();
  if (at < tokens.length) throw unexpected();
  return filter;

  function readPipe(): Filter {
    let left = readOperation(0);
    while (take("|")) left = { kind: "pipe", from: left, to: readOperation(0) };
    return left;
  }

  function readOperation(level: number): Filter {
    const operators = precedence[level];
    if (!operators) return readPath();
    let left = readOperation(level + 1);
    for (;;) {
      const operator = operators.find((known) => isSign(peek()) && peek()?.text === known);
      if (operator === undefined) return left;
      at++;
      left = { kind: "operation", operator, left, right: readOperation(level + 1) };
    }
  }

  function readPath(): Filter {
    if (++depth > maxDepth) throw new UnsupportedFilterError(`a filter is nested at most ${maxDepth} deep`);
    let filter = readTerm();
    depth--;
    for (;;) {
      if (peek()?.kind === "field") filter = { kind: "field", of: filter, name: tokens[at++]?.text ?? "" };
      else if (take("[")) filter = readIndex(filter);
      else if (peek()?.kind === "sign" && peek()?.text === "." && isText(tokens[at + 1])) {
        at += 2;
        filter = { kind: "field", of: filter, name: tokens[at - 1]?.text ?? "" };
      } else if (!take("?")) return filter;
    }
  }

  function readTerm(): Filter {
    const token = tokens[at++];
    if (!token) throw new UnsupportedFilterError(`the filter \`${shown(text)}\` ends too early`);
    if (token.kind === "field") return { kind: "field", of: { kind: "identity" }, name: token.text };
    if (token.kind === "text") return { kind: "literal", value: token.text };
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.text === ".") {
      if (isText(peek())) return { kind: "field", of: { kind: "identity" }, name: tokens[at++]?.text ?? "" };
      return { kind: "identity" };
    }
    if (token.text === "(") return closed(readPipe(), ")");
    if (token.text === "[") {
      if (take("]")) return { kind: "literal", value: [] };
      return closed({ kind: "list", of: readPipe() }, "]");
    }
    if (token.text === "{") return readObject();
    if (token.kind === "word") return readWord(token.text);
    at--;
    throw unexpected();
  }

  function readIndex(of: Filter): Filter {
    if (take("]")) return { kind: "each", of };
    const sign = take("-") ? -1 : 1;
    const token = tokens[at++];
    if (token?.kind === "number" && /^\d+$/.test(token.text))
      return closed({ kind: "index", of, at: sign * Number(token.text) }, "]");
    if (token?.kind === "text" && sign === 1) return closed({ kind: "field", of, name: token.text }, "]");
    at--;
    throw unexpected();
  }

  function readObject(): Filter {
    const entries: (readonly [string, Filter])[] = [];
    while (!take("}")) {
      if (entries.length > 0) expect(",");
      const key = tokens[at++];
      if (key?.kind !== "word" && key?.kind !== "text") {
        at--;
        throw unexpected();
      }
      const value: Filter = take(":") ? readOperation(0) : { kind: "field", of: { kind: "identity" }, name: key.text };
      entries.push([key.text, value]);
    }
    return { kind: "object", entries };
  }

  function readWord(name: string): Filter {
    if (name === "true" || name === "false") return { kind: "literal", value: name === "true" };
    if (name === "null") return { kind: "literal", value: null };
    const takesOne = withArgument.has(name) || (optionalArgument.has(name) && peek()?.text === "(");
    if (takesOne) {
      expect("(");
      const argument = closed(readPipe(), ")");
      return { kind: "call", name: name as FunctionName, argument };
    }
    if (plain.has(name) || optionalArgument.has(name))
      return { kind: "call", name: name as FunctionName, argument: undefined };
    const known = [...withArgument, ...optionalArgument, ...plain].join(", ");
    throw new UnsupportedFilterError(`\`${name.slice(0, 40)}\` is not known to filters here (known: ${known})`);
  }

  function closed(filter: Filter, bracket: string): Filter {
    expect(bracket);
    return filter;
  }

  function expect(wanted: string): void {
    if (!take(wanted)) throw unexpected(wanted);
  }

  function take(wanted: string): boolean {
    const token = peek();
    if (token?.text !== wanted || !isSign(token)) return false;
    at++;
    return true;
  }

  function peek(): Token | undefined {
    return tokens[at];
  }

  function unexpected(wanted?: string): UnsupportedFilterError {
    const token = peek();
    const what = token ? `has \`${token.text.slice(0, 40)}\` at character ${token.at + 1}` : "ends too early";
    const hint = wanted === undefined ? "expected a path such as `.properties.name`" : `expected \`${wanted}\``;
    return new UnsupportedFilterError(`the filter \`${shown(text)}\` ${what}; ${hint}`);
  }
}

function isText(token: Token | undefined): boolean {
  return token?.kind === "text";
}

function isSign(token: Token | undefined): boolean {
  return token?.kind === "sign" || token?.kind === "word";
}

function shown(text: string): string {
  return text.slice(0, 80);
}
