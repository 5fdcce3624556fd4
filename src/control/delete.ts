import { recordChange } from "../heimdall/audit/index.ts";
import type { AuditLog, Authorized, Authorizer, IdentityStore, PolicyChecker } from "../heimdall/ports.ts";
import { ConflictError, ForbiddenError } from "../shared/errors.ts";
import { otherVersion } from "./conflicts.ts";
import { nameOf, resourceUrn } from "./describe.ts";
import type { ResourceRef } from "./ports.ts";
import { nothingAlongside } from "./reconcile/types.ts";
import { type Removals, toRemovedDocument } from "./removals.ts";
import type { BundleStore, ResourceStore, StoredResource } from "./stores.ts";
import { isAbout } from "./visible.ts";

export interface DeleterOptions {
  readonly resources: Pick<ResourceStore, "commit" | "findByUid">;
  readonly bundles: Pick<BundleStore, "find">;
  readonly authorizer: Pick<Authorizer, "check">;
  readonly removals: Removals;
  readonly policyChecker: Pick<PolicyChecker, "lockout">;
  readonly identity: Pick<IdentityStore, "listUsers">;
  readonly audit: Pick<AuditLog, "append">;
}

/** `true`: its deletion has begun. @throws as `Control.delete` */
export type Deleter = (
  auth: Authorized<"resource.delete">,
  resource: StoredResource,
  options: { readonly force: boolean; readonly ifVersion?: number; readonly dryRun?: boolean },
) => Promise<boolean>;

/** Begins the deletion of one resource; the loop brings it to its end. What was forced, and over whom, is on record. */
export function createDeleter({
  resources,
  bundles,
  authorizer,
  removals,
  policyChecker,
  identity,
  audit,
}: DeleterOptions): Deleter {
  return async (auth, resource, { force, ifVersion, dryRun = false }) => {
    const { uid, ref, generation, resourceVersion } = resource;
    if (ifVersion !== undefined && ifVersion !== resourceVersion) throw otherVersion(ref, resourceVersion, ifVersion);
    const call = { subject: auth.subject, requestId: "", ip: undefined, via: "control" };
    const { decisionId } = auth;
    const going = [resource, ...(await ownPartsOf(resource))];
    const dependents = new Map<string, ResourceRef>();
    for (const one of going) {
      if (one !== resource) refuseWithout(auth, one);
      for (const ref of await removals.check(call, one, { going, force, decisionId })) dependents.set(nameOf(ref), ref);
      await refuseLockout(one);
    }
    if (dryRun || resource.phase === "Terminating") return false;
    const reason = dependents.size > 0 ? `, forced although needed by ${[...dependents.keys()].join(", ")}` : "";
    const change = {
      actor: auth.subject.id,
      action: "resource.delete",
      object: [resourceUrn(ref)],
      decisionId,
      details: { forced: dependents.size > 0, neededBy: [...dependents.values()].map(resourceUrn) },
    };
    const event = { type: "Normal", reason: "Terminating", message: `by \`${auth.subject.id}\`${reason}` } as const;
    const removal = {
      uid,
      ref,
      fromGeneration: generation,
      force,
      event,
      ...(ifVersion === undefined ? {} : { ifVersion }),
    };
    await recordChange(audit, change, () => resources.commit([], nothingAlongside, [removal]));
    return true;
  };

  /** What a bundle has made, which goes with it. */
  async function ownPartsOf({ uid, ref }: StoredResource): Promise<readonly StoredResource[]> {
    const record = ref.type === "bundle" ? await bundles.find(uid) : undefined;
    const found = await Promise.all(
      (record?.parts ?? []).filter(({ isOwn }) => isOwn).map((part) => resources.findByUid(part.uid)),
    );
    return found.flatMap((part) => (part && part.phase !== "Terminated" && part.phase !== "Terminating" ? [part] : []));
  }

  /** SECURITY: who may delete a bundle does not thereby delete what he may not. */
  function refuseWithout(auth: Authorized, { ref, object }: StoredResource): void {
    if (isAbout(auth, object)) return;
    const call = { subject: auth.subject, requestId: "", ip: undefined, via: "control" };
    if (authorizer.check(call, "delete", object)) return;
    throw new ForbiddenError(`you may not delete ${nameOf(ref)}, which goes with it`, auth.decisionId);
  }

  async function refuseLockout(resource: StoredResource): Promise<void> {
    const document = toRemovedDocument(resource);
    const isUser = resource.ref.type === "user";
    if (!document && !isUser) return;
    const before = await identity.listUsers();
    const after = isUser ? before.filter(({ id }) => id !== resource.ref.name) : before;
    const lockout = policyChecker.lockout(document ? [document] : [], { before, after });
    if (lockout !== undefined) throw new ConflictError(lockout);
  }
}
