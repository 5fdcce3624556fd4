import { stringify } from "yaml";
import type { Authorizer, CallContext } from "../heimdall/ports.ts";
import { NotFoundError } from "../shared/errors.ts";
import { type Applied, type Apply, noRollback } from "./apply.ts";
import { nameOf } from "./describe.ts";
import { titleOf, toYaml, unifiedDiff } from "./diff.ts";
import type { Control, RollbackRequest } from "./ports.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";
import type { VisibleFinder } from "./visible.ts";

type Version = Awaited<ReturnType<Control["versions"]>>[number];

/** Former manifests of resources. */
export interface History {
  /** As `Control.diff`. */
  diff(resource: StoredResource, between: Parameters<Control["diff"]>[2]): Promise<string>;
  /** As `Control.rollback`. */
  rollback(call: CallContext, request: RollbackRequest): Promise<Applied>;
}

export function createHistory({
  resources,
  visible,
  authorizer,
  apply,
}: {
  readonly resources: Pick<ResourceStore, "versions">;
  readonly visible: VisibleFinder;
  readonly authorizer: Pick<Authorizer, "authorizeList">;
  readonly apply: Apply;
}): History {
  return {
    async diff(resource, { from, to = resource.generation }) {
      const versions = await resources.versions(resource.uid);
      const after = find(resource, versions, to);
      const before =
        from === undefined ? versions.find(({ generation }) => generation < to) : find(resource, versions, from);
      return unifiedDiff(titleOf(resource.ref), before && toYaml(before.manifest), toYaml(after.manifest));
    },

    async rollback(call, { ref, to, ifVersion, dryRun }) {
      const resource = await visible.resource(await authorizer.authorizeList(call, "resource.read"), ref);
      const versions = await resources.versions(resource.uid);
      const version = to === undefined ? former(resource, versions) : find(resource, versions, to);
      const { workspace = "public" } = resource.ref;
      return apply(
        call,
        {
          documents: [{ file: `${titleOf(resource.ref)}@${version.generation}`, text: stringify(version.manifest) }],
          variables: new Map(),
          // what stood there was filled in when it was applied
          disableInterpolation: true,
          workspace,
          dryRun,
          ...(ifVersion === undefined ? {} : { ifVersions: [{ ref: resource.ref, resourceVersion: ifVersion }] }),
        },
        undefined,
        { ...noRollback, restoring: { to: version.generation, from: resource.generation } },
      );
    },
  };
}

function find({ ref }: StoredResource, versions: readonly Version[], wanted: number): Version {
  const found = versions.find(({ generation }) => generation === wanted);
  if (found) return found;
  const [newest, oldest] = [versions[0], versions.at(-1)];
  throw new NotFoundError(
    `${nameOf(ref)} has no generation ${wanted}; there are ${oldest?.generation ?? 0} to ${newest?.generation ?? 0}`,
  );
}

function former({ ref, generation }: StoredResource, versions: readonly Version[]): Version {
  const found = versions.find((version) => version.generation < generation);
  if (found) return found;
  throw new NotFoundError(`${nameOf(ref)} has no former generation to go back to`);
}
