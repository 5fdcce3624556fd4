/** A piece of SQL with its parameters in order. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

/** Joined as a balanced tree. WHY: SQLite refuses expressions deeper than 1,000, and a plain chain is as deep as it is long. */
export function joinSql(parts: readonly Sql[], operator: "and" | "or"): Sql {
  const [only] = parts;
  if (only === undefined) return { text: operator === "and" ? "true" : "false", parameters: [] };
  if (parts.length === 1) return only;
  const half = parts.length >> 1;
  const left = joinSql(parts.slice(0, half), operator);
  const right = joinSql(parts.slice(half), operator);
  return { text: `(${left.text} ${operator} ${right.text})`, parameters: [...left.parameters, ...right.parameters] };
}

/** `column` is one of `values`; many of them go as one parameter, because a statement takes 32,766. */
export function inList(column: string, values: readonly string[]): Sql {
  if (values.length > 100) {
    return { text: `${column} in (select value from json_each(?))`, parameters: [JSON.stringify(values)] };
  }
  return { text: `${column} in (${values.map(() => "?").join(", ")})`, parameters: values };
}

/** `column` starts with `prefix`, as a range. */
export function prefixSql(column: string, prefix: string): Sql {
  const end = prefixEnd(prefix);
  return end === undefined
    ? { text: `${column} >= ?`, parameters: [prefix] }
    : { text: `${column} >= ? and ${column} < ?`, parameters: [prefix, end] };
}

/** The least text, by code point, above all that start with `prefix`; `undefined`: there is none. */
function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last >= 0x10ffff) continue;
    // no text holds the code points between, which are halves of pairs
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}
