import type { DecisionObject } from "../../../shared/decision.ts";
import type { Condition, ResourcePhase, ResourceRef, ResourceType, Run, RunJob } from "../../ports.ts";
import type { StoredResource, StoredRun } from "../../stores.ts";
import type { ResourceRow, RunJobRow, RunRow } from "./tables.ts";

export function toResource(row: ResourceRow): StoredResource {
  return {
    uid: row.uid,
    ref: toRef(row),
    version: row.version,
    description: row.description ?? undefined,
    owner: row.owner,
    layer: row.layer,
    tags: JSON.parse(row.tags) as string[],
    manifest: JSON.parse(row.manifest) as Record<string, unknown>,
    file: row.file,
    positions: new Map(
      Object.entries(JSON.parse(row.positions) as Record<string, [number, number]>).map(([path, [line, column]]) => [
        path,
        { line, column },
      ]),
    ),
    specHash: row.spec_hash,
    generation: row.generation,
    observedGeneration: row.observed_generation,
    resourceVersion: Number(row.resource_version),
    phase: row.phase as ResourcePhase,
    conditions: JSON.parse(row.conditions) as Condition[],
    runtime: row.runtime,
    actor: row.actor,
    nextRunAt: row.next_run_at ?? undefined,
    object: JSON.parse(row.object) as DecisionObject,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toRef(row: { readonly type: string; readonly workspace: string; readonly name: string }): ResourceRef {
  return {
    type: row.type as ResourceType,
    name: row.name,
    workspace: row.workspace === "" ? undefined : row.workspace,
  };
}

export function fromPositions(positions: StoredResource["positions"]): string {
  return JSON.stringify(Object.fromEntries([...positions].map(([path, { line, column }]) => [path, [line, column]])));
}

export function toRun(row: RunRow, jobs: readonly RunJobRow[]): StoredRun {
  return {
    id: row.id,
    uid: row.uid,
    workflow: row.workflow,
    workspace: row.workspace,
    generation: row.generation,
    state: row.state as Run["state"],
    trigger: row.trigger_kind as Run["trigger"],
    attempt: row.attempt,
    requestedBy: row.requested_by ?? undefined,
    rerunOf: row.rerun_of ?? undefined,
    createdAt: row.created_at,
    actor: row.actor,
    cancelRequested: row.cancel_requested === 1,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    message: row.message ?? undefined,
    jobs: jobs.filter((job) => job.run_id === row.id).map(toJob),
  };
}

function toJob(row: RunJobRow): RunJob {
  return {
    name: row.name,
    stack: row.stack,
    state: row.state as RunJob["state"],
    tries: row.tries,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    message: row.message ?? undefined,
    result: row.result === null ? undefined : (JSON.parse(row.result) as Record<string, unknown>),
  };
}
