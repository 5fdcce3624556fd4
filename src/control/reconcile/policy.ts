import { readStoredSpec } from "../manifest/index.ts";
import type { LivePolicies } from "../needs.ts";
import type { ResourceType } from "../ports.ts";
import type { GrantStore } from "../stores.ts";
import { active, nothingAlongside, type Reconciler } from "./types.ts";

/** Policies and grants decide from the moment they are `Active`. */
export function createPolicyReconciler(live: LivePolicies, grants: Pick<GrantStore, "find">): Reconciler {
  return {
    isLocal: true,
    async reconcile({ ref, uid, generation, version, manifest }) {
      await live.refresh();
      if (ref.type === "grant") {
        const decision = await grants.find(uid, generation);
        if (decision?.state === "rejected") {
          const message = `rejected by \`${decision.by}\`${decision.notes === undefined ? "" : `: ${decision.notes}`}`;
          return { phase: "Active", ready: { status: "False", reason: "Rejected", message } };
        }
        if (!decision && readStoredSpec("grant", version, manifest).approve !== true) {
          const message = "a request that gives nothing yet; it waits until somebody else approves it";
          return { phase: "Pending", ready: { status: "False", reason: "WaitingForApproval", message } };
        }
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
