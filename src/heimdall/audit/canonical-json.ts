const maxDepth = 64;
/** texts that JSON writes as they are */
const plain = /^[ !#-[\]-~]*$/;

/**
 * The one JSON text of `value`: no spaces, keys in order of their UTF-16 units, properties that are `undefined` left out.
 * @throws {TypeError} what JSON cannot hold: other numbers than finite ones, half surrogate pairs, functions, more than 64 levels
 * @see https://www.rfc-editor.org/rfc/rfc8785#section-3.2
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) throw new TypeError(`JSON deeper than ${maxDepth} levels`);
  switch (typeof value) {
    case "string":
      if (plain.test(value)) return `"${value}"`;
      if (!value.isWellFormed()) throw new TypeError("a text with half a surrogate pair has no canonical JSON");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON`);
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return canonicalArray(value, depth);
      return canonicalObject(value as Record<string, unknown>, depth);
    default:
      throw new TypeError(`a ${typeof value} has no JSON`);
  }
}

function canonicalArray(value: readonly unknown[], depth: number): string {
  let text = "";
  for (let at = 0; at < value.length; at++) text += `${at === 0 ? "" : ","}${canonicalJson(value[at], depth + 1)}`;
  return `[${text}]`;
}

function canonicalObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = Object.keys(value);
  // WHY: most objects are made with their keys in order
  if (!isSorted(keys)) keys.sort();
  let text = "";
  for (const key of keys) {
    const item = value[key];
    if (item === undefined) continue;
    text += `${text === "" ? "" : ","}${canonicalJson(key)}:${canonicalJson(item, depth + 1)}`;
  }
  return `{${text}}`;
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] ?? "") > (keys[at] ?? "")) return false;
  return true;
}
