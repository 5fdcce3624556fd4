import { UnsupportedQueryError } from "./unsupported-query-error.ts";

export interface Token {
  readonly kind: "name" | "number" | "text" | "sign" | "duration";
  readonly text: string;
  /** where it begins, from 0 */
  readonly at: number;
}

const pattern =
  /(?:\s|#[^\n]*)+|(?<duration>\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdwy]))*)(?![A-Za-z_0-9.])|(?<number>0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?<name>[A-Za-z_:][\w:]*)|(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)|(?<sign>==|!=|>=|<=|=~|!~|[-+*/%^()[\]{},=<>@:])/y;

/** @throws {UnsupportedQueryError} a character that no query has */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) {
      throw new UnsupportedQueryError(
        `the query has \`${text.slice(at, at + 10)}\` at character ${at + 1}, which is no PromQL`,
      );
    }
    const { duration, number, name, text: quoted, sign } = match.groups ?? {};
    if (duration !== undefined) tokens.push({ kind: "duration", text: duration, at });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, at });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: unquote(quoted), at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
  }
  return tokens;
}

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith("`")) return inner;
  return inner.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char === "t" ? "\t" : char));
}
