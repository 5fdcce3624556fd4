import type { WatchedAuditLog } from "../heimdall/audit/index.ts";
import type { IdentityStore } from "../heimdall/ports.ts";
import type { EngineState } from "../http/index.ts";
import type { RunningCatalog } from "../metis/service/index.ts";
import { systemClock } from "../shared/clock.ts";

/** longest wait for an engine when readiness is asked */
const engineAnswerMs = 1_000;

/** How each engine is now, for `/readyz`. */
export async function readEngines(
  catalog: RunningCatalog,
  identity: IdentityStore,
  audit: WatchedAuditLog,
  hasPolicies: () => boolean,
): Promise<readonly EngineState[]> {
  const [users, lag, problem] = await Promise.all([
    answered(identity.listRoles()),
    answered(catalog.projectionLag()),
    audit.problem(),
  ]);
  const projection = (name: "search" | "lineage"): EngineState => {
    const behind = lag?.[name];
    if (behind === undefined) return { name, state: "down", required: false };
    return { name, state: behind > 0 ? "behind" : "ready", required: false, details: { behind } };
  };
  return [
    { name: "state", state: users ? "ready" : "down", required: true },
    {
      name: "audit",
      state: problem === undefined ? "ready" : "down",
      required: true,
      ...(problem === undefined ? {} : { details: { problem } }),
    },
    { name: "policies", state: hasPolicies() ? "ready" : "down", required: true },
    projection("search"),
    projection("lineage"),
  ];
}

/** The answer; `undefined` when it failed or did not come in time. */
async function answered<T>(asked: Promise<T>): Promise<T | undefined> {
  let cancel = (): void => {};
  const late = new Promise<undefined>((resolve) => {
    cancel = systemClock.schedule(engineAnswerMs, () => resolve(undefined));
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    cancel();
  }
}
