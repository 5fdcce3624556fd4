import { expandBraces, type GlobKind } from "../../../shared/glob.ts";
import type { PolicyRule, TagExpression } from "../rule.ts";
import { coversGlob } from "./glob-relations.ts";

/**
 * Whether `outer` certainly applies wherever `inner` does, effects and conditions aside: same collection, every subject, predicate,
 * object and moment. In doubt it does not.
 */
export function coversRule(outer: PolicyRule, inner: PolicyRule): boolean {
  return (
    outer.collection === inner.collection &&
    coversWindow(outer, inner) &&
    coversAny(outer.predicates, inner.predicates, "predicate") &&
    coversTags(outer.subjects, inner.subjects) &&
    (outer.paths === undefined || (inner.paths !== undefined && coversAny(outer.paths, inner.paths, "path"))) &&
    coversTags(outer.tags, inner.tags)
  );
}

function coversWindow(outer: PolicyRule, inner: PolicyRule): boolean {
  return (
    (outer.from === undefined || (inner.from !== undefined && outer.from <= inner.from)) &&
    (outer.until === undefined || (inner.until !== undefined && inner.until <= outer.until))
  );
}

function coversAny(outer: readonly string[], inner: readonly string[], kind: GlobKind): boolean {
  return inner.flatMap(expandBraces).every((one) => outer.some((glob) => coversGlob(glob, one, kind)));
}

/** OR of ANDs: each alternative of `inner` asks for at least what some alternative of `outer` asks for. */
function coversTags(outer: TagExpression, inner: TagExpression): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  return inner.every((all) =>
    outer.some((wanted) => wanted.every((glob) => all.some((tag) => coversGlob(glob, tag, "tag")))),
  );
}

/** What a rule says, without its place, number and reason. */
export function contentOf(value: object): string {
  return JSON.stringify(value, (key, part: unknown) =>
    key === "at" || key === "id" || key === "reason" ? undefined : part,
  );
}
