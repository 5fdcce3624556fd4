import type { Sample } from "./evaluate-query.ts";

/** The numbers of one moment. */
export interface MetricsText {
  readonly samples: readonly Sample[];
  /** names of all metrics, those without a sample included; of histograms also `_bucket`, `_sum` and `_count` */
  readonly names: ReadonlySet<string>;
}

const line = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads what `/metrics` gives: Prometheus text, version 0.0.4. Lines that are no samples are passed over. */
export function readMetrics(text: string): MetricsText {
  const samples: Sample[] = [];
  const names = new Set<string>();
  for (const one of text.split("\n")) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)$/.exec(one) ?? [];
    if (declared !== undefined) {
      names.add(declared);
      if (type === "histogram") for (const end of ["_bucket", "_sum", "_count"]) names.add(`${declared}${end}`);
    }
    const [, name, inner = "", value] = line.exec(one) ?? [];
    if (name === undefined || value === undefined) continue;
    names.add(name);
    const labels = [...inner.matchAll(label)].map(([, key = "", quoted = ""]) => [key, unquote(quoted)] as const);
    samples.push({ labels: { __name__: name, ...Object.fromEntries(labels) }, value: toNumber(value) });
  }
  return { samples, names };
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char));
}

function toNumber(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
