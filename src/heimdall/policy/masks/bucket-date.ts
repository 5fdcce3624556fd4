export const datePrecisions = ["hour", "day", "week", "month", "quarter", "year"] as const;
export type DatePrecision = (typeof datePrecisions)[number];

const dateText =
  /^(\d{4})-(\d{2})-(\d{2})(?:([T ])(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * The beginning of the period that a time lies in, by UTC; weeks begin on Monday. What comes in is what goes out: a `Date`, a date
 * (`2026-05-17`), a time without zone (taken for UTC), or one with a zone (given back in UTC). `undefined`: no time.
 */
export function bucketDate(value: unknown, precision: DatePrecision): Date | string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : startOf(value, precision);
  if (typeof value !== "string") return undefined;
  const [, year, month, day, separator, hour, minute, second, zone] = dateText.exec(value) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const time = `${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}`;
  const instant = new Date(`${year}-${month}-${day}T${time}${toOffset(zone)}`);
  // WHY: `Date` takes the 31st of February for the 3rd of March
  if (Number.isNaN(instant.getTime()) || !isDay(Number(year), Number(month), Number(day))) return undefined;
  const text = startOf(instant, precision).toISOString();
  if (separator === undefined) return text.slice(0, 10);
  return `${text.slice(0, 10)}${separator}${text.slice(11, 19)}${zone === undefined ? "" : "Z"}`;
}

function toOffset(zone: string | undefined): string {
  if (zone === undefined || /^z$/i.test(zone)) return "Z";
  const digits = zone.replace(":", "");
  return `${digits.slice(0, 3)}:${digits.slice(3) || "00"}`;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function startOf(time: Date, precision: DatePrecision): Date {
  const start = new Date(time);
  start.setUTCMinutes(0, 0, 0);
  if (precision === "hour") return start;
  start.setUTCHours(0);
  if (precision === "week") start.setUTCDate(start.getUTCDate() - ((start.getUTCDay() + 6) % 7));
  if (precision === "month" || precision === "quarter" || precision === "year") start.setUTCDate(1);
  if (precision === "quarter") start.setUTCMonth(start.getUTCMonth() - (start.getUTCMonth() % 3));
  if (precision === "year") start.setUTCMonth(0);
  return start;
}
