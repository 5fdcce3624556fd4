import { compileGlob, expandBraces } from "../../../shared/glob.ts";

/**
 * One way in which a path glob can match.
 * `exact`: this text. `below`: whatever starts with `text`. `check`: only what starts with `text`, and the glob itself has to be asked.
 */
export interface PathPattern {
  readonly is: "exact" | "below" | "check";
  readonly text: string;
}

/** What the globs of one rule come to: where its matches lie, without those that another pattern holds already. */
export function toPathPatterns(globs: readonly string[]): readonly PathPattern[] {
  const patterns = globs.flatMap(patternsOf);
  if (patterns.length === 1) return patterns;
  const wholes = patterns.filter(({ is }) => is === "below");
  const isHeld = (pattern: PathPattern): boolean =>
    wholes.some((whole) => whole !== pattern && pattern.text.startsWith(whole.text) && !isSame(whole, pattern));
  const kept = new Map(
    patterns.filter((pattern) => !isHeld(pattern)).map((pattern) => [`${pattern.is} ${pattern.text}`, pattern]),
  );
  return [...kept.values()];
}

/** Whether `path` matches a glob, with the commonest form, `…/*`, answered without an automaton. */
export function toPathTest(glob: string): (path: string) => boolean {
  const start = glob.slice(0, -1);
  if (glob.endsWith("*") && !special.test(start)) {
    return (path) => path.startsWith(start) && !hasSeparator(path, start.length);
  }
  const compiled = compileGlob(glob, "path");
  return (path) => compiled.matches(path);
}

const special = /[\\*?[\]{}]/;
// `a*{*,b}` and the like become another glob when the braces are expanded, because `**` is more than two `*`
const joinsStars = /\}\*|\}\{|\*\{(?:[^{}]*,)?\*/;

function patternsOf(glob: string): readonly PathPattern[] {
  if (joinsStars.test(glob)) return [{ is: "check", text: compileGlob(glob, "path").prefix }];
  const alternatives = glob.includes("{") ? expandBraces(glob) : [glob];
  return alternatives.map((alternative) => {
    if (!special.test(alternative)) return { is: "exact", text: alternative };
    const start = alternative.slice(0, -2);
    if (alternative.endsWith("**") && !special.test(start)) return { is: "below", text: start };
    return { is: "check", text: compileGlob(alternative, "path").prefix };
  });
}

function isSame(a: PathPattern, b: PathPattern): boolean {
  return a.is === b.is && a.text === b.text;
}

function hasSeparator(path: string, from: number): boolean {
  for (let at = from; at < path.length; at++) {
    const char = path.charCodeAt(at);
    if (char === 58 || char === 47) return true;
  }
  return false;
}
