import { BadInputError } from "../../../shared/errors.ts";

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** `.ReportContext.ResourceId`: fields as Go spells them are found in the document as JSON spells them. Absent: `null`. */
export function readPath(start: Value, path: readonly string[]): Value {
  let value = start;
  for (const name of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const map = value as { readonly [key: string]: Value };
    const key = [name, name.charAt(0).toLowerCase() + name.slice(1), name.toLowerCase()].find((one) =>
      Object.hasOwn(map, one),
    );
    value = key === undefined ? null : (map[key] ?? null);
  }
  return value;
}

export function isTruthy(value: Value): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As it stands in a text. */
export function print(value: Value): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

type Call = (given: readonly Value[]) => Value;

const text = (value: Value | undefined): string => print(value ?? null);
const functions: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["index", ([from = null, ...keys]) => keys.reduce<Value>(readKey, from)],
  ["split", (given) => split(text(given[0]), text(given[1]))],
  ["splitn", (given) => splitAtMost(text(given[0]), Number(given[1]), text(given[2]))],
  ["upper", (given) => text(given[0]).toUpperCase()],
  ["lower", (given) => text(given[0]).toLowerCase()],
  ["title", (given) => text(given[0]).replace(/(?<![\p{L}\p{N}])\p{L}/gu, (letter) => letter.toUpperCase())],
  ["trim", (given) => text(given[0]).trim()],
  ["quote", (given) => JSON.stringify(text(given[0]))],
  ["toJson", (given) => JSON.stringify(given[0] ?? null)],
  ["default", ([instead = null, value = null]) => (isTruthy(value) ? value : instead)],
  ["eq", ([first = null, ...others]) => others.some((other) => print(other) === print(first))],
  ["ne", ([first = null, other = null]) => print(other) !== print(first)],
  ["not", ([value = null]) => !isTruthy(value)],
  ["printf", ([format = null, ...given]) => printf(print(format), given)],
]);

/** @throws {BadInputError} there is no such function */
export function callFunction(name: string, given: readonly Value[]): Value {
  const found = functions.get(name);
  if (found) return found(given);
  const known = [...functions.keys()].join(", ");
  throw new BadInputError(`\`${name.slice(0, 40)}\` is no function of templates here (known: ${known})`);
}

function readKey(from: Value, key: Value): Value {
  if (Array.isArray(from)) {
    // WHY: sprig's `split` gives a map with `_0`, `_1`…, Go's own a list
    const at = typeof key === "number" ? key : Number(/^_(\d+)$/.exec(print(key))?.[1] ?? Number.NaN);
    return (from as readonly Value[])[at] ?? null;
  }
  return readPath(from, [print(key)]);
}

/** WHY: sprig has the separator first, Go's own has it second, and documents use both. */
function split(first: string, second: string): readonly string[] {
  return first.length > second.length && first.includes(second) ? first.split(second) : second.split(first);
}

function splitAtMost(separator: string, count: number, value: string): readonly string[] {
  const parts = value.split(separator);
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function printf(format: string, given: readonly Value[]): string {
  let at = 0;
  return format.replace(/%[vsdq%]/g, (verb) => {
    if (verb === "%%") return "%";
    const value = print(given[at++] ?? null);
    return verb === "%q" ? JSON.stringify(value) : value;
  });
}
