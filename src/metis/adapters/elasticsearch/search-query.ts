import { assertNever } from "../../../shared/brand.ts";
import type { SearchCondition, SearchRequest } from "../../ports.ts";
import type { QueryPlan } from "../../search/index.ts";
import { toCondition } from "../../search/index.ts";
import type { Query } from "./object-condition-query.ts";
import { facetFields } from "./search-mapping.ts";
import { inColumns, type Visible } from "./visible-query.ts";

/** What a node with little memory still takes; a question beyond it is asked in fewer clauses. */
const maxClauses = 6_000;

/** The query of a planned search: what matches and is visible, scored as the plan says. */
export function toSearchQuery(plan: QueryPlan, request: SearchRequest, visible: Visible): Query {
  const filter: Query[] = [...visible.documents];
  const condition = toCondition(request);
  if (condition) filter.push(toConditionQuery(condition, visible));
  if (plan.browse) return { bool: { filter } };
  const identity = plan.identity.flatMap(({ stage, keys }) =>
    keys.map((key): Query => {
      const field = `identity${stage}`;
      const match: Query =
        stage === 1 ? { prefix: { [field]: { value: key } } } : { term: { [field]: { value: key } } };
      return { constant_score: { filter: match, boost: stage } };
    }),
  );
  return { bool: { filter, should: [best(identity), ...toGroups(plan, visible)], minimum_should_match: 1 } };
}

function toConditionQuery(condition: SearchCondition, visible: Visible): Query {
  switch (condition.op) {
    case "has": {
      const { facet, values } = condition;
      const own: Query = { terms: { [facetFields[facet]]: [...values] } };
      return facet === "tag" ? anyOf([own, inColumns(visible, { terms: { "columns.tag": [...values] } })]) : own;
    }
    case "not":
      return { bool: { must_not: [toConditionQuery(condition.of, visible)] } };
    case "and":
      return condition.of.length === 0
        ? { match_all: {} }
        : { bool: { filter: condition.of.map((part) => toConditionQuery(part, visible)) } };
    case "or":
      return condition.of.length === 0
        ? { match_none: {} }
        : anyOf(condition.of.map((part) => toConditionQuery(part, visible)));
    default:
      return assertNever(condition);
  }
}

/** Of each group the best match, in the document itself or in a visible column. */
function toGroups({ groups }: QueryPlan, visible: Visible): Query[] {
  const own = groups.map((group) => best(group.map(({ term, weight }) => hasTerm(term, weight))));
  const inColumn = groups.map((group) => best(group.map(({ term, weight }) => columnHasTerm(term, weight))));
  if (visible.columnClauses * groups.length <= maxClauses) {
    return own.map((query, at) => best([query, ...inColumn.slice(at, at + 1).map((part) => inColumns(visible, part))]));
  }
  // WHY halved: document and best column may both match a word, and the sum has to stay below 1
  const sum = (queries: Query[]): Query => ({ bool: { should: queries, minimum_should_match: 1, boost: 0.5 } });
  return [sum(own), inColumns(visible, sum(inColumn))];
}

/** Documents that have a term themselves; scored `weight` times its impact. */
export function hasTerm(term: string, weight = 1): Query {
  return { term: { impacts: { value: term, boost: weight } } };
}

function columnHasTerm(term: string, weight: number): Query {
  return { term: { "columns.impacts": { value: term, boost: weight } } };
}

export function anyOf(queries: Query[]): Query {
  return { bool: { should: queries, minimum_should_match: 1 } };
}

function best(queries: Query[]): Query {
  const [only] = queries;
  if (only === undefined) return { match_none: {} };
  return queries.length === 1 ? only : { dis_max: { queries } };
}
