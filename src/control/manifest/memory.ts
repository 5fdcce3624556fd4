const units: Readonly<Record<string, number>> = {
  ...{ "": 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 },
};

/** Bytes of an amount such as `512Mi`, `1Gi` or `4096M`; `undefined` where `text` is none. */
export function parseMemoryBytes(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([KMGTP]i|[kKMGTP])?$/.exec(text) ?? [];
  const factor = units[unit];
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}
