/** Keeps callers from waiting for a server that does not answer. */
export interface CircuitBreaker {
  /** Whether to try now. While it is half open, one caller tries and the others do not. */
  enter(): boolean;
  succeeded(): void;
  failed(): void;
}

/**
 * Closed until `failures` in a row; then open for `openMs`; then half open: one try decides whether it closes or opens again.
 * @param now milliseconds
 */
export function createCircuitBreaker(failures: number, openMs: number, now: () => number): CircuitBreaker {
  let inARow = 0;
  /** `undefined`: closed */
  let retryAt: number | undefined;
  return {
    enter() {
      if (retryAt === undefined) return true;
      const time = now();
      if (time < retryAt) return false;
      // the one that tries; if it is never heard of again, somebody else does later
      retryAt = time + openMs;
      return true;
    },
    succeeded() {
      inARow = 0;
      retryAt = undefined;
    },
    failed() {
      inARow++;
      if (inARow >= failures || retryAt !== undefined) retryAt = now() + openMs;
    },
  };
}
