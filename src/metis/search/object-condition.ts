import { assertNever } from "../../shared/brand.ts";
import { compileGlob } from "../../shared/glob.ts";
import type { ObjectFilter } from "../../shared/object-filter.ts";
import { attributeEnd, attributeKey, attributePrefix } from "./object-keys.ts";

export type ObjectField = "paths" | "tags" | "attributes";

/** An `ObjectFilter` on the keys of `ObjectKeys`: what an index does, and no more. A leaf holds if any key of `field` passes. */
export type ObjectCondition =
  | { readonly op: "all" }
  | { readonly op: "none" }
  | { readonly op: "and" | "or"; readonly of: readonly ObjectCondition[] }
  | { readonly op: "not"; readonly of: ObjectCondition }
  | { readonly op: "in"; readonly field: ObjectField; readonly values: readonly string[] }
  | { readonly op: "prefix"; readonly field: ObjectField; readonly prefix: string }
  | { readonly op: "range"; readonly field: ObjectField; readonly range: KeyRange }
  /** also starts with `prefix` */
  | {
      readonly op: "glob";
      readonly field: "paths" | "tags";
      readonly kind: "path" | "tag";
      readonly glob: string;
      readonly prefix: string;
    };

/** By code point. */
export interface KeyRange {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
}

/** The condition on keys that agrees with `matchesFilter`. @throws {BadInputError} a glob is malformed */
export function toObjectCondition(filter: ObjectFilter): ObjectCondition {
  switch (filter.op) {
    case "all":
    case "none":
      return filter;
    case "and":
    case "or":
      return join(filter.op, filter.of.map(toObjectCondition));
    case "not":
      return negate(toObjectCondition(filter.of));
    case "path":
      return toGlobCondition("paths", "path", filter.glob);
    case "tag":
      return toGlobCondition("tags", "tag", filter.glob);
    case "hasAttribute":
      return { op: "prefix", field: "attributes", prefix: attributePrefix(filter.attribute) };
    case "startsWith":
      return { op: "prefix", field: "attributes", prefix: attributeKey(filter.attribute, filter.prefix) };
    case "compare":
      return toComparison(filter);
    default:
      return assertNever(filter);
  }
}

function toGlobCondition(field: "paths" | "tags", kind: "path" | "tag", glob: string): ObjectCondition {
  const { literal, prefix, prefixOnly } = compileGlob(glob, kind);
  if (literal !== undefined) return { op: "in", field, values: [literal] };
  return prefixOnly ? { op: "prefix", field, prefix } : { op: "glob", field, kind, glob, prefix };
}

function toComparison(filter: Extract<ObjectFilter, { op: "compare" }>): ObjectCondition {
  const { attribute, comparison, value } = filter;
  const field = "attributes";
  const key = attributeKey(attribute, value);
  const type = typeof value as "string" | "number" | "boolean";
  const equal: ObjectCondition = { op: "in", field, values: [key] };
  switch (comparison) {
    case "eq":
      return equal;
    case "ne":
      return join("and", [{ op: "prefix", field, prefix: attributePrefix(attribute) }, negate(equal)]);
    case "lt":
      return { op: "range", field, range: { gte: attributePrefix(attribute, type), lt: key } };
    case "le":
      return { op: "range", field, range: { gte: attributePrefix(attribute, type), lte: key } };
    case "gt":
      return { op: "range", field, range: { gt: key, lt: attributeEnd(attribute, type) } };
    case "ge":
      return { op: "range", field, range: { gte: key, lt: attributeEnd(attribute, type) } };
    default:
      return assertNever(comparison);
  }
}

function negate(condition: ObjectCondition): ObjectCondition {
  if (condition.op === "all") return { op: "none" };
  if (condition.op === "none") return { op: "all" };
  return condition.op === "not" ? condition.of : { op: "not", of: condition };
}

/**
 * Flattens what nests in itself, folds what is decided, makes one list of the literals of an OR, and one NOT of the NOTs of an AND:
 * a policy's thousand denials are one list to an index.
 */
function join(op: "and" | "or", conditions: readonly ObjectCondition[]): ObjectCondition {
  const [neutral, decisive] = op === "and" ? (["all", "none"] as const) : (["none", "all"] as const);
  const parts: ObjectCondition[] = [];
  const negated: ObjectCondition[] = [];
  const literals = new Map<ObjectField, Set<string>>();
  const take = (condition: ObjectCondition): void => {
    if (condition.op === op) for (const part of condition.of) take(part);
    else if (condition.op === "not" && op === "and") negated.push(condition.of);
    else if (condition.op === "in" && op === "or") {
      const values = literals.get(condition.field) ?? new Set();
      for (const value of condition.values) values.add(value);
      literals.set(condition.field, values);
    } else if (condition.op !== neutral) parts.push(condition);
  };
  for (const condition of conditions) take(condition);
  if (parts.some((part) => part.op === decisive)) return { op: decisive };
  if (negated.length > 0) parts.push(negate(join("or", negated)));
  for (const [field, values] of literals) parts.push({ op: "in", field, values: [...values] });
  const [only, ...others] = parts;
  if (only === undefined) return { op: neutral };
  return others.length === 0 ? only : { op, of: parts };
}
