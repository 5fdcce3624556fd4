import type { estypes } from "@elastic/elasticsearch";
import { compareCodePoints, editDistance, maxPrefixWords, type VisibleVocabulary } from "../../search/index.ts";
import {
  type Aggregations,
  bucketsOf,
  columnsOf,
  documentsIn,
  inDocuments,
  overColumns,
} from "./column-aggregations.ts";
import type { ElasticConnection } from "./elastic-connection.ts";
import type { Query } from "./object-condition-query.ts";
import { anyOf, hasTerm } from "./search-query.ts";
import { inColumns, type Visible } from "./visible-query.ts";

/** More words within two edits of one are not in any language; all are then checked for being visible. */
const maxNear = 1_000;

/** The vocabulary of the documents and columns that are visible. */
export function createVisibleVocabulary(
  connection: ElasticConnection,
  index: string,
  visible: Visible,
): VisibleVocabulary {
  const aggregate = async (filter: Query, own: Aggregations, columns: Aggregations) => {
    const { aggregations } = await connection.call((client) =>
      client.search({
        index,
        size: 0,
        track_total_hits: false,
        query: { bool: { filter: [...visible.documents, filter] } },
        aggs: { ...own, columns: overColumns(visible, columns) },
      }),
    );
    return { own: aggregations ?? {}, columns: columnsOf(aggregations) };
  };
  return {
    async countTerms(terms) {
      if (terms.length === 0) return new Map();
      const found = await aggregate(
        anyOf([
          ...terms.map((term) => hasTerm(term)),
          inColumns(visible, { terms: { "columns.newTerms": [...terms] } }),
        ]),
        { counts: { filters: { filters: terms.map((term) => hasTerm(term)) } } },
        {
          counts: {
            filters: { filters: terms.map((term) => ({ term: { "columns.newTerms": { value: term } } })) },
            aggs: inDocuments,
          },
        },
      );
      const own = filtersOf(found.own.counts);
      const added = filtersOf(found.columns.counts);
      const counts = terms.map((_, at) => (own[at]?.doc_count ?? 0) + documentsIn(added[at]));
      return new Map(terms.flatMap((term, at) => ((counts[at] ?? 0) > 0 ? [[term, counts[at] ?? 0] as const] : [])));
    },

    async nearWords(word, maxEdits, prefix) {
      const near = maxEdits === 0 ? [] : await findNear(connection, index, word, maxEdits);
      if (near.length === 0 && prefix === undefined) return [];
      const choices = (field: string): Query[] => [
        ...(near.length > 0 ? [{ terms: { [field]: near } }] : []),
        ...(prefix === undefined ? [] : [{ prefix: { [field]: { value: prefix } } }]),
      ];
      const listing = (field: string): Aggregations => ({
        ...(near.length > 0 ? { near: { terms: { field, include: near, size: near.length } } } : {}),
        ...(prefix === undefined
          ? {}
          : {
              starting: {
                // words have letters and digits only, nothing to escape
                terms: { field, include: `${prefix}.*`, size: maxPrefixWords, order: { _key: "asc" } },
              },
            }),
      });
      const found = await aggregate(
        anyOf([...choices("words"), inColumns(visible, anyOf(choices("columns.words")))]),
        listing("words"),
        listing("columns.words"),
      );
      const both = [found.own, found.columns];
      // each list has the first of its kind, so the first of both are among them
      const starting = [...new Set(both.flatMap((one) => keysOf(one.starting)))].sort(compareCodePoints);
      return [...new Set([...both.flatMap((one) => keysOf(one.near)), ...starting.slice(0, maxPrefixWords)])];
    },
  };
}

/** Words of the whole index, hidden ones among them. */
async function findNear(
  connection: ElasticConnection,
  index: string,
  word: string,
  maxEdits: number,
): Promise<string[]> {
  const nearIn = (field: string): estypes.SearchFieldSuggester => ({
    text: word,
    term: {
      field,
      analyzer: "keyword",
      suggest_mode: "always",
      string_distance: "damerau_levenshtein",
      max_edits: maxEdits,
      prefix_length: 0,
      min_word_length: 1,
      size: maxNear,
      shard_size: maxNear,
      // how often the word is there must not matter
      max_term_freq: 2_147_483_647,
    },
  });
  const { suggest } = await connection.call((client) =>
    client.search({ index, size: 0, suggest: { own: nearIn("words"), columns: nearIn("columns.words") } }),
  );
  const entries = [...(suggest?.own ?? []), ...(suggest?.columns ?? [])];
  const options = entries.flatMap((entry) => entry.options as { readonly text: string }[]);
  return [...new Set([word, ...options.map(({ text }) => text)])].filter(
    (near) => editDistance(word, near, maxEdits) <= maxEdits,
  );
}

function filtersOf(aggregate: estypes.AggregationsAggregate | undefined): estypes.AggregationsFiltersBucket[] {
  const { buckets = [] } = (aggregate ?? {}) as estypes.AggregationsFiltersAggregate;
  return Array.isArray(buckets) ? buckets : [];
}

function keysOf(aggregate: estypes.AggregationsAggregate | undefined): string[] {
  return bucketsOf(aggregate).map(({ key }) => String(key));
}
