import type { estypes } from "@elastic/elasticsearch";
import { assertNever } from "../../../shared/brand.ts";
import { globToRegExpSource } from "../../../shared/glob.ts";
import type { ObjectCondition, ObjectField } from "../../search/index.ts";

export type Query = NonNullable<estypes.QueryDslQueryContainer>;

/**
 * The condition as a query on the fields `paths`, `tags` and `attributes`.
 * @param inside what stands before their names, e.g. `columns.`
 */
export function toConditionQuery(condition: ObjectCondition, inside = ""): Query {
  switch (condition.op) {
    case "all":
      return { match_all: {} };
    case "none":
      return { match_none: {} };
    case "and":
      return { bool: { filter: condition.of.map((part) => toConditionQuery(part, inside)) } };
    case "or":
      return { bool: { should: condition.of.map((part) => toConditionQuery(part, inside)), minimum_should_match: 1 } };
    case "not":
      return { bool: { must_not: partsOf(condition.of).map((part) => toConditionQuery(part, inside)) } };
    default: {
      const field = `${inside}${condition.field}`;
      return toKeyQuery(field, condition);
    }
  }
}

/** What may not hold, each: a server counts its clauses. */
function partsOf(condition: ObjectCondition): readonly ObjectCondition[] {
  return condition.op === "or" ? condition.of : [condition];
}

function toKeyQuery(field: string, condition: Extract<ObjectCondition, { readonly field: ObjectField }>): Query {
  switch (condition.op) {
    case "in":
      return { terms: { [field]: [...condition.values] } };
    case "prefix":
      return condition.prefix === "" ? { exists: { field } } : { prefix: { [field]: { value: condition.prefix } } };
    case "range":
      return { range: { [field]: condition.range } };
    case "glob": {
      const value = toLuceneRegExp(globToRegExpSource(condition.glob, condition.kind));
      return { regexp: { [field]: { value, flags: "NONE" } } };
    }
    default:
      return assertNever(condition);
  }
}

/**
 * The regular expression of a glob in Lucene's syntax, which is always anchored, has no `(?:`, reads `"` as a quote and
 * wants an empty alternative to be written `()`.
 * @see https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
 */
function toLuceneRegExp(source: string): string {
  let pattern = "";
  // what an alternative may be empty after
  let opened = true;
  const body = source.slice(1, -1);
  for (const { 0: token } of body.matchAll(/\\.|\[(?:\\.|[^\\\]])*\]|\(\?:|./gsu)) {
    if (token === "(?:") pattern += "(";
    else if (token === "|" || token === ")") pattern += opened ? `()${token}` : token;
    // a place where nothing can match
    else if (token === "^") pattern += "[^\u0000-\u{10ffff}]";
    else pattern += /^["@#&~<>/]$/.test(token) ? `\\${token}` : token;
    opened = token === "(?:" || token === "|";
  }
  return pattern;
}
