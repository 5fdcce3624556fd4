import { type Dialect, foldName } from "../../dialects.ts";
import { maxNesting, SqlLimitError } from "../../parser-port.ts";
import type { Expr, ObjectName, Query } from "../../syntax.ts";
import type { SelectTexts } from "../../text/select-texts.ts";
import type { SourceText } from "../../text/source-text.ts";

/** An object of the parser's tree; what a field holds is looked at where it is used. */
export type Fields = { readonly [key: string]: unknown };

/** `{select: {...}}`: a node of a kind. */
export interface Node {
  readonly kind: string;
  readonly body: Fields;
}

/** What a conversion carries along. */
export interface Conversion {
  readonly dialect: Dialect;
  readonly text: SourceText;
  readonly selects: SelectTexts;
  /** UTF-16 offset of the first name inside a value; `near` where it has none. */
  at(value: unknown, near?: number): number;
  /** UTF-16 offset of the first name inside, `undefined` where there is none. */
  firstName(value: unknown): number | undefined;
  /** Counts nesting. @throws {SqlLimitError} too deep */
  nested<T>(convert: () => T): T;
  /** Names of lambda parameters that are in scope. */
  readonly parameters: Set<string>;
  /** Converts a query; `undefined` where the node is none. WHY: handed on, because queries are made of expressions in turn. */
  query(value: unknown): Query | undefined;
  expr(value: unknown): Expr;
}

/** Fields that are no nodes although they stand alone in their object. */
const structKeys: ReadonlySet<string> = new Set(["this", "expressions", "spec", "columns", "type", "ctes"]);

/** The node in `value`, `undefined` where it is none. */
export function nodeOf(value: unknown): Node | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0 || structKeys.has(key)) return undefined;
  return { kind: key, body: fieldsOf((value as Fields)[key]) };
}

/** The object in `value`; empty where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The list in `value`; empty where it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An identifier's text, folded. `undefined` where there is none. */
export function nameOf(cx: Conversion, value: unknown, of: "table" | "column" = "column"): string | undefined {
  if (typeof value === "string") return foldName(cx.dialect, value, false, of);
  const inner = nodeOf(value);
  if (inner?.kind === "identifier" || inner?.kind === "var") return nameOf(cx, inner.body.name ?? inner.body.this, of);
  if (inner?.kind === "column") return nameOf(cx, inner.body.name, of);
  const { name, quoted } = fieldsOf(value);
  return typeof name === "string" && name !== "" ? foldName(cx.dialect, name, quoted === true, of) : undefined;
}

/** Names of identifiers, without gaps. */
export function namesOf(cx: Conversion, values: unknown, of: "table" | "column" = "column"): string[] {
  return listOf(values).flatMap((value) => nameOf(cx, value, of) ?? []);
}

/** The full name of a table reference; `undefined` where it has none. */
export function tableName(cx: Conversion, value: unknown): ObjectName | undefined {
  const { catalog, schema, name } = fieldsOf(value);
  const parts = [catalog, schema, name].flatMap((part) => {
    const one = nameOf(cx, part, "table");
    if (one === undefined) return [];
    // `project.dataset.table` in one pair of backticks is three names
    return cx.dialect.name === "bigquery" ? one.split(".") : [one];
  });
  const last = parts.at(-1);
  if (last === undefined) return undefined;
  if (cx.dialect.name === "bigquery") return [...parts.slice(0, -1), withoutShard(last)];
  // `parquet.`/path`` is a file, not a table of a schema
  return parts.length === 2 && fileFormats.has(parts[0] ?? "") && last.includes("/") ? [last] : parts;
}

const fileFormats: ReadonlySet<string> = new Set("parquet json csv orc avro text delta binaryfile".split(" "));

/** A partition decorator names rows of a table, and a date at the end one of the pieces that it is kept in. */
function withoutShard(name: string): string {
  return name.replace(/\$\w+$/, "").replace(/_(?:\d{8}|\d{0,7}\*)$/, "_yyyymmdd");
}

/**
 * Starts a conversion.
 *
 * @param source the text as it was parsed, and where its offsets are in the text that is reported on
 */
export function createConversion(
  source: { readonly given: string; readonly toOriginal: (offset: number) => number },
  dialect: Dialect,
  text: SourceText,
  selects: SelectTexts,
  converters: {
    query(cx: Conversion, value: unknown): Query | undefined;
    expr(cx: Conversion, value: unknown): Expr;
  },
): Conversion {
  const firsts = new WeakMap<object, number | null>();
  const toUtf16 = codePointOffsets(source.given);
  let depth = 0;
  const first = (value: unknown): number | null => {
    if (typeof value !== "object" || value === null) return null;
    const known = firsts.get(value);
    if (known !== undefined) return known;
    let least: number | null = null;
    for (const [key, inner] of Object.entries(value)) {
      const start = key === "span" ? fieldsOf(inner).start : first(inner);
      if (typeof start === "number" && (least === null || start < least)) least = start;
    }
    firsts.set(value, least);
    return least;
  };
  const cx: Conversion = {
    dialect,
    text,
    selects,
    parameters: new Set(),
    firstName(value) {
      const start = first(value);
      return start === null ? undefined : source.toOriginal(toUtf16(start));
    },
    at: (value, near = 0) => cx.firstName(value) ?? near,
    nested(convert) {
      if (++depth > maxNesting)
        throw new SqlLimitError(`the statement nests deeper than ${maxNesting} levels, which is the most`);
      try {
        return convert();
      } finally {
        depth--;
      }
    },
    query: (value) => converters.query(cx, value),
    expr: (value) => cx.nested(() => converters.expr(cx, value)),
  };
  return cx;
}

/** The parser counts code points. */
function codePointOffsets(sql: string): (codePoint: number) => number {
  if (!/[\ud800-\udbff]/.test(sql)) return (offset) => Math.min(offset, sql.length);
  const offsets: number[] = [];
  for (let i = 0; i < sql.length; i += (sql.codePointAt(i) ?? 0) > 0xffff ? 2 : 1) offsets.push(i);
  return (offset) => offsets[offset] ?? sql.length;
}
