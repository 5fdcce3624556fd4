import type { EntityKind, LifecycleState } from "../ports.ts";

/** What the rules need to know of an entity. */
export interface LifecycleFacts {
  readonly id: string;
  readonly urn: string;
  readonly name: string;
  readonly kind: EntityKind;
  readonly parentId: string | undefined;
  readonly state: LifecycleState;
  /** RFC 3339 */
  readonly stateSince: string;
  /** number of its newest change */
  readonly seq: number;
}

/** A container that a scan listed whole and without error. */
export interface Listing {
  readonly container: string;
  readonly childKind: EntityKind;
  /** children that were active or unknown before, seen or not */
  readonly liveChildren: number;
  /** children that the scan did not put, in any state */
  readonly absent: readonly LifecycleFacts[];
  readonly excluded: (name: string) => boolean;
}

export interface Transition {
  readonly entity: LifecycleFacts;
  readonly to: LifecycleState;
}

export interface LifecyclePlan {
  /** what takes effect now; one per entity */
  readonly transitions: readonly Transition[];
  /** removals that wait for approval, with the reason in words */
  readonly held: { readonly reason: string; readonly removals: readonly LifecycleFacts[] } | undefined;
}

/** How long something stays `missing` before a further proof of its absence makes it `deleted`: 7 days. */
export const missingRetentionMs = 7 * 24 * 60 * 60 * 1000;

const maxRemovals = 50;
const maxShare = 0.2;
const minShareRemovals = 5;
const containerKinds: readonly EntityKind[] = ["depot", "database", "schema"];

/**
 * The rules of DESIGN §6 for the end of a scan. Pure.
 * - absent from a container that was listed whole: `missing` with all that is in it; left out by a filter: `outOfScope`;
 * - in a container whose listing failed: `unknown`, nothing else;
 * - `missing` longer than the retention and absent again: `deleted`;
 * - all removals wait when a whole container would go (one that holds datasets, or all of at least two things in one), more than 50
 *   objects, or more than 20 % of a container and at least 5. A column counts only where its dataset stays.
 *
 * @param failed children that were not put, of containers whose listing failed
 * @param descendants what lies below the absent ones and the failed ones: parent's id -> children not put in this scan
 */
export function planLifecycle(
  listings: readonly Listing[],
  failed: readonly LifecycleFacts[],
  descendants: ReadonlyMap<string, readonly LifecycleFacts[]>,
  nowMs: number,
): LifecyclePlan {
  const transitions = new Map<string, Transition>();
  const removals = new Map<string, LifecycleFacts>();
  const reasons: string[] = [];
  let removedObjects = 0;
  const below = (root: LifecycleFacts): LifecycleFacts[] => withDescendants(root, descendants);

  for (const root of failed) {
    for (const entity of below(root)) {
      if (entity.state === "active") transitions.set(entity.id, { entity, to: "unknown" });
    }
  }
  for (const listing of listings) {
    let removedHere = 0;
    for (const root of listing.absent) {
      const family = below(root);
      if (listing.excluded(root.name)) {
        for (const entity of family) {
          if (isLive(entity) || entity.state === "missing") transitions.set(entity.id, { entity, to: "outOfScope" });
        }
        continue;
      }
      for (const entity of family) {
        if (isLive(entity) || entity.state === "outOfScope") removals.set(entity.id, entity);
        else if (isOverdue(entity, nowMs)) transitions.set(entity.id, { entity, to: "deleted" });
      }
      if (!isLive(root)) continue;
      removedHere++;
      const objects = family.filter((entity) => isLive(entity) && (entity === root || entity.kind !== "column")).length;
      removedObjects += objects;
      if (containerKinds.includes(root.kind) && objects > 1) {
        reasons.push(
          `${root.kind} \`${root.urn}\` would go with ${objects === 2 ? "the object" : `the ${objects - 1} objects`} in it`,
        );
      }
    }
    const reason = judge(listing, removedHere);
    if (reason) reasons.push(reason);
  }
  if (removedObjects > maxRemovals) reasons.push(`${removedObjects} objects would go, more than ${maxRemovals}`);
  if (reasons.length > 0) {
    return {
      transitions: [...transitions.values()],
      held: { reason: reasons.join("; "), removals: [...removals.values()] },
    };
  }
  for (const entity of removals.values()) transitions.set(entity.id, { entity, to: "missing" });
  return { transitions: [...transitions.values()], held: undefined };
}

/** Whether it counts as there before a scan looks. */
export function isLive({ state }: Pick<LifecycleFacts, "state">): boolean {
  return state === "active" || state === "unknown";
}

/** Whether being put again brings it back, which is told apart from a mere update. */
export function isRestoredByScan(state: LifecycleState): boolean {
  return state === "missing" || state === "deleted" || state === "outOfScope";
}

function judge({ container, childKind, liveChildren }: Listing, removed: number): string | undefined {
  const what = `${removed} of ${liveChildren} ${childKind}s of \`${container}\` would go`;
  if (childKind !== "column" && removed >= 2 && removed === liveChildren) return `${what}, which is all of it`;
  if (removed >= minShareRemovals && removed > liveChildren * maxShare) return `${what}, more than ${maxShare * 100} %`;
  return undefined;
}

function isOverdue(entity: LifecycleFacts, nowMs: number): boolean {
  return entity.state === "missing" && nowMs - Date.parse(entity.stateSince) >= missingRetentionMs;
}

function withDescendants(
  root: LifecycleFacts,
  descendants: ReadonlyMap<string, readonly LifecycleFacts[]>,
): LifecycleFacts[] {
  const found = [root];
  for (const entity of found) found.push(...(descendants.get(entity.id) ?? []));
  return found;
}
