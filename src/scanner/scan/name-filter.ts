import { RE2JS } from "re2js";
import { BadInputError } from "../../shared/errors.ts";
import type { NamePattern } from "../ports.ts";

const maxPatternLength = 1_000;
const maxPatterns = 200;

/** Whether a name is in scope. */
export type NameFilter = (name: string) => boolean;

/**
 * Compiles include and exclude lists. A pattern matches from the start of the name, so a bare name is a prefix (`ord` takes
 * `orders`); end it with `$` for the whole name. Upper and lower case are the same; `(?-i)` tells them apart. No include: all
 * names. Exclude beats include. Runs in time linear in the name, whatever the pattern (RE2 syntax).
 *
 * @param setting name of the list's setting, for messages, e.g. `tableFilterPattern`
 * @throws {BadInputError} a pattern is not RE2 syntax, longer than 1,000 characters, or one of more than 200
 */
export function createNameFilter(pattern: NamePattern, setting: string): NameFilter {
  const includes = compileAll(pattern.includes, `${setting}.includes`);
  const excludes = compileAll(pattern.excludes, `${setting}.excludes`);
  return (name) => {
    if (excludes.some((regex) => regex.matcher(name).lookingAt())) return false;
    return includes.length === 0 || includes.some((regex) => regex.matcher(name).lookingAt());
  };
}

function compileAll(patterns: readonly string[], setting: string): RE2JS[] {
  if (patterns.length > maxPatterns) {
    throw new BadInputError(
      `${setting} has ${patterns.length} patterns; at most ${maxPatterns} are allowed, join some with \`|\``,
    );
  }
  return patterns.map((pattern) => compile(pattern, setting));
}

function compile(pattern: string, setting: string): RE2JS {
  if (pattern.length > maxPatternLength) {
    throw new BadInputError(
      `a pattern of ${setting} has ${pattern.length} characters; at most ${maxPatternLength} are allowed`,
    );
  }
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (cause) {
    throw new BadInputError(
      `${setting}: \`${pattern.slice(0, 100)}\` is not a regular expression (${cause instanceof Error ? cause.message : "RE2 syntax"}); look-around and back-references do not exist here`,
      { cause },
    );
  }
}
