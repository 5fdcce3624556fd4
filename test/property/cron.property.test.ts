import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextScheduledMs } from "../../src/control/workflow/cron.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const years = [Date.UTC(2024, 0, 1), Date.UTC(2027, 0, 1)] as const;

/** Zones whose clocks change by an hour, by half an hour, at midnight, by a whole day, for Ramadan, or never; with the time to look at. */
const zones: Readonly<Record<string, readonly [number, number]>> = {
  "Europe/Berlin": years,
  "America/New_York": years,
  "Europe/Dublin": years,
  "Australia/Lord_Howe": years,
  "Pacific/Chatham": years,
  "Africa/Casablanca": years,
  "Asia/Kolkata": years,
  "America/Sao_Paulo": [Date.UTC(2016, 0, 1), Date.UTC(2019, 6, 1)],
  "Asia/Tehran": [Date.UTC(2020, 0, 1), Date.UTC(2022, 11, 1)],
  "Pacific/Apia": [Date.UTC(2011, 8, 1), Date.UTC(2012, 5, 1)],
  "Pacific/Kwajalein": [Date.UTC(1993, 6, 1), Date.UTC(1993, 9, 1)],
};

/** What the clock on the wall shows, minute by minute, as minutes since 1970 of a UTC clock that shows the same. */
interface Wall {
  readonly startMinute: number;
  readonly shown: readonly number[];
  /** indexes at which it jumps */
  readonly jumps: readonly number[];
}

function readWall(zone: string, [from, to]: readonly [number, number]): Wall {
  // WHY: clocks change at full quarters of an hour only
  const quarter = 15;
  const format = new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  });
  const shown: number[] = [];
  const jumps: number[] = [];
  for (let ms = from; ms < to; ms += quarter * minuteMs) {
    const first = Date.parse(`${format.format(ms).replace(" ", "T")}:00Z`) / minuteMs;
    if (shown.length > 0 && first !== (shown.at(-1) ?? 0) + 1) jumps.push(shown.length);
    for (let minute = 0; minute < quarter; minute++) shown.push(first + minute);
  }
  return { startMinute: from / minuteMs, shown, jumps };
}

/** Whether a wall-clock minute is named, by the rules of cron. */
function createMatcher(cron: string): (wallMinute: number) => boolean {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  const read = (field: string, low: number, high: number): ReadonlySet<number> => {
    const found = new Set<number>();
    for (const part of field.split(",")) {
      const [range = "", step] = part.split("/");
      const [first, last] = range === "*" ? [low, high] : range.split("-").map(Number);
      for (let value = first ?? low; value <= (last ?? first ?? high); value += Number(step ?? 1)) found.add(value);
    }
    return found;
  };
  const minutes = read(minute, 0, 59);
  const hours = read(hour, 0, 23);
  const days = read(day, 1, 31);
  const months = read(month, 1, 12);
  const weekdays = read(weekday, 0, 6);
  return (wallMinute) => {
    const date = new Date(wallMinute * minuteMs);
    if (!minutes.has(date.getUTCMinutes()) || !hours.has(date.getUTCHours())) return false;
    if (!months.has(date.getUTCMonth() + 1)) return false;
    const isDay = days.has(date.getUTCDate());
    const isWeekday = weekdays.has(date.getUTCDay());
    return day !== "*" && weekday !== "*" ? isDay || isWeekday : isDay && isWeekday;
  };
}

/** Times in `[from, to)`, as indexes of the wall, found by looking at every minute. */
function findAll(cron: string, { shown }: Wall, from: number, to: number): readonly number[] {
  const isNamed = createMatcher(cron);
  const found = new Set<number>();
  if (cron.split(" ")[1] === "*") {
    for (let index = from; index < to; index++) if (isNamed(shown[index] ?? 0)) found.add(index);
    return [...found];
  }
  let highest = (shown[from] ?? 0) - 1;
  for (let index = from; index < to; index++) {
    // each minute on the wall once: those that were skipped now, those that were shown already not again
    for (let minute = highest + 1; minute <= (shown[index] ?? 0); minute++) if (isNamed(minute)) found.add(index);
    highest = Math.max(highest, shown[index] ?? 0);
  }
  return [...found].sort((a, b) => a - b);
}

