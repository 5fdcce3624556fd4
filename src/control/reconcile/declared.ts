import { secretRefOf } from "../connections.ts";
import type { SecretStore } from "../secrets/index.ts";
import { active, type Reconciler } from "./types.ts";

/** For types that say what there is: with what they name in place, they are done. `message` says what they are good for. */
export function createDeclaredReconciler(secrets: Pick<SecretStore, "delete">, message: string): Reconciler {
  return {
    isLocal: true,
    reconcile: async () => active(message),
    finalize:
      async ({ ref }) =>
      (tx) =>
        secrets.delete(secretRefOf(ref), tx),
  };
}
