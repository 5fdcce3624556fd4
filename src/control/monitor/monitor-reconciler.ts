import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { DataOsError, UnavailableError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import type { Logger } from "../../shared/logger.ts";
import { secretRefOf } from "../connections.ts";
import { readStoredSpec, type SpecOf } from "../manifest/index.ts";
import type { ResourceEvent } from "../ports.ts";
import { type ConditionState, type Outcome, type Reconciler, TerminalError } from "../reconcile/types.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { Lease, StoredResource } from "../stores.ts";
import { checkSchedule, nextScheduledMs, type ScheduleTimes } from "../workflow/cron.ts";
import { whyNotObserved } from "./can-observe.ts";
import type { Observe } from "./create-observe.ts";
import { createEvaluations, type EvaluationResult } from "./evaluations.ts";
import { planIncidents } from "./plan-incidents.ts";
import type { IncidentChanges, IncidentStore } from "./ports.ts";
import { readMetrics } from "./promql/index.ts";

export interface MonitorReconcilerOptions {
  readonly incidents: IncidentStore;
  readonly observe: Observe;
  /** What pagers send because of these changes; also tells who sends that something is written. */
  readonly planDeliveries: (
    monitor: StoredResource,
    changes: Omit<IncidentChanges, "deliveries">,
  ) => Promise<IncidentChanges["deliveries"]>;
  /** Deliveries were written, of these pagers. */
  readonly onDeliveries: (pagers: ReadonlySet<string>) => void;
  readonly secrets: Pick<SecretStore, "delete">;
  /** what `/metrics` gives now */
  readonly readMetrics: () => string;
  /** under which this process writes incidents */
  readonly lease: () => Lease | undefined;
  /** Asks the control loop to look at a resource. */
  readonly enqueue: (uid: string) => void;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** The reconciler of monitors, and how to end what it does beside the loop. */
export interface MonitorReconciler extends Reconciler {
  stop(): Promise<void>;
}

const longestWaitMs = 3_600_000;
const againMs = 500;
const resolvedKept = 100;
const resolvedKeptMs = 90 * 86_400_000;
const evaluated = "Evaluated";
const clear = "NoIncidents";

/** Looks when it is due, opens incidents for what it finds and resolves those whose condition is gone. */
export function createMonitorReconciler(options: MonitorReconcilerOptions): MonitorReconciler {
  const { incidents, clock } = options;
  const evaluations = createEvaluations(options.enqueue, options);
  return {
    isLocal: false,

    async reconcile(monitor) {
      const spec = readStoredSpec("monitor", monitor.version, monitor.manifest);
      const schedule = {
        cron: spec.schedule,
        timezone: spec.timezone ?? "UTC",
        startOnMs: undefined,
        endOnMs: undefined,
      };
      const fault = checkSchedule(schedule, clock.now());
      if (fault) throw new TerminalError("BadSchedule", fault.message);
      const why = whyNotObserved(spec, readMetrics(options.readMetrics()).names);
      if (why !== undefined) {
        evaluations.forget(monitor.uid);
        const message = `${why}; the monitor is kept and does not look`;
        return { phase: "Pending", ready: { status: "False", reason: "NoDriverConfigured", message } };
      }
      return look(monitor, spec, schedule);
    },

    async finalize({ uid, ref }) {
      evaluations.forget(uid);
      const resolveAll = incidents.resolveAll(uid, "the monitor was deleted");
      return async (tx) => {
        await resolveAll(tx);
        await options.secrets.delete(secretRefOf(ref), tx);
      };
    },

    stop: () => evaluations.stop(),
  };

  async function look(monitor: StoredResource, spec: SpecOf["monitor"], schedule: ScheduleTimes): Promise<Outcome> {
    const { uid, generation } = monitor;
    const isNew = monitor.observedGeneration !== generation;
    const planned = isNew || monitor.nextRunAt === undefined ? undefined : Date.parse(monitor.nextRunAt);
    const next = planned ?? nextScheduledMs(schedule, clock.now());
    const known = evaluations.find(uid);
    if (next === undefined || next > clock.now()) return show(monitor, next, undefined);
    if (known?.dueMs === next && known.generation === generation) {
      if (!known.result) return show(monitor, next, undefined, true);
      evaluations.forget(uid);
      // of times that were missed while no server ran, only one is made up for
      return show(monitor, nextScheduledMs(schedule, clock.now()), known.result);
    }
    const isStarted = evaluations.start(uid, next, generation, (signal) => evaluate(monitor, spec, next, signal));
    return { ...(await show(monitor, next, undefined, true)), ...(isStarted ? {} : { requeueAfterMs: againMs }) };
  }

  async function evaluate(
    monitor: StoredResource,
    spec: SpecOf["monitor"],
    dueMs: number,
    signal: AbortSignal,
  ): Promise<EvaluationResult> {
    const observations = await options.observe(monitor, signal);
    signal.throwIfAborted();
    const at = { monitor, spec, dueMs, nowMs: clock.now() };
    const changes = planIncidents(await incidents.unresolved(monitor.uid), observations, at, () => options.ids.uuid());
    const deliveries = await options.planDeliveries(monitor, changes);
    const lease = options.lease();
    // SECURITY: a process that stood still does not know what its successor found meanwhile
    if (!lease || !(await incidents.write({ ...changes, deliveries }, lease)))
      throw new UnavailableError("another process runs the control loop now");
    if (deliveries.length > 0) options.onDeliveries(new Set(deliveries.map(({ uid }) => uid)));
    if (changes.resolved.length > 0)
      await incidents.prune(monitor.uid, resolvedKept, toTimestamp(clock.now() - resolvedKeptMs));
    return { kind: "done", changes };
  }

  async function show(
    monitor: StoredResource,
    nextMs: number | undefined,
    result: EvaluationResult | undefined,
    isLooking = false,
  ): Promise<Outcome> {
    const unresolved = await incidents.unresolved(monitor.uid);
    const last = result ? toCondition(result) : formerCondition(monitor);
    const failed = last?.status === "False";
    const when = nextMs === undefined ? "never looks again" : `looks next at ${toTimestamp(nextMs)}`;
    const message = failed ? last.message : isLooking ? "it looks" : when;
    return {
      phase: "Active",
      ready: { status: failed ? "False" : "True", reason: failed ? last.reason : "Ready", message },
      conditions: [
        ...(last ? [last] : []),
        unresolved.length === 0
          ? { type: clear, status: "True", reason: "Clear", message: "no incident is open" }
          : { type: clear, status: "False", reason: "Incidents", message: describe(unresolved) },
      ],
      runtime: isLooking ? "running" : nextMs === undefined ? "" : `next:${toTimestamp(nextMs)}`,
      nextRunAt: nextMs === undefined ? undefined : toTimestamp(nextMs),
      events: result?.kind === "done" ? eventsOf(result.changes) : [],
      ...(isLooking || nextMs === undefined
        ? {}
        : { requeueAfterMs: Math.max(0, Math.min(longestWaitMs, nextMs - clock.now())) }),
    };
  }
}

function formerCondition({ conditions, generation, observedGeneration }: StoredResource): ConditionState | undefined {
  const found = generation === observedGeneration ? conditions.find(({ type }) => type === evaluated) : undefined;
  if (!found) return undefined;
  const { type, status, reason, message } = found;
  return { type, status, reason, message };
}

function toCondition(result: EvaluationResult): ConditionState {
  if (result.kind === "done")
    return { type: evaluated, status: "True", reason: "Looked", message: "the last look succeeded" };
  const { error } = result;
  const isPlanned = (error instanceof DataOsError && error.code !== "INTERNAL") || error instanceof TerminalError;
  const isLate = error instanceof DOMException && error.name === "TimeoutError";
  // SECURITY: only planned messages are shown; anything else may hold what nobody should read
  const why = isPlanned || isLate ? error.message : "an unplanned error; the server's log has the rest";
  return {
    type: evaluated,
    status: "False",
    reason: "EvaluationFailed",
    message: `the last look failed, so incidents stay as they are: ${why}`,
  };
}

function describe(unresolved: Awaited<ReturnType<IncidentStore["unresolved"]>>): string {
  const open = unresolved.filter(({ state }) => state === "open").length;
  const names = [...new Set(unresolved.map(({ name }) => `\`${name}\``))].slice(0, 5).join(", ");
  const rest = unresolved.length - open;
  return `${open} open${rest > 0 ? ` and ${rest} acknowledged` : ""}: ${names}`;
}

function eventsOf({ opened, resolved }: Omit<IncidentChanges, "deliveries">): readonly Omit<ResourceEvent, "at">[] {
  const shown = 20;
  return [
    ...opened.slice(0, shown).map(({ id, name, message }) => ({
      type: "Warning" as const,
      reason: "IncidentOpened",
      message: `incident \`${name}\` (${id}): ${message}`,
    })),
    ...resolved.slice(0, shown).map(({ id, name, count }) => ({
      type: "Normal" as const,
      reason: "IncidentResolved",
      message: `incident \`${name}\` (${id}) is resolved, found ${count} time${count === 1 ? "" : "s"}`,
    })),
  ];
}
