import { secretRefOf } from "../connections.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { Outcome, Reconciler } from "./types.ts";

/** A type that needs a program outside. */
export const noDriverReason: Outcome["ready"] = {
  status: "False",
  reason: "NoDriverConfigured",
  message: "no driver configured; it is kept as it is",
};

/** For types that are accepted, stored and versioned, and say why nothing more happens. */
export function createKeptReconciler(secrets: Pick<SecretStore, "delete">, ready: Outcome["ready"]): Reconciler {
  return {
    isLocal: true,
    isKeptOnly: true,
    reconcile: async () => ({ phase: "Pending", ready }),
    finalize:
      async ({ ref }) =>
      (tx) =>
        secrets.delete(secretRefOf(ref), tx),
  };
}
