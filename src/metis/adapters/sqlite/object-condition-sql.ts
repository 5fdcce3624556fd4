import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { assertNever } from "../../../shared/brand.ts";
import { compileGlob } from "../../../shared/glob.ts";
import type { KeyRange, ObjectCondition, ObjectField } from "../../search/index.ts";

/** A piece of SQL with its parameters in order. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

/** Numbers of the fields in `object_key.field`. */
export const objectFields: Readonly<Record<ObjectField, number>> = { paths: 0, tags: 1, attributes: 2 };

/** Makes `dataos_glob` known, which conditions need. */
export function registerGlob(db: SqliteDatabase): void {
  db.function("dataos_glob", (kind, glob, text) =>
    Number(compileGlob(String(glob), kind === "path" ? "path" : "tag").matches(String(text))),
  );
}

/** The condition on the row `d` of `doc`, whose keys are in `object_key`. */
export function toConditionSql(condition: ObjectCondition): Sql {
  switch (condition.op) {
    case "all":
      return { text: "true", parameters: [] };
    case "none":
      return { text: "false", parameters: [] };
    case "and":
    case "or":
      return joinSql(condition.of.map(toConditionSql), condition.op);
    case "not": {
      const { text, parameters } = toConditionSql(condition.of);
      return { text: `not ${text}`, parameters };
    }
    case "in":
      return exists(condition.field, inList("k.value", condition.values));
    case "prefix":
      return exists(condition.field, prefixSql("k.value", condition.prefix));
    case "range":
      return exists(condition.field, rangeSql("k.value", condition.range));
    case "glob": {
      const range = prefixSql("k.value", condition.prefix);
      return exists(condition.field, {
        text: `${range.text} and dataos_glob(?, ?, k.value)`,
        parameters: [...range.parameters, condition.kind, condition.glob],
      });
    }
    default:
      return assertNever(condition);
  }
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
  return rangeSql(column, end === undefined ? { gte: prefix } : { gte: prefix, lt: end });
}

function rangeSql(column: string, range: KeyRange): Sql {
  const operators = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
  const bounds = Object.entries(range) as [keyof KeyRange, string][];
  return {
    text: bounds.map(([bound]) => `${column} ${operators[bound]} ?`).join(" and "),
    parameters: bounds.map(([, key]) => key),
  };
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

function exists(field: ObjectField, key: Sql): Sql {
  return {
    text: `exists (select 1 from object_key k where k.doc = d.id and k.field = ${objectFields[field]} and ${key.text})`,
    parameters: key.parameters,
  };
}
