import { UnsupportedFilterError } from "./unsupported-filter-error.ts";

export interface Token {
  /** `field`: a name with its dot before it, as in `.name`; `text`: in quotation marks */
  readonly kind: "field" | "text" | "number" | "word" | "sign";
  readonly text: string;
  /** where it begins, from 0 */
  readonly at: number;
}

// anchored alternatives of which each looks at a text once
const pattern =
  /\s+|(?<field>\.[A-Za-z_]\w*)|(?<text>"(?:[^"\\]|\\.)*")|(?<number>\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign>\/\/|==|!=|<=|>=|[<>|()[\]{},:.?-])/y;

/** @throws {UnsupportedFilterError} a character that no filter has */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match)
      throw new UnsupportedFilterError(
        `the filter \`${text.slice(0, 80)}\` has \`${text.slice(at, at + 10)}\` at character ${at + 1}, which filters here do not know`,
      );
    const { field, text: quoted, number, word, sign } = match.groups ?? {};
    if (field !== undefined) tokens.push({ kind: "field", text: field.slice(1), at });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: unquote(quoted), at });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
  }
  return tokens;
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new UnsupportedFilterError(`${quoted.slice(0, 80)} is not a text as JSON has it`);
  }
}
