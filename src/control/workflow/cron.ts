import { Cron } from "croner";
import { changeBetween, isTimeZone, momentsOf, offsetMs, toEpochMs, toWallMs } from "./time-zone.ts";

export interface ScheduleTimes {
  readonly cron: string;
  /** IANA name, e.g. `Europe/Berlin` */
  readonly timezone: string;
  readonly startOnMs: number | undefined;
  readonly endOnMs: number | undefined;
}

const maxLength = 256;
const hourMs = 3_600_000;
/** clocks were never put back by more */
const longestRepeatMs = 25 * hourMs;
const aliases: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const form = "five fields `minute hour day month weekday`, or six with seconds first, such as `0 3 * * *`, or `@daily`";
const fieldNames = ["second", "minute", "hour", "day", "month", "weekday"];

/**
 * What is wrong with a schedule, if anything. Day of month and day of week together: either of them, as cron has it; `L`, `W` and
 * `#` are taken. SECURITY: bounded before the library sees it (it takes seconds on long text).
 */
export function checkSchedule(
  schedule: ScheduleTimes,
  nowMs: number,
): { readonly key: "cron" | "timezone" | "endOn"; readonly message: string } | undefined {
  const { timezone, startOnMs, endOnMs } = schedule;
  if (!isTimeZone(timezone)) {
    return {
      key: "timezone",
      message: `unknown time zone \`${timezone.slice(0, 80)}\`; expected a name such as \`UTC\` or \`Europe/Berlin\``,
    };
  }
  const problem = findCronProblem(schedule.cron, nowMs);
  if (problem !== undefined) return { key: "cron", message: problem };
  if (startOnMs !== undefined && endOnMs !== undefined && endOnMs < startOnMs)
    return { key: "endOn", message: "`endOn` is before `startOn`, so the schedule never comes" };
  return undefined;
}

/**
 * The first time after `afterMs` that the schedule names; `undefined` where there is none before its end (which counts as within).
 * Where clocks change: a schedule that names hours runs once for each wall-clock time it names; one that the change skips runs at the
 * end of the gap (all of a gap together), one that it repeats runs the first time. A schedule of every hour goes on evenly.
 */
export function nextScheduledMs(schedule: ScheduleTimes, afterMs: number): number | undefined {
  const { timezone, startOnMs, endOnMs } = schedule;
  const cron = aliases[schedule.cron.trim()] ?? schedule.cron;
  const fromMs = Math.max(afterMs, (startOnMs ?? Number.NEGATIVE_INFINITY) - 1);
  const next = isEveryHour(cron) ? nextEven(cron, timezone, fromMs) : nextOnWall(cron, timezone, fromMs);
  return next === undefined || (endOnMs !== undefined && next > endOnMs) ? undefined : next;
}

/** Each wall-clock time once. INVARIANT: `toEpochMs` never goes back, so what is named after `fromMs` is also later on the wall. */
function nextOnWall(cron: string, zone: string, fromMs: number): number | undefined {
  let wallMs = nextNamed(cron, toWallMs(fromMs, zone));
  while (wallMs !== undefined) {
    const moment = toEpochMs(wallMs, zone);
    if (moment > fromMs) return moment;
    // in an hour that is repeated, for the second time: go on from where it was left the first time
    const changeMs = changeBetween(moment, fromMs, zone);
    wallMs = nextNamed(cron, Math.max(wallMs, toWallMs(changeMs - 1, zone)));
  }
  return undefined;
}

