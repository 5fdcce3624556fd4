import type { Clock } from "../../shared/clock.ts";
import type { Logger } from "../../shared/logger.ts";
import type { IncidentChanges } from "./ports.ts";

/** What a look at one time of the schedule came to. */
export type EvaluationResult =
  | { readonly kind: "done"; readonly changes: Omit<IncidentChanges, "deliveries"> }
  | { readonly kind: "failed"; readonly error: unknown };

/** A look that goes on or has ended. */
export interface Evaluation {
  readonly dueMs: number;
  readonly generation: number;
  readonly result: EvaluationResult | undefined;
}

/** Looks of monitors, beside the control loop: a slow source holds up no other resource. */
export interface Evaluations {
  find(uid: string): Evaluation | undefined;
  /** `false`: as many as may go on do so, ask again. */
  start(
    uid: string,
    dueMs: number,
    generation: number,
    work: (signal: AbortSignal) => Promise<EvaluationResult>,
  ): boolean;
  forget(uid: string): void;
  /** Breaks off what goes on; resolves when it has ended. */
  stop(): Promise<void>;
}

const maxAtOnce = 4;
const longestMs = 60_000;

/** @param onEnd the look at this monitor has ended */
export function createEvaluations(
  onEnd: (uid: string) => void,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Evaluations {
  const known = new Map<string, Evaluation>();
  const running = new Map<string, { readonly abort: () => void; readonly done: Promise<void> }>();
  let isStopped = false;
  return {
    find: (uid) => known.get(uid),
    start(uid, dueMs, generation, work) {
      if (isStopped || running.size >= maxAtOnce || running.has(uid)) return false;
      const ending = new AbortController();
      const cancel = clock.schedule(longestMs, () =>
        ending.abort(new DOMException(`it took more than ${longestMs / 1000} s`, "TimeoutError")),
      );
      const evaluation: Evaluation = { dueMs, generation, result: undefined };
      known.set(uid, evaluation);
      const done = work(ending.signal)
        .catch((error: unknown): EvaluationResult => ({ kind: "failed", error }))
        .then((result) => {
          cancel();
          running.delete(uid);
          if (isStopped) return;
          if (result.kind === "failed") logger.warn({ uid, err: result.error }, "a monitor could not look");
          if (known.get(uid) === evaluation) known.set(uid, { ...evaluation, result });
          onEnd(uid);
        });
      running.set(uid, { abort: () => ending.abort(new DOMException("the server stops", "AbortError")), done });
      return true;
    },
    forget(uid) {
      known.delete(uid);
      running.get(uid)?.abort();
    },
    async stop() {
      isStopped = true;
      for (const { abort } of running.values()) abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
