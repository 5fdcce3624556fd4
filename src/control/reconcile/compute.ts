import { active, nothingAlongside, type Reconciler } from "./types.ts";

/** A compute is a name that workflows refer to; jobs run in this server. */
export const computeReconciler: Reconciler = {
  isLocal: true,
  reconcile: async () => active("jobs that name it run in this server"),
  finalize: async () => nothingAlongside,
};