/** Each moment at which the clock shows a time that is named. */
function nextEven(cron: string, zone: string, fromMs: number): number | undefined {
  let found: number | undefined;
  for (let wallMs = nextNamed(cron, toWallMs(fromMs, zone)); wallMs !== undefined; wallMs = nextNamed(cron, wallMs)) {
    found = momentsOf(wallMs, zone).find((moment) => moment > fromMs);
    if (found !== undefined) break;
  }
  const horizon = Math.min(found ?? Number.POSITIVE_INFINITY, fromMs + longestRepeatMs);
  if (offsetMs(horizon, zone) >= offsetMs(fromMs, zone)) return found;
  // clocks go back before that: what they show again may be named
  const changeMs = changeBetween(fromMs, horizon, zone);
  const againMs = nextNamed(cron, toWallMs(changeMs, zone) - 1);
  const again = againMs === undefined ? undefined : againMs - offsetMs(changeMs, zone);
  return again === undefined || (found !== undefined && found < again) ? found : again;
}

/** The first time on the wall after `wallMs` that the expression names; no zone and no changes are known to it. */
function nextNamed(cron: string, wallMs: number): number | undefined {
  return open(cron).nextRun(new Date(wallMs))?.getTime();
}

// WHY: reading an expression takes longer than finding its next time
const opened = new Map<string, Cron>();
const maxOpened = 1000;

function open(cron: string): Cron {
  const known = opened.get(cron);
  if (known) return known;
  const made = new Cron(withRanges(cron), { timezone: "UTC", paused: true, mode: "5-or-6-parts" });
  if (opened.size >= maxOpened) opened.clear();
  opened.set(cron, made);
  return made;
}

const largest = [59, 59, 23, 31, 12, 6];

/** `5/10`, as other schedulers have it, is `5-59/10`: from 5 on. WHY: the library takes it only together with forms that mean nothing. */
function withRanges(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  const first = largest.length - fields.length;
  return fields
    .map((field, index) => field.replaceAll(/(?<=^|,)(\d{1,2})(?=\/\d)/g, `$1-${largest[first + index]}`))
    .join(" ");
}

/** Whether the hour is left open: then it says how often, not when. */
function isEveryHour(cron: string): boolean {
  return /^(?:\*|\*\/1|\?|0-23)$/.test(cron.trim().split(/\s+/).at(-4) ?? "");
}

function findCronProblem(given: string, nowMs: number): string | undefined {
  const cron = aliases[given.trim()] ?? given;
  if (cron.length > maxLength) return `a cron expression has at most ${maxLength} characters; expected ${form}`;
  const shown = cron.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 80);
  const fields = [...cron.matchAll(/\S+/g)];
  if (fields.length < 5 || fields.length > 6)
    return `\`${shown}\` is not a cron expression, it has ${fields.length === 1 ? "one field" : `${fields.length} fields`}; expected ${form}`;
  const names = fieldNames.slice(-fields.length);
  for (const [index, field] of fields.entries()) {
    const reason = findFieldProblem(field[0], index, fields.length);
    if (reason !== undefined)
      return `\`${shown}\` is not a cron expression: ${names[index]} \`${printable(field[0])}\` (character ${field.index + 1}) ${reason}; expected ${form}`;
  }
  if (/[\r\n\p{Cc}]/u.test(cron.replaceAll("\t", " "))) return `\`${shown}\` has more than one line; expected ${form}`;
  try {
    if (nextNamed(cron, nowMs) !== undefined) return undefined;
  } catch (error) {
    return `\`${shown}\` is not a cron expression: ${reasonOf(error)}; expected ${form}`;
  }
  return `\`${shown}\` never comes (no next run); name a day that exists`;
}

/** What is wrong with one field, the others being open. */
function findFieldProblem(field: string, index: number, count: number): string | undefined {
  if (!/^[A-Za-z0-9*/,#?+-]+$/.test(field)) return "has a character that no field has";
  try {
    open(Array.from({ length: count }, (_, other) => (other === index ? field : "*")).join(" "));
    return undefined;
  } catch (error) {
    return `is not one: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  const reason = (error instanceof Error ? error.message : "").replace(/^CronPattern: /, "").replace(/\.$/, "");
  return printable(reason.charAt(0).toLowerCase() + reason.slice(1));
}

function printable(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 80);
}
