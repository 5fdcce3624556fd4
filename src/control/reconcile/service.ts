import { UnavailableError } from "../../shared/errors.ts";
import { secretRefOf } from "../connections.ts";
import { readStoredSpec } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { Lease, ReplicaStore, StoredReplica, StoredResource } from "../stores.ts";
import type { StackRegistry } from "../workflow/stack-registry.ts";
import { active, type ConditionState, type Outcome, type Reconciler } from "./types.ts";

export interface ServiceReconcilerOptions {
  readonly replicas: ReplicaStore;
  readonly stacks: StackRegistry;
  readonly secrets: Pick<SecretStore, "delete">;
  readonly lease: () => Lease | undefined;
  /** Tells who runs replicas in this process. */
  readonly notify: (uid: string) => void;
}

// WHY: a replica may be run by another process, which tells nobody here how it stands
const lookAgainMs = 2000;
const steadyAgainMs = 10_000;
/** so many ends in a row are told */
const crashLoopAt = 3;

/** Says which replicas of a service or worker are to run, and shows how they stand. */
export function createServiceReconciler(options: ServiceReconcilerOptions): Reconciler {
  const { replicas, stacks } = options;
  return {
    isLocal: false,

    async reconcile(resource) {
      const type = resource.ref.type as "service" | "worker";
      const spec = readStoredSpec(type, resource.version, resource.manifest);
      const serving = stacks.find(spec.stack)?.serving;
      const missing = serving
        ? serving.cannotRun(spec.stackSpec)
        : `no driver configured for stack \`${spec.stack}\` of a ${type}`;
      if (missing !== undefined) {
        await want(resource, 0);
        const message = `${missing}; it is kept and does not run`;
        return { phase: "Pending", ready: { status: "False", reason: "NoDriver", message } };
      }
      await want(resource, spec.replicas);
      return show(spec.replicas, await replicas.of(resource.uid), resource);
    },

    async finalize(resource) {
      await want(resource, 0);
      if ((await replicas.of(resource.uid)).length > 0) return undefined;
      return (tx) => options.secrets.delete(secretRefOf(resource.ref), tx);
    },
  };

  async function want({ uid, generation }: StoredResource, count: number): Promise<void> {
    const lease = options.lease();
    if (!lease || !(await replicas.want(uid, count, generation, lease)))
      throw new UnavailableError("another process runs the control loop now");
    options.notify(uid);
  }
}

function show(count: number, all: readonly StoredReplica[], { generation, phase }: StoredResource): Outcome {
  const present = all.filter((one) => one.replica < count);
  const ready = present.filter((one) => one.state === "ready" && one.generation === generation);
  const looping = present.filter(({ failures }) => failures >= crashLoopAt);
  const shown = `${ready.length} of ${count} ready`;
  const conditions: ConditionState[] = [
    {
      type: "Available",
      status: ready.length === count ? "True" : "False",
      reason: ready.length === count ? "AllReady" : "NotAllReady",
      message: shown,
    },
    ...looping.slice(0, 1).map(
      ({ replica, failures, message }): ConditionState => ({
        type: "CrashLooping",
        status: "True",
        reason: "CrashLoopBackOff",
        message: `replica ${replica} ended ${failures} times in a row: ${message ?? "it is started again"}`,
      }),
    ),
  ];
  const runtime = ready.length > 0 ? "running" : count === 0 ? "" : "pending";
  if (ready.length === count) {
    const message = count === 0 ? "no replica is wanted" : `${shown}: ${ready[0]?.message ?? "runs"}`;
    return active(message, { conditions, runtime, requeueAfterMs: steadyAgainMs });
  }
  const failing = looping[0] ?? present.find(({ state }) => state === "backoff" || state === "unready");
  const waiting = present.find(({ state, message }) => state === "waiting" && message !== undefined);
  const more = { conditions, runtime, requeueAfterMs: lookAgainMs };
  if (!failing) {
    const message = waiting?.message === undefined ? shown : `${shown}; replica ${waiting.replica} ${waiting.message}`;
    return { phase: "Provisioning", ready: { status: "Unknown", reason: "Starting", message }, ...more };
  }
  const reason = looping.length > 0 ? "CrashLoopBackOff" : failing.state === "unready" ? "Unhealthy" : "Restarting";
  const message = `${shown}; replica ${failing.replica}: ${failing.message ?? "it is started again"}`;
  const wasUp = phase === "Active" || phase === "Running";
  return { phase: wasUp ? "Running" : "Provisioning", ready: { status: "False", reason, message }, ...more };
}
