import type { Cte, Query, QueryBody, Select, SelectItem, Term } from "../../syntax.ts";
import { toExprs, toTerm, toWindow } from "./expressions.ts";
import { toFrom } from "./from-items.ts";
import { type Conversion, type Fields, fieldsOf, listOf, nameOf, namesOf, nodeOf } from "./nodes.ts";

const setOperations = { union: "union", intersect: "intersect", except: "except" } as const;

function isSetOperation(kind: string): kind is keyof typeof setOperations {
  return kind in setOperations;
}

/** A query of the parser as ours; `undefined` for other nodes. */
export function toQuery(cx: Conversion, value: unknown): Query | undefined {
  return cx.nested(() => convert(cx, value));
}

function convert(cx: Conversion, value: unknown): Query | undefined {
  const node = nodeOf(value);
  if (!node) return undefined;
  const { kind, body } = node;
  const at = cx.at(body);
  if (kind === "paren" || kind === "annotated") return toQuery(cx, body.this);
  if (kind === "subquery") {
    const inner = toQuery(cx, body.this);
    return (
      inner && {
        ...inner,
        ...withCtes(cx, body, inner),
        orderBy: [...inner.orderBy, ...order(cx, body)],
        limits: [...inner.limits, ...limits(cx, body)],
      }
    );
  }
  if (kind === "values") {
    const rows = listOf(body.expressions).map((row) =>
      toExprs(cx, listOf(fieldsOf(nodeOf(row)?.body ?? row).expressions)),
    );
    return { ctes: [], recursive: false, body: { kind: "values", rows, at }, orderBy: [], limits: [], at };
  }
  if (kind === "table" || kind === "pivot" || kind === "unpivot")
    return { ...wholeOf(cx, value, at), ...withCtes(cx, body) };
  let inner: QueryBody;
  if (isSetOperation(kind)) {
    const operands = operandsOf(kind, body).flatMap((operand) => toQuery(cx, operand) ?? []);
    inner = { kind: "setOperation", op: setOperations[kind], operands, byName: body.by_name === true };
  } else if (kind === "select") inner = { kind: "select", select: toSelect(cx, body, at) };
  else return undefined;
  return { ...withCtes(cx, body), body: inner, orderBy: order(cx, body), limits: limits(cx, body), at };
}

/** `FROM t` alone, `PIVOT t …`: all columns of it. */
function wholeOf(cx: Conversion, value: unknown, at: number): Query {
  const select: Select = {
    items: [{ expr: { kind: "star", qualifier: [], at }, name: "*", text: undefined, at }],
    distinctOn: [],
    from: toFrom(cx, { expressions: [value] }, [], []),
    where: undefined,
    groupBy: [],
    having: undefined,
    windows: [],
    at,
  };
  return { ctes: [], recursive: false, body: { kind: "select", select }, orderBy: [], limits: [], at };
}

/** The WITH of a statement or query in front of those that `inner` has. */
export function withCtes(cx: Conversion, body: Fields, inner?: Query): Pick<Query, "ctes" | "recursive"> {
  const clause = fieldsOf(body.with ?? body.with_cte);
  const ctes = listOf(clause.ctes).map((cte) => toCte(cx, fieldsOf(nodeOf(cte)?.body ?? cte)));
  // WHY: where the word RECURSIVE is not needed, a CTE that names itself is recursive all the same
  const isImplied = ["tsql", "oracle", "teradata", "db2"].includes(cx.dialect.name);
  return {
    ctes: [...ctes, ...(inner?.ctes ?? [])],
    recursive: clause.recursive === true || inner?.recursive === true || (isImplied && ctes.length > 0),
  };
}

function toCte(cx: Conversion, cte: Fields): Cte {
  return {
    name: nameOf(cx, cte.alias, "table") ?? "",
    columnAliases: namesOf(cx, cte.columns),
    query: toQuery(cx, cte.this),
    extraColumns: [],
    at: cx.at(cte),
  };
}

/** Flattens the left spine: 500 UNIONs are 500 operands, not 500 levels. */
function operandsOf(kind: string, body: Fields): readonly unknown[] {
  const operands: unknown[] = [body.right];
  let left = body.left;
  for (;;) {
    const node = nodeOf(left);
    const isPlain =
      node?.kind === kind &&
      !node.body.with &&
      !node.body.order_by &&
      !node.body.limit &&
      node.body.by_name === body.by_name;
    if (!node || !isPlain) break;
    operands.push(node.body.right);
    left = node.body.left;
  }
  return [...operands, left].reverse();
}

