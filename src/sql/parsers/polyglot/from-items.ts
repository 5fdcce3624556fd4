import type { Aliased, Expr, FromItem } from "../../syntax.ts";
import { toExprs, toTerm } from "./expressions.ts";
import { type Conversion, type Fields, fieldsOf, listOf, nameOf, namesOf, nodeOf, tableName } from "./nodes.ts";

/** FROM, its joins and lateral views as one chain: each entry sees those to its left, as dialects allow it. */
export function toFrom(cx: Conversion, from: unknown, joins: unknown, lateralViews: unknown): FromItem[] {
  const entries = listOf(fieldsOf(from).expressions).map((entry) => toFromItem(cx, entry));
  const chain = entries.reduce<FromItem | undefined>(
    (left, right) => (left ? crossJoin(left, right) : right),
    undefined,
  );
  const joined = listOf(joins).reduce<FromItem | undefined>((left, join) => addJoin(cx, left, fieldsOf(join)), chain);
  const views = listOf(lateralViews).reduce<FromItem | undefined>((left, view) => {
    const right = toLateralView(cx, fieldsOf(view));
    return left ? crossJoin(left, right) : right;
  }, joined);
  return views ? [views] : [];
}

function crossJoin(left: FromItem, right: FromItem): FromItem {
  return { ...noJoin, type: "inner", left, right, on: undefined, using: undefined, natural: false, at: right.at };
}

const noJoin = { kind: "join", usingAlias: undefined, alias: undefined, columnAliases: [] } as const;

function addJoin(cx: Conversion, left: FromItem | undefined, join: Fields): FromItem {
  const kind = typeof join.kind === "string" ? join.kind : "Inner";
  const isLateral = /Apply|Lateral/.test(kind);
  const right = toFromItem(cx, join.this, isLateral);
  const pivoted = listOf(join.pivots).reduce<FromItem>((source, pivot) => toPivoted(cx, source, pivot), right);
  if (!left) return pivoted;
  const using = namesOf(cx, join.using);
  const conditions = [join.on, join.match_condition].filter((one) => one !== null && one !== undefined);
  const on =
    conditions.length > 1
      ? { expr: { kind: "operation", args: toExprs(cx, conditions), at: right.at } as const, text: undefined }
      : toTerm(cx, conditions[0]);
  const isRightSemi = /Right(Semi|Anti)/.test(kind);
  return {
    ...noJoin,
    type: /Semi|Anti/.test(kind)
      ? "semi"
      : /Left|OuterApply/.test(kind)
        ? "left"
        : /Right/.test(kind)
          ? "right"
          : /Full|^Outer/.test(kind)
            ? "full"
            : "inner",
    left: isRightSemi ? pivoted : left,
    right: isRightSemi ? left : pivoted,
    on,
    using: using.length > 0 ? using : undefined,
    natural: kind.startsWith("Natural"),
    at: right.at,
  };
}

/** An entry of FROM. What is not known becomes `opaque` with its place. */
export function toFromItem(cx: Conversion, value: unknown, isLateral = false, aliased?: Aliased): FromItem {
  return cx.nested(() => convert(cx, value, isLateral, aliased));
}

