import { assertNever } from "./brand.ts";
import type { DecisionObject } from "./decision.ts";
import { compileGlob } from "./glob.ts";

/**
 * A condition on stored objects that every store can apply and turn into its own query (DESIGN §4). Two-valued: what a
 * missing attribute means is decided where the filter is made, by `hasAttribute`.
 * Comparisons of values of different types are false. `attribute` is a dotted path.
 */
export type ObjectFilter =
  | { readonly op: "all" }
  | { readonly op: "none" }
  | { readonly op: "and"; readonly of: readonly ObjectFilter[] }
  | { readonly op: "or"; readonly of: readonly ObjectFilter[] }
  | { readonly op: "not"; readonly of: ObjectFilter }
  /** any of the object's paths matches the glob */
  | { readonly op: "path"; readonly glob: string }
  /** any of the object's tags matches the glob */
  | { readonly op: "tag"; readonly glob: string }
  | { readonly op: "hasAttribute"; readonly attribute: string }
  | {
      readonly op: "compare";
      readonly attribute: string;
      readonly comparison: Comparison;
      readonly value: string | number | boolean;
    }
  | { readonly op: "startsWith"; readonly attribute: string; readonly prefix: string };

export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export const allObjects: ObjectFilter = { op: "all" };
export const noObjects: ObjectFilter = { op: "none" };

/** AND with the trivial cases folded. */
export function andFilters(filters: readonly ObjectFilter[]): ObjectFilter {
  const rest = filters.filter((filter) => filter.op !== "all");
  if (rest.some((filter) => filter.op === "none")) return noObjects;
  const [first, ...others] = rest;
  if (!first) return allObjects;
  return others.length === 0 ? first : { op: "and", of: rest };
}

/** OR with the trivial cases folded. */
export function orFilters(filters: readonly ObjectFilter[]): ObjectFilter {
  const rest = filters.filter((filter) => filter.op !== "none");
  if (rest.some((filter) => filter.op === "all")) return allObjects;
  const [first, ...others] = rest;
  if (!first) return noObjects;
  return others.length === 0 ? first : { op: "or", of: rest };
}

/** NOT with the trivial cases folded. */
export function notFilter(filter: ObjectFilter): ObjectFilter {
  if (filter.op === "all") return noObjects;
  if (filter.op === "none") return allObjects;
  if (filter.op === "not") return filter.of;
  return { op: "not", of: filter };
}

/** What a filter looks at. */
export type FilteredObject = Pick<DecisionObject, "paths" | "tags" | "attributes">;

/** Whether `object` passes `filter`; the reference that every store's query must agree with. */
export function matchesFilter(filter: ObjectFilter, object: FilteredObject): boolean {
  switch (filter.op) {
    case "all":
      return true;
    case "none":
      return false;
    case "and":
      return filter.of.every((part) => matchesFilter(part, object));
    case "or":
      return filter.of.some((part) => matchesFilter(part, object));
    case "not":
      return !matchesFilter(filter.of, object);
    case "path": {
      const glob = compileGlob(filter.glob, "path");
      return object.paths.some((path) => glob.matches(path));
    }
    case "tag": {
      const glob = compileGlob(filter.glob, "tag");
      return object.tags.some((tag) => glob.matches(tag));
    }
    case "hasAttribute":
      return readAttribute(object, filter.attribute) !== undefined;
    case "compare":
      return compareValues(readAttribute(object, filter.attribute), filter.comparison, filter.value);
    case "startsWith": {
      const value = readAttribute(object, filter.attribute);
      return typeof value === "string" && value.startsWith(filter.prefix);
    }
    default:
      return assertNever(filter);
  }
}

/** The value at a dotted path; `undefined` where any step is missing or null. */
export function readAttribute(object: Pick<FilteredObject, "attributes">, attribute: string): unknown {
  let value: unknown = object.attributes;
  for (const step of attribute.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value === null ? undefined : value;
}

/** The meaning of `compare` for one value; `undefined` (missing) compares false with everything. */
export function compareValues(actual: unknown, comparison: Comparison, expected: string | number | boolean): boolean {
  if (typeof actual !== typeof expected) return comparison === "ne" && actual !== undefined;
  const value = actual as typeof expected;
  switch (comparison) {
    case "eq":
      return value === expected;
    case "ne":
      return value !== expected;
    case "lt":
      return value < expected;
    case "le":
      return value <= expected;
    case "gt":
      return value > expected;
    case "ge":
      return value >= expected;
    default:
      return assertNever(comparison);
  }
}
