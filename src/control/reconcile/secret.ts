import { secretRefOf } from "../connections.ts";
import type { SecretStore } from "../secrets/index.ts";
import { active, type Reconciler, TerminalError } from "./types.ts";

/** Secrets are there as soon as their values are stored, which happens together with the apply. */
export function createSecretReconciler(secrets: SecretStore): Reconciler {
  return {
    isLocal: true,
    async reconcile({ ref }) {
      const fields = await secrets.fields(secretRefOf(ref));
      if (!fields) throw new TerminalError("ValuesMissing", "its values are not stored; apply it again with them");
      return active(`${fields.length} value${fields.length === 1 ? "" : "s"} stored, encrypted`);
    },
    finalize:
      async ({ ref }) =>
      (tx) =>
        secrets.delete(secretRefOf(ref), tx),
  };
}