function convert(cx: Conversion, value: unknown, isLateral: boolean, outer: Aliased | undefined): FromItem {
  const node = nodeOf(value) ?? { kind: "table", body: fieldsOf(value) };
  const { kind, body } = node;
  const at = cx.at(body);
  const own = aliasOf(cx, body);
  const aliased = outer?.alias === undefined && !outer?.columnAliases.length ? own : outer;
  switch (kind) {
    case "table":
      return toTable(cx, body, aliased, at);
    case "alias":
      return convert(cx, body.this, isLateral, own);
    case "paren":
    case "table_argument":
      return convert(cx, body.this, isLateral, aliased);
    case "subquery": {
      const inner = nodeOf(body.this);
      // `(a JOIN b)` and `(t)` in brackets
      if (inner && ["table", "joined_table", "pivot", "unpivot", "lateral", "unnest"].includes(inner.kind)) {
        return convert(cx, body.this, isLateral, aliased);
      }
      const query = cx.query({ subquery: { ...body, alias: null } });
      return query
        ? { kind: "subquery", query, lateral: isLateral || body.lateral === true, ...aliased, at }
        : { kind: "opaque", what: inner?.kind ?? "subquery", at };
    }
    case "select":
    case "union":
    case "intersect":
    case "except":
    case "values": {
      const query = cx.query(value);
      return query
        ? { kind: "subquery", query, lateral: isLateral, ...aliased, at }
        : { kind: "opaque", what: kind, at };
    }
    case "joined_table": {
      const [chain] = toFrom(cx, { expressions: [body.left] }, body.joins, body.lateral_views);
      if (!chain) return { kind: "opaque", what: kind, at };
      return chain.kind === "join" && aliased.alias !== undefined ? { ...chain, ...aliased } : chain;
    }
    case "lateral": {
      const inner = convert(cx, body.this, true, aliased);
      return inner;
    }
    case "lateral_view":
      return toLateralView(cx, body);
    case "unnest": {
      const arrays = [body.this, ...listOf(body.expressions)];
      const offset = nameOf(cx, body.offset_alias);
      return {
        kind: "function",
        functions: [{ name: ["unnest"], args: toExprs(cx, arrays) }],
        declaredColumns: undefined,
        ordinality: body.with_ordinality === true,
        aliasIsValue: cx.dialect.unnestAliasIsValue,
        alias: aliased.alias,
        columnAliases:
          offset === undefined || cx.dialect.unnestAliasIsValue
            ? [...aliased.columnAliases, ...(offset === undefined ? [] : [offset])]
            : [...aliased.columnAliases, offset],
        at,
      };
    }
    case "pivot":
    case "unpivot":
      return toPivoted(cx, toFromItem(cx, body.this), value);
    case "table_sample":
      return convert(cx, body.this, isLateral, aliased);
    case "j_s_o_n_table":
    case "open_j_s_o_n":
    case "x_m_l_table":
      return {
        kind: "function",
        functions: [{ name: [kind.replaceAll("_", "")], args: toExprs(cx, [body.this, body.path]) }],
        declaredColumns: declared(cx, body),
        ordinality: false,
        ...aliased,
        at,
      };
    case "stage_reference":
      return {
        kind: "function",
        functions: [{ name: ["stage"], args: [] }],
        declaredColumns: undefined,
        ordinality: false,
        ...aliased,
        at,
      };
    case "column":
    case "identifier":
      return toTable(cx, kind === "column" ? { schema: body.table, name: body.name } : { name: body }, aliased, at);
    case "dot": {
      const path = cx.expr(value);
      if (path.kind === "column") return { kind: "table", name: path.path, ...aliased, at };
      return { kind: "opaque", what: kind, at };
    }
    default:
      return toFunctionItem(cx, value, aliased, at);
  }
}

function toTable(cx: Conversion, body: Fields, aliased: Aliased, at: number): FromItem {
  const made = nodeOf(body.identifier_func);
  if (made) return { kind: "opaque", what: made.kind, at };
  const name = tableName(cx, body);
  const [hint] = name ? [] : listOf(body.hints);
  // the subquery of `DELETE … USING (SELECT …) AS t`
  if (nodeOf(hint)?.kind === "subquery") return toFromItem(cx, hint, false, aliased);
  return name ? { kind: "table", name, ...aliased, at } : { kind: "opaque", what: "table without name", at };
}

function aliasOf(cx: Conversion, body: Fields): Aliased {
  const node = nodeOf(body.alias);
  if (node?.kind === "table_alias") {
    return { alias: nameOf(cx, node.body.this), columnAliases: namesOf(cx, node.body.columns) };
  }
  return { alias: nameOf(cx, body.alias), columnAliases: namesOf(cx, body.column_aliases ?? body.alias_columns) };
}

