import { BadInputError } from "../../shared/errors.ts";
import { compareNumbers } from "../jq-filter/index.ts";
import type { SpecOf } from "../manifest/index.ts";
import type { Observation } from "./observation.ts";
import { labelsKey } from "./promql/index.ts";

type Equation = NonNullable<SpecOf["monitor"]["equation"]>;
export type Expression = Equation["leftExpression"];
export type MonitorQuery = NonNullable<Expression["query"]>;

/** One number that a query found. */
export interface Found {
  readonly value: number;
  /** of a series of metrics; `undefined`: a value of a row */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Asks where the query says. `side`: `leftExpression` or `rightExpression`. */
export type AskQuery = (query: MonitorQuery, side: Side) => Promise<readonly Found[]>;
export type Side = "leftExpression" | "rightExpression";

interface Compared {
  readonly left: number;
  readonly right: number;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

const maxKeys = 100;
const maxShown = 20;
const words: Readonly<Record<Equation["operator"], string>> = {
  equals: "equals",
  not_equals: "differs from",
  greater_than: "is greater than",
  less_than: "is less than",
  greater_than_equals: "is not less than",
  less_than_equals: "is not greater than",
};

/**
 * Compares each value of the left side with the right one: coefficient × value + constant on both sides. Series of metrics are an
 * observation each; rows are one observation together.
 * @throws {BadInputError} the right side has several values that belong to nothing on the left, or too many series hold
 */
export async function observeEquation(
  { leftExpression, rightExpression, operator }: Equation,
  ask: AskQuery,
): Promise<readonly Observation[]> {
  const left = await valuesOf(leftExpression, "leftExpression", ask);
  const right = await valuesOf(rightExpression, "rightExpression", ask);
  const hits = pair(left, right).filter((one) => compareNumbers(operator, one.left, one.right));
  const rows = hits.filter(({ labels }) => labels === undefined);
  const series = hits.filter(({ labels }) => labels !== undefined);
  if (series.length > maxKeys)
    throw new BadInputError(`the condition holds for ${series.length} series; aggregate them to at most ${maxKeys}`);
  const toObservation = (compared: readonly Compared[], key: string): Observation => {
    const [first] = compared;
    const more = compared.length > 1 ? ` and ${compared.length - 1} more` : "";
    return {
      key,
      message: `${format(first?.left)}${more} ${words[operator]} ${format(first?.right)}${describe(first?.labels)}`,
      document: {
        equationContext: {
          operator,
          leftValue: first?.left ?? null,
          rightValue: first?.right ?? null,
          ...(first?.labels ? { labels: first.labels } : {}),
          count: compared.length,
          comparisons: compared.slice(0, maxShown).map((one) => ({ leftValue: one.left, rightValue: one.right })),
        },
      },
    };
  };
  return [
    ...(rows.length > 0 ? [toObservation(rows, "")] : []),
    ...series.map((one) =>
      toObservation([one], Object.keys(one.labels ?? {}).length === 0 ? "" : labelsKey(one.labels ?? {})),
    ),
  ];
}

async function valuesOf(
  { queryCoefficient, queryConstant, query }: Expression,
  side: Side,
  ask: AskQuery,
): Promise<readonly Found[]> {
  if (!query || queryCoefficient === 0) return [{ value: queryConstant }];
  const found = await ask(query, side);
  return found.map((one) => ({ ...one, value: queryCoefficient * one.value + queryConstant }));
}

function pair(left: readonly Found[], right: readonly Found[]): readonly Compared[] {
  const [only] = right;
  if (!only) return [];
  if (right.length === 1) return left.map(({ value, labels }) => ({ left: value, right: only.value, labels }));
  const byLabels = new Map(right.map(({ value, labels }) => [labels && labelsKey(labels), value]));
  if (byLabels.has(undefined))
    throw new BadInputError(`the right side gives ${right.length} rows; expected one value to compare with`);
  return left.flatMap(({ value, labels }) => {
    const other = byLabels.get(labelsKey(labels ?? {}));
    return other === undefined ? [] : [{ left: value, right: other, labels }];
  });
}

function format(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(12)));
}

function describe(labels: Readonly<Record<string, string>> | undefined): string {
  const { __name__: name = "", ...others } = labels ?? {};
  const list = Object.entries(others).map(([label, value]) => `${label}="${value}"`);
  return list.length === 0 && name === ""
    ? ""
    : ` for ${name}${list.length > 0 ? `{${list.join(",").slice(0, 200)}}` : ""}`;
}
