import type { SearchRequest } from "../../ports.ts";
import type { QueryPlan } from "../../search/index.ts";
import { toFacetFilters } from "../../search/index.ts";
import type { Query } from "./object-condition-query.ts";
import { facetFields } from "./search-mapping.ts";

/** The query of a planned search: what matches and is visible, scored as the plan says. */
export function toSearchQuery(plan: QueryPlan, request: SearchRequest, visible: Query): Query {
  const filter: Query[] = [isLive, visible];
  for (const [facet, values] of toFacetFilters(request)) filter.push({ terms: { [facetFields[facet]]: [...values] } });
  if (plan.browse) return { bool: { filter } };
  const identity = plan.identity.flatMap(({ stage, keys }) =>
    keys.map((key): Query => {
      const field = `identity${stage}`;
      const match: Query =
        stage === 1 ? { prefix: { [field]: { value: key } } } : { term: { [field]: { value: key } } };
      return { constant_score: { filter: match, boost: stage } };
    }),
  );
  const groups = plan.groups.map((group) => best(group.map(({ term, weight }) => hasTerm(term, weight))));
  return { bool: { filter, should: [best(identity), ...groups], minimum_should_match: 1 } };
}

/** Leaves out what was deleted and what is no document. */
export const isLive: Query = { term: { live: { value: true } } };

/** Documents with a term; scored `weight` times its impact. */
export function hasTerm(term: string, weight = 1): Query {
  return { term: { impacts: { value: term, boost: weight } } };
}

function best(queries: Query[]): Query {
  const [only] = queries;
  if (only === undefined) return { match_none: {} };
  return queries.length === 1 ? only : { dis_max: { queries } };
}
