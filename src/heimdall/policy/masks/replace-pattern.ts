import { RE2JS } from "re2js";

/** What `regex_replace` does to a text: linear in its length, whatever the pattern. */
export interface ReplacePattern {
  replaceAll(text: string, replacement: string): string;
}

/** A pattern cannot be used; `message` is one line. */
export class PatternFault extends Error {}

// one character, followed by at least `n` more: the only lookahead that the documentation shows
const oneBeforeTail =
  /^(\.|\\[dDwWsS]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\.[\](){}*+?|^$])\(\?=(?:\.\*)?\.\{(\d{1,4})(?:,)?\}\)$/su;

/**
 * Compiles the pattern of `regex_replace`: RE2, and besides `X(?=.*.{n})` for one character X, which replaces all X but for those
 * among the last `n` characters of a line (`[0-9](?=.*.{4})`).
 * @throws {PatternFault} lookaheads of another form, back references, wrong syntax
 */
export function compileReplacePattern(pattern: string): ReplacePattern {
  const [, one, tail] = oneBeforeTail.exec(pattern) ?? [];
  if (one === undefined || tail === undefined) {
    const compiled = compile(pattern);
    return { replaceAll: (text, replacement) => compiled.matcher(text).replaceAll(replacement) };
  }
  const compiled = compile(one);
  const least = Number(tail);
  return {
    replaceAll(text, replacement) {
      const characters = [...text];
      let following = 0;
      for (let at = characters.length - 1; at >= 0; at--) {
        const character = characters[at] ?? "";
        if (following >= least) characters[at] = compiled.matcher(character).replaceAll(replacement);
        following = character === "\n" ? 0 : following + 1;
      }
      return characters.join("");
    },
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    // SECURITY: lookaheads and back references cannot be run in linear time
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "";
    const hint = /\(\?[=!<]/.test(pattern)
      ? "; of lookaheads only `X(?=.*.{n})` for one character X is supported, anything else is written without, e.g. `^(.*)(.{4})$` with the replacement `####$2`"
      : "; lookaheads and back references are not supported";
    throw new PatternFault(`pattern \`${pattern}\` is not an RE2 expression (${why})${hint}`, { cause: error });
  }
}