function toSelect(cx: Conversion, body: Fields, at: number): Select {
  const items = listOf(body.expressions);
  const texts = cx.selects.claim(items.map((item) => cx.firstName(item)));
  const exclude = listOf(body.exclude).flatMap((one) => nameOf(cx, one) ?? []);
  return {
    items: items.map((item, index) => toItem(cx, item, texts[index], exclude)),
    distinctOn: listOf(body.distinct_on).map((one) => toKey(cx, one)),
    from: toFrom(cx, body.from, body.joins, body.lateral_views),
    where: conditions(cx, [body.prewhere, fieldsOf(body.where_clause).this, ...connected(body.connect)]),
    groupBy: groupKeys(cx, body.group_by),
    having: toTerm(cx, fieldsOf(body.having).this),
    qualify: toTerm(cx, fieldsOf(body.qualify).this),
    windows: listOf(body.windows).flatMap((one) => {
      const name = nameOf(cx, fieldsOf(one).name);
      return name === undefined ? [] : [{ name, window: toWindow(cx, fieldsOf(one).spec) }];
    }),
    at,
  };
}

/** CONNECT BY and START WITH choose rows. */
function connected(value: unknown): readonly unknown[] {
  const { start, connect } = fieldsOf(value);
  return [start, connect];
}

function conditions(cx: Conversion, values: readonly unknown[]): Term | undefined {
  const given = values.filter((value) => value !== null && value !== undefined);
  if (given.length <= 1) return toTerm(cx, given[0]);
  return { expr: { kind: "operation", args: toExprs(cx, given), at: cx.at(given) }, text: undefined };
}

function toItem(cx: Conversion, item: unknown, text: string | undefined, exclude: readonly string[]): SelectItem {
  const node = nodeOf(item);
  const at = cx.at(item);
  const aliased = node?.kind === "alias" ? nameOf(cx, node.body.alias) : undefined;
  // `alias = expression` of T-SQL
  if (cx.dialect.name === "tsql" && node?.kind === "eq" && nodeOf(node.body.left)?.kind === "column") {
    const name = nameOf(cx, node.body.left);
    if (name !== undefined && !name.startsWith("@")) return { expr: cx.expr(node.body.right), name, text, at };
  }
  const expr = cx.expr(item);
  if (expr.kind === "star" && exclude.length > 0)
    return { expr: { ...expr, except: [...(expr.except ?? []), ...exclude] }, name: "*", text, at };
  const own = expr.kind === "column" ? expr.path.at(-1) : expr.kind === "field" ? expr.name : undefined;
  return { expr, name: aliased ?? own ?? unnamed(cx, text), text, at };
}

/** A column without name is called as it is written. */
function unnamed(cx: Conversion, text: string | undefined): string {
  if (text === undefined) return "";
  return cx.dialect.folding === "lower" || cx.dialect.folding === "insensitive" ? text.toLowerCase() : text;
}

function toKey(cx: Conversion, value: unknown): Term {
  const inside = cx.firstName(value);
  return { expr: cx.expr(value), text: inside === undefined ? undefined : cx.text.expressionFrom(inside) };
}

/** GROUP BY with ROLLUP, CUBE and GROUPING SETS spread out to their columns. */
function groupKeys(cx: Conversion, value: unknown): Term[] {
  const spread = (one: unknown): Term[] => {
    const node = nodeOf(one);
    const isSet = node && ["rollup", "cube", "grouping_sets", "tuple", "paren"].includes(node.kind);
    if (!node || !isSet) return [toKey(cx, one)];
    const list = listOf(node.body.expressions);
    return (list.length > 0 ? list : [node.body.this]).flatMap((inner) => (inner ? spread(inner) : []));
  };
  return listOf(fieldsOf(value).expressions).flatMap(spread);
}

function order(cx: Conversion, body: Fields): Term[] {
  return [body.order_by, body.sort_by, body.cluster_by, body.distribute_by].flatMap((clause) =>
    listOf(fieldsOf(clause).expressions).map((one) => {
      const node = nodeOf(one);
      return toKey(cx, node?.kind === "ordered" ? node.body.this : node ? one : fieldsOf(one).this);
    }),
  );
}

function limits(cx: Conversion, body: Fields): Query["limits"] {
  return toExprs(cx, [fieldsOf(body.limit).this, fieldsOf(body.offset).this, fieldsOf(body.top).this]);
}
