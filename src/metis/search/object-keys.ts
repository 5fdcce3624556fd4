import type { FilteredObject } from "../../shared/object-filter.ts";

/** An object as lists of strings that an inverted index can match by equality, prefix, range and glob. */
export interface ObjectKeys {
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  /** see `attributeKey` */
  readonly attributes: readonly string[];
}

export type AttributeType = "string" | "number" | "boolean" | "other";

const marks: Record<AttributeType, string> = { string: "s", number: "n", boolean: "b", other: "o" };
const separator = "\u0001";
const escapeMark = "\u0002";

/** The object's paths and tags as they are, its attributes as one key for each dotted path. */
export function toObjectKeys(object: FilteredObject): ObjectKeys {
  const attributes = new Set<string>();
  collect(attributes, undefined, object.attributes);
  return {
    paths: [...new Set(object.paths)],
    tags: [...new Set(object.tags)],
    attributes: [...attributes].sort(),
  };
}

/** What every key of the attribute begins with; an attribute that is absent or null has no key. */
export function attributePrefix(attribute: string, type?: AttributeType): string {
  return `${encodePath(attribute)}${separator}${type === undefined ? "" : marks[type]}`;
}

/** The upper end (excluded) of the keys of one type. */
export function attributeEnd(attribute: string, type: AttributeType): string {
  return `${encodePath(attribute)}${separator}${String.fromCharCode(marks[type].charCodeAt(0) + 1)}`;
}

/** The key of a value. Within one attribute and type keys sort, by code point, as JavaScript compares the values. */
export function attributeKey(attribute: string, value: string | number | boolean): string {
  if (typeof value === "string") return attributePrefix(attribute, "string") + encodeText(value);
  if (typeof value === "number") return attributePrefix(attribute, "number") + encodeNumber(value);
  return attributePrefix(attribute, "boolean") + (value ? "1" : "0");
}

/** Text whose code points sort as the UTF-16 units of `text`, which is how JavaScript compares; keeps prefixes. */
export function encodeText(text: string): string {
  // U+D7FF marks what sorts after it: surrogates and all units behind them
  return text.replace(/[\ud7ff-\uffff]/g, (unit) => `\ud7ff${String.fromCharCode(unit.charCodeAt(0) - 0xd7ff + 0x20)}`);
}

/** The separator cannot occur in an encoded path, so no attribute's keys begin with another's. */
function encodePath(attribute: string): string {
  return encodeText(attribute).replaceAll(escapeMark, `${escapeMark}b`).replaceAll(separator, `${escapeMark}a`);
}

function collect(keys: Set<string>, path: string | undefined, value: unknown): void {
  if (path !== undefined && (typeof value === "string" || typeof value === "number" || typeof value === "boolean")) {
    keys.add(attributeKey(path, value));
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (path !== undefined) keys.add(attributePrefix(path, "other"));
  for (const step of Object.getOwnPropertyNames(value)) {
    // a name with a dot in it cannot be reached by a dotted path
    if (step.includes(".")) continue;
    collect(keys, path === undefined ? step : `${path}.${step}`, (value as Record<string, unknown>)[step]);
  }
}

/** 16 hexadecimal digits that sort as the numbers do; -0 is 0. */
function encodeNumber(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const sign = 1n << 63n;
  const ordered = bits & sign ? ~bits & ((1n << 64n) - 1n) : bits | sign;
  return ordered.toString(16).padStart(16, "0");
}
