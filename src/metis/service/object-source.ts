import type { ObjectSource } from "../../heimdall/ports.ts";
import { completeObject } from "../../shared/complete-object.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import { DataOsError } from "../../shared/errors.ts";
import { looksLikeUdl, parseUdl } from "../../shared/udl.ts";
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
import type { KnownDepots } from "./known-depots.ts";

/**
 * What the catalog knows of objects that a question names by URN or UDL address: all their paths, tags, attributes and columns;
 * of an object that it does not know, what everything in the same place has in common. Names that mean several things give
 * `alternatives`.
 * SECURITY: what the catalog knows wins over what the caller says of it; tags are those of both, so that a caller cannot
 * take one away.
 * @param depots as `store` has them: spares the look-up of addresses in others
 */
export function createObjectSource(store: CatalogStore, depots: KnownDepots): ObjectSource {
  const describeRecord = async (record: EntityRecord): Promise<DecisionObject> => {
    if (record.kind !== "dataset") return describeEntity(toEntity(record));
    const columns = await store.findChildren([record.id], ["column"]);
    const listed = columns.filter(({ state }) => listedStates.includes(state));
    return describeEntity(toEntity(record), listed.map(toEntity));
  };
  return {
    async describe(object) {
      const addresses: string[] = [];
      for (const path of object.paths) if (await mayBeKnown(path, depots)) addresses.push(path);
      const meant = toMeanings(
        await Promise.all(addresses.map((address) => ifAddress(() => findCandidates(store, address)))),
      );
      if (meant.length > 0) return complete(object, await Promise.all(meant.map(describeRecord)));
      for (const address of addresses) {
        const containers = await findContainers(store, address);
        if (containers.length === 0) continue;
        return complete(
          object,
          containers.map((container) => ({ paths: [], ...describeInside(toEntity(container)) })),
        );
      }
      return object;
    },
  };
}

async function mayBeKnown(path: string, depots: KnownDepots): Promise<boolean> {
  if (!looksLikeUdl(path)) return path.startsWith("urn:dataos:");
  const [place] = await ifAddress(async () => [parseUdl(path)]);
  return place !== undefined && depots.has(place.depot);
}

/** INVARIANT: of several things none is taken for the one that is meant; each is decided on. */
function complete(object: DecisionObject, known: readonly DecisionObject[]): DecisionObject {
  const [only, another] = known;
  if (!only) return object;
  return another ? { ...object, alternatives: known } : completeObject(object, only);
}

/**
 * What the names of one object mean: each thing that a name alone stands for; a name that may mean several adds them
 * unless one of them is named by another name already, such as the short address beside the URN.
 */
function toMeanings(found: readonly (readonly EntityRecord[])[]): readonly EntityRecord[] {
  const meant = new Map<string, EntityRecord>();
  for (const candidates of found) {
    const [only, another] = candidates;
    if (only && !another) meant.set(only.id, only);
  }
  for (const candidates of found) {
    if (candidates.some(({ id }) => meant.has(id))) continue;
    for (const record of candidates) meant.set(record.id, record);
  }
  return [...meant.values()];
}

/** The nearest known container; several where the address does not say which. */
async function findContainers(store: CatalogStore, address: string): Promise<readonly EntityRecord[]> {
  for (const container of await ifAddress(async () => containersOf(address))) {
    const found = await ifAddress(() => findCandidates(store, container));
    if (found.length > 0) return found;
  }
  return [];
}

/** Nothing for a path that is no address of ours, which rules may speak of all the same. */
async function ifAddress<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DataOsError && error.code === "BAD_USER_INPUT") return [];
    throw error;
  }
}
