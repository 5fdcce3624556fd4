import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSchedule, nextScheduledMs, type ScheduleTimes } from "../../src/control/workflow/cron.ts";

const now = Date.UTC(2026, 0, 31, 8);
const schedule = (cron: string, timezone = "UTC", more: Partial<ScheduleTimes> = {}): ScheduleTimes => ({
  cron,
  timezone,
  startOnMs: undefined,
  endOnMs: undefined,
  ...more,
});

/** The next times after `from`, as RFC 3339. */
function times(given: ScheduleTimes, from: number, count: number): string[] {
  const found: string[] = [];
  for (let at: number | undefined = from; found.length < count; ) {
    at = nextScheduledMs(given, at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString());
  }
  return found;
}

describe("a schedule", () => {
  it("whose time the clocks skip runs once that day", () => {
    expect(times(schedule("30 2 * * *", "Europe/Berlin"), Date.UTC(2026, 2, 28, 12), 2)).toEqual([
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  it("whose time the clocks repeat runs once that day", () => {
    expect(times(schedule("30 2 * * *", "Europe/Berlin"), Date.UTC(2026, 9, 24, 12), 2)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  it("is in its own time zone, also one with an odd offset", () => {
    expect(times(schedule("0 0 * * *", "Asia/Kolkata"), now, 1)).toEqual(["2026-01-31T18:30:00.000Z"]);
    expect(times(schedule("0 0 * * *", "Pacific/Chatham"), now, 1)).toEqual(["2026-01-31T10:15:00.000Z"]);
  });

  it("comes neither before its start nor after its end", () => {
    const bounds = { startOnMs: Date.UTC(2026, 1, 10), endOnMs: Date.UTC(2026, 1, 11) };
    expect(times(schedule("@daily", "UTC", bounds), now, 5)).toEqual([
      "2026-02-10T00:00:00.000Z",
      "2026-02-11T00:00:00.000Z",
    ]);
  });
});

const file = join(import.meta.dirname, "../../../shared/data/security/cron/cron_cases.json");
const suite = existsSync(file) ? describe : describe.skip;
suite(`collected cron expressions${existsSync(file) ? "" : " (../shared/data/security/cron is absent)"}`, () => {
  const cases = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { cases: { expr: string; expected: string }[] }).cases
    : [];
  it.each(cases.map(({ expr, expected }) => [String(expr).slice(0, 60), expected, String(expr)] as const))(
    "%s: %s",
    (_, expected, cron) => {
      expect(checkSchedule(schedule(cron), now) === undefined).toBe(expected.startsWith("accepted"));
    },
  );
});
