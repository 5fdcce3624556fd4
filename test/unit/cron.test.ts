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

describe("a schedule of every hour", () => {
  it("goes on evenly while clocks are put back, and forward", () => {
    expect(times(schedule("*/30 * * * *", "Europe/Berlin"), Date.UTC(2026, 9, 24, 23, 45), 5)).toEqual([
      ...["2026-10-25T00:00:00.000Z", "2026-10-25T00:30:00.000Z"],
      ...["2026-10-25T01:00:00.000Z", "2026-10-25T01:30:00.000Z", "2026-10-25T02:00:00.000Z"],
    ]);
    expect(times(schedule("30 * * * *", "Europe/Berlin"), Date.UTC(2026, 2, 29, 0), 2)).toEqual([
      ...["2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z"],
    ]);
  });
});

describe("a schedule of some hours", () => {
  it("runs once at the end of a gap, however many of its times are skipped", () => {
    expect(times(schedule("*/15 2,3 * * *", "Europe/Berlin"), Date.UTC(2026, 2, 29, 0), 3)).toEqual([
      ...["2026-03-29T01:00:00.000Z", "2026-03-29T01:15:00.000Z", "2026-03-29T01:30:00.000Z"],
    ]);
  });

  it("does not run again in an hour that is shown twice", () => {
    expect(times(schedule("*/30 2 * * *", "Europe/Berlin"), Date.UTC(2026, 9, 24, 23), 3)).toEqual([
      ...["2026-10-25T00:00:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:00:00.000Z"],
    ]);
  });
});

describe("what is wrong with a schedule", () => {
  it.each([
    [
      "61 * * * *",
      "`61 * * * *` is not a cron expression: minute `61` (character 1) is not one: invalid value for minute: 61; expected five fields `minute hour day month weekday`, or six with seconds first, such as `0 3 * * *`, or `@daily`",
    ],
    [
      "0 3 * *  MON-TUR",
      "`0 3 * * MON-TUR` is not a cron expression: weekday `MON-TUR` (character 10) is not one: configuration entry 5 (1-TUR) contains illegal characters; expected five fields `minute hour day month weekday`, or six with seconds first, such as `0 3 * * *`, or `@daily`",
    ],
    [
      "* * *",
      "`* * *` is not a cron expression, it has 3 fields; expected five fields `minute hour day month weekday`, or six with seconds first, such as `0 3 * * *`, or `@daily`",
    ],
    ["0 0 30 2 *", "`0 0 30 2 *` never comes (no next run); name a day that exists"],
  ])("%s names the field and its place", (cron, message) => {
    expect(checkSchedule(schedule(cron), now)).toEqual({ key: "cron", message });
  });

  it("is an end before its start", () => {
    expect(checkSchedule(schedule("@daily", "UTC", { startOnMs: 5, endOnMs: 4 }), now)?.key).toBe("endOn");
  });
});

/** As written, or how it begins and how long it is. */
type Expression = string | { readonly generated: string; readonly length: number };

function toText(expr: Expression): string {
  if (typeof expr === "string") return expr;
  const begin = expr.generated.replace("…", "");
  return begin.repeat(Math.ceil(expr.length / begin.length)).slice(0, expr.length);
}

const file = join(import.meta.dirname, "../../../shared/data/security/cron/cron_cases.json");
const suite = existsSync(file) ? describe : describe.skip;
suite(`collected cron expressions${existsSync(file) ? "" : " (../shared/data/security/cron is absent)"}`, () => {
  const cases = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { cases: { expr: Expression; expected: string }[] }).cases
    : [];
  it.each(cases.map(({ expr, expected }) => [toText(expr).slice(0, 60), expected, toText(expr)] as const))(
    "%s: %s",
    (_, expected, cron) => {
      const started = performance.now();
      expect(checkSchedule(schedule(cron), now) === undefined).toBe(expected.startsWith("accepted"));
      // the machine may be busy; what is meant is "not seconds"
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );
});
