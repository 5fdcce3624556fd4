import type { estypes } from "@elastic/elasticsearch";
import { assertNever } from "../../../shared/brand.ts";
import { globToRegExpSource } from "../../../shared/glob.ts";
import type { ObjectCondition } from "../../search/index.ts";

export type Query = NonNullable<estypes.QueryDslQueryContainer>;

/** The condition as a query on the fields `paths`, `tags` and `attributes`. */
export function toConditionQuery(condition: ObjectCondition): Query {
  switch (condition.op) {
    case "all":
      return { match_all: {} };
    case "none":
      return { match_none: {} };
    case "and":
      return { bool: { filter: condition.of.map(toConditionQuery) } };
    case "or":
      return { bool: { should: condition.of.map(toConditionQuery), minimum_should_match: 1 } };
    case "not":
      return { bool: { must_not: [toConditionQuery(condition.of)] } };
    case "in":
      return { terms: { [condition.field]: [...condition.values] } };
    case "prefix":
      return condition.prefix === ""
        ? { exists: { field: condition.field } }
        : { prefix: { [condition.field]: { value: condition.prefix } } };
    case "range":
      return { range: { [condition.field]: condition.range } };
    case "glob": {
      const value = toLuceneRegExp(globToRegExpSource(condition.glob, condition.kind));
      return { regexp: { [condition.field]: { value, flags: "NONE" } } };
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
