import type { SearchDocument, SearchRequest } from "../ports.ts";

/** Names of the facets, in the order in which they are shown. */
export const facetNames = ["kind", "depot", "datasetType", "tag", "owner", "schema"] as const;
export type FacetName = (typeof facetNames)[number];
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

/** What the request asks of each facet: any of the values; facets that are not asked for are left out. */
export function toFacetFilters(request: SearchRequest): ReadonlyMap<FacetName, readonly string[]> {
  const { kinds, depots, datasetTypes, tags, owners, schemas } = request;
  const asked: readonly (readonly [FacetName, readonly string[] | undefined])[] = [
    ["kind", kinds],
    ["depot", depots],
    ["datasetType", datasetTypes],
    ["tag", tags],
    ["owner", owners],
    ["schema", schemas],
  ];
  return new Map(asked.flatMap(([name, values]) => (values && values.length > 0 ? [[name, values] as const] : [])));
}
