import type { Expr, Term, Window } from "../../syntax.ts";
import { type Conversion, type Fields, fieldsOf, listOf, nameOf, nodeOf } from "./nodes.ts";

/** Kinds that are queries; as an expression they are a subquery. */
const queryKinds: ReadonlySet<string> = new Set(["select", "union", "intersect", "except", "subquery", "values"]);
/** Kinds that hold no value of a column. */
const valueless: ReadonlySet<string> = new Set([
  "literal",
  "boolean",
  "null",
  "parameter",
  "placeholder",
  "data_type",
  "var",
  "session_parameter",
  "pseudocolumn",
  "interval_span",
  "time_unit",
  "raw",
]);
/** Kinds that only stand around an expression. */
const wrappers: ReadonlySet<string> = new Set(["paren", "annotated", "alias", "pivot_alias", "named_argument"]);
/** Fields of a node that hold no operands. */
const notOperands: ReadonlySet<string> = new Set(["span", "inferred_type", "to", "name", "over", "filter", "order_by"]);
/** Words that call a function without brackets. */
const niladic: ReadonlySet<string> = new Set(
  `current_date current_time current_timestamp current_user current_role current_schema current_catalog current_database
   session_user system_user user localtime localtimestamp sysdate systimestamp getdate now rownum rowid level default
   excluded true false null unknown sqlcode sqlerrm`.split(/\s+/),
);

/** An expression of the parser as ours. Kinds that are not told apart here are calls: their value is made of all operands. */
export function toExpr(cx: Conversion, value: unknown): Expr {
  const node = nodeOf(value);
  if (!node) return { kind: "operation", args: operands(cx, value), at: cx.at(value) };
  const { kind, body } = node;
  const at = cx.at(body);
  if (queryKinds.has(kind)) return subquery(cx, "scalar", undefined, value, at);
  if (wrappers.has(kind)) return cx.expr(body.this ?? body.value);
  switch (kind) {
    case "literal": {
      const text = body.literal_type === "number" ? String(body.value) : "";
      return /^\d{1,9}$/.test(text) ? { kind: "constant", integer: Number(text), at } : { kind: "constant", at };
    }
    case "column":
      return column(cx, [body.table, body.name], at);
    case "identifier":
      return column(cx, [body], at);
    case "star":
      return toStar(cx, body, at);
    case "dot":
      return toField(cx, body, at);
    case "case": {
      const whens = listOf(body.whens).map(listOf);
      return toCase(
        cx,
        [body.operand, ...whens.map(([when]) => when)],
        [...whens.map(([, then]) => then), body.else_],
        at,
      );
    }
    case "if_func":
      return toCase(cx, [body.condition], [body.true_value, body.false_value], at);
    case "nvl2":
      return toCase(cx, [body.this], [body.true_value, body.false_value], at);
    case "null_if":
    case "nullif":
      return toCase(cx, [body.this, body.expression], [body.this], at);
    case "decode_case":
    case "decode":
      return { kind: "call", ...call(cx, "decode", body), at };
    case "in": {
      if (!body.query) return { kind: "operation", args: operands(cx, body), at };
      return subquery(cx, "in", body.this, body.query, at);
    }
    case "exists":
      return subquery(cx, "exists", undefined, body.this, at);
    case "any":
    case "all":
      return cx.query(body.subquery)
        ? subquery(cx, "in", body.this, body.subquery, at)
        : { kind: "operation", args: operands(cx, body), at };
    case "lambda":
      return toLambda(cx, body, at);
    case "window_function":
      return toWindowCall(cx, body, at);
    case "filter":
      return withCall(cx.expr(body.this), { filter: cx.expr(body.expression) });
    case "within_group": {
      // the operands of `WITHIN GROUP (ORDER BY x)` are the aggregate's values, not only its order
      const inner = cx.expr(body.this);
      const keys = sortKeys(cx, body.order_by);
      return inner.kind === "call"
        ? { ...inner, args: [...inner.args, ...keys] }
        : { kind: "operation", args: [inner, ...keys], at };
    }
    case "function":
    case "aggregate_function":
      return toFunction(cx, body, at);
    default:
      return valueless.has(kind)
        ? { kind: "constant", at }
        : { kind: "call", ...call(cx, callName(kind, body), body), at };
  }
}

