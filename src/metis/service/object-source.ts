import type { ObjectSource } from "../../heimdall/ports.ts";
import type { Attributes, DecisionObject } from "../../shared/decision.ts";
import { DataOsError } from "../../shared/errors.ts";
import { looksLikeUdl } from "../../shared/udl.ts";
import type { CatalogStore } from "../adapters/state/index.ts";
import { describeEntity, listedStates, toEntity } from "../catalog/index.ts";
import { findCandidates } from "./entity-access.ts";

/**
 * What the catalog knows of objects that a question names by URN or UDL address: all their paths, tags, attributes and columns.
 * SECURITY: what the catalog knows wins over what the caller says of it; tags are those of both, so that a caller cannot
 * take one away.
 */
export function createObjectSource(store: CatalogStore): ObjectSource {
  return {
    async describe(object) {
      for (const path of object.paths) {
        if (!path.startsWith("urn:dataos:") && !looksLikeUdl(path)) continue;
        const [record, another] = await findOrNothing(store, path);
        // an address that means several is as good as none: the rules decide on what the caller said
        if (!record || another) continue;
        const columns =
          record.kind === "dataset"
            ? (await store.findChildren([record.id], ["column"])).filter(({ state }) => listedStates.includes(state))
            : undefined;
        return complete(object, describeEntity(toEntity(record), columns?.map(toEntity)));
      }
      return object;
    },
  };
}

async function findOrNothing(store: CatalogStore, path: string): Promise<Awaited<ReturnType<typeof findCandidates>>> {
  try {
    return await findCandidates(store, path);
  } catch (error) {
    // a path that is no address of ours is still a path that rules may speak of
    if (error instanceof DataOsError && error.code === "BAD_USER_INPUT") return [];
    throw error;
  }
}

function complete(said: DecisionObject, known: DecisionObject): DecisionObject {
  const attributes: Attributes = { ...said.attributes, ...known.attributes };
  return {
    ...said,
    ...known,
    paths: [...new Set([...said.paths, ...known.paths])],
    tags: [...new Set([...said.tags, ...known.tags])],
    attributes,
  };
}
