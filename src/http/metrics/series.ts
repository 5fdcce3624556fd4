/** Label values come from fixed sets (routes, statuses, reasons), so that the number of series is bounded. */
export type Labels = Readonly<Record<string, string>>;

/** A number that only grows, per combination of labels. */
export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, by = 1): void {
    this.#addTo(formatLabels(labels), by);
  }

  /** `add` for one combination that is counted often. */
  at(labels: Labels): () => void {
    const key = formatLabels(labels);
    return () => this.#addTo(key, 1);
  }

  #addTo(key: string, by: number): void {
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  render(): string {
    const lines = [...this.#values].map(([labels, value]) => `${this.#name}{${labels}} ${value}\n`);
    return `${head(this.#name, this.#help, "counter")}${lines.join("")}`;
  }
}

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Times in seconds, in cumulated classes, per combination of labels. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(labels: Labels, seconds: number): void {
    this.#observeAt(formatLabels(labels), seconds);
  }

  /** `observe` for one combination that is measured often. */
  at(labels: Labels): (seconds: number) => void {
    const key = formatLabels(labels);
    return (seconds) => this.#observeAt(key, seconds);
  }

  #observeAt(key: string, seconds: number): void {
    const entry = this.#values.get(key) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
    bounds.forEach((bound, index) => {
      if (seconds <= bound) entry.counts[index] = (entry.counts[index] ?? 0) + 1;
    });
    entry.sum += seconds;
    entry.count++;
    this.#values.set(key, entry);
  }

  render(): string {
    const lines = [...this.#values].map(([labels, { counts, sum, count }]) => {
      const classes = bounds.map(
        (bound, index) => `${this.#name}_bucket{${labels},le="${bound}"} ${counts[index] ?? 0}\n`,
      );
      return `${classes.join("")}${this.#name}_bucket{${labels},le="+Inf"} ${count}\n${this.#name}_sum{${labels}} ${sum}\n${this.#name}_count{${labels}} ${count}\n`;
    });
    return `${head(this.#name, this.#help, "histogram")}${lines.join("")}`;
  }
}

/** A number read when somebody asks for it. */
export interface Gauge {
  /** e.g. `dataos_search_behind_changes`; ends in its unit */
  readonly name: string;
  readonly help: string;
  read(): number;
}

/** One gauge with its value now. */
export function formatGauge({ name, help, read }: Gauge): string {
  return `${head(name, help, name.endsWith("_total") ? "counter" : "gauge")}${name} ${read()}\n`;
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function formatLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`)
    .join(",");
}
