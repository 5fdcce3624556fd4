import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { DataOsError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { nameOf, readyOf } from "../describe.ts";
import type { ResourceEvent, ResourceRef, ResourceType } from "../ports.ts";
import type { Lease, ResourceStore, StatusChange, StoredResource } from "../stores.ts";
import { isSameConditions, mergeConditions } from "./conditions.ts";
import { type ConditionState, type Outcome, type Reconciler, TerminalError } from "./types.ts";
import { createWorkQueue } from "./work-queue.ts";

const concurrency = 4;
const firstDelayMs = 1000;
const maxDelayMs = 300_000;
const resyncMs = 300_000;
const driftMs = 600_000;
const finalizeAgainMs = 1000;
const waitingReason = "WaitingForDependencies";

export interface ControlLoopOptions {
  readonly resources: ResourceStore;
  readonly reconcilers: { readonly [T in ResourceType]: Reconciler };
  /** What a resource needs, read from its manifest. */
  readonly dependenciesOf: (resource: StoredResource) => readonly ResourceRef[];
  /** The lease under which this process writes statuses; `undefined`: another process does the work. */
  readonly lease: () => Lease | undefined;
  readonly clock: Clock;
  /** 0..1, spreads retries */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Brings resources to what their manifests say, and keeps them there. */
export interface ControlLoop {
  /** Asks for a resource; cheap, may be called often. */
  enqueue(uid: string, delayMs?: number): void;
  /** Works on one now; for types that need nothing but the state store. */
  runNow(uid: string): Promise<void>;
  /** Starts what is asked for in `work` only after it. */
  batch<T>(work: () => Promise<T>): Promise<T>;
  /** Asks for all. */
  resync(): Promise<void>;
  whenIdle(): Promise<void>;
  stop(): Promise<void>;
}

export function createControlLoop(options: ControlLoopOptions): ControlLoop {
  const { resources, reconcilers, clock, logger } = options;
  const attempts = new Map<string, { readonly generation: number; readonly count: number }>();
  const stopping = new AbortController();
  const queue = createWorkQueue(step, { clock, concurrency });
  return {
    enqueue: (uid, delayMs) => queue.add(uid, delayMs),
    runNow: (uid) => queue.runNow(uid),
    batch: (work) => queue.batch(work),
    async resync() {
      for (const uid of await resources.listUids()) queue.addLast(uid);
    },
    whenIdle: () => queue.whenIdle(),
    async stop() {
      stopping.abort(new DOMException("the server stops", "AbortError"));
      await queue.stop();
    },
  };

  async function step(uid: string): Promise<void> {
    const lease = options.lease();
    if (!lease || stopping.signal.aborted) return;
    try {
      const resource = await resources.findByUid(uid);
      if (!resource || resource.phase === "Terminated") {
        attempts.delete(uid);
        return;
      }
      if (resource.phase === "Terminating") await finalize(resource, lease);
      else await reconcile(resource, lease);
    } catch (error) {
      // the state store itself failed: nothing could be written about it
      logger.error({ uid, err: error }, "reconciling failed");
      queue.add(uid, nextDelay(uid));
    }
  }

  async function reconcile(resource: StoredResource, lease: Lease): Promise<void> {
    let needs: readonly ResourceRef[];
    try {
      needs = options.dependenciesOf(resource);
    } catch (error) {
      await settle(resource, toFailure(resource, error), lease);
      return queue.add(resource.uid, resyncMs);
    }
    const reconciler = reconcilers[resource.ref.type];
    if (reconciler.isKeptOnly) needs = [];
    const missing = await findMissing(needs);
    if (missing !== undefined) {
      await settle(resource, waiting(missing), lease);
      queue.add(resource.uid, resyncMs);
      return;
    }
    let present = resource;
    if (!reconciler.isLocal && resource.phase === "Pending" && isNew(resource)) {
      const begun = await begin(resource, lease);
      if (!begun) return queue.add(resource.uid);
      present = begun;
    }
    let outcome: Outcome;
    try {
      outcome = await reconciler.reconcile(present, stopping.signal);
      const { reason, message: problem } = outcome.ready;
      // once: what stays as it is says nothing new each time it is looked at
      if (transitionEvents(present, outcome).some(({ type }) => type === "Warning"))
        logger.warn({ ref: nameOf(present.ref), reason, problem }, "a resource is not ready");
    } catch (error) {
      if (stopping.signal.aborted) return;
      outcome = toFailure(present, error);
      logger.warn(
        { ref: nameOf(present.ref), reason: outcome.ready.reason, err: error },
        "reconciling did not succeed",
      );
    }
    const conditions = [...(outcome.conditions ?? []), ...(needs.length > 0 ? [satisfied] : [])];
    if (!(await settle(present, { ...outcome, conditions }, lease))) return;
    if (!outcome.backoff) attempts.delete(present.uid);
    if (outcome.backoff) queue.add(present.uid, nextDelay(present.uid, present.generation));
    else queue.add(present.uid, outcome.requeueAfterMs ?? driftDelay());
  }

  /** Moves it to `Provisioning`, so that everybody sees that work has begun. */
  async function begin(resource: StoredResource, lease: Lease): Promise<StoredResource | undefined> {
    const status = { ...toStatus(resource), phase: "Provisioning" as const };
    const event = { type: "Normal" as const, reason: "Provisioning", message: "started" };
    if (!(await resources.writeStatus(resource, status, [event], lease))) return undefined;
    const begun = await resources.findByUid(resource.uid);
    // it was deleted or applied again in between
    return begun?.phase === "Provisioning" && begun.generation === resource.generation ? begun : undefined;
  }

  /** Writes an outcome, where it says anything new. `false`: it was changed meanwhile, and is looked at again. */
  async function settle(resource: StoredResource, outcome: Outcome, lease: Lease): Promise<boolean> {
    const now = toTimestamp(clock.now());
    const states: ConditionState[] = [{ type: "Ready", ...outcome.ready }, ...(outcome.conditions ?? [])];
    const status: StatusChange = {
      phase: outcome.phase,
      observedGeneration: resource.generation,
      conditions: mergeConditions(resource.conditions, states, now),
      runtime: outcome.runtime ?? "",
      nextRunAt: outcome.nextRunAt,
    };
    if (isSame(resource, status) && (outcome.events ?? []).length === 0) return true;
    const events = [...(outcome.events ?? []), ...transitionEvents(resource, outcome)];
    if (!(await resources.writeStatus(resource, status, events, lease))) {
      queue.add(resource.uid);
      return false;
    }
    // whoever waits for it looks again
    if (resource.phase !== status.phase || resource.observedGeneration !== resource.generation) {
      await enqueueDependents(resource.ref);
    }
    return true;
  }

  async function finalize(resource: StoredResource, lease: Lease): Promise<void> {
    let alongside: Awaited<ReturnType<Reconciler["finalize"]>>;
    try {
      alongside = await reconcilers[resource.ref.type].finalize(resource, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const outcome = toFailure(resource, error);
      const conditions = mergeConditions(
        resource.conditions,
        [{ type: "Ready", ...outcome.ready }],
        toTimestamp(clock.now()),
      );
      logger.warn({ ref: nameOf(resource.ref), err: error }, "deleting did not succeed");
      await resources.writeStatus(resource, { ...toStatus(resource), conditions }, [], lease);
      return queue.add(resource.uid, nextDelay(resource.uid, resource.generation));
    }
    if (!alongside) return queue.add(resource.uid, finalizeAgainMs);
    if (!(await resources.terminate(resource, lease, alongside))) return queue.add(resource.uid);
    attempts.delete(resource.uid);
    await enqueueDependents(resource.ref);
  }

  async function findMissing(needs: readonly ResourceRef[]): Promise<string | undefined> {
    const missing: string[] = [];
    for (const ref of needs) {
      const found = await resources.find(ref);
      if (!found || found.phase === "Terminating") missing.push(`${nameOf(ref)}, which does not exist; apply it`);
      else if (found.phase === "Pending" || found.phase === "Provisioning") {
        const ready = readyOf(found.conditions);
        const why = ready?.status === "False" ? `: ${ready.message}` : "";
        missing.push(`${nameOf(ref)}, which is ${found.phase}${why}`);
      }
    }
    return missing.length === 0 ? undefined : `waits for ${missing.join("; and for ")}`;
  }

  async function enqueueDependents(ref: ResourceRef): Promise<void> {
    for (const dependent of await resources.dependents(ref)) {
      const found = await resources.find(dependent);
      if (found) queue.add(found.uid);
    }
  }

  /** Doubles up to `maxDelayMs`, spread over its upper half; a new manifest starts anew. */
  function nextDelay(uid: string, generation = 0): number {
    const known = attempts.get(uid);
    const count = known?.generation === generation ? known.count : 0;
    attempts.set(uid, { generation, count: Math.min(count + 1, 20) });
    const full = Math.min(maxDelayMs, firstDelayMs * 2 ** count);
    return Math.round(full / 2 + (full / 2) * options.random());
  }

  /** When what is as it should be is looked at again, in case somebody changed the world beside it. */
  function driftDelay(): number {
    return Math.round(driftMs * (1 + options.random() / 2));
  }
}

const satisfied: ConditionState = {
  type: "DependenciesReady",
  status: "True",
  reason: "DependenciesReady",
  message: "everything it needs is there",
};

function waiting(message: string): Outcome {
  return {
    phase: "Pending",
    ready: { status: "False", reason: waitingReason, message },
    conditions: [{ type: "DependenciesReady", status: "False", reason: "DependencyMissing", message }],
  };
}

/** An error as a status. SECURITY: only planned messages are shown; anything else may hold what nobody should read. */
function toFailure(resource: StoredResource, error: unknown): Outcome {
  const phase = resource.phase === "Active" || resource.phase === "Running" ? "Running" : "Provisioning";
  const ready = (reason: string, message: string): Outcome["ready"] => ({ status: "False", reason, message });
  const kept = { runtime: resource.runtime, nextRunAt: resource.nextRunAt };
  if (error instanceof TerminalError) {
    return { phase, ready: ready(error.reason, error.message), requeueAfterMs: resyncMs, ...kept };
  }
  if (error instanceof DataOsError && error.code !== "INTERNAL") {
    return { phase, ready: ready(toReason(error.code), error.message), backoff: true, ...kept };
  }
  const message = "an unplanned error; it is tried again, the server's log has the rest";
  return { phase, ready: ready("InternalError", message), backoff: true, ...kept };
}

/** `UNAVAILABLE` -> `Unavailable` */
function toReason(code: string): string {
  return code
    .toLowerCase()
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** Whether nothing was tried for this generation yet. */
function isNew({ generation, observedGeneration, conditions }: StoredResource): boolean {
  return generation !== observedGeneration || readyOf(conditions)?.reason === waitingReason;
}

function toStatus(resource: StoredResource): StatusChange {
  const { phase, observedGeneration, conditions, runtime, nextRunAt } = resource;
  return { phase, observedGeneration, conditions, runtime, nextRunAt };
}

function isSame(resource: StoredResource, status: StatusChange): boolean {
  return (
    resource.phase === status.phase &&
    resource.observedGeneration === status.observedGeneration &&
    resource.runtime === status.runtime &&
    resource.nextRunAt === status.nextRunAt &&
    isSameConditions(resource.conditions, status.conditions)
  );
}

function transitionEvents(resource: StoredResource, outcome: Outcome): Omit<ResourceEvent, "at">[] {
  const before = readyOf(resource.conditions);
  const { status, reason, message } = outcome.ready;
  if (
    resource.phase === outcome.phase &&
    before?.status === status &&
    before.reason === reason &&
    before.message === message
  ) {
    return [];
  }
  const type = status === "True" || outcome.phase === "Pending" ? "Normal" : "Warning";
  return [{ type, reason: status === "True" ? outcome.phase : reason, message }];
}
