import { readStoredSpec } from "../manifest/index.ts";
import type { LivePolicies } from "../needs.ts";
import type { ResourceType } from "../ports.ts";
import { active, nothingAlongside, type Reconciler } from "./types.ts";

/** Policies and grants decide from the moment they are `Active`. */
export function createPolicyReconciler(live: LivePolicies): Reconciler {
  return {
    isLocal: true,
    async reconcile({ ref, version, manifest }) {
      await live.refresh();
      if (ref.type === "grant" && !isApproved(readStoredSpec("grant", version, manifest))) {
        const message = "a request that gives nothing yet; it takes effect when it is applied with `approve: true`";
        return { phase: "Pending", ready: { status: "False", reason: "WaitingForApproval", message } };
      }
      return active(words[ref.type] ?? "granted");
    },
    async finalize() {
      await live.refresh();
      return nothingAlongside;
    },
  };
}

const words: Partial<Record<ResourceType, string>> = {
  policy: "decides from now on",
  provider: "its atoms can be used",
  "use-case": "can be granted",
};

/** Whether a grant gives anything. */
export function isApproved(spec: { readonly approve?: unknown }): boolean {
  return spec.approve === true;
}
