import type { ObjectLister } from "../../heimdall/ports.ts";
import type { CatalogStore } from "../adapters/state/index.ts";
import { describeEntity, toEntity } from "../catalog/index.ts";
import { entityKinds } from "../ports.ts";
import type { KnownDepots } from "./known-depots.ts";
import { createObjectSource } from "./object-source.ts";

/** The catalog as searches of policies look through it: listed entities by URN. The type `entity` stands for every kind. */
export function createObjectLister(store: CatalogStore, depots: KnownDepots): ObjectLister {
  return {
    ...createObjectSource(store, depots),
    types: async () => entityKinds,
    async list({ type, filter }, { first, after }) {
      const kind = entityKinds.find((known) => known === type);
      if (kind === undefined && type !== undefined && type !== "entity") return { items: [], hasNextPage: false };
      const records = await store.list({ kind }, filter, {
        byPosition: false,
        after: after === undefined ? undefined : { position: undefined, urn: after },
        limit: first + 1,
      });
      const items = records
        .slice(0, first)
        .map((record) => ({ cursor: record.urn, object: describeEntity(toEntity(record)) }));
      return { items, hasNextPage: records.length > first };
    },
  };
}
