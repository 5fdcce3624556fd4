import {
  type SearchCondition,
  type SearchDocument,
  type SearchFacet,
  type SearchRequest,
  searchFacets,
} from "../ports.ts";
import { andConditions } from "./where.ts";

export const facetNames = searchFacets;
export type FacetName = SearchFacet;
export const maxFacetValues = 20;

/** The document's own values of each facet, distinct; an empty text is no value. Tags of its columns count too, where they are visible. */
export function toFacetValues(document: SearchDocument): Readonly<Record<FacetName, readonly string[]>> {
  const one = (value: string): readonly string[] => (value === "" ? [] : [value]);
  return {
    kind: [document.kind],
    depot: one(document.depot),
    datasetType: one(document.datasetType),
    tag: [...new Set(document.tags)],
    owner: [...new Set(document.owners)],
    schema: one(document.schemaName),
  };
}

/** What the request asks of facets: of each list any of its values, and its condition; `undefined`: nothing. */
export function toCondition(request: SearchRequest): SearchCondition | undefined {
  const { kinds, depots, datasetTypes, tags, owners, schemas } = request;
  const asked: readonly (readonly [FacetName, readonly string[] | undefined])[] = [
    ["kind", kinds],
    ["depot", depots],
    ["datasetType", datasetTypes],
    ["tag", tags],
    ["owner", owners],
    ["schema", schemas],
  ];
  const lists = asked.flatMap(([facet, values]): SearchCondition[] =>
    values && values.length > 0 ? [{ op: "has", facet, values }] : [],
  );
  return andConditions(request.where ? [...lists, request.where] : lists);
}
