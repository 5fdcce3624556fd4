import type { Clock } from "../../src/shared/clock.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time and runs what falls due, in order of time. */
  advance(ms: number): void;
  /** Sets the time without running anything; may go back. */
  set(epochMs: number): void;
}

/** Starts at 2026-01-31T08:00:00Z unless told otherwise. */
export function createManualClock(startMs = Date.UTC(2026, 0, 31, 8)): ManualClock {
  let now = startMs;
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const nextDue = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
  return {
    now: () => now,
    schedule(delayMs, run) {
      const key = order++;
      timers.set(key, { at: now + delayMs, run });
      return () => timers.delete(key);
    },
    advance(ms) {
      const until = now + ms;
      for (let due = nextDue(until); due; due = nextDue(until)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = until;
    },
    set(epochMs) {
      now = epochMs;
    },
  };
}