/** Several; what is absent is left out. */
export function toExprs(cx: Conversion, values: readonly unknown[]): Expr[] {
  return values.flatMap((value) => (value === null || value === undefined ? [] : [cx.expr(value)]));
}

/** A condition with its text. */
export function toTerm(cx: Conversion, value: unknown): Term | undefined {
  if (value === null || value === undefined) return undefined;
  const inside = cx.firstName(value);
  return { expr: cx.expr(value), text: inside === undefined ? undefined : cx.text.conditionAround(inside) };
}

/** The expressions of ORDER BY. */
function sortKeys(cx: Conversion, value: unknown): Expr[] {
  const list = Array.isArray(value) ? value : listOf(fieldsOf(value).expressions);
  return list.map((one: unknown) => {
    const node = nodeOf(one);
    return cx.expr(node?.kind === "ordered" ? node.body.this : (fieldsOf(one).this ?? one));
  });
}

/** A window as written in OVER or WINDOW. */
export function toWindow(cx: Conversion, value: unknown): Window {
  const body = fieldsOf(value);
  return {
    base: nameOf(cx, body.window_name ?? body.base),
    partitionBy: toExprs(cx, listOf(body.partition_by)),
    orderBy: sortKeys(cx, body.order_by),
    at: cx.at(value),
  };
}

function column(cx: Conversion, parts: readonly unknown[], at: number): Expr {
  const [first, ...rest] = parts.filter((part) => part !== null && part !== undefined);
  const path = [first, ...rest].flatMap((part) => nameOf(cx, part) ?? []);
  const name = path[0];
  if (name === undefined) return { kind: "constant", at };
  const isPlain = rest.length === 0 && fieldsOf(first).quoted !== true;
  if (isPlain && (niladic.has(name) || name.startsWith("@"))) return { kind: "constant", at };
  if (cx.parameters.has(name)) return { kind: "constant", at };
  return { kind: "column", path, at };
}

function toStar(cx: Conversion, body: Fields, at: number): Expr {
  const qualifier = nameOf(cx, body.table);
  const replace = listOf(body.replace).flatMap((one) => {
    const alias = nodeOf(one)?.kind === "alias" ? nodeOf(one)?.body : fieldsOf(one);
    const name = nameOf(cx, alias?.alias);
    return name === undefined ? [] : [{ name, expr: cx.expr(alias?.this) }];
  });
  const rename = listOf(body.rename).flatMap((one) => {
    const [from, to] = Array.isArray(one) ? one : [fieldsOf(one).this, fieldsOf(one).alias];
    const pair = [nameOf(cx, from), nameOf(cx, to)];
    return pair[0] === undefined || pair[1] === undefined ? [] : [{ from: pair[0], to: pair[1] }];
  });
  return {
    kind: "star",
    qualifier: qualifier === undefined ? [] : qualifier.split("."),
    except: listOf(body.except).flatMap((one) => nameOf(cx, one) ?? []),
    replace,
    rename,
    at,
  };
}

/** `a.b.c` is one path; what follows a call or an index is a field of its value. */
function toField(cx: Conversion, body: Fields, at: number): Expr {
  const base = cx.expr(body.this);
  const name = nameOf(cx, body.field);
  const star = nodeOf(body.field)?.kind === "star";
  if (base.kind === "column") {
    if (star) return { kind: "star", qualifier: base.path, at: base.at };
    if (name !== undefined) return { kind: "column", path: [...base.path, name], at: base.at };
  }
  return name === undefined ? { kind: "operation", args: [base], at } : { kind: "field", base, name, at };
}

function toCase(cx: Conversion, conditions: readonly unknown[], results: readonly unknown[], at: number): Expr {
  return { kind: "case", conditions: toExprs(cx, conditions), results: toExprs(cx, results), at };
}

function subquery(cx: Conversion, form: "scalar" | "exists" | "in", test: unknown, value: unknown, at: number): Expr {
  const query = cx.query(value);
  if (!query) return { kind: "opaque", what: nodeOf(value)?.kind ?? "subquery", args: [], at };
  return { kind: "subquery", form, test: test === undefined ? undefined : cx.expr(test), query, at };
}

