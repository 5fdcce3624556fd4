/** Where time comes from. Injected, so that tests move it and nothing sleeps. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. Does not keep the process alive. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    // WHY: setTimeout fires at once above 2^31-1 ms
    const timer = setTimeout(run, Math.min(delayMs, 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with milliseconds, e.g. `2026-01-31T08:00:00.000Z`. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
