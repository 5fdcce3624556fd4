import type { FuncCall, Node, SubLink, WindowDef } from "libpg-query";
import type { Expr, Term, Window } from "../../syntax.ts";
import { type Conversion, firstLocation, names, nodeKind } from "./nodes.ts";

/** An expression of libpg_query as ours. What is not known becomes `opaque` with its place and operands. */
export function toExpr(cx: Conversion, node: Node): Expr {
  return cx.nested(() => convert(cx, node));
}

/** Several, without gaps. */
export function toExprs(cx: Conversion, nodes: readonly (Node | undefined)[] | undefined): Expr[] {
  const exprs: Expr[] = [];
  for (const node of nodes ?? []) {
    if (node && nodeKind(node) === "List" && "List" in node) exprs.push(...toExprs(cx, node.List.items));
    else if (node && nodeKind(node) !== "") exprs.push(toExpr(cx, node));
  }
  return exprs;
}

function convert(cx: Conversion, node: Node): Expr {
  const at = cx.at(locationOf(node));
  const operation = (...args: (Node | undefined)[]): Expr => ({ kind: "operation", args: toExprs(cx, args), at });

  if ("ColumnRef" in node) {
    const path = names(node.ColumnRef.fields);
    return path.at(-1) === "*" ? { kind: "star", qualifier: path.slice(0, -1), at } : { kind: "column", path, at };
  }
  if ("A_Const" in node) {
    const { ival, isnull } = node.A_Const;
    return ival && !isnull ? { kind: "constant", integer: ival.ival ?? 0, at } : { kind: "constant", at };
  }
  if ("FuncCall" in node) return toCall(cx, node.FuncCall, at);
  if ("A_Expr" in node) {
    const { kind, lexpr, rexpr } = node.A_Expr;
    if (kind === "AEXPR_NULLIF" && lexpr) {
      const [value, ...others] = toExprs(cx, [lexpr, rexpr]);
      if (value) return { kind: "case", conditions: [value, ...others], results: [value], at };
    }
    return operation(lexpr, rexpr);
  }
  if ("TypeCast" in node) return operation(node.TypeCast.arg);
  if ("CollateClause" in node) return operation(node.CollateClause.arg);
  if ("BoolExpr" in node) return operation(...(node.BoolExpr.args ?? []));
  if ("NullTest" in node) return operation(node.NullTest.arg);
  if ("BooleanTest" in node) return operation(node.BooleanTest.arg);
  if ("CoalesceExpr" in node) return operation(...(node.CoalesceExpr.args ?? []));
  if ("MinMaxExpr" in node) return operation(...(node.MinMaxExpr.args ?? []));
  if ("RowExpr" in node) return operation(...(node.RowExpr.args ?? []));
  if ("A_ArrayExpr" in node) return operation(...(node.A_ArrayExpr.elements ?? []));
  if ("List" in node) return operation(...(node.List.items ?? []));
  if ("NamedArgExpr" in node && node.NamedArgExpr.arg) return toExpr(cx, node.NamedArgExpr.arg);
  if ("GroupingFunc" in node) return operation(...(node.GroupingFunc.args ?? []));
  if ("XmlExpr" in node) return operation(...(node.XmlExpr.args ?? []), ...resTargets(node.XmlExpr.named_args));
  if ("XmlSerialize" in node) return operation(node.XmlSerialize.expr);
  if ("SQLValueFunction" in node || "SetToDefault" in node || "ParamRef" in node) return { kind: "constant", at };
  if ("A_Indirection" in node) return toIndirection(cx, node.A_Indirection.arg, node.A_Indirection.indirection, at);
  if ("CaseExpr" in node) {
    const { arg, args, defresult } = node.CaseExpr;
    const branches = (args ?? []).flatMap((branch) => ("CaseWhen" in branch ? [branch.CaseWhen] : []));
    return {
      kind: "case",
      conditions: toExprs(cx, [arg, ...branches.map((branch) => branch.expr)]),
      results: toExprs(cx, [...branches.map((branch) => branch.result), defresult]),
      at,
    };
  }
  if ("SubLink" in node) return toSubquery(cx, node.SubLink, at);
  return convertJson(cx, node, at) ?? { kind: "opaque", what: nodeKind(node), args: [], at };
}

