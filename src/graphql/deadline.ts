import type { Clock } from "../shared/clock.ts";
import { DeadlineExceededError } from "../shared/errors.ts";

/** The time one operation may take. */
export interface Deadline {
  /** Gives what `work` gives, or fails at the deadline; `work` that has not begun by then is not begun. */
  run<T>(work: () => T | Promise<T>): T | Promise<T>;
  /** Frees the timer; call it when the operation has ended. */
  end(): void;
}

/** Starts the time of one operation. */
export function startDeadline(clock: Clock, limitMs: number): Deadline {
  let over = false;
  let fail: (() => void) | undefined;
  const reached = new Promise<never>((_, reject) => {
    fail = () => reject(createError(limitMs));
  });
  // WHY: nobody may be waiting when it fails
  reached.catch(() => undefined);
  const cancel = clock.schedule(limitMs, () => {
    over = true;
    fail?.();
  });
  return {
    run(work) {
      if (over) throw createError(limitMs);
      const result = work();
      return result instanceof Promise ? Promise.race([result, reached]) : result;
    },
    end: cancel,
  };
}

function createError(limitMs: number): DeadlineExceededError {
  return new DeadlineExceededError(
    `the operation took longer than ${limitMs / 1000} s; ask for less at once, and read before you repeat a change`,
  );
}
