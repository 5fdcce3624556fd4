import { compileGlob, expandBraces, type GlobKind } from "../../../shared/glob.ts";

/** A text that the glob matches; `undefined` where none is found easily. */
export function findMatch(glob: string, kind: GlobKind): string | undefined {
  const compiled = compileGlob(glob, kind);
  if (compiled.literal !== undefined) return compiled.literal;
  for (const alternative of expandBraces(glob)) {
    for (const filler of ["x", "", "0", "a"]) {
      const text = fill(alternative, filler);
      if (text !== "" && compiled.matches(text)) return text;
    }
  }
  return undefined;
}

function fill(glob: string, filler: string): string {
  return glob.replace(/\\(.)|\*+|\?|\[(!?)((?:\\.|[^\]\\])+)\]/gsu, (_, escaped, negated, set) => {
    if (escaped !== undefined) return escaped;
    if (set !== undefined) return negated === "!" ? filler : String(set).replace(/^\\/, "").slice(0, 1);
    return filler;
  });
}
