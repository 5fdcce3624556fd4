import type { Token } from "./tokens.ts";

/** One statement of a script: `[start, end)` in UTF-16 units, without the semicolon. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
}

/** Cuts a script at the semicolons that stand outside brackets. Pieces without a token are left out. */
export function splitStatements(tokens: readonly Token[]): Piece[] {
  const pieces: Piece[] = [];
  let own: Token[] = [];
  let depth = 0;
  const close = (): void => {
    const [first] = own;
    const last = own.at(-1);
    if (first && last) pieces.push({ start: first.start, end: last.end, tokens: own });
    own = [];
    depth = 0;
  };
  for (const token of tokens) {
    if (token.mark === "(") depth++;
    if (token.mark === ")") depth--;
    if (token.mark === ";" && depth <= 0) close();
    else own.push(token);
  }
  close();
  return pieces;
}
