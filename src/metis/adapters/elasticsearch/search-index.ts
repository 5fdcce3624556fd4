import { randomUUID } from "node:crypto";
import type { estypes } from "@elastic/elasticsearch";
import type { Clock } from "../../../shared/clock.ts";
import { UnavailableError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { answeredError, type ElasticConnection } from "./elastic-connection.ts";
import { indexDefinition, mappingVersion } from "./search-mapping.ts";

/** The indices behind one search projection: one that is live behind an alias, and those that are being built. */
export interface SearchIndices {
  /** Name of the live index; made when there is none or it is of another version. */
  live(): Promise<string>;
  create(): Promise<string>;
  /** Puts `index` in the place of the live one and removes that, in one step. */
  swap(index: string): Promise<void>;
  remove(index: string): Promise<void>;
  /** Removes indices of rebuilds whose process ended. */
  removeLeft(): Promise<void>;
}

const leftAfterMs = 24 * 3_600_000;

/** @param prefix lower-case letters, digits, `-`, `_` */
export function createSearchIndices(
  connection: ElasticConnection,
  prefix: string,
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): SearchIndices {
  const alias = `${prefix}-search`;
  const ownName = (): string => `${alias}-${randomUUID()}`;
  let verified: string | undefined;

  const findLive = async (): Promise<{ index: string; version: unknown } | undefined> => {
    const found = await connection
      .call((client) => client.indices.getMapping({ index: alias }))
      .catch((error: unknown) => {
        if (answeredError(error)?.status === 404) return {} as estypes.IndicesGetMappingResponse;
        throw error;
      });
    const [entry] = Object.entries(found);
    return entry && { index: entry[0], version: entry[1].mappings._meta?.version };
  };
  const create = async (name: string, aliases: Record<string, object>): Promise<void> => {
    await connection.call((client) =>
      client.indices.create({ index: name, ...indexDefinition, aliases: { ...aliases, [writeAlias(name)]: {} } }),
    );
  };
  const ensure = async (): Promise<string> => {
    const index = await ensureThere();
    // an index that another process has just made may not answer yet
    await connection.call((client) => client.cluster.health({ index, wait_for_active_shards: 1, timeout: "10s" }));
    return index;
  };
  const ensureThere = async (): Promise<string> => {
    const live = await findLive();
    if (live?.version === mappingVersion) return live.index;
    if (live === undefined) {
      // WHY one fixed name: of two processes that start at once, one makes it and the other finds it made
      await create(`${alias}-initial`, { [alias]: {} }).catch((error: unknown) => {
        if (answeredError(error)?.type !== "resource_already_exists_exception") throw error;
      });
    } else {
      logger.warn(
        { index: live.index, version: mappingVersion },
        "search index is of another version and is built anew",
      );
      const fresh = ownName();
      await create(fresh, {});
      await swapIn(connection, alias, live.index, fresh);
    }
    const made = await findLive();
    if (made?.version !== mappingVersion) throw new UnavailableError(`the search index \`${alias}\` could not be made`);
    return made.index;
  };

  return {
    async live() {
      const current = verified;
      if (current !== undefined) {
        // WHY asked each time: another server process may have swapped in a rebuilt index
        const aliases = await connection
          .call((client) => client.indices.getAlias({ name: alias }))
          .catch((error: unknown) => {
            if (answeredError(error)?.status === 404) return {};
            throw error;
          });
        if (Object.keys(aliases).includes(current)) return current;
      }
      verified = await ensure();
      return verified;
    },
    async create() {
      const name = ownName();
      await create(name, {});
      return name;
    },
    async swap(index) {
      const live = await findLive();
      await swapIn(connection, alias, live?.index, index);
      verified = index;
    },
    async remove(index) {
      await connection.call((client) => client.indices.delete({ index, ignore_unavailable: true }));
    },
    async removeLeft() {
      const all = await connection.call((client) =>
        client.indices.get({ index: `${alias}-*`, expand_wildcards: "open", features: ["aliases", "settings"] }),
      );
      for (const [name, { aliases, settings }] of Object.entries(all)) {
        const createdAt = Number(settings?.index?.creation_date ?? Number.NaN);
        if (aliases?.[alias] || !(createdAt < clock.now() - leftAfterMs)) continue;
        await connection.call((client) => client.indices.delete({ index: name, ignore_unavailable: true }));
      }
    },
  };
}

/** An alias that lives and dies with its index. WHY: a write to an index that is gone would make one without mappings. */
export function writeAlias(index: string): string {
  return `${index}.write`;
}

async function swapIn(
  connection: ElasticConnection,
  alias: string,
  old: string | undefined,
  fresh: string,
): Promise<void> {
  const removal = old === undefined ? [] : [{ remove_index: { index: old } }];
  await connection.call((client) =>
    client.indices.updateAliases({ actions: [...removal, { add: { index: fresh, alias } }] }),
  );
}
