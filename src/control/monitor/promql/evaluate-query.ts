import { BadInputError } from "../../../shared/errors.ts";
import type { Aggregation, ArithmeticSign, ComparisonSign, LabelChoice, Query } from "./parse-query.ts";

/** One number with the labels that tell it from others; the name of its metric is the label `__name__`. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Value = number | readonly Sample[];

/**
 * What a query gives for the samples of one moment: at most one sample for each combination of labels; a plain number has no labels.
 * @param nowMs for `time()`
 * @throws {BadInputError} series of one side belong to several of the other
 */
export function evaluateQuery(query: Query, samples: readonly Sample[], nowMs: number): readonly Sample[] {
  const value = evaluate(query);
  return typeof value === "number" ? [{ labels: {}, value }] : value;

  function evaluate(part: Query): Value {
    switch (part.kind) {
      case "number":
        return part.value;
      case "series":
        return samples.filter(
          ({ labels }) =>
            (part.name === undefined || labels.__name__ === part.name) &&
            part.matchers.every(({ label, matches }) => matches(labels[label] ?? "")),
        );
      case "negative":
        return mapValue(evaluate(part.of), (value) => -value);
      case "binary":
        return combine(part, evaluate(part.left), evaluate(part.right));
      case "aggregate":
        return aggregate(part.how, part.by, toSamples(evaluate(part.of)));
      case "call":
        return call(part.name, part.argument && evaluate(part.argument));
      default:
        return part satisfies never;
    }
  }

  function call(name: Extract<Query, { kind: "call" }>["name"], argument: Value | undefined): Value {
    switch (name) {
      case "time":
        return nowMs / 1000;
      case "scalar":
        return typeof argument === "number"
          ? argument
          : argument?.length === 1
            ? (argument[0]?.value ?? Number.NaN)
            : Number.NaN;
      case "vector":
        return typeof argument === "number" ? [{ labels: {}, value: argument }] : (argument ?? []);
      case "absent":
        return toSamples(argument ?? []).length === 0 ? [{ labels: {}, value: 1 }] : [];
      case "abs":
      case "ceil":
      case "floor":
      case "round":
        return mapValue(argument ?? [], Math[name]);
      default:
        return name satisfies never;
    }
  }
}

/** Labels as one text, the same for the same labels. */
export function labelsKey(labels: Sample["labels"]): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function combine(part: Extract<Query, { kind: "binary" }>, left: Value, right: Value): Value {
  const { sign, isBool, on } = part;
  const isComparison = /[=<>]/.test(sign);
  const join = (a: number, b: number, kept: number): number | undefined => {
    if (!isComparison) return calculate(sign as ArithmeticSign, a, b);
    const isTrue = compare(sign as ComparisonSign, a, b);
    if (isBool) return isTrue ? 1 : 0;
    return isTrue ? kept : undefined;
  };
  if (typeof left === "number" && typeof right === "number") {
    if (isComparison && !isBool) throw new BadInputError(`two numbers are compared with \`${sign} bool\``);
    return join(left, right, left) ?? 0;
  }
  const dropsName = !isComparison || isBool;
  const build = (labels: Sample["labels"], value: number | undefined): readonly Sample[] =>
    value === undefined ? [] : [{ labels: dropsName ? withoutName(labels) : labels, value }];
  if (typeof right === "number")
    return toSamples(left).flatMap(({ labels, value }) => build(labels, join(value, right, value)));
  if (typeof left === "number") return right.flatMap(({ labels, value }) => build(labels, join(left, value, value)));
  const others = new Map<string, Sample>();
  for (const sample of right) {
    const key = labelsKey(choose(sample.labels, on));
    if (others.has(key)) throw new BadInputError(`several series on the right of \`${sign}\` have the labels ${key}`);
    others.set(key, sample);
  }
  const seen = new Set<string>();
  return left.flatMap(({ labels, value }) => {
    const key = labelsKey(choose(labels, on));
    const other = others.get(key);
    if (!other) return [];
    if (seen.has(key)) throw new BadInputError(`several series on the left of \`${sign}\` have the labels ${key}`);
    seen.add(key);
    return build(dropsName ? choose(labels, on) : labels, join(value, other.value, value));
  });
}

function aggregate(how: Aggregation, by: LabelChoice, samples: readonly Sample[]): readonly Sample[] {
  const groups = new Map<string, { readonly labels: Sample["labels"]; readonly values: number[] }>();
  for (const { labels, value } of samples) {
    const kept = choose(labels, by);
    const key = labelsKey(kept);
    const group = groups.get(key);
    if (group) group.values.push(value);
    else groups.set(key, { labels: kept, values: [value] });
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: fold(how, values) }));
}

function fold(how: Aggregation, values: readonly number[]): number {
  if (how === "count") return values.length;
  if (how === "min" || how === "max") return values.reduce((a, b) => Math[how](a, b));
  const sum = values.reduce((a, b) => a + b, 0);
  return how === "avg" ? sum / values.length : sum;
}

/** Those of the labels that count; never the metric's name. */
function choose(labels: Sample["labels"], { keeps, labels: named }: LabelChoice): Sample["labels"] {
  return Object.fromEntries(
    Object.entries(labels).filter(([label]) => label !== "__name__" && named.includes(label) === keeps),
  );
}

function withoutName({ __name__: _, ...labels }: Sample["labels"]): Sample["labels"] {
  return labels;
}

function mapValue(value: Value, change: (value: number) => number): Value {
  if (typeof value === "number") return change(value);
  return value.map((sample) => ({ labels: withoutName(sample.labels), value: change(sample.value) }));
}

function toSamples(value: Value): readonly Sample[] {
  return typeof value === "number" ? [{ labels: {}, value }] : value;
}

function calculate(sign: ArithmeticSign, a: number, b: number): number {
  switch (sign) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "^":
      return a ** b;
    default:
      return sign satisfies never;
  }
}

function compare(sign: ComparisonSign, a: number, b: number): boolean {
  switch (sign) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case ">":
      return a > b;
    case "<":
      return a < b;
    case ">=":
      return a >= b;
    case "<=":
      return a <= b;
    default:
      return sign satisfies never;
  }
}
