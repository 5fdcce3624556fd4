import type { estypes } from "@elastic/elasticsearch";
import type { SearchDocument } from "../../ports.ts";
import {
  type FacetName,
  type IndexedColumn,
  type IndexedPart,
  indexDocument,
  toFacetValues,
  toObjectKeys,
} from "../../search/index.ts";

/** Changes whenever mappings or what is put in them change; an index of another version is replaced by an empty one. */
export const mappingVersion = "search-2";

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

const maxColumns = 100_000;

// what a document and each of its columns have, so that each can be visible or not
const part = {
  // WHY sparse_vector: its features are scored as weight times value, so that the scores are ours and the same in every store
  impacts: { type: "sparse_vector" },
  words: keyword,
  tag: keyword,
  paths: lookup,
  tags: lookup,
  attributes: lookup,
} as const;

/** Settings and mappings of an index. One shard: counts of facets and order of hits are exact. */
export const indexDefinition = {
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: "0-1",
    // a glob of 1,000 characters is that long at most as a regular expression
    max_regex_length: 100_000,
    // columns of one document; the default is 10,000
    mapping: { nested_objects: { limit: maxColumns } },
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
      kind: keyword,
      depot: keyword,
      datasetType: keyword,
      owner: keyword,
      schema: keyword,
      ...part,
      columns: { type: "nested", properties: { ...part, folded: keyword, newTerms: lookup } },
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
    ...toFacetValues(document),
    ...toObjectKeys(document.object),
    columns: document.columns.map((column, place) => toColumnBody(column, indexed.columns[place], document, indexed)),
  };
}

/**
 * Terms and tags that the document has itself are left out of `newTerms` and `tag`, so that the documents with a term or tag are
 * those that have it plus those that have a visible column with it, each counted once.
 */
function toColumnBody(
  column: SearchDocument["columns"][number],
  indexed: IndexedColumn | undefined,
  document: SearchDocument,
  own: IndexedPart,
): Record<string, unknown> {
  const impacts = indexed?.impacts ?? new Map<string, number>();
  return {
    impacts: Object.fromEntries(impacts),
    newTerms: [...impacts.keys()].filter((term) => !own.impacts.has(term)),
    words: indexed?.words ?? [],
    folded: indexed?.folded ?? "",
    tag: column.tags.filter((tag) => !document.tags.includes(tag)),
    ...toObjectKeys(column.object),
  };
}
