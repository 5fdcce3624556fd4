import type { estypes } from "@elastic/elasticsearch";
import { compileFilter, type ObjectTest } from "../../../shared/compile-filter.ts";
import type { ObjectFilter } from "../../../shared/object-filter.ts";
import type { SearchDocument, SearchRequest, SearchResult, SearchStore } from "../../ports.ts";
import {
  columnSuggestion,
  compareCodePoints,
  explainHit,
  type FacetName,
  facetNames,
  findDidYouMean,
  foldColumnName,
  fromCursor,
  maxFacetValues,
  planQuery,
  type SuggestionQuery,
  toCursor,
} from "../../search/index.ts";
import { bucketsOf, columnsOf, documentsIn, inDocuments, overColumns } from "./column-aggregations.ts";
import type { ElasticConnection } from "./elastic-connection.ts";
import type { Query } from "./object-condition-query.ts";
import { facetFields, type StoredDocument } from "./search-mapping.ts";
import { anyOf, toSearchQuery } from "./search-query.ts";
import { inColumns, toVisible } from "./visible-query.ts";
import { createVisibleVocabulary } from "./visible-vocabulary.ts";

/** Plans the search with what is visible, then gets page, count and facets in one request. */
export async function searchIndex(
  connection: ElasticConnection,
  index: string,
  request: SearchRequest,
  filter: ObjectFilter,
): Promise<SearchResult> {
  const after = fromCursor(request);
  const visible = toVisible(filter);
  const vocabulary = createVisibleVocabulary(connection, index, visible);
  const plan = await planQuery(request.text, vocabulary, request.synonyms);
  const answer = await connection.call((client) =>
    client.search<StoredDocument>({
      index,
      size: request.first + 1,
      track_total_hits: true,
      query: toSearchQuery(plan, request, visible),
      sort: [{ _score: { order: "desc" } }, { name: "asc" }, { urn: "asc" }],
      ...(after ? { search_after: [after.score, after.name, after.urn] } : {}),
      _source: ["document"],
      aggs: {
        ...Object.fromEntries(facetNames.map((name) => [name, countValues(facetFields[name], facetSize(name))])),
        columns: overColumns(visible, {
          tag: { terms: { field: "columns.tag", size: facetSize("tag") }, aggs: inDocuments },
        }),
      },
    }),
  );
  const { total, hits } = answer.hits;
  const totalCount = typeof total === "object" ? total.value : (total ?? 0);
  const isVisible = compileFilter(filter);
  return {
    hits: hits.slice(0, request.first).map((hit) => {
      const document = readDocument(hit);
      // WHY the sort value: the next page has to start from exactly what was compared
      const score = Number(hit.sort?.[0] ?? 0);
      const cursor = toCursor(request, { score, name: document.name, urn: document.urn });
      const explained = explainHit(document, plan, (place) => {
        const column = document.columns[place];
        return column !== undefined && isVisible(column.object);
      });
      return { urn: document.urn, score: Math.round(score * 1e6) / 1e6, ...explained, cursor };
    }),
    hasNextPage: hits.length > request.first,
    totalCount,
    facets: readFacets(answer.aggregations),
    didYouMean: totalCount === 0 ? await findDidYouMean(plan, vocabulary) : [],
    staleBy: 0,
  };
}

/** WHY all tags: those of documents and of columns are counted apart, and the most used of both may be in neither list's first. */
const maxTagsCounted = 10_000;

function facetSize(name: FacetName): number {
  return name === "tag" ? maxTagsCounted : maxFacetValues;
}

function countValues(field: string, size: number): estypes.AggregationsAggregationContainer {
  return { terms: { field, size, order: [{ _count: "desc" }, { _key: "asc" }] } };
}

function readFacets(aggregations: Record<string, estypes.AggregationsAggregate> | undefined): SearchResult["facets"] {
  const tags = new Map(bucketsOf(aggregations?.tag).map(({ key, doc_count }) => [String(key), doc_count]));
  for (const bucket of bucketsOf(columnsOf(aggregations).tag)) {
    const tag = String(bucket.key);
    tags.set(tag, (tags.get(tag) ?? 0) + documentsIn(bucket));
  }
  const countedTags = [...tags]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareCodePoints(a.value, b.value))
    .slice(0, maxFacetValues);
  return new Map(
    facetNames.map((name) => [
      name,
      name === "tag"
        ? countedTags
        : bucketsOf(aggregations?.[name]).map(({ key, doc_count }) => ({ value: String(key), count: doc_count })),
    ]),
  );
}

/** Names of visible documents that start with the prefix, shortest first, then columns that do, most used first. */
export async function suggestNames(
  connection: ElasticConnection,
  index: string,
  query: SuggestionQuery,
  filter: ObjectFilter,
): ReturnType<SearchStore["suggest"]> {
  const visible = toVisible(filter);
  const starts = query.starts.map((start): Query => ({ prefix: { identity1: { value: start } } }));
  const names = await connection.call((client) =>
    client.search<StoredDocument>({
      index,
      size: query.first,
      track_total_hits: false,
      query: { bool: { filter: [...visible.documents, anyOf(starts)] } },
      sort: [{ nameLength: "asc" }, { name: "asc" }, { urn: "asc" }],
      _source: ["document"],
    }),
  );
  const found = names.hits.hits.map((hit) => {
    const { name, urn, kind } = readDocument(hit);
    return { text: name, urn, kind };
  });
  if (found.length === query.first) return found;
  const starting: Query = { prefix: { "columns.folded": { value: query.folded } } };
  const columns = await connection.call((client) =>
    client.search({
      index,
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [...visible.documents, inColumns(visible, starting)] } },
      aggs: {
        columns: overColumns(visible, {
          names: {
            terms: {
              field: "columns.folded",
              include: `${escapeRegExp(query.folded)}(.|\n)*`,
              size: query.first - found.length,
              order: [{ documents: "desc" }, { _key: "asc" }],
            },
            aggs: {
              documents: {
                reverse_nested: {},
                aggs: { first: { top_hits: { size: 1, sort: [{ urn: "asc" }], _source: ["document"] } } },
              },
            },
          },
        }),
      },
    }),
  );
  const isVisible = compileFilter(filter);
  const buckets = bucketsOf(columnsOf(columns.aggregations).names);
  return [...found, ...buckets.flatMap((bucket) => toColumnSuggestion(bucket, isVisible))];
}

function toColumnSuggestion(bucket: estypes.AggregationsStringTermsBucket, isVisible: ObjectTest) {
  const { first } = bucket.documents as { readonly first: estypes.AggregationsTopHitsAggregate };
  const [top] = first.hits.hits;
  if (!top) return [];
  const document = readDocument(top as estypes.SearchHit<StoredDocument>);
  const name = document.columns
    .filter((column) => foldColumnName(column.name) === bucket.key && isVisible(column.object))
    .map((column) => column.name)
    .sort(compareCodePoints)[0];
  return name === undefined ? [] : [columnSuggestion(document.urn, name)];
}

function readDocument(hit: estypes.SearchHit<StoredDocument>): SearchDocument {
  return JSON.parse(hit._source?.document ?? "null") as SearchDocument;
}

/** Lucene takes a backslash before anything that is no letter or digit. */
function escapeRegExp(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "\\$&");
}
