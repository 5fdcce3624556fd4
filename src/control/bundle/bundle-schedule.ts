import type { SpecOf } from "../manifest/index.ts";
import { nextScheduledMs, type ScheduleTimes } from "../workflow/cron.ts";

/** What a time of a bundle's schedule asks for. */
export interface ScheduledTurn {
  readonly wanted: "create" | "delete";
  /** milliseconds since 1970 */
  readonly atMs: number;
}

const firstWindowMs = 60_000;
type Schedule = NonNullable<SpecOf["bundle"]["schedule"]>;

/** The newest time after `afterMs` and up to `untilMs`; where both are asked for at once, `create` counts. */
export function lastTurn(schedule: Schedule, afterMs: number, untilMs: number): ScheduledTurn | undefined {
  return pick(schedule, (times) => lastScheduledMs(times, afterMs, untilMs), Math.max);
}

/** The first time after `afterMs`; `undefined` where none comes. */
export function nextTurn(schedule: Schedule, afterMs: number): ScheduledTurn | undefined {
  return pick(schedule, (times) => nextScheduledMs(times, afterMs), Math.min);
}

function pick(
  schedule: Schedule,
  timeOf: (times: ScheduleTimes) => number | undefined,
  choose: (a: number, b: number) => number,
): ScheduledTurn | undefined {
  let found: ScheduledTurn | undefined;
  for (const wanted of ["create", "delete"] as const) {
    for (const { cron } of schedule[wanted] ?? []) {
      const atMs = timeOf({ cron, timezone: schedule.timezone ?? "UTC", startOnMs: undefined, endOnMs: undefined });
      if (atMs !== undefined && (!found || (atMs !== found.atMs && choose(atMs, found.atMs) === atMs)))
        found = { wanted, atMs };
    }
  }
  return found;
}

/** WHY: looked for from the end, in growing windows: of the times that came while no server ran, only the last one counts. */
function lastScheduledMs(times: ScheduleTimes, afterMs: number, untilMs: number): number | undefined {
  for (let windowMs = firstWindowMs; ; windowMs *= 2) {
    const fromMs = Math.max(afterMs, untilMs - windowMs);
    let found: number | undefined;
    let next = nextScheduledMs(times, fromMs);
    while (next !== undefined && next <= untilMs) {
      found = next;
      next = nextScheduledMs(times, next);
    }
    if (found !== undefined || fromMs === afterMs) return found;
  }
}
