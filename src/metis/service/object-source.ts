import type { ObjectSource } from "../../heimdall/ports.ts";
import { completeObject } from "../../shared/complete-object.ts";
import { DataOsError } from "../../shared/errors.ts";
import { looksLikeUdl } from "../../shared/udl.ts";
import type { CatalogStore } from "../adapters/state/index.ts";
import {
  containersOf,
  describeEntity,
  describeInside,
  type EntityRecord,
  listedStates,
  toEntity,
} from "../catalog/index.ts";
import { findCandidates } from "./entity-access.ts";

/**
 * What the catalog knows of objects that a question names by URN or UDL address: all their paths, tags, attributes and columns;
 * of an object that it does not know, what everything in the same place has in common.
 * SECURITY: what the catalog knows wins over what the caller says of it; tags are those of both, so that a caller cannot
 * take one away.
 */
export function createObjectSource(store: CatalogStore): ObjectSource {
  return {
    async describe(object) {
      const addresses = object.paths.filter((path) => path.startsWith("urn:dataos:") || looksLikeUdl(path));
      for (const address of addresses) {
        const record = await findOne(store, address);
        if (!record) continue;
        const columns =
          record.kind === "dataset"
            ? (await store.findChildren([record.id], ["column"])).filter(({ state }) => listedStates.includes(state))
            : undefined;
        return completeObject(object, describeEntity(toEntity(record), columns?.map(toEntity)));
      }
      for (const address of addresses) {
        const container = await findContainer(store, address);
        if (container) return completeObject(object, { paths: [], ...describeInside(toEntity(container)) });
      }
      return object;
    },
  };
}

/** The entity at an address; an address that means several is as good as none: the rules decide on what the caller said. */
async function findOne(store: CatalogStore, address: string): Promise<EntityRecord | undefined> {
  const [record, another] = (await ifAddress(() => findCandidates(store, address))) ?? [];
  return another ? undefined : record;
}

async function findContainer(store: CatalogStore, address: string): Promise<EntityRecord | undefined> {
  const containers = await ifAddress(async () => containersOf(address));
  for (const container of containers ?? []) {
    const record = await findOne(store, container);
    if (record) return record;
  }
  return undefined;
}

/** `undefined`: a path that is no address of ours, which rules may speak of all the same. */
async function ifAddress<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DataOsError && error.code === "BAD_USER_INPUT") return undefined;
    throw error;
  }
}