function ask(cron: string, timezone: string, { startMinute }: Wall, from: number, to: number): readonly number[] {
  const found: number[] = [];
  const schedule = { cron, timezone, startOnMs: undefined, endOnMs: undefined };
  for (let at: number | undefined = (startMinute + from) * minuteMs - 1; ; ) {
    at = nextScheduledMs(schedule, at);
    const index: number = at === undefined ? to : at / minuteMs - startMinute;
    if (at === undefined || index >= to) return found;
    found.push(index);
  }
}

const number = (low: number, high: number) => fc.integer({ min: low, max: high });
const field = (low: number, high: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: number(low, high).map(String) },
    { weight: 2, arbitrary: fc.array(number(low, high), { minLength: 2, maxLength: 4 }).map((list) => list.join(",")) },
    {
      weight: 2,
      arbitrary: fc.tuple(number(low, high), number(low, high)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    },
    { weight: 1, arbitrary: number(2, 20).map((step) => `*/${Math.min(step, high)}`) },
  );
const openField = (low: number, high: number) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: field(low, high) });
const crons = fc
  .tuple(
    fc.oneof(field(0, 59), fc.constant("*")),
    fc.oneof(
      { weight: 3, arbitrary: field(0, 4) },
      { weight: 1, arbitrary: field(0, 23) },
      { weight: 1, arbitrary: fc.constant("*") },
    ),
    openField(1, 28),
    openField(1, 12),
    openField(0, 6),
  )
  .map((fields) => fields.join(" "));

describe.each(Object.entries(zones))("schedules in %s", (zone, range) => {
  const wall = readWall(zone, range);

  it("come at the times that looking at every minute finds, around each change of the clocks", () => {
    const places = wall.jumps.length > 0 ? wall.jumps : [40 * 1440];
    fc.assert(
      fc.property(crons, fc.constantFrom(...places), number(-3000, 3000), (cron, jump, shift) => {
        const from = Math.max(0, jump - 2 * 1440 + shift);
        const to = Math.min(wall.shown.length, from + 4 * 1440);
        // a walk that starts between the two times that an hour is shown would see it for the first time
        const inRepeat = wall.jumps.some(
          (at) => from >= at && from < at + 1500 && (wall.shown[at] ?? 0) < (wall.shown[at - 1] ?? 0),
        );
        fc.pre(!inRepeat);
        expect(ask(cron, zone, wall, from, to)).toEqual(findAll(cron, wall, from, to));
      }),
      { numRuns: 12 },
    );
  });

  it.each(["30 2 * * *", "0 0 * * *", "15 1,2,3 * * 0", "0 */6 1 * *", "45 23 28 2 *"])(
    "such as `%s` come for years at the times that looking at every minute finds",
    (cron) => {
      expect(ask(cron, zone, wall, 0, wall.shown.length)).toEqual(findAll(cron, wall, 0, wall.shown.length));
    },
  );

  it("that name one time of the day come once for each day of the calendar", () => {
    const to = wall.shown.length;
    const first = Math.floor(((wall.shown[0] ?? 0) * minuteMs) / dayMs) + 1;
    const last = Math.floor(((wall.shown[to - 1] ?? 0) * minuteMs) / dayMs);
    const start = wall.shown.findIndex((minute) => minute * minuteMs >= first * dayMs);
    const end = wall.shown.findIndex((minute) => minute * minuteMs >= last * dayMs);
    const skippedDays = new Set<number>();
    for (const at of wall.jumps) {
      const [before, after] = [wall.shown[at - 1] ?? 0, wall.shown[at] ?? 0];
      for (let day = Math.floor((before * minuteMs) / dayMs) + 1; (day + 1) * 1440 <= after; day++)
        skippedDays.add(day);
    }
    const expected = last - first;
    const found = ask("30 12 * * *", zone, wall, start, end);
    expect(found).toHaveLength(expected);
    expect(new Set(found).size).toBe(expected);
    expect(skippedDays.size).toBe(zone === "Pacific/Apia" || zone === "Pacific/Kwajalein" ? 1 : 0);
  });
});