function convertJson(cx: Conversion, node: Node, at: number): Expr | undefined {
  const operation = (...args: (Node | undefined)[]): Expr => ({ kind: "operation", args: toExprs(cx, args), at });
  if ("JsonValueExpr" in node) return operation(node.JsonValueExpr.raw_expr);
  if ("JsonKeyValue" in node) return operation(node.JsonKeyValue.key, node.JsonKeyValue.value?.raw_expr);
  if ("JsonArgument" in node) return operation(node.JsonArgument.val?.raw_expr);
  if ("JsonIsPredicate" in node) return operation(node.JsonIsPredicate.expr);
  if ("JsonParseExpr" in node) return operation(node.JsonParseExpr.expr?.raw_expr);
  if ("JsonScalarExpr" in node) return operation(node.JsonScalarExpr.expr);
  if ("JsonSerializeExpr" in node) return operation(node.JsonSerializeExpr.expr?.raw_expr);
  if ("JsonObjectConstructor" in node) return operation(...(node.JsonObjectConstructor.exprs ?? []));
  if ("JsonArrayConstructor" in node) return operation(...(node.JsonArrayConstructor.exprs ?? []));
  if ("JsonFuncExpr" in node) {
    const { context_item, pathspec, passing, on_empty, on_error } = node.JsonFuncExpr;
    return operation(context_item?.raw_expr, pathspec, ...(passing ?? []), on_empty?.expr, on_error?.expr);
  }
  if ("JsonArrayQueryConstructor" in node && node.JsonArrayQueryConstructor.query) {
    const query = cx.query(node.JsonArrayQueryConstructor.query);
    return query && { kind: "subquery", form: "array", test: undefined, query, at };
  }
  const json = "JsonObjectAgg" in node ? node.JsonObjectAgg : "JsonArrayAgg" in node ? node.JsonArrayAgg : undefined;
  if (!json) return undefined;
  const args =
    "JsonObjectAgg" in node
      ? [node.JsonObjectAgg.arg?.key, node.JsonObjectAgg.arg?.value?.raw_expr]
      : ["JsonArrayAgg" in node ? node.JsonArrayAgg.arg?.raw_expr : undefined];
  // WHY: the field is called `constructor`, which every object has; only an own one counts
  const made = Object.hasOwn(json, "constructor") ? json.constructor : undefined;
  return {
    kind: "call",
    name: ["JsonObjectAgg" in node ? "json_objectagg" : "json_arrayagg"],
    args: toExprs(cx, args),
    aggregateSyntax: true,
    filter: made?.agg_filter && toExpr(cx, made.agg_filter),
    orderBy: sortExprs(cx, made?.agg_order),
    over: made?.over && toOver(cx, made.over),
    at: cx.at(made?.location),
  };
}

function toCall(cx: Conversion, call: FuncCall, at: number): Expr {
  return {
    kind: "call",
    name: names(call.funcname),
    // `count(*)` reads no column: the star has no operand
    args: toExprs(cx, call.args),
    aggregateSyntax: Boolean(call.agg_star || call.agg_distinct || call.agg_filter || call.agg_order?.length),
    filter: call.agg_filter && toExpr(cx, call.agg_filter),
    // the operands of `WITHIN GROUP (ORDER BY x)` are the aggregate's values, not only its order
    ...(call.agg_within_group
      ? { args: [...toExprs(cx, call.args), ...sortExprs(cx, call.agg_order)], orderBy: [] }
      : { orderBy: sortExprs(cx, call.agg_order) }),
    over: call.over && toOver(cx, call.over),
    at,
  };
}

function toOver(cx: Conversion, over: WindowDef): string | Window {
  return over.name === undefined ? toWindow(cx, over) : over.name;
}

/** A window as written in OVER or WINDOW. */
export function toWindow(cx: Conversion, window: WindowDef): Window {
  return {
    base: window.refname,
    partitionBy: toExprs(cx, window.partitionClause),
    orderBy: [...sortExprs(cx, window.orderClause), ...toExprs(cx, [window.startOffset, window.endOffset])],
    at: cx.at(window.location),
  };
}

/** The expressions of SortBy nodes. */
export function sortExprs(cx: Conversion, nodes: readonly Node[] | undefined): Expr[] {
  return toExprs(
    cx,
    (nodes ?? []).map((node) => ("SortBy" in node ? node.SortBy.node : node)),
  );
}

function toIndirection(cx: Conversion, arg: Node | undefined, path: readonly Node[] | undefined, at: number): Expr {
  let value: Expr = arg ? toExpr(cx, arg) : { kind: "opaque", what: "A_Indirection", args: [], at };
  for (const step of path ?? []) {
    if ("String" in step) value = { kind: "field", base: value, name: step.String.sval ?? "", at: value.at };
    else if ("A_Indices" in step) {
      value = { kind: "operation", args: [value, ...toExprs(cx, [step.A_Indices.lidx, step.A_Indices.uidx])], at };
    } else if ("A_Star" in step) value = { kind: "operation", args: [value], at };
  }
  return value;
}

function toSubquery(cx: Conversion, link: SubLink, at: number): Expr {
  const query = link.subselect && cx.query(link.subselect);
  const form = subqueryForms[link.subLinkType ?? ""];
  if (!query || !form) return { kind: "opaque", what: link.subLinkType ?? "SubLink", args: [], at };
  return { kind: "subquery", form, test: link.testexpr && toExpr(cx, link.testexpr), query, at };
}

const subqueryForms: Readonly<Record<string, "scalar" | "array" | "exists" | "in">> = {
  EXISTS_SUBLINK: "exists",
  ANY_SUBLINK: "in",
  ALL_SUBLINK: "in",
  ROWCOMPARE_SUBLINK: "in",
  EXPR_SUBLINK: "scalar",
  ARRAY_SUBLINK: "array",
};

function resTargets(nodes: readonly Node[] | undefined): (Node | undefined)[] {
  return (nodes ?? []).map((node) => ("ResTarget" in node ? node.ResTarget.val : node));
}

function locationOf(node: Node): number | undefined {
  for (const body of Object.values(node) as unknown[]) {
    if (typeof body === "object" && body !== null && "location" in body && typeof body.location === "number") {
      return body.location;
    }
  }
  return undefined;
}

/** A WHERE, HAVING or ON condition with its text. */
export function toCondition(cx: Conversion, node: Node | undefined): Term | undefined {
  if (!node) return undefined;
  const first = firstLocation(node);
  return {
    expr: toExpr(cx, node),
    text: first === undefined ? undefined : cx.text.conditionAround(cx.at(first)),
  };
}
