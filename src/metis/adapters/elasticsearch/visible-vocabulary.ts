import type { estypes } from "@elastic/elasticsearch";
import { editDistance, maxPrefixWords, type VisibleVocabulary } from "../../search/index.ts";
import type { ElasticConnection } from "./elastic-connection.ts";
import type { Query } from "./object-condition-query.ts";
import { hasTerm, isLive } from "./search-query.ts";

/** More words within two edits of one are not in any language; all are then checked for being visible. */
const maxNear = 1_000;

/** The vocabulary of the documents that `visible` selects. */
export function createVisibleVocabulary(
  connection: ElasticConnection,
  index: string,
  visible: Query,
): VisibleVocabulary {
  return {
    async countTerms(terms) {
      if (terms.length === 0) return new Map();
      const { aggregations } = await connection.call((client) =>
        client.search({
          index,
          size: 0,
          track_total_hits: false,
          query: {
            bool: {
              filter: [
                isLive,
                visible,
                { bool: { should: terms.map((term) => hasTerm(term)), minimum_should_match: 1 } },
              ],
            },
          },
          aggs: { counts: { filters: { filters: terms.map((term) => hasTerm(term)) } } },
        }),
      );
      const { buckets = [] } = (aggregations?.counts ?? {}) as estypes.AggregationsFiltersAggregate;
      const counts = (Array.isArray(buckets) ? buckets : []).map(({ doc_count }) => doc_count);
      return new Map(terms.flatMap((term, at) => ((counts[at] ?? 0) > 0 ? [[term, counts[at] ?? 0] as const] : [])));
    },

    async nearWords(word, maxEdits, prefix) {
      const near = maxEdits === 0 ? [] : await findNear(connection, index, word, maxEdits);
      if (near.length === 0 && prefix === undefined) return [];
      const choices: Query[] = [
        ...(near.length > 0 ? [{ terms: { words: near } }] : []),
        ...(prefix === undefined ? [] : [{ prefix: { words: { value: prefix } } }]),
      ];
      const { aggregations } = await connection.call((client) =>
        client.search({
          index,
          size: 0,
          track_total_hits: false,
          query: { bool: { filter: [isLive, visible, { bool: { should: choices, minimum_should_match: 1 } }] } },
          aggs: {
            ...(near.length > 0 ? { near: { terms: { field: "words", include: near, size: maxNear } } } : {}),
            ...(prefix === undefined
              ? {}
              : {
                  starting: {
                    // words have letters and digits only, nothing to escape
                    terms: { field: "words", include: `${prefix}.*`, size: maxPrefixWords, order: { _key: "asc" } },
                  },
                }),
          },
        }),
      );
      return [...new Set([...keysOf(aggregations?.near), ...keysOf(aggregations?.starting)])];
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
  const { suggest } = await connection.call((client) =>
    client.search({
      index,
      size: 0,
      suggest: {
        near: {
          text: word,
          term: {
            field: "words",
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
        },
      },
    }),
  );
  const options = (suggest?.near ?? []).flatMap((entry) => entry.options as { readonly text: string }[]);
  return [...new Set([word, ...options.map(({ text }) => text)])].filter(
    (near) => editDistance(word, near, maxEdits) <= maxEdits,
  );
}

function keysOf(aggregate: estypes.AggregationsAggregate | undefined): string[] {
  const { buckets = [] } = (aggregate ?? {}) as estypes.AggregationsStringTermsAggregate;
  return (Array.isArray(buckets) ? buckets : []).map(({ key }) => String(key));
}
