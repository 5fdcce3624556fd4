/**
 * Wall-clock times of IANA zones. A wall-clock time is a number too: the milliseconds since 1970 that a UTC clock would have when it
 * shows the same date and time.
 */

const formats = new Map<string, Intl.DateTimeFormat>();
const maxFormats = 1000;
const dayMs = 86_400_000;

/** Whether `name` is an IANA zone such as `Europe/Berlin`, or `UTC`. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in `zone` shows at that moment. @throws {RangeError} no such zone */
export function toWallMs(epochMs: number, zone: string): number {
  return epochMs + offsetMs(epochMs, zone);
}

/** The moments at which a clock in `zone` shows that time: one; none where it is skipped; two where it is repeated. Ascending. */
export function momentsOf(wallMs: number, zone: string): readonly number[] {
  const found = new Set<number>();
  for (const offset of offsetsAround(wallMs, zone)) {
    const moment = wallMs - offset;
    if (offsetMs(moment, zone) === offset) found.add(moment);
  }
  return [...found].sort((a, b) => a - b);
}

/** The first moment at which that time is reached: where it is repeated, the first one; where it is skipped, the end of the gap. */
export function toEpochMs(wallMs: number, zone: string): number {
  const [first] = momentsOf(wallMs, zone);
  if (first !== undefined) return first;
  const around = offsetsAround(wallMs, zone);
  return changeBetween(wallMs - Math.max(...around), wallMs - Math.min(...around), zone);
}

/** The moment in `(fromMs, toMs]` from which on the offset is that of `toMs`; offsets at both ends differ. */
export function changeBetween(fromMs: number, toMs: number, zone: string): number {
  const after = offsetMs(toMs, zone);
  let low = fromMs;
  let high = toMs;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (offsetMs(middle, zone) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** How far the zone's clocks are ahead of UTC at that moment. */
export function offsetMs(epochMs: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(epochMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(epochMs / 1000) * 1000;
}

// WHY: no offset is a day, so one of these is that of the time itself, whichever side of a change it is on
function offsetsAround(wallMs: number, zone: string): readonly [number, number] {
  return [offsetMs(wallMs - dayMs, zone), offsetMs(wallMs + dayMs, zone)];
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = "numeric";
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    ...{ timeZone: zone, hourCycle: "h23" },
    ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
  });
  if (formats.size >= maxFormats) formats.clear();
  formats.set(zone, format);
  return format;
}
