import { recordChange } from "../../heimdall/audit/index.ts";
import type { AuditLog, Authorizer, CallContext } from "../../heimdall/ports.ts";
import { ConflictError, NotFoundError, UnavailableError } from "../../shared/errors.ts";
import { formatUrn } from "../../shared/urn.ts";
import { describeWorkspace } from "../describe.ts";
import type { SpecOf } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { BundleRecord, BundleStore, Lease, StoredResource, WorkspaceStore } from "../stores.ts";

export interface BundleWorkspacesOptions {
  readonly workspaces: WorkspaceStore;
  readonly bundles: BundleStore;
  readonly secrets: SecretStore;
  readonly authorizer: Pick<Authorizer, "authorize">;
  readonly audit: Pick<AuditLog, "append">;
  readonly lease: () => Lease | undefined;
}

/** The workspaces that bundles bring along. */
export interface BundleWorkspaces {
  /** Makes those that are not there. Gives the record with what is made; a workspace that was there stays with whoever made it. */
  make(
    bundle: StoredResource,
    spec: SpecOf["bundle"],
    record: BundleRecord,
    callers: readonly CallContext[],
  ): Promise<BundleRecord>;
  /** Deletes one that it made, unless something is left in it. */
  removeIfEmpty(bundle: StoredResource, name: string): Promise<void>;
}

export function createBundleWorkspaces(options: BundleWorkspacesOptions): BundleWorkspaces {
  const { workspaces, audit } = options;
  return {
    async make(bundle, { workspaces: wanted = [] }, given, callers) {
      let record = given;
      for (const { name, description } of wanted) {
        if (await workspaces.exists(name)) continue;
        for (const call of callers)
          await options.authorizer.authorize(call, "workspace.create", describeWorkspace(name));
        // noted before it is made: one that nobody has noted would stay for ever
        if (!record.workspaces.includes(name)) {
          record = { ...record, workspaces: [...record.workspaces, name] };
          const lease = options.lease();
          if (!lease || !(await options.bundles.write(bundle.uid, record, lease)))
            throw new UnavailableError("another process runs the control loop now");
        }
        await recordChange(audit, changeOf(bundle, "workspace.create", name), () =>
          workspaces.create({ name, description }),
        );
      }
      return record;
    },

    async removeIfEmpty(bundle, name) {
      try {
        await recordChange(audit, changeOf(bundle, "workspace.delete", name), () =>
          workspaces.delete(name, (tx) => options.secrets.destroyWorkspace(name, tx)),
        );
      } catch (error) {
        // somebody else works in it, or took it away
        if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
      }
    },
  };
}

function changeOf(bundle: StoredResource, action: string, name: string) {
  return { actor: bundle.actor, action, object: [formatUrn({ kind: "workspace", scope: name })] };
}