function declared(cx: Conversion, body: Fields): string[] | undefined {
  const schema = nodeOf(body.schema);
  const list = listOf(schema?.body.expressions ?? body.expressions ?? body.columns);
  const names = list.flatMap((one) => nameOf(cx, nodeOf(one)?.body.this ?? nodeOf(one)?.body.name) ?? []);
  return names.length > 0 ? names : undefined;
}

function toLateralView(cx: Conversion, view: Fields): FromItem {
  const aliased = { alias: nameOf(cx, view.table_alias), columnAliases: namesOf(cx, view.column_aliases) };
  return toFunctionItem(cx, view.this, aliased, cx.at(view));
}

function toFunctionItem(cx: Conversion, value: unknown, aliased: Aliased, at: number): FromItem {
  const call = cx.expr(value);
  // `TABLE(f(x))` is `f(x)`
  const [only, ...others] = call.kind === "call" && call.name.at(-1) === "table" ? call.args : [];
  const inner = only && others.length === 0 ? only : call;
  if (inner.kind === "column") return { kind: "table", name: inner.path, ...aliased, at };
  if (inner.kind !== "call") return { kind: "opaque", what: nodeOf(value)?.kind ?? "table function", at };
  const functions = [{ name: inner.name, args: inner.args }];
  return { kind: "function", functions, declaredColumns: undefined, ordinality: false, ...aliased, at };
}

/** PIVOT and UNPIVOT around what they turn. */
function toPivoted(cx: Conversion, source: FromItem, value: unknown): FromItem {
  const { kind, body } = nodeOf(value) ?? { kind: "", body: {} };
  const aliased = aliasOf(cx, body);
  const at = source.at;
  if (kind === "unpivot") {
    const valueColumn = nameOf(cx, body.value_column);
    const more = namesOf(cx, body.extra_value_columns);
    return {
      kind: "unpivot",
      source,
      columns: listOf(body.columns).map((one) => cx.expr(one)),
      nameColumn: nameOf(cx, body.name_column),
      valueColumns: valueColumn === undefined ? more : [valueColumn, ...more],
      ...aliased,
      at,
    };
  }
  const [first, ...others] = listOf(body.fields);
  const lists = nodeOf(first);
  const aggregates = listOf(body.using).length > 0 ? listOf(body.using) : listOf(body.expressions);
  if (kind !== "pivot" || lists?.kind !== "in" || others.length > 0) return { kind: "opaque", what: "PIVOT", at };
  const values = listOf(lists.body.expressions);
  const made = values.flatMap((one) =>
    aggregates.flatMap((aggregate, index) => {
      const name = pivotedName(cx, one, aggregates.length > 1 ? aggregate : undefined);
      return name === undefined ? [] : [{ name, aggregate: index }];
    }),
  );
  if (values.length === 0 || made.length !== values.length * aggregates.length)
    return { kind: "opaque", what: "PIVOT without a list of values", at };
  const keys: Expr[] = [cx.expr(lists.body.this)];
  return { kind: "pivot", source, aggregates: toExprs(cx, aggregates), keys, made, groupBy: undefined, ...aliased, at };
}

function pivotedName(cx: Conversion, value: unknown, aggregate: unknown): string | undefined {
  const node = nodeOf(value);
  const alias = node?.kind === "alias" || node?.kind === "pivot_alias" ? nameOf(cx, node.body.alias) : undefined;
  const inner = alias === undefined ? node : undefined;
  const plain = alias ?? (inner?.kind === "literal" ? String(inner.body.value).toLowerCase() : nameOf(cx, value));
  if (aggregate === undefined || plain === undefined) return plain;
  const named = nodeOf(aggregate);
  const suffix = named?.kind === "alias" ? nameOf(cx, named.body.alias) : named?.kind;
  return suffix === undefined ? plain : `${plain}_${suffix}`;
}
