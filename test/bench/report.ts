/** One figure, as a JSON line on standard output. `target`: what is asked for; `ratio`: value / peer. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly peer?: string;
  readonly ratio?: number;
}

export function reportFigure(figure: Figure): void {
  const ratio = figure.ratio === undefined ? {} : { ratio: round(figure.ratio) };
  console.log(JSON.stringify({ ...figure, value: round(figure.value), ...ratio }));
}

/** Two places; four of what is below 1, such as a share. */
function round(value: number): number {
  const places = Math.abs(value) < 1 ? 10_000 : 100;
  return Math.round(value * places) / places;
}

/** The middle value; of an even number, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value that `percent` % of the values do not exceed, by nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}
