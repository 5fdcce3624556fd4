const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const shape = /^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h|d))+$/;

/** Milliseconds of a duration such as `90s`, `1h30m`, `500ms`, `2d`; `undefined` where `text` is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text.length > 40 || !shape.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}
