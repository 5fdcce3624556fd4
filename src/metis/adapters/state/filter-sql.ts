import { type Expression, type RawBuilder, sql } from "kysely";
import { assertNever } from "../../../shared/brand.ts";
import { compileGlob } from "../../../shared/glob.ts";
import type { Comparison, ObjectFilter } from "../../../shared/object-filter.ts";
import { derivedTags } from "../../catalog/index.ts";
import { entityKinds } from "../../ports.ts";
import { toPathAlternatives } from "./path-alternatives.ts";

/** What the filter's globs are tried on: few values, so that the store needs no globs. */
export interface FilterFacts {
  readonly depots: readonly string[];
  /** all tags of entities; `undefined`: too many to list */
  readonly tags: readonly string[] | undefined;
}

/** A filter as a condition on `metis_entity as entity`. */
export interface SqlFilter {
  /** Holds for every entity that the filter lets pass, and maybe for more; `undefined`: for all. Never null in SQL. */
  readonly where: Expression<boolean> | undefined;
  /** Holds for no other: `matchesFilter` need not be asked again. */
  readonly exact: boolean;
}

/** Whether compiling `filter` needs to know the tags that exist. */
export function asksForTags(filter: ObjectFilter): boolean {
  switch (filter.op) {
    case "and":
    case "or":
      return filter.of.some(asksForTags);
    case "not":
      return asksForTags(filter.of);
    case "tag":
      return compileGlob(filter.glob, "tag").literal === undefined;
    default:
      return false;
  }
}

/**
 * Compiles what the store can decide exactly: tags, attributes, and path globs that `toPathAlternatives` can spell out. The rest (a
 * wildcard in the middle of a path, the order of texts, what is in a list) is left to `matchesFilter`, over batches that are as small
 * as the exact parts allow.
 */
export function toSqlFilter(filter: ObjectFilter, facts: FilterFacts): SqlFilter {
  return compile(filter, { ...facts, left: maxValues });
}

/** Values that one statement may still hold, so that the largest of policies stays within what the engines take. */
interface Budget {
  left: number;
}
type Known = FilterFacts & Budget;

const maxValues = 6_000;
const maxListItems = 500;
const inexact: SqlFilter = { where: undefined, exact: false };
const always: SqlFilter = { where: undefined, exact: true };
const never: SqlFilter = { where: sql<boolean>`1 = 0`, exact: true };

type Condition = RawBuilder<boolean>;
const exactly = (where: Condition): SqlFilter => ({ where, exact: true });

function compile(filter: ObjectFilter, known: Known): SqlFilter {
  if (--known.left < 0) return inexact;
  switch (filter.op) {
    case "all":
      return always;
    case "none":
      return never;
    case "and": {
      const parts = filter.of.map((part) => compile(part, known));
      const where = parts.flatMap((part) => part.where ?? []);
      return {
        where: where.length > 0 ? balanced(where, "and") : undefined,
        exact: parts.every((part) => part.exact),
      };
    }
    case "or": {
      const parts = filter.of.map((part) => compile(part, known));
      if (parts.some((part) => part.exact && !part.where)) return always;
      const exact = parts.every((part) => part.exact);
      const where = parts.flatMap((part) => part.where ?? []);
      if (where.length < parts.length) return { where: undefined, exact };
      return where.length > 0 ? { where: balanced(where, "or"), exact } : never;
    }
    case "not": {
      const part = compile(filter.of, known);
      if (!part.exact) return inexact;
      return part.where ? exactly(sql`not (${part.where})`) : never;
    }
    case "path":
      return compilePath(filter.glob, known);
    case "tag":
      return compileTag(filter.glob, known);
    case "hasAttribute":
      return compileAttribute(filter.attribute, (column) => exactly(sql`${column} is not null`));
    case "compare":
      return compileAttribute(filter.attribute, (column, isText) =>
        compileComparison(column, isText, filter.comparison, filter.value),
      );
    case "startsWith":
      return compileAttribute(filter.attribute, (column, isText) =>
        isText ? startsWith(column, filter.prefix) : never,
      );
    default:
      return assertNever(filter);
  }
}

// ---- attributes -----------------------------------------------------------------------------------------------------

/** Attribute (as `describeEntity` gives it) -> column. */
const columnsByAttribute: ReadonlyMap<string, string> = new Map([
  ["kind", "kind"],
  ["name", "name"],
  ["depot", "depot"],
  ["database", "database_name"],
  ["schema", "schema_name"],
  ["dataset", "dataset_name"],
  ["datasetType", "dataset_type"],
  ["owner", "owner"],
  ["state", "state"],
  ["qualifiedName", "qualified_name"],
]);

function compileAttribute(
  attribute: string,
  compileColumn: (column: Expression<unknown>, isText: boolean) => SqlFilter,
): SqlFilter {
  // the list of owners is there when the first one is; what is in it only `matchesFilter` sees
  if (attribute === "owners") return compileColumn(sql.ref("entity.owner"), false);
  if (attribute.startsWith("owners.")) return inexact;
  const column = columnsByAttribute.get(attribute);
  return column === undefined ? never : compileColumn(sql.ref(`entity.${column}`), true);
}

