import type { Authorized } from "../heimdall/ports.ts";
import type { DecisionObject } from "../shared/decision.ts";
import { NotFoundError } from "../shared/errors.ts";
import { matchesFilter } from "../shared/object-filter.ts";
import { nameOf } from "./describe.ts";
import { type ResourceRef, workspaceTypes } from "./ports.ts";
import type { ResourceStore, RunStore, StoredResource, StoredRun } from "./stores.ts";

/** Finds what a decision opens; anything else looks as if it were absent. */
export interface VisibleFinder {
  /** @throws {NotFoundError} */
  resource(auth: Authorized, ref: ResourceRef): Promise<StoredResource>;
  /** @throws {NotFoundError} */
  run(auth: Authorized, runId: string): Promise<StoredRun>;
}

export function createVisibleFinder({
  resources,
  runs,
}: {
  readonly resources: Pick<ResourceStore, "find" | "findByUid">;
  readonly runs: Pick<RunStore, "find">;
}): VisibleFinder {
  return {
    async resource(auth, given) {
      const resource = await resources.find(toFullRef(given));
      if (!resource || !isAbout(auth, resource.object)) throw new NotFoundError(`there is no ${nameOf(given)}`);
      return resource;
    },
    async run(auth, runId) {
      const run = await runs.find(runId);
      const workflow = run && (await resources.findByUid(run.uid));
      if (!run || !workflow || !isAbout(auth, workflow.object)) throw new NotFoundError(`there is no run \`${runId}\``);
      return run;
    },
  };
}

/** SECURITY: a decision about one thing does not open another one. */
export function isAbout(auth: Authorized, object: DecisionObject): boolean {
  if (!matchesFilter(auth.filter, object)) return false;
  return auth.object === undefined || auth.object.paths.some((path) => object.paths.includes(path));
}

/** Workspace-level types are in `public` where nothing is said, others in none. */
export function toFullRef({ type, name, workspace }: ResourceRef): ResourceRef {
  return { type, name, workspace: workspaceTypes.has(type) ? (workspace ?? "public") : undefined };
}
