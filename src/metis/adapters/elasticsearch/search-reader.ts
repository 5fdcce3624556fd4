import type { estypes } from "@elastic/elasticsearch";
import type { SearchDocument, SearchRequest, SearchResult, SearchStore } from "../../ports.ts";
import {
  columnSuggestion,
  explainHit,
  facetNames,
  findDidYouMean,
  foldText,
  fromCursor,
  maxFacetValues,
  planQuery,
  type SuggestionQuery,
  toCursor,
} from "../../search/index.ts";
import type { ElasticConnection } from "./elastic-connection.ts";
import type { Query } from "./object-condition-query.ts";
import { facetFields, type StoredDocument } from "./search-mapping.ts";
import { isLive, toSearchQuery } from "./search-query.ts";
import { createVisibleVocabulary } from "./visible-vocabulary.ts";

/** Plans the search with what is visible, then gets page, count and facets in one request. */
export async function searchIndex(
  connection: ElasticConnection,
  index: string,
  request: SearchRequest,
  visible: Query,
): Promise<SearchResult> {
  const after = fromCursor(request);
  const vocabulary = createVisibleVocabulary(connection, index, visible);
  const plan = await planQuery(request.text, vocabulary);
  const answer = await connection.call((client) =>
    client.search<StoredDocument>({
      index,
      size: request.first + 1,
      track_total_hits: true,
      query: toSearchQuery(plan, request, visible),
      sort: [{ _score: { order: "desc" } }, { name: "asc" }, { urn: "asc" }],
      ...(after ? { search_after: [after.score, after.name, after.urn] } : {}),
      _source: ["document"],
      aggs: Object.fromEntries(
        facetNames.map((name) => [
          name,
          { terms: { field: facetFields[name], size: maxFacetValues, order: [{ _count: "desc" }, { _key: "asc" }] } },
        ]),
      ),
    }),
  );
  const { total, hits } = answer.hits;
  const totalCount = typeof total === "object" ? total.value : (total ?? 0);
  return {
    hits: hits.slice(0, request.first).map((hit) => {
      const document = readDocument(hit);
      // WHY the sort value: the next page has to start from exactly what was compared
      const score = Number(hit.sort?.[0] ?? 0);
      const cursor = toCursor(request, { score, name: document.name, urn: document.urn });
      return { urn: document.urn, score: Math.round(score * 1e6) / 1e6, ...explainHit(document, plan), cursor };
    }),
    hasNextPage: hits.length > request.first,
    totalCount,
    facets: new Map(facetNames.map((name) => [name, readCounts(answer.aggregations?.[name])])),
    didYouMean: totalCount === 0 ? await findDidYouMean(plan, vocabulary) : [],
    staleBy: 0,
  };
}

/** Names of visible documents that start with the prefix, shortest first, then columns that do, most used first. */
export async function suggestNames(
  connection: ElasticConnection,
  index: string,
  query: SuggestionQuery,
  visible: Query,
): ReturnType<SearchStore["suggest"]> {
  const filter = [isLive, visible];
  const starts = query.starts.map((start): Query => ({ prefix: { identity1: { value: start } } }));
  const names = await connection.call((client) =>
    client.search<StoredDocument>({
      index,
      size: query.first,
      track_total_hits: false,
      query: { bool: { filter: [...filter, { bool: { should: starts, minimum_should_match: 1 } }] } },
      sort: [{ nameLength: "asc" }, { name: "asc" }, { urn: "asc" }],
      _source: ["document"],
    }),
  );
  const found = names.hits.hits.map((hit) => {
    const { name, urn, kind } = readDocument(hit);
    return { text: name, urn, kind };
  });
  if (found.length === query.first) return found;
  const columns = await connection.call((client) =>
    client.search({
      index,
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [...filter, { prefix: { columns: { value: query.folded } } }] } },
      aggs: {
        columns: {
          terms: {
            field: "columns",
            include: `${escapeRegExp(query.folded)}(.|\n)*`,
            size: query.first - found.length,
            order: [{ _count: "desc" }, { _key: "asc" }],
          },
          aggs: { first: { top_hits: { size: 1, sort: [{ urn: "asc" }], _source: ["document"] } } },
        },
      },
    }),
  );
  return [...found, ...bucketsOf(columns.aggregations?.columns).flatMap(toColumnSuggestion)];
}

function toColumnSuggestion(bucket: estypes.AggregationsStringTermsBucket) {
  const [top] = (bucket.first as estypes.AggregationsTopHitsAggregate).hits.hits;
  if (!top) return [];
  const document = readDocument(top as estypes.SearchHit<StoredDocument>);
  const name = document.columns
    .map((column) => column.name)
    .filter((column) => foldText(column) === bucket.key)
    .sort()[0];
  return name === undefined ? [] : [columnSuggestion(document.urn, name)];
}

function readDocument(hit: estypes.SearchHit<StoredDocument>): SearchDocument {
  return JSON.parse(hit._source?.document ?? "null") as SearchDocument;
}

function readCounts(aggregate: estypes.AggregationsAggregate | undefined): { value: string; count: number }[] {
  return bucketsOf(aggregate).map(({ key, doc_count }) => ({ value: String(key), count: doc_count }));
}

function bucketsOf(aggregate: estypes.AggregationsAggregate | undefined): estypes.AggregationsStringTermsBucket[] {
  const { buckets = [] } = (aggregate ?? {}) as estypes.AggregationsStringTermsAggregate;
  return Array.isArray(buckets) ? buckets : [];
}

/** Lucene takes a backslash before anything that is no letter or digit. */
function escapeRegExp(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "\\$&");
}
