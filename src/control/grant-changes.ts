import type { Authorized } from "../heimdall/ports.ts";
import { NotFoundError } from "../shared/errors.ts";
import { matchesFilter } from "../shared/object-filter.ts";
import { nameOf } from "./describe.ts";
import type { GrantStore, ResourceStore } from "./stores.ts";

/** One step in the life of a grant. */
export interface GrantChange {
  readonly what: "created" | "updated" | "approved" | "rejected" | "used";
  /** id of the user; empty where a decision used the grant up */
  readonly by: string;
  /** RFC 3339 */
  readonly at: string;
  /** of the grant; each change of what it says is a new one */
  readonly generation: number;
  readonly notes: string | undefined;
}

/**
 * What became of a grant, or of the request for one, the newest first: each generation that is kept, and what was decided on it.
 * @throws {NotFoundError} absent or not visible
 */
export type GrantHistory = (auth: Authorized<"resource.read">, name: string) => Promise<readonly GrantChange[]>;

/** Reads it from the versions of resources and the decisions on grants. */
export function createGrantHistory({
  resources,
  grants,
}: {
  readonly resources: Pick<ResourceStore, "find" | "versions">;
  readonly grants: Pick<GrantStore, "find">;
}): GrantHistory {
  return async (auth, name) => {
    const ref = { type: "grant", name, workspace: undefined } as const;
    const resource = await resources.find(ref);
    if (!resource || !matchesFilter(auth.filter, resource.object))
      throw new NotFoundError(`there is no ${nameOf(ref)}`);
    const changes: GrantChange[] = [];
    for (const { generation, at, actor } of await resources.versions(resource.uid)) {
      const decision = await grants.find(resource.uid, generation);
      if (decision) {
        const { state, by, notes, usedAt } = decision;
        if (usedAt !== undefined) changes.push({ what: "used", by: "", at: usedAt, generation, notes: undefined });
        changes.push({ what: state, by, at: decision.at, generation, notes });
      }
      const what = generation === 1 ? "created" : "updated";
      changes.push({ what, by: actor, at, generation, notes: undefined });
    }
    return changes;
  };
}
