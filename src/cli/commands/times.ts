import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const { exit: badInput } = errorFaces.BAD_USER_INPUT;

/** `24h`, `30m`, `90d` in seconds; `0` stands for "no end". @throws {CommandError} */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const seconds = readDuration(text);
  if (seconds !== undefined) return seconds;
  throw new CommandError(
    `\`${text}\` is not a duration; expected e.g. \`24h\`, \`30m\`, \`90d\`, or \`0\` for no end`,
    badInput,
  );
}

/** A duration back from now (`90s`, `15m`, `1h`, `2d`) or a date or time (`2024-01-01`, RFC 3339), as RFC 3339 in UTC. */
export function parseSince(text: string, nowMs: number): string {
  const seconds = readDuration(text);
  const at = seconds === undefined ? readTime(text) : nowMs - seconds * 1_000;
  if (at !== undefined && Math.abs(at) <= 8.64e15) return new Date(at).toISOString();
  throw new CommandError(
    `\`${text}\` is not a time; expected e.g. \`1h\`, \`30m\`, \`2024-01-01\` or \`2024-01-01T08:00:00Z\``,
    badInput,
  );
}

/** `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, spanMs) / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function readDuration(text: string): number | undefined {
  const [, amount, unit = ""] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const seconds = unitSeconds[unit];
  return amount === undefined || seconds === undefined ? undefined : Number(amount) * seconds;
}

/** WHY not `Date.parse` alone: it takes what it likes, e.g. `1` as a year and month names in English. */
function readTime(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text))
    return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** `12s`, `5m`, `3h`, `8d`: how old something is, in one unit. */
export function formatAge(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1_000));
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
  ] as const)
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)}${unit}`;
  return `${seconds}s`;
}
