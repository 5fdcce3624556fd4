import { type Clock, toTimestamp } from "../../shared/clock.ts";
import { BadInputError, ConflictError, NotFoundError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import { canonicalJson } from "../canonical.ts";
import { nameOf, readyOf } from "../describe.ts";
import { type JobSpec, readStoredSpec } from "../manifest/index.ts";
import type { RunJob } from "../ports.ts";
import type { LogStore, NewRun, ResourceStore, RunStore, StoredResource, StoredRun } from "../stores.ts";

export interface RunRequestsOptions {
  readonly runs: RunStore;
  readonly resources: Pick<ResourceStore, "versions">;
  readonly logs: LogStore;
  /** Ends a run that this process has in hand. */
  readonly cancelHere: (runId: string) => void;
  /** Something about the runs of this workflow changed. */
  readonly onChange: (uid: string) => void;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** What people ask of runs. Whether they may was decided before. */
export interface RunRequests {
  /** @param by id of the user who asks @throws {BadInputError} @throws {ConflictError} */
  start(workflow: StoredResource, by: string): Promise<StoredRun>;
  /** @throws {ConflictError} see `Control.rerun` */
  rerun(workflow: StoredResource, run: StoredRun, fromFailed: boolean, by: string): Promise<StoredRun>;
  cancel(run: StoredRun, by: string): Promise<StoredRun>;
}

export function createRunRequests(options: RunRequestsOptions): RunRequests {
  const { runs, logs, clock, ids } = options;
  return {
    start: (workflow, by) => start(workflow, by, {}, `started by \`${by}\``),

    async rerun(workflow, run, fromFailed, by) {
      if (run.state === "pending" || run.state === "running")
        throw new ConflictError(`run ${run.id} has not ended; wait for it or cancel it`);
      if (!fromFailed)
        return start(workflow, by, { rerunOf: run.id }, `started again by \`${by}\`, after run ${run.id}`);
      const jobs = readStoredSpec("workflow", workflow.version, workflow.manifest).jobs;
      const kept = keptJobs(await jobsOf(workflow, run.generation), jobs, run.jobs);
      if (kept.size === jobs.length) {
        throw new ConflictError(
          `all jobs of run ${run.id} succeeded and none has changed since; run it again without \`fromFailed\``,
        );
      }
      const text = `started again by \`${by}\` where run ${run.id} failed; ${kept.size} of ${jobs.length} jobs are not run again`;
      return start(workflow, by, { rerunOf: run.id, kept }, text);
    },

    async cancel(run, by) {
      const after = await runs.requestCancel(run.id);
      if (!run.cancelRequested && (run.state === "pending" || run.state === "running"))
        await tell(run.uid, run.id, `cancelled by \`${by}\``);
      options.cancelHere(run.id);
      options.onChange(run.uid);
      return after;
    },
  };

  async function start(
    workflow: StoredResource,
    by: string,
    from: { readonly rerunOf?: string; readonly kept?: ReadonlyMap<string, RunJob> },
    text: string,
  ): Promise<StoredRun> {
    const { ref } = workflow;
    if (ref.type !== "workflow") throw new BadInputError(`${nameOf(ref)} does not run; expected a workflow`);
    if (workflow.phase === "Pending" || workflow.phase === "Terminating") {
      const why = readyOf(workflow.conditions)?.message ?? "it is not ready yet";
      throw new ConflictError(`${nameOf(ref)} cannot run now: ${why}`);
    }
    const spec = readStoredSpec("workflow", workflow.version, workflow.manifest);
    const policy = spec.schedule?.concurrencyPolicy ?? "Forbid";
    if (policy === "Replace") {
      for (const run of await runs.active(workflow.uid)) {
        await runs.requestCancel(run.id);
        options.cancelHere(run.id);
      }
    }
    const id = ids.uuid();
    const run: NewRun = {
      id,
      uid: workflow.uid,
      workflow: ref.name,
      workspace: ref.workspace ?? "public",
      generation: workflow.generation,
      trigger: from.rerunOf === undefined ? "manual" : "rerun",
      triggerKey: `manual:${id}`,
      actor: workflow.actor,
      requestedBy: by,
      ...(from.rerunOf === undefined ? {} : { rerunOf: from.rerunOf }),
      jobs: spec.jobs.map(({ name, stack }) => {
        const kept = from.kept?.get(name);
        return { name, stack, ...(kept && { kept }) };
      }),
    };
    if ((await runs.create(run, { onlyIfIdle: policy === "Forbid" })) === "busy") {
      const [open] = await runs.active(workflow.uid);
      throw new ConflictError(`run ${open?.id ?? "before"} of ${nameOf(ref)} has not ended; wait for it or cancel it`);
    }
    await tell(workflow.uid, id, text);
    options.onChange(workflow.uid);
    const made = await runs.find(id);
    if (!made) throw new NotFoundError(`there is no run \`${id}\``);
    return made;
  }

  async function jobsOf(workflow: StoredResource, generation: number): Promise<readonly JobSpec[]> {
    const version = (await options.resources.versions(workflow.uid)).find((other) => other.generation === generation);
    if (!version) return [];
    const written = typeof version.manifest.version === "string" ? version.manifest.version : workflow.version;
    return readStoredSpec("workflow", written, version.manifest).jobs;
  }

  async function tell(uid: string, run: string, message: string): Promise<void> {
    await logs.append([{ uid, level: "info", run, job: undefined, message, at: toTimestamp(clock.now()) }]);
  }
}

/** By name: the jobs that succeeded and need not run again, because neither they nor what they need have changed. */
function keptJobs(
  before: readonly JobSpec[],
  now: readonly JobSpec[],
  ran: readonly RunJob[],
): ReadonlyMap<string, RunJob> {
  const former = new Map(before.map((job) => [job.name, canonicalJson(job)]));
  const byName = new Map(now.map((job) => [job.name, job]));
  const succeeded = new Map(ran.filter(({ state }) => state === "succeeded").map((job) => [job.name, job]));
  const kept = new Map<string, RunJob>();
  const looked = new Set<string>();
  const isKept = (name: string): boolean => {
    if (looked.has(name)) return kept.has(name);
    looked.add(name);
    const job = byName.get(name);
    const done = succeeded.get(name);
    if (!job || !done || former.get(name) !== canonicalJson(job)) return false;
    if (!job.dependencies.map(isKept).every(Boolean)) return false;
    kept.set(name, done);
    return true;
  };
  for (const { name } of now) isKept(name);
  return kept;
}
