import type { Clock } from "../../shared/clock.ts";
import { DataOsError, DeadlineExceededError } from "../../shared/errors.ts";
import { type JobSpec, parseDurationMs, type RetryStrategy } from "../manifest/index.ts";
import type { Run } from "../ports.ts";

/** How a job stands; the runner of jobs tells each change. */
export interface JobProgress {
  readonly name: string;
  readonly state: Run["state"];
  /** how often it was tried */
  readonly tries: number;
  readonly message?: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

export interface JobsOptions {
  /** Jobs that have succeeded already, in an attempt of the run that was broken off. */
  readonly done: ReadonlySet<string>;
  /** One attempt of one job. */
  readonly attempt: (job: JobSpec, signal: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;
  readonly onChange: (change: JobProgress) => Promise<void>;
  readonly onRetry: (job: JobSpec, error: unknown, delayMs: number) => void;
  readonly clock: Clock;
  /** 0..1, spreads retries */
  readonly random: () => number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

export interface JobsOutcome {
  readonly state: "succeeded" | "failed" | "cancelled";
  readonly message: string | undefined;
}

const maxParallel = 8;
const defaultTimeoutMs = 6 * 3_600_000;
const graceMs = 10_000;
const firstRetryMs = 5000;
const maxRetryMs = 600_000;

/**
 * Runs the jobs of a dag: each as soon as what it depends on has succeeded, at most 8 at once. Where one fails, those that need it
 * are not run, the others are. Never throws, except what `onChange` throws.
 */
export async function runJobs(jobs: readonly JobSpec[], options: JobsOptions): Promise<JobsOutcome> {
  const states = new Map<string, Run["state"]>(
    jobs.map(({ name }) => [name, options.done.has(name) ? "succeeded" : "pending"]),
  );
  const failures: string[] = [];
  const running = new Map<string, Promise<void>>();

  for (;;) {
    await skipUnreachable();
    for (const job of jobs) {
      if (running.size >= maxParallel || options.signal.aborted) break;
      if (states.get(job.name) !== "pending" || !job.dependencies.every((name) => states.get(name) === "succeeded")) {
        continue;
      }
      states.set(job.name, "running");
      running.set(
        job.name,
        runJob(job).finally(() => running.delete(job.name)),
      );
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (options.signal.aborted) return { state: "cancelled", message: undefined };
  return failures.length === 0
    ? { state: "succeeded", message: undefined }
    : { state: "failed", message: failures.join("; ") };

  async function runJob(job: JobSpec): Promise<void> {
    let tries = 1;
    await options.onChange({ name: job.name, state: "running", tries });
    try {
      const result = await withRetries(job, options, async () => {
        await options.onChange({ name: job.name, state: "running", tries: ++tries });
      });
      states.set(job.name, "succeeded");
      await options.onChange({ name: job.name, state: "succeeded", tries, result });
    } catch (error) {
      const state = options.signal.aborted ? "cancelled" : "failed";
      const message = state === "cancelled" ? "cancelled" : toMessage(error);
      states.set(job.name, state);
      if (state === "failed") failures.push(`job \`${job.name}\` failed: ${message}`);
      await options.onChange({ name: job.name, state, tries, message });
    }
  }

  async function skipUnreachable(): Promise<void> {
    for (let found = true; found; ) {
      found = false;
      for (const { name, dependencies } of jobs) {
        const blocker = dependencies.find(
          (other) => states.get(other) === "failed" || states.get(other) === "cancelled",
        );
        if (states.get(name) !== "pending" || blocker === undefined) continue;
        found = true;
        states.set(name, "cancelled");
        await options.onChange({
          name,
          state: "cancelled",
          tries: 0,
          message: `not run, because \`${blocker}\` did not succeed`,
        });
      }
    }
  }
}

async function withRetries(
  job: JobSpec,
  options: JobsOptions,
  onAgain: () => Promise<void>,
): Promise<Readonly<Record<string, unknown>>> {
  const { clock, signal } = options;
  const { count = 0, strategy = "OnFailure", duration, maxDuration } = job.retry ?? {};
  const started = clock.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await withTimeout(job, options);
    } catch (error) {
      const base = parseDurationMs(duration ?? "") ?? firstRetryMs;
      const full = Math.min(maxRetryMs, base * 2 ** attempt);
      const delayMs = Math.round(full / 2 + (full / 2) * options.random());
      const endMs = started + (parseDurationMs(maxDuration ?? "") ?? Number.POSITIVE_INFINITY);
      if (signal.aborted || attempt >= count || !isRetried(strategy, error) || clock.now() + delayMs > endMs)
        throw error;
      options.onRetry(job, error, delayMs);
      await sleep(clock, delayMs, signal);
      await onAgain();
    }
  }
}

/** Gives the job its time, then ends it; one that does not end by itself is left behind after a grace. */
async function withTimeout(
  job: JobSpec,
  { attempt, clock, signal }: JobsOptions,
): Promise<Readonly<Record<string, unknown>>> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const timeoutMs = parseDurationMs(job.timeout ?? "") ?? defaultTimeoutMs;
  const cancelTimeout = clock.schedule(timeoutMs, () =>
    ending.abort(
      new DeadlineExceededError(
        `it took longer than ${job.timeout ?? "6h"}; raise \`timeout\` of the job or give it less to do`,
      ),
    ),
  );
  const onAbort = (): void => ending.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let cancelGrace: (() => void) | undefined;
  const left = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener("abort", () => {
      cancelGrace = clock.schedule(graceMs, () => reject(ending.signal.reason));
    });
  });
  try {
    return await Promise.race([attempt(job, ending.signal), left]);
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    cancelTimeout();
    cancelGrace?.();
    signal.removeEventListener("abort", onAbort);
  }
}

const transient: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "RATE_LIMITED",
  "AUDIT_UNAVAILABLE",
]);

/** `OnError`: the platform failed around the job; `OnTransientError`: what time may mend; else every failure. */
function isRetried(strategy: RetryStrategy, error: unknown): boolean {
  const code = error instanceof DataOsError ? error.code : undefined;
  if (strategy === "OnTransientError") return code !== undefined && transient.has(code);
  if (strategy === "OnError") return code === undefined || code === "INTERNAL" || transient.has(code);
  return true;
}

/** What users may read of an error. */
function toMessage(error: unknown): string {
  if (error instanceof DataOsError && error.code !== "INTERNAL") return error.message;
  return "an unplanned error; the server's log has the rest";
}

function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
