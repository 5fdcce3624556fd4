import type { Authorizer, CallContext } from "../../heimdall/ports.ts";
import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { BadInputError, ConflictError, ForbiddenError, NotFoundError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { callFor, type FindSubject } from "../connections.ts";
import { describeUser } from "../describe.ts";
import { type JobSpec, readStoredSpec, redactedText } from "../manifest/index.ts";
import type { StackCall } from "../needs.ts";
import type { ClaimedRun, Lease, LogStore, ResourceStore, RunStore, StoredResource, StoredRun } from "../stores.ts";
import type { VolumeMounts } from "../volume/volume-mounts.ts";
import { type ComputeSlots, readLimits } from "./compute-limits.ts";
import type { ReadJobSecrets } from "./job-secrets.ts";
import { createRedactor, type Redactor } from "./redaction.ts";
import { type JobProgress, runJobs } from "./run-jobs.ts";
import { createRunLog, type RunLog } from "./run-log.ts";
import type { StackRegistry } from "./stack-registry.ts";

export interface RunWorkerOptions {
  readonly runs: RunStore;
  readonly resources: ResourceStore;
  readonly logs: LogStore;
  readonly stacks: StackRegistry;
  readonly authorizer: Pick<Authorizer, "authorize" | "check">;
  readonly findSubject: FindSubject;
  readonly readSecrets: ReadJobSecrets;
  readonly slots: ComputeSlots;
  readonly mounts: VolumeMounts;
  /** this process, among those that share the store */
  readonly holder: string;
  /** Whether other processes make and take runs too. */
  readonly isShared: boolean;
  /** A run of this workflow began or ended. */
  readonly onChange: (uid: string) => void;
  /** A run of this workflow failed. */
  readonly onFailed: (workflow: StoredResource) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Carries out runs that wait, here or in any other process. */
export interface RunWorker {
  /** Takes up what a former process left, and then whatever waits. */
  start(): Promise<void>;
  /** There may be something to do. */
  notify(): void;
  /** Ends a run that this process has; others notice within seconds. */
  cancel(runId: string): void;
  /** Breaks off without ending runs: the next process takes them up. */
  stop(): Promise<void>;
}

const maxRuns = 4;
const claimMs = 6000;
const beatMs = 2000;
const pollMs = 1000;
const runsKept = 100;
const progressEveryMs = 1000;
const giveUpAfterMs = 5000;

/** This process's right to carry out a run. */
interface Claim {
  /** For how long it holds without asking, as it was prolonged in time. */
  sureForMs(): number;
  renew(): Promise<"held" | "cancel" | "lost">;
  /** @throws {ConflictError} it is lost */
  assertHeld(): Promise<void>;
}

/** Why a run's signal was aborted. */
type Ending = "cancel" | "lost" | "stop";

export function createRunWorker(options: RunWorkerOptions): RunWorker {
  const { runs, resources, clock, logger } = options;
  const carried = new Map<string, { readonly abort: (ending: Ending) => void; readonly done: Promise<void> }>();
  let pumping: Promise<void> = Promise.resolve();
  let cancelPoll: (() => void) | undefined;
  let isStopped = false;

  return {
    async start() {
      await pump(!options.isShared);
      if (options.isShared) poll();
    },
    notify: () => void pump(false),
    cancel: (runId) => carried.get(runId)?.abort("cancel"),
    async stop() {
      isStopped = true;
      cancelPoll?.();
      await pumping;
      for (const { abort } of carried.values()) abort("stop");
      await Promise.all([...carried.values()].map(({ done }) => done));
    },
  };

  function poll(): void {
    if (isStopped) return;
    cancelPoll = clock.schedule(pollMs, () => void pump(false).finally(poll));
  }

  function pump(orphans: boolean): Promise<void> {
    pumping = pumping.then(async () => {
      if (isStopped || carried.size >= maxRuns) return;
      const askedMs = clock.now();
      try {
        for (const claimed of await runs.claim(options.holder, claimMs, maxRuns - carried.size, orphans))
          begin(claimed, askedMs + claimMs);
      } catch (error) {
        logger.error({ err: error }, "runs could not be taken");
        if (!isStopped) clock.schedule(pollMs, () => void pump(orphans));
      }
    });
    return pumping;
  }

  function begin(claimed: ClaimedRun, untilMs: number): void {
    const ending = new AbortController();
    const claim = createClaim(claimed.lease, untilMs);
    const { id } = claimed.run;
    const done = carryOut(claimed, claim, ending.signal)
      .catch((error: unknown) => {
        logger.error({ run: id, err: error }, "a run could not be carried out; it is taken up again");
        giveUpLater(claimed.lease);
      })
      .finally(() => {
        carried.delete(id);
        options.onChange(claimed.run.uid);
        void pump(false);
      });
    carried.set(id, { abort: (reason) => ending.abort(reason), done });
    const beat = (): void => {
      if (!carried.has(id)) return;
      clock.schedule(beatMs, () => {
        if (!carried.has(id)) return;
        claim.renew().then(
          (answer) => {
            if (answer !== "held") ending.abort(answer);
            beat();
          },
          (error: unknown) => {
            logger.warn({ run: id, err: error }, "a run's claim could not be prolonged");
            // others may reach the store, and take the run
            if (claim.sureForMs() <= 0) ending.abort("lost");
            beat();
          },
        );
      });
    };
    beat();
  }

  /** Where the store failed under a run; somebody may take it up when the store answers again. */
  function giveUpLater(lease: Lease): void {
    if (isStopped) return;
    clock.schedule(giveUpAfterMs, () => {
      runs.release(lease).then(
        () => pump(false),
        () => giveUpLater(lease),
      );
    });
  }

  function createClaim(lease: Lease, firstUntilMs: number): Claim {
    let untilMs = firstUntilMs;
    const sureForMs = (): number => (options.isShared ? untilMs - clock.now() : Number.POSITIVE_INFINITY);
    return {
      sureForMs,
      async renew() {
        const askedMs = clock.now();
        const answer = await runs.renew(lease, claimMs);
        if (answer !== "lost") untilMs = askedMs + claimMs;
        return answer;
      },
      async assertHeld() {
        if (sureForMs() > 0 || (await runs.isHeld(lease))) return;
        throw new ConflictError("another process took the run over while this one stood still");
      },
    };
  }

  async function carryOut({ run, lease }: ClaimedRun, claim: Claim, signal: AbortSignal): Promise<void> {
    options.onChange(run.uid);
    if (run.cancelRequested) {
      await runs.finish(lease, "cancelled", "cancelled");
      return;
    }
    const redactor = createRedactor();
    const log = createRunLog({ store: options.logs, uid: run.uid, claim: lease, redactor, clock, logger });
    const line = log.logger(undefined);
    line.info({ trigger: run.trigger, attempt: run.attempt }, "run started");
    try {
      const { resource, jobs } = await readWorkflow(run);
      const started = new Map<string, string>();
      const outcome = await runJobs(jobs, {
        done: new Set(run.jobs.filter(({ state }) => state === "succeeded").map(({ name }) => name)),
        attempt: (job, jobSignal) => attempt(run, claim, resource, job, jobSignal, log, redactor),
        onChange: async (change) => {
          if (signal.reason === "stop" || signal.reason === "lost") return;
          const at = toTimestamp(clock.now());
          if (change.state === "running" && !started.has(change.name)) started.set(change.name, at);
          tellChange(log, change);
          const written = await runs.writeJob(lease, {
            name: change.name,
            state: change.state,
            tries: change.tries,
            startedAt: started.get(change.name),
            finishedAt: change.state === "running" ? undefined : at,
            message: change.message === undefined ? undefined : redactor.redact(change.message),
            result: change.result,
          });
          if (!written) logger.warn({ run: run.id }, "a run was taken over by another process");
        },
        onRetry: (job, error, delayMs) =>
          log.logger(job.name).warn({ err: error, delayMs }, "did not succeed and is tried again"),
        clock,
        random: options.random,
        signal,
      });
      if (signal.reason === "stop" || signal.reason === "lost") {
        // free for the next process at once
        if (signal.reason === "stop") await runs.release(lease);
        else giveUpLater(lease);
        return;
      }
      const message = outcome.state === "cancelled" ? "cancelled" : outcome.message;
      line.info({ message }, `run ${outcome.state}`);
      await log.flush();
      await runs.finish(lease, outcome.state, message === undefined ? undefined : redactor.redact(message));
      if (outcome.state === "failed") options.onFailed(resource);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      line.error({}, error.message);
      await log.flush();
      await runs.finish(lease, "failed", error.message);
    } finally {
      await log.flush();
    }
    await runs.prune(run.uid, runsKept);
  }

  async function readWorkflow(
    run: StoredRun,
  ): Promise<{ readonly resource: StoredResource; readonly jobs: readonly JobSpec[] }> {
    const resource = await resources.findByUid(run.uid);
    const versions = resource ? await resources.versions(resource.uid) : [];
    const version = versions.find(({ generation }) => generation === run.generation);
    if (!resource || !version) throw new NotFoundError("the manifest that the run carries out is not kept any more");
    const written = typeof version.manifest.version === "string" ? version.manifest.version : resource.version;
    return { resource, jobs: readStoredSpec("workflow", written, version.manifest).jobs };
  }

  async function attempt(
    run: StoredRun,
    claim: Claim,
    resource: StoredResource,
    job: JobSpec,
    signal: AbortSignal,
    log: RunLog,
    redactor: Redactor,
  ): Promise<Readonly<Record<string, unknown>>> {
    const runner = options.stacks.find(job.stack);
    if (!runner) throw new NotFoundError(`no driver configured for stack \`${job.stack}\``);
    refuseKeptVariables(job);
    const calls = await callsOf(run, job);
    // SECURITY: rights are those of this moment, not those of the moment it was applied
    for (const call of calls) await options.authorizer.authorize(call, "workflow.run", resource.object);
    const logger = log.logger(job.name);
    const tell = createProgress(logger, clock);
    const { maxParallelJobs, memoryBytes } = await readLimits(job, options.resources);
    const leave = await options.slots.enter(job.compute, maxParallelJobs, signal, () =>
      logger.info({ compute: job.compute }, "waits for a place"),
    );
    const mounted = await options.mounts.mount(job.mounts, run.workspace).catch((error: unknown) => {
      leave();
      throw error;
    });
    const call: StackCall = {
      mounted,
      stackSpec: job.stackSpec,
      calls,
      runId: run.id,
      job: job.name,
      envs: job.envs,
      async readSecrets() {
        const values = await options.readSecrets(job.secrets, {
          calls,
          workspace: run.workspace,
          purpose: `job ${job.name} of run ${run.id}`,
        });
        for (const value of values.values()) redactor.hide(value);
        return values;
      },
      memoryBytes,
      progress: { log: logger, progress: tell },
      hide: (value) => redactor.hide(value),
      assertHeld: claim.assertHeld,
      sureForMs: claim.sureForMs,
      signal,
    };
    try {
      return await runner.run(call);
    } finally {
      mounted.release();
      leave();
    }
  }

  /** Who the job runs as, and who made it run as him: neither may reach more than both may. */
  async function callsOf(run: StoredRun, job: JobSpec): Promise<readonly [CallContext, ...CallContext[]]> {
    const actor = await callOf(run.actor, run);
    if (job.runAsUser === undefined || job.runAsUser === run.actor) return [actor];
    // SECURITY: the right that was checked when it was applied may be gone
    if (!options.authorizer.check(actor, "run_as", describeUser(job.runAsUser))) {
      throw new ForbiddenError(
        `\`${run.actor}\` may not let a job run as \`${job.runAsUser}\` (any more); ask for \`run_as\` on \`urn:dataos:user:${job.runAsUser}\``,
      );
    }
    return [await callOf(job.runAsUser, run), actor];
  }

  async function callOf(id: string, run: StoredRun): Promise<CallContext> {
    const subject = await options.findSubject(id);
    if (!subject) throw new ForbiddenError(`user \`${id}\`, in whose name the job runs, is not known (any more)`);
    return callFor(subject, run.id);
  }
}

/** A value that left the manifest would reach the program as the words that stand for it. */
function refuseKeptVariables({ envs }: JobSpec): void {
  const [name] = Object.entries(envs).find(([, value]) => value === redactedText) ?? [];
  if (name !== undefined)
    throw new BadInputError(
      `variable \`${name}\` holds a secret by its name, which no workflow keeps; put it into a \`secret\` and name that below \`dataosSecrets\``,
    );
}

function tellChange(log: RunLog, { name, state, tries, message, result }: JobProgress): void {
  const logger = log.logger(name);
  if (state === "failed") logger.error({}, message ?? "failed");
  else if (state === "running") logger.info(tries > 1 ? { try: tries } : {}, "started");
  else logger.info(result ?? {}, message ?? state);
}

/** One line per step and second, and none twice. */
function createProgress(logger: Logger, clock: Clock): (step: string, done: number) => void {
  const told = new Map<string, number>();
  return (step, done) => {
    const now = clock.now();
    if (now - (told.get(step) ?? 0) < progressEveryMs) return;
    told.set(step, now);
    logger.info({ done }, step);
  };
}