function toLambda(cx: Conversion, body: Fields, at: number): Expr {
  const added = listOf(body.parameters)
    .flatMap((one) => nameOf(cx, one) ?? [])
    .filter((name) => !cx.parameters.has(name));
  for (const name of added) cx.parameters.add(name);
  const value = cx.expr(body.body);
  for (const name of added) cx.parameters.delete(name);
  return { kind: "operation", args: [value], at };
}

function toWindowCall(cx: Conversion, body: Fields, at: number): Expr {
  const inner = cx.expr(body.this);
  const over = fieldsOf(body.over);
  const name = nameOf(cx, over.window_name);
  const isNamed = name !== undefined && listOf(over.partition_by).length === 0 && listOf(over.order_by).length === 0;
  // what FIRST and LAST of Oracle sort by steers as a window does
  const kept = sortKeys(cx, fieldsOf(body.keep).order_by);
  const window = toWindow(cx, over);
  return withCall(
    inner.kind === "call"
      ? inner
      : {
          kind: "call",
          name: ["window"],
          args: [inner],
          aggregateSyntax: false,
          filter: undefined,
          orderBy: [],
          over: undefined,
          at,
        },
    { over: isNamed ? name : { ...window, orderBy: [...window.orderBy, ...kept] } },
  );
}

type Call = Extract<Expr, { kind: "call" }>;

function withCall(inner: Expr, more: Partial<Pick<Call, "filter" | "over">>): Expr {
  return inner.kind === "call" ? { ...inner, ...more } : { kind: "operation", args: [inner], at: inner.at };
}

function toFunction(cx: Conversion, body: Fields, at: number): Expr {
  const name = String(fieldsOf(body.name).name ?? body.name ?? "").toLowerCase();
  const args = listOf(body.args);
  if (conditionals.has(name) && args.length >= 2) return toCase(cx, args.slice(0, 1), args.slice(1), at);
  const made = call(cx, name, body);
  return {
    kind: "call",
    ...made,
    args: toExprs(
      cx,
      args.filter((arg) => !isPlainStar(arg)),
    ),
    at,
  };
}

/** Functions whose first argument chooses among the others. */
const conditionals: ReadonlySet<string> = new Set(["if", "iff", "iif", "nvl2"]);

/** `count(*)` reads no column. */
function isPlainStar(value: unknown): boolean {
  const node = nodeOf(value);
  return node?.kind === "star" && !node.body.table;
}

function call(cx: Conversion, name: string, body: Fields): Omit<Call, "kind" | "at"> {
  const filter = body.filter;
  return {
    name: name.split("."),
    args: operands(cx, body),
    aggregateSyntax: body.distinct === true || body.star === true || (filter !== null && filter !== undefined),
    filter: filter === null || filter === undefined ? undefined : cx.expr(filter),
    orderBy: sortKeys(cx, body.order_by),
    over: undefined,
  };
}

/** The SQL name of a typed function: `array_agg`, `m_d5_digest` -> `md5_digest`. */
function callName(kind: string, body: Fields): string {
  if (typeof body.original_name === "string") return body.original_name.toLowerCase();
  if (typeof body.name === "string" && body.name !== "") return body.name.toLowerCase();
  return kind.replace(/(?<=^|_)([a-z])_(?=[a-z0-9](_|$|\d))/g, "$1");
}

/** All expressions below a node, nearest only; names, types and units are none. */
function operands(cx: Conversion, value: unknown): Expr[] {
  const found: Expr[] = [];
  const visit = (inner: unknown, depth: number): void => {
    if (typeof inner !== "object" || inner === null || depth > 6) return;
    if (Array.isArray(inner)) {
      for (const one of inner) visit(one, depth);
      return;
    }
    if (nodeOf(inner)) {
      if (!isPlainStar(inner)) found.push(cx.expr(inner));
      return;
    }
    const fields = inner as Fields;
    // an identifier that is no expression: an alias, a field, a parameter
    if ("name" in fields && "quoted" in fields) return;
    for (const [key, field] of Object.entries(fields)) {
      if (!notOperands.has(key) && !key.endsWith("_comments")) visit(field, depth + 1);
    }
  };
  visit(value, 0);
  return found;
}
