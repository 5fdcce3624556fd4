/** Label values come from fixed sets (routes, statuses, reasons), so that the number of series is bounded. */
export type Labels = Readonly<Record<string, string>>;

/** A number that only grows, per combination of labels. */
export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, { count: number }>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, by = 1): void {
    this.#entryOf(labels).count += by;
  }

  /** `add` for one combination that is counted often. */
  at(labels: Labels): () => void {
    let entry: { count: number } | undefined;
    return () => {
      entry ??= this.#entryOf(labels);
      entry.count++;
    };
  }

  #entryOf(labels: Labels): { count: number } {
    const key = formatLabels(labels);
    let entry = this.#values.get(key);
    if (!entry) {
      entry = { count: 0 };
      this.#values.set(key, entry);
    }
    return entry;
  }

  render(): string {
    const lines = [...this.#values].map(([labels, { count }]) => `${this.#name}{${labels}} ${count}\n`);
    return `${head(this.#name, this.#help, "counter")}${lines.join("")}`;
  }
}

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

interface Times {
  /** of each class, not cumulated */
  readonly counts: number[];
  sum: number;
  count: number;
}

function note(times: Times, seconds: number): void {
  let at = 0;
  while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++;
  if (at < bounds.length) times.counts[at] = (times.counts[at] ?? 0) + 1;
  times.sum += seconds;
  times.count++;
}

/** Times in seconds, in cumulated classes, per combination of labels. */
export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new Map<string, Times>();

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  observe(labels: Labels, seconds: number): void {
    note(this.#timesOf(labels), seconds);
  }

  /** `observe` for one combination that is measured often. */
  at(labels: Labels): (seconds: number) => void {
    let times: Times | undefined;
    return (seconds) => {
      times ??= this.#timesOf(labels);
      note(times, seconds);
    };
  }

  #timesOf(labels: Labels): Times {
    const key = formatLabels(labels);
    let times = this.#values.get(key);
    if (!times) {
      times = { counts: bounds.map(() => 0), sum: 0, count: 0 };
      this.#values.set(key, times);
    }
    return times;
  }

  render(): string {
    const lines = [...this.#values].map(([labels, { counts, sum, count }]) => {
      let upTo = 0;
      const classes = bounds.map((bound, index) => {
        upTo += counts[index] ?? 0;
        return `${this.#name}_bucket{${labels},le="${bound}"} ${upTo}\n`;
      });
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
