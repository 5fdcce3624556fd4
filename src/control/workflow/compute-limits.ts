import { parseMemoryBytes, type Runnable, readStoredSpec } from "../manifest/index.ts";
import type { ResourceStore } from "../stores.ts";

/** What a job may use. */
export interface JobLimits {
  /** of all jobs on its compute in this process; `undefined`: as many as come */
  readonly maxParallelJobs: number | undefined;
  /** `undefined`: no limit */
  readonly memoryBytes: number | undefined;
}

/** The limits of a job and of the compute it names, which is read anew for each job. */
export async function readLimits(
  job: Pick<Runnable, "compute" | "memoryLimit">,
  resources: Pick<ResourceStore, "find">,
): Promise<JobLimits> {
  const compute =
    job.compute === undefined
      ? undefined
      : await resources.find({ type: "compute", name: job.compute, workspace: undefined });
  const limits = compute && readStoredSpec("compute", compute.version, compute.manifest).limits;
  const memory = [job.memoryLimit, limits?.memory].flatMap((text) => parseMemoryBytes(text ?? "") ?? []);
  return {
    maxParallelJobs: limits?.maxParallelJobs,
    memoryBytes: memory.length > 0 ? Math.min(...memory) : undefined,
  };
}

/** Places for jobs, by compute. Who waits is let in by order of coming. */
export interface ComputeSlots {
  /**
   * Resolves when there is a place; what it gives is called when the job has ended.
   * @param onWait called once where there is none at once
   */
  enter(
    compute: string | undefined,
    max: number | undefined,
    signal: AbortSignal,
    onWait: () => void,
  ): Promise<() => void>;
}

export function createComputeSlots(): ComputeSlots {
  const places = new Map<string, { taken: number; readonly waiting: Set<() => void> }>();
  return {
    async enter(compute, max, signal, onWait) {
      if (compute === undefined) return () => {};
      const place = places.get(compute) ?? { taken: 0, waiting: new Set() };
      places.set(compute, place);
      let hasWaited = false;
      // WHY: counted also without a limit, because one may be applied while jobs run
      while (max !== undefined && place.taken >= max) {
        if (!hasWaited) onWait();
        hasWaited = true;
        await waitIn(place.waiting, signal);
      }
      place.taken++;
      return () => {
        place.taken--;
        const [next] = place.waiting;
        next?.();
        if (place.taken === 0 && place.waiting.size === 0) places.delete(compute);
      };
    },
  };
}

function waitIn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      waiting.delete(letIn);
      reject(signal.reason);
    };
    const letIn = (): void => {
      waiting.delete(letIn);
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    waiting.add(letIn);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
