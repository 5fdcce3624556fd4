import { type Token, tokenIndexAt, tokenize } from "./tokens.ts";

/** Words that end an expression when they stand outside brackets. */
const clauseWords = new Set(
  "from into where group having order limit offset fetch for union intersect except window join inner full cross natural on using returning with as asc desc nulls".split(
    " ",
  ),
);
/** These end one too, unless they are called as functions: `left(a, 1)`. */
const joinSides = new Set(["left", "right"]);
const maxTextLength = 2_000;

/** A statement's text with the means to point into it. */
export interface SourceText {
  /** UTF-16 offset of a byte offset of the parser; absent is 0. */
  offset(byte: number | undefined): number;
  /** The expression that starts at `start`, up to the comma, bracket or clause that ends it; `alias` is cut off its end. */
  expressionFrom(start: number, alias?: string): string | undefined;
  /** The condition around `inside`, from the clause word before it on. */
  conditionAround(inside: number): string | undefined;
  /** All tokens, made once. */
  tokens(): readonly Token[];
}

/** Prepares `sql`; tokens are made at first use. */
export function createSourceText(sql: string): SourceText {
  let tokens: Token[] | undefined;
  const all = (): Token[] => {
    tokens ??= tokenize(sql);
    return tokens;
  };
  const toUtf16 = byteOffsets(sql);

  const expressionFrom = (start: number, alias?: string): string | undefined => {
    const list = all();
    let depth = 0;
    let cases = 0;
    let last = tokenIndexAt(list, start);
    const first = last;
    for (; last < list.length; last++) {
      const token = list[last];
      if (!token) break;
      if (token.mark === "(" || token.mark === "[") depth++;
      else if (token.mark === ")" || token.mark === "]") depth--;
      else if (token.word === "case") cases++;
      else if (token.word === "end") cases--;
      if (depth < 0) break;
      if (depth > 0) continue;
      if (token.mark === "," || token.mark === ";") break;
      if (cases === 0 && token.word && endsExpression(token.word, list[last - 1]?.word, list[last + 1])) break;
    }
    const before = list[last - 1];
    if (!before || last === first) return undefined;
    return shorten(withoutImplicitAlias(sql.slice(start, before.end), alias));
  };

  return {
    offset: (byte) => toUtf16(byte ?? 0),
    tokens: all,
    expressionFrom,
    conditionAround(inside) {
      const list = all();
      let index = tokenIndexAt(list, inside);
      // only brackets, unary signs and words that open a condition stand between the clause word and its first operand
      while (index > 0 && !opensCondition(list[index - 1])) index--;
      const first = list[index];
      return first ? expressionFrom(first.start) : undefined;
    },
  };
}

function opensCondition(token: Token | undefined): boolean {
  return token?.word === "on" || token?.word === "where" || token?.word === "having";
}

function endsExpression(word: string, previous: string | undefined, next: Token | undefined): boolean {
  if (joinSides.has(word)) return next?.mark !== "(";
  if (word === "from") return previous !== "distinct";
  if (word === "group") return previous !== "within";
  if (word === "with") return next?.word !== "time";
  return clauseWords.has(word);
}

/** `a + b total` -> `a + b`, where the alias stands without AS. */
function withoutImplicitAlias(text: string, alias: string | undefined): string {
  if (alias === undefined) return text;
  for (const spelled of [alias, `"${alias.replaceAll('"', '""')}"`]) {
    const cut = text.length - spelled.length;
    const isAlias = text.slice(cut).toLowerCase() === spelled.toLowerCase() && /[\s)\]'"]$/.test(text.slice(0, cut));
    if (cut > 0 && isAlias) return text.slice(0, cut);
  }
  return text;
}

/** On one line, and not endless. */
export function shorten(text: string): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length > maxTextLength ? `${flat.slice(0, maxTextLength - 1)}…` : flat;
}

function byteOffsets(sql: string): (byte: number) => number {
  if (/^[\0-\x7f]*$/.test(sql)) return (byte) => Math.min(byte, sql.length);
  const offsets: number[] = [];
  for (let i = 0; i < sql.length; ) {
    const code = sql.codePointAt(i) ?? 0;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let b = 0; b < bytes; b++) offsets.push(i);
    i += code < 0x10000 ? 1 : 2;
  }
  return (byte) => offsets[byte] ?? sql.length;
}
