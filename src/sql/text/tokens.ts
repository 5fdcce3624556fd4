/** A piece of SQL text: `[start, end)` in UTF-16 units; `word` is set, in lower case, for unquoted words only. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly word: string | undefined;
  /** the character itself for `( ) [ ] , ;`, else empty */
  readonly mark: string;
}

// WHY: own and small, for cutting out texts to show; the parser's own scanner costs more than the parse (8 µs a token)
const pattern = new RegExp(
  [
    String.raw`(?<skip>\s+|--[^\n]*)`,
    String.raw`(?<comment>/\*)`,
    String.raw`(?<escaped>[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'?)`,
    `(?<string>(?:[uU]&|[bBxXnN])?'[^']*(?:''[^']*)*'?)`,
    `(?<quoted>(?:[uU]&)?"[^"]*(?:""[^"]*)*"?|\`[^\`]*\`?)`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<number>\d[\w.]*)`,
    String.raw`(?<mark>[()[\],;])`,
    String.raw`(?<other>[\s\S])`,
  ].join("|"),
  "gy",
);

/** Cuts SQL text into tokens as PostgreSQL does, and `names` of other dialects; white space and comments are left out. Linear in the text. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let start = 0; start < sql.length; start = pattern.lastIndex) {
    pattern.lastIndex = start;
    const groups = pattern.exec(sql)?.groups ?? {};
    if (groups.skip !== undefined) continue;
    if (groups.comment !== undefined) {
      pattern.lastIndex = endOfComment(sql, start);
      continue;
    }
    if (groups.dollar !== undefined) {
      const close = sql.indexOf(groups.dollar, pattern.lastIndex);
      pattern.lastIndex = close < 0 ? sql.length : close + groups.dollar.length;
    }
    tokens.push({ start, end: pattern.lastIndex, word: groups.word?.toLowerCase(), mark: groups.mark ?? "" });
  }
  return tokens;
}

function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match; match = edge.exec(sql)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}

/** Index of the first token that starts at or after `offset`. */
export function tokenIndexAt(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
