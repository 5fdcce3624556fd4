import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { assertNever } from "../../../shared/brand.ts";
import type { Attributes } from "../../../shared/decision.ts";
import { compileGlob } from "../../../shared/glob.ts";
import type { ObjectFilter } from "../../../shared/object-filter.ts";
import type { ObjectTables } from "./object-tables.ts";

/** A condition that holds for at least all objects that the filter lets through; `exact`: and for no others. */
interface FilterCondition {
  readonly where: Expression<SqlBool>;
  readonly exact: boolean;
}

type Builder = ExpressionBuilder<ObjectTables, "heimdall_object">;

const maxKeyText = 100;
const separator = "\u0001";

/** One key for each dotted path to a value: the path, a mark of the value's type, the value where it is short. */
export function toAttributeKeys(attributes: Attributes): string[] {
  const keys = new Set<string>();
  const collect = (value: unknown, path: string | undefined): void => {
    if (value === null || value === undefined) return;
    if (path !== undefined) keys.add(keyOf(path, value));
    if (typeof value !== "object") return;
    for (const step of Object.getOwnPropertyNames(value)) {
      // a name with a dot in it cannot be reached by a dotted path
      if (step.includes(".")) continue;
      collect((value as Record<string, unknown>)[step], path === undefined ? step : `${path}.${step}`);
    }
  };
  collect(attributes, undefined);
  return [...keys];
}

function keyOf(path: string, value: unknown): string {
  if (typeof value === "string") return `${path}${separator}s${cut(value)}`;
  if (typeof value === "number") return `${path}${separator}n${value === 0 ? 0 : value}`;
  if (typeof value === "boolean") return `${path}${separator}b${value}`;
  return `${path}${separator}o`;
}

/**
 * The part of `filter` that the store can apply by itself to objects of one type. What it lets through is looked at again with
 * `matchesFilter`, so an answer never depends on the two agreeing.
 */
export function toObjectCondition(filter: ObjectFilter, type: string, eb: Builder): FilterCondition {
  switch (filter.op) {
    case "all":
      return always;
    case "none":
      return never;
    case "and":
    case "or": {
      const parts = filter.of.map((part) => toObjectCondition(part, type, eb));
      const wheres = parts.map((part) => part.where);
      const exact = parts.every((part) => part.exact);
      return { where: filter.op === "and" ? eb.and(wheres) : eb.or(wheres), exact };
    }
    case "not": {
      const part = toObjectCondition(filter.of, type, eb);
      // WHY: the opposite of "at least these" is not "at least the others"
      return part.exact ? { where: eb.not(part.where), exact: true } : unknown;
    }
    case "path": {
      const { literal, prefix, prefixOnly } = compileGlob(filter.glob, "path");
      const head = `${type}:`;
      if (literal?.startsWith(head)) return { where: eb("id", "=", literal.slice(head.length)), exact: true };
      return prefixOnly && head.startsWith(prefix) ? always : unknown;
    }
    case "tag": {
      const glob = compileGlob(filter.glob, "tag");
      if (glob.matches(`dataos:type:${type}`)) return always;
      if (!isSqlText(glob.glob)) return unknown;
      if (glob.literal !== undefined) return { where: hasKey(eb, "tag", glob.literal), exact: true };
      return glob.prefix === "" ? unknown : { where: hasPrefix(eb, "tag", glob.prefix), exact: glob.prefixOnly };
    }
    case "hasAttribute": {
      const prefix = `${filter.attribute}${separator}`;
      return isSqlText(prefix) ? { where: hasPrefix(eb, "attribute", prefix), exact: true } : unknown;
    }
    case "compare": {
      const key = keyOf(filter.attribute, filter.value);
      if (!isSqlText(key)) return unknown;
      const present = hasPrefix(eb, "attribute", `${filter.attribute}${separator}`);
      const isShort = typeof filter.value !== "string" || filter.value.length < maxKeyText;
      if (filter.comparison === "eq") return { where: hasKey(eb, "attribute", key), exact: isShort };
      if (filter.comparison !== "ne") return { where: present, exact: false };
      return isShort
        ? { where: eb.and([present, eb.not(hasKey(eb, "attribute", key))]), exact: true }
        : { where: present, exact: false };
    }
    case "startsWith": {
      const key = keyOf(filter.attribute, filter.prefix);
      const exact = filter.prefix.length < maxKeyText;
      return isSqlText(key) ? { where: hasPrefix(eb, "attribute", key), exact } : unknown;
    }
    default:
      return assertNever(filter);
  }
}

const always: FilterCondition = { where: sql<SqlBool>`1 = 1`, exact: true };
const never: FilterCondition = { where: sql<SqlBool>`1 = 0`, exact: true };
const unknown: FilterCondition = { where: sql<SqlBool>`1 = 1`, exact: false };

function keysOf(eb: Builder, kind: "tag" | "attribute") {
  return eb
    .selectFrom("heimdall_object_key")
    .select(sql`1`.as("one"))
    .whereRef("heimdall_object_key.type", "=", "heimdall_object.type")
    .whereRef("heimdall_object_key.id", "=", "heimdall_object.id")
    .where("kind", "=", kind);
}

function hasKey(eb: Builder, kind: "tag" | "attribute", key: string): Expression<SqlBool> {
  return eb.exists(keysOf(eb, kind).where("key", "=", key));
}

function hasPrefix(eb: Builder, kind: "tag" | "attribute", prefix: string): Expression<SqlBool> {
  // WHY: length in characters of the engine, not of JavaScript, which counts some characters twice
  const starts = sql<SqlBool>`substr(key, 1, length(cast(${prefix} as text))) = ${prefix}`;
  return eb.exists(keysOf(eb, kind).where(starts));
}

/** The first characters, no half of one. */
function cut(text: string): string {
  const head = text.slice(0, maxKeyText);
  return text.length > maxKeyText && /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

/** SQL texts hold no NUL and no half of a character. */
function isSqlText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
