import type { estypes } from "@elastic/elasticsearch";
import type { SearchDocument } from "../../ports.ts";
import { type FacetName, indexDocument, toFacetValues } from "../../search/index.ts";

/** Changes whenever mappings or what is put in them change; an index of another version is replaced by an empty one. */
export const mappingVersion = "search-1";

/** Field of each facet. */
export const facetFields: Readonly<Record<FacetName, string>> = {
  kind: "kind",
  depot: "depot",
  datasetType: "datasetType",
  tag: "tag",
  owner: "owner",
  schema: "schema",
};

// WHY no limit on key lengths: a key that is too long must refuse the document, never hide from a filter's NOT
const keyword = { type: "keyword" } as const;
const lookup = { type: "keyword", doc_values: false } as const;

/** Settings and mappings of an index. One shard: counts of facets and order of hits are exact. */
export const indexDefinition = {
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: "0-1",
    // a glob of 1,000 characters is that long at most as a regular expression
    max_regex_length: 100_000,
  },
  mappings: {
    dynamic: false,
    _meta: { version: mappingVersion },
    // what is only indexed can be made again from the document
    _source: { includes: ["document", "appliedSeq"] },
    properties: {
      live: { type: "boolean" },
      urn: keyword,
      name: keyword,
      nameLength: { type: "integer" },
      identity4: lookup,
      identity3: lookup,
      identity2: lookup,
      identity1: lookup,
      // WHY sparse_vector: its features are scored as weight times value, so that the scores are ours and the same in every store
      impacts: { type: "sparse_vector" },
      words: keyword,
      columns: keyword,
      kind: keyword,
      depot: keyword,
      datasetType: keyword,
      tag: keyword,
      owner: keyword,
      schema: keyword,
      paths: keyword,
      tags: keyword,
      attributes: keyword,
    },
  },
} as const satisfies Omit<estypes.IndicesCreateRequest, "index">;

/** What is stored of a document. */
export interface StoredDocument {
  /** the document as JSON */
  readonly document: string;
}

/** The body that is indexed for a document. */
export function toIndexBody(document: SearchDocument): StoredDocument & Record<string, unknown> {
  const indexed = indexDocument(document);
  const keysOf = (stage: number) => indexed.names.filter((name) => name.stage === stage).map(({ key }) => key);
  return {
    document: JSON.stringify(document),
    live: true,
    urn: document.urn,
    name: document.name,
    nameLength: Array.from(document.name).length,
    identity4: keysOf(4),
    identity3: keysOf(3),
    identity2: keysOf(2),
    identity1: keysOf(1),
    impacts: Object.fromEntries(indexed.impacts),
    words: indexed.words,
    columns: [...new Set(indexed.columns.map(({ folded }) => folded))],
    ...toFacetValues(document, indexed),
    ...indexed.object,
  };
}
