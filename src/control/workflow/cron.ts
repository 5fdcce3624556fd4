import { Cron } from "croner";

export interface ScheduleTimes {
  readonly cron: string;
  /** IANA name, e.g. `Europe/Berlin` */
  readonly timezone: string;
  readonly startOnMs: number | undefined;
  readonly endOnMs: number | undefined;
}

const maxLength = 256;
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

/**
 * What is wrong with a schedule, if anything. Day of month and day of week together: either of them, as cron has it; `L`, `W` and
 * `#` are taken. SECURITY: bounded before the library sees it (it takes seconds on long text).
 */
export function checkSchedule(
  schedule: ScheduleTimes,
  nowMs: number,
): { readonly key: "cron" | "timezone"; readonly message: string } | undefined {
  const { timezone } = schedule;
  const cron = aliases[schedule.cron.trim()] ?? schedule.cron;
  if (cron.length > maxLength)
    return { key: "cron", message: `a cron expression has at most ${maxLength} characters; expected ${form}` };
  const shown = cron.replaceAll(/[\s\p{Cc}]+/gu, " ").slice(0, 80);
  const fields = cron.trim().split(/\s+/);
  if (cron.trim() === "" || fields.length < 5 || fields.length > 6 || !/^[\w\s*/,#?+-]+$/.test(cron)) {
    return { key: "cron", message: `\`${shown}\` is not a cron expression; expected ${form}` };
  }
  if (!isTimeZone(timezone)) {
    return {
      key: "timezone",
      message: `unknown time zone \`${timezone}\`; expected a name such as \`UTC\` or \`Europe/Berlin\``,
    };
  }
  let next: Date | null;
  try {
    next = open(cron, timezone).nextRun(new Date(nowMs));
  } catch (error) {
    const reason = (error instanceof Error ? error.message : "").replace(/^CronPattern: /, "").replace(/\.$/, "");
    return { key: "cron", message: `\`${shown}\` is not a cron expression: ${lowerFirst(reason)}; expected ${form}` };
  }
  return next === null
    ? { key: "cron", message: `\`${shown}\` never comes (no next run); name a day that exists` }
    : undefined;
}

/**
 * The first time after `afterMs` that the schedule names; `undefined` where there is none before its end.
 * Times that a change of the clock skips run right after it, times that it repeats run once.
 */
export function nextScheduledMs(schedule: ScheduleTimes, afterMs: number): number | undefined {
  const from = Math.max(afterMs, (schedule.startOnMs ?? 0) - 1);
  const next = open(schedule.cron, schedule.timezone).nextRun(new Date(from))?.getTime();
  if (next === undefined) return undefined;
  return schedule.endOnMs !== undefined && next > schedule.endOnMs ? undefined : next;
}

function open(cron: string, timezone: string): Cron {
  return new Cron(aliases[cron.trim()] ?? cron, { timezone, paused: true, mode: "5-or-6-parts" });
}

function isTimeZone(name: string): boolean {
  if (name.length > 64) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
