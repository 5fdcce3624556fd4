import type { Clock } from "../../../shared/clock.ts";

/** Bounds how long promises are waited for, with one timer for all. */
export interface Deadlines {
  /**
   * Rejects when the work takes longer than the limit; at most a tenth of it too early.
   * @param start begins the work, which ends with one of the two calls
   * @param explain makes the error that the caller sees, of this or of what the work failed with
   */
  limit<T>(start: Start<T>, explain: (error: unknown) => Error): Promise<T>;
}

/** WHY callbacks: a promise for each step costs more than the step, where thousands are under way. */
export type Start<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => void;

export function createDeadlines(limitMs: number, clock: Clock): Deadlines {
  /** those that were begun since the last tick, and those of the ticks before, the oldest first */
  let current = new Set<(error: Error) => void>();
  const older: { readonly until: number; readonly waiting: Set<(error: Error) => void> }[] = [];
  let ticking = false;

  const tick = (): void => {
    ticking = false;
    const now = clock.now();
    older.push({ until: now + limitMs - limitMs / 10, waiting: current });
    current = new Set();
    while (older[0] && (older[0].until <= now || older[0].waiting.size === 0)) {
      for (const reject of older.shift()?.waiting ?? []) reject(new Error(`not stored within ${limitMs} ms`));
    }
    if (older.some(({ waiting }) => waiting.size > 0)) schedule();
  };
  const schedule = (): void => {
    if (ticking) return;
    ticking = true;
    clock.schedule(limitMs / 10, tick);
  };

  return {
    limit<T>(start: Start<T>, explain: (error: unknown) => Error) {
      return new Promise<T>((resolve, refuse) => {
        const set = current;
        const reject = (error: unknown): void => {
          set.delete(reject);
          refuse(explain(error));
        };
        set.add(reject);
        schedule();
        start((value) => {
          set.delete(reject);
          resolve(value);
        }, reject);
      });
    },
  };
}
