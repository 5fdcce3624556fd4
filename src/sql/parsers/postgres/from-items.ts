import type { Alias, JoinExpr, Node, RangeFunction } from "libpg-query";
import type { Aliased, Expr, FromItem, ObjectName } from "../../syntax.ts";
import { toCondition, toExprs } from "./expressions.ts";
import { type Conversion, firstLocation, names, nodeKind } from "./nodes.ts";

/** An entry of FROM. What is not known becomes `opaque` with its place. */
export function toFromItem(cx: Conversion, node: Node): FromItem {
  return cx.nested(() => convert(cx, node));
}

function convert(cx: Conversion, node: Node): FromItem {
  const at = cx.at(firstLocation(node));
  if ("RangeVar" in node) {
    const { catalogname, schemaname, relname, alias, location } = node.RangeVar;
    const name = [catalogname, schemaname, relname].filter((part) => part !== undefined);
    return { kind: "table", name, ...aliased(alias), at: cx.at(location) };
  }
  if ("RangeSubselect" in node) {
    const { subquery, lateral, alias } = node.RangeSubselect;
    const query = subquery && cx.query(subquery);
    if (query) return { kind: "subquery", query, lateral: lateral ?? false, ...aliased(alias), at };
  }
  if ("JoinExpr" in node) return toJoin(cx, node.JoinExpr, at);
  if ("RangeFunction" in node) return toFunctionItem(cx, node.RangeFunction, at);
  // a sample reads the same columns
  if ("RangeTableSample" in node && node.RangeTableSample.relation) return convert(cx, node.RangeTableSample.relation);
  if ("RangeTableFunc" in node) {
    const { docexpr, rowexpr, columns, alias } = node.RangeTableFunc;
    const list = (columns ?? []).flatMap((column) => ("RangeTableFuncCol" in column ? [column.RangeTableFuncCol] : []));
    const defaults = list.flatMap((column) => [column.colexpr, column.coldefexpr]);
    return declared(
      cx,
      "xmltable",
      [docexpr, rowexpr, ...defaults],
      list.map((column) => column.colname ?? ""),
      alias,
      at,
    );
  }
  if ("JsonTable" in node) {
    const { context_item, passing, columns, alias } = node.JsonTable;
    return declared(cx, "json_table", [context_item?.raw_expr, ...(passing ?? [])], jsonColumns(columns), alias, at);
  }
  return { kind: "opaque", what: nodeKind(node), at };
}

function declared(
  cx: Conversion,
  name: string,
  args: readonly (Node | undefined)[],
  declaredColumns: readonly string[],
  alias: Alias | undefined,
  at: number,
): FromItem {
  const functions = [{ name: [name], args: toExprs(cx, args) }];
  return { kind: "function", functions, declaredColumns, ordinality: false, ...aliased(alias), at };
}

/** Nested columns follow where they are written. */
function jsonColumns(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => {
    if (!("JsonTableColumn" in node)) return [];
    const { coltype, name, columns } = node.JsonTableColumn;
    return coltype === "JTC_NESTED" ? jsonColumns(columns) : [name ?? ""];
  });
}

function aliased(alias: Alias | undefined): Aliased {
  return { alias: alias?.aliasname, columnAliases: names(alias?.colnames) };
}

const joinTypes: Readonly<Record<string, "inner" | "left" | "right" | "full">> = {
  JOIN_INNER: "inner",
  JOIN_LEFT: "left",
  JOIN_RIGHT: "right",
  JOIN_FULL: "full",
};

function toJoin(cx: Conversion, join: JoinExpr, at: number): FromItem {
  const type = joinTypes[join.jointype ?? "JOIN_INNER"];
  if (!type || !join.larg || !join.rarg) return { kind: "opaque", what: join.jointype ?? "JoinExpr", at };
  return {
    kind: "join",
    type,
    left: toFromItem(cx, join.larg),
    right: toFromItem(cx, join.rarg),
    on: toCondition(cx, join.quals),
    using: join.usingClause && names(join.usingClause),
    natural: join.isNatural ?? false,
    usingAlias: join.join_using_alias?.aliasname,
    ...aliased(join.alias),
    at,
  };
}

function toFunctionItem(cx: Conversion, item: RangeFunction, at: number): FromItem {
  const functions: { name: ObjectName; args: readonly Expr[] }[] = [];
  const declaredColumns = columnDefinitions(item.coldeflist);
  for (const entry of item.functions ?? []) {
    const [call, definitions] = "List" in entry ? (entry.List.items ?? []) : [];
    if (!call) continue;
    if (definitions && "List" in definitions) declaredColumns.push(...columnDefinitions(definitions.List.items));
    if ("FuncCall" in call) {
      functions.push({ name: names(call.FuncCall.funcname), args: toExprs(cx, call.FuncCall.args) });
    } else {
      // `current_date`, `CAST(…)`, `COALESCE(…)`: an expression that gives one column
      functions.push({ name: [nodeKind(call).toLowerCase()], args: toExprs(cx, [call]) });
    }
  }
  return {
    kind: "function",
    functions,
    declaredColumns: declaredColumns.length > 0 ? declaredColumns : undefined,
    ordinality: item.ordinality ?? false,
    ...aliased(item.alias),
    at,
  };
}

function columnDefinitions(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ("ColumnDef" in node ? [node.ColumnDef.colname ?? ""] : []));
}
