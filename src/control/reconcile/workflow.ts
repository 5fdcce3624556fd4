import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { UnavailableError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import { secretRefOf } from "../connections.ts";
import { readStoredSpec, type WorkflowSpec } from "../manifest/index.ts";
import type { ResourceEvent, Run } from "../ports.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { Lease, NewRun, RunStore, StoredResource, StoredRun } from "../stores.ts";
import { nextScheduledMs } from "../workflow/cron.ts";
import type { StackRegistry } from "../workflow/stack-registry.ts";
import type { ConditionState, Outcome, Reconciler } from "./types.ts";

export interface WorkflowReconcilerOptions {
  readonly runs: RunStore;
  /** under which this process makes runs */
  readonly lease: () => Lease | undefined;
  readonly stacks: StackRegistry;
  readonly secrets: SecretStore;
  /** Something waits for a worker. */
  readonly notify: () => void;
  readonly cancel: (runId: string) => void;
  readonly clock: Clock;
  readonly ids: IdSource;
}

// WHY: a run may be carried out by another process, which tells nobody here when it ends
const lookAgainMs = 2000;
const longestWaitMs = 3_600_000;

/** Starts runs when they are due, and shows how they stand. */
export function createWorkflowReconciler(options: WorkflowReconcilerOptions): Reconciler {
  const { runs, stacks, clock, ids } = options;
  return {
    isLocal: false,

    async reconcile(workflow) {
      const spec = readStoredSpec("workflow", workflow.version, workflow.manifest);
      const missing = spec.jobs.filter(({ stack }) => !stacks.find(stack)).map(({ stack }) => `\`${stack}\``);
      if (missing.length > 0) {
        const configured = stacks.configured.map((stack) => `\`${stack}\``).join(", ");
        const message = `no driver configured for stack ${[...new Set(missing)].join(", ")} (configured: ${configured}); the workflow is kept and does not run`;
        return { phase: "Pending", ready: { status: "False", reason: "NoDriverConfigured", message } };
      }
      const [cannotRun] = spec.jobs.flatMap(({ stack, stackSpec }) => stacks.find(stack)?.cannotRun?.(stackSpec) ?? []);
      if (cannotRun !== undefined) {
        const message = `${cannotRun}; the workflow is kept and does not run`;
        return { phase: "Pending", ready: { status: "False", reason: "NoDriverConfigured", message } };
      }
      return spec.schedule ? reconcileSchedule(workflow, spec, spec.schedule) : reconcileOnce(workflow, spec);
    },

    async finalize(workflow) {
      const active = await runs.active(workflow.uid);
      for (const run of active) {
        await runs.requestCancel(run.id);
        options.cancel(run.id);
      }
      return active.length > 0 ? undefined : (tx) => options.secrets.delete(secretRefOf(workflow.ref), tx);
    },
  };

  /** Without a schedule: each generation runs once, one after the other. */
  async function reconcileOnce(workflow: StoredResource, spec: WorkflowSpec): Promise<Outcome> {
    const active = await runs.active(workflow.uid);
    if (active.length === 0) await start(workflow, spec, "apply", `generation:${workflow.generation}`, true);
    return show(workflow, undefined, []);
  }

  async function reconcileSchedule(
    workflow: StoredResource,
    spec: WorkflowSpec,
    schedule: NonNullable<WorkflowSpec["schedule"]>,
  ): Promise<Outcome> {
    const now = clock.now();
    const events: Omit<ResourceEvent, "at">[] = [];
    const isNew = workflow.observedGeneration !== workflow.generation;
    let next = isNew || workflow.nextRunAt === undefined ? undefined : Date.parse(workflow.nextRunAt);
    if (next !== undefined && next <= now) {
      // of times that were missed while no server ran, only one is made up for
      await fire(workflow, spec, schedule.concurrencyPolicy, next, events);
      next = undefined;
    }
    next ??= nextScheduledMs(schedule, now);
    return show(workflow, next, events);
  }

  async function fire(
    workflow: StoredResource,
    spec: WorkflowSpec,
    policy: "Allow" | "Forbid" | "Replace",
    dueMs: number,
    events: Omit<ResourceEvent, "at">[],
  ): Promise<void> {
    const due = toTimestamp(dueMs);
    if (policy === "Replace") {
      for (const run of await runs.active(workflow.uid)) {
        await runs.requestCancel(run.id);
        options.cancel(run.id);
        const message = `run ${run.id} was cancelled for the one of ${due} (concurrencyPolicy: Replace)`;
        events.push({ type: "Normal", reason: "RunReplaced", message });
      }
    }
    if (await start(workflow, spec, "schedule", `schedule:${due}`, policy === "Forbid")) return;
    const message = `the run of ${due} was left out, because the one before has not ended (concurrencyPolicy: Forbid)`;
    events.push({ type: "Warning", reason: "RunSkipped", message });
  }

  async function start(
    workflow: StoredResource,
    spec: WorkflowSpec,
    trigger: Run["trigger"],
    triggerKey: string,
    onlyIfIdle: boolean,
  ): Promise<boolean> {
    const lease = options.lease();
    // SECURITY: a process that was paused meanwhile does not know what its successor decided about this time
    if (!lease) throw new UnavailableError("another process runs the control loop now");
    const run: NewRun = {
      id: ids.uuid(),
      uid: workflow.uid,
      workflow: workflow.ref.name,
      workspace: workflow.ref.workspace ?? "public",
      generation: workflow.generation,
      trigger,
      triggerKey,
      actor: workflow.actor,
      jobs: spec.jobs.map(({ name, stack }) => ({ name, stack })),
    };
    const outcome = await runs.create(run, { lease, onlyIfIdle });
    if (outcome === "lost") throw new UnavailableError("another process took over the control loop");
    if (outcome === "created") options.notify();
    return outcome !== "busy";
  }

  async function show(
    workflow: StoredResource,
    nextMs: number | undefined,
    events: readonly Omit<ResourceEvent, "at">[],
  ): Promise<Outcome> {
    const [newest] = await runs.ofWorkflow(workflow.uid, 1);
    const active = await runs.active(workflow.uid);
    const isRunning = active.length > 0;
    const waits = [...(isRunning ? [lookAgainMs] : []), ...(nextMs === undefined ? [] : [nextMs - clock.now()])];
    return {
      phase: isRunning ? "Running" : "Active",
      ready: { status: "True", reason: "Ready", message: describeNext(isRunning, nextMs) },
      conditions: newest ? lastRun(newest) : [],
      runtime: toRuntime(active, newest, nextMs),
      nextRunAt: nextMs === undefined ? undefined : toTimestamp(nextMs),
      events,
      ...(waits.length > 0 ? { requeueAfterMs: Math.max(0, Math.min(longestWaitMs, ...waits)) } : {}),
    };
  }
}

function describeNext(isRunning: boolean, nextMs: number | undefined): string {
  if (isRunning) return "a run is under way";
  return nextMs === undefined ? "runs when it is applied or started" : `runs next at ${toTimestamp(nextMs)}`;
}

function toRuntime(active: readonly StoredRun[], newest: StoredRun | undefined, nextMs: number | undefined): string {
  if (active.some(({ state }) => state === "running")) return "running";
  if (active.length > 0) return "pending";
  if (nextMs !== undefined) return `next:${toTimestamp(nextMs)}`;
  return newest?.state ?? "";
}

function lastRun(run: StoredRun): readonly ConditionState[] {
  const status = run.state === "succeeded" ? "True" : run.state === "failed" ? "False" : "Unknown";
  const reason = run.state.charAt(0).toUpperCase() + run.state.slice(1);
  return [{ type: "LastRunSucceeded", status, reason, message: run.message ?? `run ${run.id} ${run.state}` }];
}
