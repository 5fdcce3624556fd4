import { foldText } from "./fold.ts";

/** A word of a text: its folded form and where it stands in the text as written (UTF-16 units, `end` excluded). */
export interface Token {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Longer words are cut: they are hashes or base64, and nobody types them. */
const maxWordLength = 64;

const run = /[\p{L}\p{N}\p{M}]+/gu;
// in this order: `IDs`; the `HTTP` of `HTTPServer`; `Server`, `film`; `FILM`; digits; scripts without case
const part =
  /\p{Lu}{2,}s(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{Lu}[\p{Lu}\p{M}]*|\p{N}+|[\p{Lo}\p{Lm}\p{Lt}\p{M}]+/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The words of a text or identifier in order: split at everything that is no letter or digit, at `camelCase` humps and between
 * letters and digits; Chinese and Japanese as single characters and pairs.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: chars, index } of text.matchAll(run)) {
    for (const { 0: piece, index: offset } of chars.matchAll(part)) {
      const start = index + offset;
      if (unspaced.test(piece)) tokens.push(...pairs(piece, start));
      else push(tokens, piece, start);
    }
  }
  return tokens;
}

/** The words of a text, without their places. */
export function toWords(text: string): string[] {
  return tokenize(text).map(({ word }) => word);
}

function push(tokens: Token[], piece: string, start: number): void {
  const word = foldText(piece)
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, "")
    .slice(0, maxWordLength);
  if (word !== "") tokens.push({ word, start, end: start + piece.length });
}

function pairs(piece: string, start: number): Token[] {
  const tokens: Token[] = [];
  let at = start;
  let before = "";
  for (const char of piece) {
    if (before !== "") push(tokens, before + char, at - before.length);
    push(tokens, char, at);
    at += char.length;
    before = char;
  }
  return tokens;
}
