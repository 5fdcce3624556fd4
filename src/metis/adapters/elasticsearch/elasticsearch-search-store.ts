import type { Clock } from "../../../shared/clock.ts";
import { BadInputError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { SearchStore } from "../../ports.ts";
import { checkChanges, checkRequest, toSuggestionQuery } from "../../search/index.ts";
import { stateId, writeChanges } from "./bulk-writer.ts";
import { answeredError, type ElasticConnection, type ElasticOptions, openElastic } from "./elastic-connection.ts";
import { createSearchIndices, type SearchIndices } from "./search-index.ts";
import { searchIndex, suggestNames } from "./search-reader.ts";
import { isLive } from "./visible-query.ts";

/** A document that Elasticsearch refused for good. */
export interface DeadLetter {
  readonly urn: string;
  readonly seq: number;
  readonly reason: string;
}

export interface ElasticsearchSearchStore extends SearchStore {
  /** The newest refused documents, at most 1,000. They are in no answer. */
  deadLetters(): Promise<readonly DeadLetter[]>;
}

/**
 * The search projection in Elasticsearch 9. Connects when first used, and again after every failure: a cluster that is down
 * delays what is asked of it and nothing else. Same analysis, scores and order as every other search store.
 *
 * @param options `prefix` of all index names, lower case, default `dataos`
 */
export function createElasticsearchSearchStore(
  options: ElasticOptions & { readonly prefix?: string },
  env: { readonly logger: Logger; readonly clock: Clock },
): ElasticsearchSearchStore {
  const prefix = options.prefix ?? "dataos";
  if (!/^[a-z0-9][a-z0-9_-]{0,99}$/.test(prefix)) {
    throw new BadInputError(`index prefix \`${prefix}\`; expected lower-case letters, digits, \`-\` and \`_\``);
  }
  const connection = openElastic(options);
  const indices = createSearchIndices(connection, prefix, env);
  const deadLetterIndex = `${prefix}-dead-letters`;
  return {
    ...overIndex({ connection, deadLetterIndex, env, index: () => indices.live() }),
    beginRebuild: () => beginRebuild(connection, indices, deadLetterIndex, env),
    deadLetters: () => readDeadLetters(connection, deadLetterIndex),
    close: () => connection.close(),
  };
}

interface Parts {
  readonly connection: ElasticConnection;
  readonly deadLetterIndex: string;
  readonly env: { readonly logger: Logger; readonly clock: Clock };
  index(): Promise<string>;
}

function overIndex({ connection, deadLetterIndex, env, index: findIndex }: Parts): SearchStore {
  return {
    async appliedSeq() {
      const index = await findIndex();
      const found = await connection
        .call((client) => client.get<{ appliedSeq: number }>({ index, id: stateId }))
        .catch((error: unknown) => {
          if (answeredError(error)?.status === 404) return undefined;
          throw error;
        });
      return found?._source?.appliedSeq ?? 0;
    },

    async apply(changes) {
      checkChanges(changes);
      await writeChanges(connection, await findIndex(), deadLetterIndex, changes, env);
    },

    async search(request, visible) {
      checkRequest(request);
      return searchIndex(connection, await findIndex(), request, visible);
    },
    async suggest(prefix, first, visible) {
      const query = toSuggestionQuery(prefix, first);
      return query === undefined ? [] : suggestNames(connection, await findIndex(), query, visible);
    },

    beginRebuild: () => Promise.reject(new TypeError("an index that is being built has none beside it")),
    async count() {
      const index = await findIndex();
      return (await connection.call((client) => client.count({ index, query: isLive }))).count;
    },
    async ping() {
      await connection.call((client) => client.info());
    },
    close: async () => {},
  };
}

async function beginRebuild(
  connection: ElasticConnection,
  indices: SearchIndices,
  deadLetterIndex: string,
  env: Parts["env"],
): ReturnType<SearchStore["beginRebuild"]> {
  await indices.live();
  await indices.removeLeft();
  const fresh = await indices.create();
  return {
    store: overIndex({ connection, deadLetterIndex, env, index: async () => fresh }),
    swap: () => indices.swap(fresh),
    abandon: () => indices.remove(fresh),
  };
}

async function readDeadLetters(connection: ElasticConnection, index: string): Promise<readonly DeadLetter[]> {
  const found = await connection.call((client) =>
    client.search<DeadLetter>({
      index,
      ignore_unavailable: true,
      size: 1_000,
      sort: [{ seq: { order: "desc", unmapped_type: "long" } }],
      _source: ["urn", "seq", "reason"],
    }),
  );
  return found.hits.hits.flatMap(({ _source }) => _source ?? []);
}
