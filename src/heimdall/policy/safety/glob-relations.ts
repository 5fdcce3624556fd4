import { compileGlob, expandBraces, type GlobKind } from "../../../shared/glob.ts";

/** Whether everything that `inner` matches is certainly matched by `outer`; in doubt it is not. */
export function coversGlob(outer: string, inner: string, kind: GlobKind): boolean {
  if (outer === inner || outer === "**") return true;
  const { literal, prefix } = compileGlob(inner, kind);
  return expandBraces(outer).some((glob) => {
    const compiled = compileGlob(glob, kind);
    if (glob === inner || (literal !== undefined && compiled.matches(literal))) return true;
    return compiled.prefixOnly && prefix.startsWith(compiled.prefix);
  });
}

/** Whether some text may match both; false only where their beginnings differ. */
export function mayOverlap(a: string, b: string, kind: GlobKind): boolean {
  return expandBraces(a).some((one) => {
    const left = compileGlob(one, kind);
    const right = compileGlob(b, kind);
    if (left.literal !== undefined) return right.matches(left.literal);
    if (right.literal !== undefined) return left.matches(right.literal);
    return left.prefix.startsWith(right.prefix) || right.prefix.startsWith(left.prefix);
  });
}
