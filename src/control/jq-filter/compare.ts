import { applyFilter } from "./apply-filter.ts";
import { type Json, parseFilter } from "./parse-filter.ts";

export type ComparisonOperator =
  | "equals"
  | "not_equals"
  | "greater_than"
  | "less_than"
  | "greater_than_equals"
  | "less_than_equals";

/** A value that a filter finds, compared with one that is given. */
export interface ValueCondition {
  readonly valueJqFilter: string;
  readonly operator: ComparisonOperator;
  readonly value: string | number | boolean;
}

/**
 * Whether `actual` stands in that relation to `wanted`. Numbers as numbers, also where one of them is written as a text; everything
 * else as texts, of which only equality is asked. Absent (`null`) equals nothing and differs from everything.
 */
export function compareWith(operator: ComparisonOperator, actual: Json, wanted: string | number | boolean): boolean {
  if (actual === null) return operator === "not_equals";
  const left = toNumber(actual);
  const right = toNumber(wanted);
  if (left !== undefined && right !== undefined) return compareNumbers(operator, left, right);
  const isSame = (typeof actual === "object" ? JSON.stringify(actual) : String(actual)) === String(wanted);
  if (operator === "equals") return isSame;
  return operator === "not_equals" && !isSame;
}

export function compareNumbers(operator: ComparisonOperator, left: number, right: number): boolean {
  switch (operator) {
    case "equals":
      return left === right;
    case "not_equals":
      return left !== right;
    case "greater_than":
      return left > right;
    case "less_than":
      return left < right;
    case "greater_than_equals":
      return left >= right;
    case "less_than_equals":
      return left <= right;
    default:
      return operator satisfies never;
  }
}

/** Whether any of the values that the filter finds holds. @throws {BadInputError} the filter does not fit the document */
export function holds({ valueJqFilter, operator, value }: ValueCondition, document: Json): boolean {
  const found = applyFilter(parseFilter(valueJqFilter), document);
  return found.some((actual) => compareWith(operator, actual, value));
}

function toNumber(value: Json): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(value)
    ? Number(value)
    : undefined;
}
