import { BadInputError } from "../../shared/errors.ts";
import type { Filter, Json, Operator } from "./parse-filter.ts";

const maxOutputs = 10_000;

/**
 * The values that a filter gives for `input`, in order. A path that is not there gives `null`, as in jq.
 * @throws {BadInputError} it does not fit the input, e.g. `.a` of a text, or gives more than 10 000 values
 */
export function applyFilter(filter: Filter, input: Json): readonly Json[] {
  let steps = 0;
  return run(filter, input);

  function run(part: Filter, value: Json): readonly Json[] {
    // SECURITY: `[][]…` over lists multiplies; all steps together are bounded
    if (++steps > maxOutputs) throw tooMuch();
    switch (part.kind) {
      case "identity":
        return [value];
      case "literal":
        return [part.value];
      case "field":
        return run(part.of, value).map((one) => readField(one, part.name));
      case "index":
        return run(part.of, value).map((one) => readIndex(one, part.at));
      case "each":
        return bounded(run(part.of, value).flatMap(itemsOf));
      case "pipe":
        return bounded(run(part.from, value).flatMap((one) => run(part.to, one)));
      case "object":
        return [Object.fromEntries(part.entries.map(([key, of]) => [key, run(of, value)[0] ?? null]))];
      case "list":
        return [run(part.of, value)];
      case "operation":
        return run(part.left, value).map((left) =>
          operate(part.operator, left, () => run(part.right, value)[0] ?? null),
        );
      case "call":
        return call(part, value);
      default:
        return part satisfies never;
    }
  }

  function call({ name, argument }: Extract<Filter, { kind: "call" }>, value: Json): readonly Json[] {
    switch (name) {
      case "select":
        return argument && run(argument, value).some(isTrue) ? [value] : [];
      case "map":
        return [bounded(itemsOf(value).flatMap((item) => (argument ? run(argument, item) : [item])))];
      case "first":
        return argument ? run(argument, value).slice(0, 1) : [itemsOf(value)[0] ?? null];
      case "last":
        return argument ? run(argument, value).slice(-1) : [itemsOf(value).at(-1) ?? null];
      case "not":
        return [!isTrue(value)];
      case "length":
        return [lengthOf(value)];
      case "max":
      case "min":
        return [extreme(itemsOf(value), name === "max" ? 1 : -1)];
      case "tostring":
        return [typeof value === "string" ? value : JSON.stringify(value)];
      case "tonumber":
        return [toNumber(value)];
      default:
        return name satisfies never;
    }
  }
}

function readField(value: Json, name: string): Json {
  if (value === null) return null;
  if (typeof value !== "object" || Array.isArray(value))
    throw new BadInputError(`\`.${name.slice(0, 80)}\` is asked of ${kindOf(value)}, which has no fields`);
  return Object.hasOwn(value, name) ? ((value as Readonly<Record<string, Json>>)[name] ?? null) : null;
}

function readIndex(value: Json, at: number): Json {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new BadInputError(`\`[${at}]\` is asked of ${kindOf(value)}, which is no list`);
  return (value as readonly Json[]).at(at) ?? null;
}

function itemsOf(value: Json): readonly Json[] {
  if (typeof value === "object" && value !== null) return Object.values(value);
  throw new BadInputError(`\`[]\` is asked of ${kindOf(value)}, which holds nothing`);
}

function operate(operator: Operator, left: Json, right: () => Json): Json {
  switch (operator) {
    case "and":
      return isTrue(left) && isTrue(right());
    case "or":
      return isTrue(left) || isTrue(right());
    case "//":
      return isTrue(left) ? left : right();
    case "==":
      return order(left, right()) === 0;
    case "!=":
      return order(left, right()) !== 0;
    case "<":
      return order(left, right()) < 0;
    case "<=":
      return order(left, right()) <= 0;
    case ">":
      return order(left, right()) > 0;
    case ">=":
      return order(left, right()) >= 0;
    default:
      return operator satisfies never;
  }
}

/** As jq orders values: null, false, true, numbers, texts, lists, objects. */
function order(left: Json, right: Json): number {
  const kinds = rankOf(left) - rankOf(right);
  if (kinds !== 0) return kinds;
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [a, b] = typeof left === "string" ? [left, right] : [JSON.stringify(left), JSON.stringify(right)];
  return a === b ? 0 : String(a) < String(b) ? -1 : 1;
}

function rankOf(value: Json): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return value ? 2 : 1;
  if (typeof value === "number") return 3;
  if (typeof value === "string") return 4;
  return Array.isArray(value) ? 5 : 6;
}

function extreme(items: readonly Json[], sign: 1 | -1): Json {
  let found = items[0] ?? null;
  for (const item of items) if (order(item, found) * sign > 0) found = item;
  return found;
}

function lengthOf(value: Json): number {
  if (value === null) return 0;
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "boolean") throw new BadInputError("`length` is asked of true or false, which have none");
  return typeof value === "string" ? [...value].length : Object.keys(value).length;
}

function toNumber(value: Json): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && !Number.isNaN(number)) return number;
  throw new BadInputError(`\`tonumber\` is asked of ${kindOf(value)}, which is no number`);
}

function isTrue(value: Json): boolean {
  return value !== null && value !== false;
}

function bounded<T>(values: readonly T[]): readonly T[] {
  if (values.length > maxOutputs) throw tooMuch();
  return values;
}

function tooMuch(): BadInputError {
  return new BadInputError(`the filter takes more than ${maxOutputs} steps; select less`);
}

function kindOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object"
    ? "an object"
    : `${typeof value === "string" ? "the text" : "the value"} \`${String(value).slice(0, 40)}\``;
}
