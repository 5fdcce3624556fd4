import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { compileGlob } from "../../../shared/glob.ts";
import type { ObjectFilter } from "../../../shared/object-filter.ts";
import type { ControlTables } from "./tables.ts";

/** A condition that holds for at least all resources that the filter lets through; `exact`: and for no others. */
export interface FilterCondition {
  readonly where: Expression<SqlBool>;
  readonly exact: boolean;
}

type Builder = ExpressionBuilder<ControlTables, "control_resources">;

const columns: Readonly<Record<string, "type" | "name" | "owner" | "layer" | "version">> = {
  type: "type",
  name: "name",
  owner: "owner",
  layer: "layer",
  version: "version",
};

/**
 * The part of `filter` that the store can apply by itself. What it lets through is looked at again with `matchesFilter`,
 * so an answer never depends on the two agreeing; the condition only saves reading rows.
 */
export function toCondition(filter: ObjectFilter, eb: Builder): FilterCondition {
  switch (filter.op) {
    case "all":
      return { where: sql<SqlBool>`1 = 1`, exact: true };
    case "none":
      return { where: sql<SqlBool>`1 = 0`, exact: true };
    case "and": {
      const parts = filter.of.map((part) => toCondition(part, eb));
      return { where: eb.and(parts.map((part) => part.where)), exact: parts.every((part) => part.exact) };
    }
    case "or": {
      const parts = filter.of.map((part) => toCondition(part, eb));
      return { where: eb.or(parts.map((part) => part.where)), exact: parts.every((part) => part.exact) };
    }
    case "not": {
      const part = toCondition(filter.of, eb);
      // WHY: the opposite of "at least these" is not "at least the others"
      return part.exact ? { where: eb.not(part.where), exact: true } : everything();
    }
    case "path":
    case "tag":
      return labelCondition(filter.op, filter.glob, eb);
    case "compare": {
      if (filter.attribute === "workspace" && filter.comparison === "eq" && typeof filter.value === "string") {
        return { where: eb.and([eb("workspace", "=", filter.value), eb("workspace", "!=", "")]), exact: true };
      }
      const column = columns[filter.attribute];
      if (!column || typeof filter.value !== "string") return everything();
      if (filter.comparison === "eq") return { where: eb(column, "=", filter.value), exact: true };
      if (filter.comparison === "ne") return { where: eb(column, "!=", filter.value), exact: true };
      return everything();
    }
    case "hasAttribute":
      return columns[filter.attribute] ? { where: sql<SqlBool>`1 = 1`, exact: true } : everything();
    case "startsWith":
      return everything();
    default:
      return everything();
  }
}

function everything(): FilterCondition {
  return { where: sql<SqlBool>`1 = 1`, exact: false };
}

function labelCondition(kind: "path" | "tag", glob: string, eb: Builder): FilterCondition {
  const { literal, prefix, prefixOnly } = compileGlob(glob, kind);
  const labels = eb
    .selectFrom("control_labels")
    .select(sql`1`.as("one"))
    .whereRef("control_labels.uid", "=", "control_resources.uid")
    .where("kind", "=", kind);
  if (literal !== undefined) return { where: eb.exists(labels.where("label", "=", literal)), exact: true };
  if (prefix === "") return { where: eb.exists(labels), exact: prefixOnly };
  // WHY: length in characters of the engine, not of JavaScript, which counts some characters twice
  const starts = sql<SqlBool>`substr(label, 1, length(cast(${prefix} as text))) = ${prefix}`;
  return { where: eb.exists(labels.where(starts)), exact: prefixOnly };
}
