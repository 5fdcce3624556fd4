import type { ObjectDirectory } from "../../heimdall/ports.ts";
import { readStoredSpec } from "../manifest/index.ts";
import { registeredObjectsOf } from "../object-types.ts";
import { isWritten } from "./identity.ts";
import { active, nothingAlongside, type Reconciler } from "./types.ts";

/**
 * Types of services' objects, as manifests tell them. Each generation is written once: what the service registered afterwards stays
 * until the manifest itself changes (docs/adr/0098).
 */
export function createObjectTypeReconciler(directory: ObjectDirectory): Reconciler {
  return {
    isLocal: true,
    async reconcile(resource) {
      const { uid, ref, version, manifest, description, owner } = resource;
      const done = active(`objects are known as \`${ref.name}:<id>\``);
      if (isWritten(resource)) return done;
      const objects = registeredObjectsOf(ref.name, readStoredSpec("object-type", version, manifest));
      await directory.putType({ name: ref.name, description, owner });
      await directory.put(objects, { manifest: uid });
      await directory.deleteOfManifest(uid, ref.name, new Set(objects.map(({ id }) => id)));
      return done;
    },
    async finalize({ uid, ref }) {
      await directory.deleteOfManifest(uid, ref.name, new Set());
      await directory.deleteType(ref.name);
      return nothingAlongside;
    },
  };
}
