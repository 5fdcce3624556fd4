import { BadInputError, DataOsError } from "../../shared/errors.ts";
import { type Connections, secretRefOf } from "../connections.ts";
import { readStoredSpec } from "../manifest/index.ts";
import type { DepotSources } from "../needs.ts";
import type { SecretStore } from "../secrets/index.ts";
import { active, type Reconciler } from "./types.ts";

const healthyAgainMs = 60_000;
const refusedAgainMs = 300_000;

/** Connects a depot and keeps looking whether it answers. */
export function createDepotReconciler({
  connections,
  sources,
  secrets,
}: {
  readonly connections: Connections;
  readonly sources: DepotSources;
  readonly secrets: SecretStore;
}): Reconciler {
  return {
    isLocal: false,
    async reconcile(depot, signal) {
      const { engine } = readStoredSpec("depot", depot.version, depot.manifest);
      if (!sources.engines.includes(engine)) {
        const message = `no driver configured for \`${engine}\` (there is one for ${sources.engines.map((name) => `\`${name}\``).join(", ")}); the depot is kept as it is`;
        return { phase: "Pending", ready: { status: "False", reason: "NoDriverConfigured", message } };
      }
      const connection = await connections.open(depot, `health of depot ${depot.ref.name}`);
      try {
        const { version, latencyMs } = await sources.health(connection, signal);
        const message = `${engine} ${version}, answered in ${Math.round(latencyMs)} ms`;
        return active(`connected to ${engine} ${version}`, {
          conditions: [{ type: "Healthy", status: "True", reason: "Answered", message }],
          requeueAfterMs: healthyAgainMs,
        });
      } catch (error) {
        if (!(error instanceof DataOsError) || error.code === "INTERNAL") throw error;
        // it was connected once: what needs it goes on and fails with the reason of its own attempt
        const phase = depot.phase === "Active" || depot.phase === "Running" ? "Running" : "Provisioning";
        const isRefused = error instanceof BadInputError;
        const reason = isRefused ? "Refused" : "Unreachable";
        return {
          phase,
          ready: { status: "False", reason, message: error.message },
          conditions: [{ type: "Healthy", status: "False", reason, message: error.message }],
          ...(isRefused ? { requeueAfterMs: refusedAgainMs } : { backoff: true }),
        };
      }
    },
    finalize:
      async ({ ref }) =>
      (tx) =>
        secrets.delete(secretRefOf(ref), tx),
  };
}