function compileComparison(
  column: Expression<unknown>,
  isText: boolean,
  comparison: Comparison,
  value: string | number | boolean,
): SqlFilter {
  if (!isText || typeof value !== "string") {
    return comparison === "ne" ? exactly(sql`${column} is not null`) : never;
  }
  if (!isPlain(value)) return inexact;
  switch (comparison) {
    case "eq":
      return exactly(sql`(${column} is not null and ${column} = ${value})`);
    case "ne":
      return exactly(sql`(${column} is not null and ${column} <> ${value})`);
    default:
      // WHY: JavaScript orders texts by UTF-16 units, the stores by bytes
      return { where: sql`${column} is not null`, exact: false };
  }
}

function startsWith(column: Expression<unknown>, prefix: string): SqlFilter {
  return isPlain(prefix) ? exactly(hasPrefix(column, prefix)) : inexact;
}

function hasPrefix(column: Expression<unknown>, prefix: string): Condition {
  const length = sql.lit(Array.from(prefix).length);
  return sql`(${column} is not null and substr(${column}, 1, ${length}) = ${prefix})`;
}

// ---- paths ----------------------------------------------------------------------------------------------------------

function compilePath(glob: string, known: Known): SqlFilter {
  // a glob that is wrong is an error here as everywhere
  compileGlob(glob, "path");
  const alternatives = toPathAlternatives(glob);
  if (!alternatives?.every(({ text }) => isPlain(text))) return inexact;
  known.left -= 4 * alternatives.length;
  if (known.left < 0) return inexact;
  if (alternatives.some(({ text, open }) => open && text === "")) return always;
  const texts = alternatives.filter(({ open }) => !open).map(({ text }) => text);
  const prefixes = alternatives.filter(({ open }) => open).map(({ text }) => text);
  const test = (column: Expression<unknown>): Condition => {
    const conditions = prefixes.map((prefix) => isInRange(column, prefix));
    if (texts.length > 0) conditions.push(sql`(${column} is not null and ${column} in (${sql.join(texts)}))`);
    return balanced(conditions, "or");
  };
  const isFormer = sql<boolean>`exists (select 1 from metis_alias as former
    where former.entity_id = entity.id and ${test(sql.ref("former.alias"))})`;
  const own = alternatives.every(({ text }) => text.startsWith("urn:"))
    ? ["entity.urn"]
    : ["entity.urn", "entity.udl", "entity.udl_full"];
  return exactly(balanced([...own.map((column) => test(sql.ref(column))), isFormer], "or"));
}

/** Like `hasPrefix`, for columns of binary collation only; several times cheaper, which counts where there are hundreds. */
function isInRange(column: Expression<unknown>, prefix: string): Condition {
  const end = afterAll(prefix);
  return end === undefined
    ? hasPrefix(column, prefix)
    : sql`(${column} is not null and ${column} >= ${prefix} and ${column} < ${end})`;
}

/** The least text, by code points, that is greater than every text that starts with `prefix`. */
function afterAll(prefix: string): string | undefined {
  const chars = Array.from(prefix);
  const last = chars.pop()?.codePointAt(0);
  if (last === undefined || last === 0x10ffff) return undefined;
  return chars.join("") + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
}

// ---- tags -----------------------------------------------------------------------------------------------------------

const depotTag = "dataos:depot:";

function compileTag(glob: string, known: Known): SqlFilter {
  const { depots, tags } = known;
  const compiled = compileGlob(glob, "tag");
  const conditions: Condition[] = [];
  const kinds = entityKinds.filter((kind) => derivedTags({ kind, depot: undefined }).some(compiled.matches));
  if (kinds.length === entityKinds.length) return always;
  if (kinds.length > 0) conditions.push(sql`entity.kind in (${sql.join(kinds)})`);
  const fromDepots =
    compiled.literal === undefined
      ? depots.filter((depot) => compiled.matches(`${depotTag}${depot}`))
      : compiled.literal.startsWith(depotTag)
        ? [compiled.literal.slice(depotTag.length)]
        : [];
  const own = compiled.literal === undefined ? tags?.filter(compiled.matches) : [compiled.literal];
  if (!own || own.length > maxListItems || fromDepots.length > maxListItems || !own.every(isPlain)) return inexact;
  known.left -= kinds.length + own.length + fromDepots.length;
  if (known.left < 0) return inexact;
  if (fromDepots.length > 0) {
    conditions.push(sql`(entity.depot is not null and entity.depot in (${sql.join(fromDepots)}))`);
  }
  if (own.length > 0) {
    conditions.push(sql`exists (select 1 from metis_entity_tag as tagged
      where tagged.entity_id = entity.id and tagged.tag in (${sql.join(own)}))`);
  }
  return conditions.length > 0 ? exactly(balanced(conditions, "or")) : never;
}

// ---- helpers --------------------------------------------------------------------------------------------------------

// WHY: SQLite refuses expressions deeper than 1,000, which is what a long chain of ORs is to it
function balanced(conditions: readonly Expression<boolean>[], operator: "and" | "or"): Condition {
  const [first, second] = conditions;
  if (!first) throw new TypeError("an empty list of conditions has no meaning of its own");
  if (!second) return sql`(${first})`;
  const middle = Math.ceil(conditions.length / 2);
  const [left, right] = [conditions.slice(0, middle), conditions.slice(middle)];
  return operator === "and"
    ? sql`(${balanced(left, operator)} and ${balanced(right, operator)})`
    : sql`(${balanced(left, operator)} or ${balanced(right, operator)})`;
}

/** SQL texts hold no NUL and no half of a surrogate pair. */
function isPlain(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
