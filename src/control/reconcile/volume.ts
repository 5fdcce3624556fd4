import { secretRefOf } from "../connections.ts";
import { parseMemoryBytes, readStoredSpec } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { VolumeFolders } from "../volume/volume-folders.ts";
import { describeOver } from "../volume/volume-mounts.ts";
import { active, type Reconciler } from "./types.ts";

const measureAgainMs = 30_000;

/** Keeps the folder of a volume and says how full it is. */
export function createVolumeReconciler(
  folders: VolumeFolders | undefined,
  secrets: Pick<SecretStore, "delete">,
): Reconciler {
  return {
    isLocal: true,

    async reconcile(volume, signal) {
      if (!folders) {
        const message = "no driver configured: this server keeps no folders; it is kept as it is";
        return { phase: "Pending", ready: { status: "False", reason: "NoDriver", message } };
      }
      const { size } = readStoredSpec("volume", volume.version, volume.manifest);
      const maxBytes = parseMemoryBytes(size) ?? 0;
      await folders.ensure(volume.uid);
      const bytes = await folders.readUsage(volume.uid, signal);
      if (bytes === undefined || bytes > maxBytes) {
        const message = describeOver(volume, bytes, maxBytes);
        const full = { reason: "QuotaExceeded", message };
        return {
          phase: "Running",
          ready: { status: "False", ...full },
          conditions: [{ type: "QuotaExceeded", status: "True", ...full }],
          requeueAfterMs: measureAgainMs,
        };
      }
      const percent = maxBytes === 0 ? 0 : Math.round((bytes / maxBytes) * 100);
      const message = `${percent} % of ${size} in use`;
      return active(`a folder of ${size}`, {
        conditions: [{ type: "QuotaExceeded", status: "False", reason: "WithinQuota", message }],
        requeueAfterMs: measureAgainMs,
      });
    },

    async finalize({ uid, ref }) {
      await folders?.remove(uid);
      return (tx) => secrets.delete(secretRefOf(ref), tx);
    },
  };
}
