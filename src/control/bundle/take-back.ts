import { recordChange } from "../../heimdall/audit/index.ts";
import type { AuditLog } from "../../heimdall/ports.ts";
import { UnavailableError } from "../../shared/errors.ts";
import { nameOf, resourceUrn } from "../describe.ts";
import type { ManifestDocument } from "../ports.ts";
import { nothingAlongside } from "../reconcile/types.ts";
import type { BundlePart, BundleRecord, BundleStore, Lease, ResourceStore, StoredResource } from "../stores.ts";

export interface TakeBackOptions {
  readonly resources: ResourceStore;
  readonly bundles: BundleStore;
  readonly audit: Pick<AuditLog, "append">;
  readonly lease: () => Lease | undefined;
  /** Works on a resource before it returns. */
  readonly runNow: (uid: string) => Promise<void>;
}

/** Deletes what a bundle made, the newest first, each when the one before is gone. */
export interface TakeBack {
  /** Everything that is its own. `false`: not done yet, ask again. */
  all(bundle: StoredResource, record: BundleRecord): Promise<boolean>;
  /** These. Gives the record without those that are gone. */
  some(bundle: StoredResource, record: BundleRecord, parts: readonly BundlePart[]): Promise<BundleRecord>;
  /**
   * What this generation made; what it changed is put back as it was. `false`: not done yet.
   * @param apply makes a former manifest the present one
   */
  generation(
    bundle: StoredResource,
    record: BundleRecord,
    apply: (document: ManifestDocument) => Promise<void>,
  ): Promise<boolean>;
}

export function createTakeBack({ resources, bundles, audit, lease, runNow }: TakeBackOptions): TakeBack {
  return {
    async all(bundle, record) {
      return (await removeAll(bundle, record, record.parts)).parts.length === 0;
    },

    some: removeAll,

    async generation(bundle, record, apply) {
      const touched = record.parts.filter(({ bundleGeneration }) => bundleGeneration === record.generation);
      const made = touched.filter(({ formerGeneration }) => formerGeneration === undefined);
      let left = await removeAll(bundle, record, made);
      if (made.some(({ uid }) => left.parts.some((part) => part.uid === uid))) return false;
      for (const part of touched.toReversed()) {
        const { formerGeneration, generation } = part;
        if (formerGeneration === undefined) continue;
        const found = await resources.findByUid(part.uid);
        if (part.isOwn && found?.generation === generation && formerGeneration !== generation) {
          const versions = await resources.versions(part.uid);
          const former = versions.find((version) => version.generation === formerGeneration);
          // secret values are not kept with versions: those that are stored stay
          if (former)
            await apply({ file: `bundle ${bundle.ref.name}, ${part.id}`, text: JSON.stringify(former.manifest) });
        }
        left = await write(bundle, {
          ...left,
          parts: left.parts.map((one) => (one.uid === part.uid ? { ...one, bundleGeneration: 0 } : one)),
        });
      }
      return true;
    },
  };

  async function removeAll(
    bundle: StoredResource,
    given: BundleRecord,
    parts: readonly BundlePart[],
  ): Promise<BundleRecord> {
    let record = given;
    for (const part of parts.toReversed()) {
      const found = part.isOwn ? await resources.findByUid(part.uid) : undefined;
      if (found && found.phase !== "Terminated") {
        if (found.phase !== "Terminating") await remove(bundle, found);
        await runNow(part.uid);
        const left = await resources.findByUid(part.uid);
        if (left && left.phase !== "Terminated") return record;
      }
      record = await write(bundle, { ...record, parts: record.parts.filter(({ uid }) => uid !== part.uid) });
    }
    return record;
  }

  /** Decided with the deletion of the bundle, or with its schedule. */
  async function remove(bundle: StoredResource, part: StoredResource): Promise<void> {
    if (!lease()) throw lost();
    const change = {
      actor: bundle.actor,
      action: "resource.delete",
      object: [resourceUrn(part.ref)],
      details: { bundle: resourceUrn(bundle.ref) },
    };
    const event = { type: "Normal", reason: "Terminating", message: `with ${nameOf(bundle.ref)}` } as const;
    const { uid, ref, generation } = part;
    // others were asked about when the bundle was to go
    const removal = { uid, ref, fromGeneration: generation, force: true, event };
    await recordChange(audit, change, () => resources.commit([], nothingAlongside, [removal]));
  }

  async function write(bundle: StoredResource, record: BundleRecord): Promise<BundleRecord> {
    const held = lease();
    if (!held || !(await bundles.write(bundle.uid, record, held))) throw lost();
    return record;
  }
}

function lost(): UnavailableError {
  return new UnavailableError("another process runs the control loop now");
}
