import type { CommonTableExpr, Node, ResTarget, SelectStmt } from "libpg-query";
import type { Cte, Query, QueryBody, Select, SelectItem, Term } from "../../syntax.ts";
import { sortExprs, toCondition, toExpr, toExprs, toWindow } from "./expressions.ts";
import { toFromItem } from "./from-items.ts";
import { type Conversion, firstLocation, names } from "./nodes.ts";
import { outputName } from "./output-name.ts";

/** A SELECT, VALUES or set operation; `undefined` for other statements. */
export function toQuery(cx: Conversion, node: Node): Query | undefined {
  return "SelectStmt" in node ? toSelectQuery(cx, node.SelectStmt) : undefined;
}

/** The query of a SelectStmt. */
function toSelectQuery(cx: Conversion, select: SelectStmt): Query {
  return cx.nested(() => ({
    ctes: (select.withClause?.ctes ?? []).flatMap((cte) =>
      "CommonTableExpr" in cte ? [toCte(cx, cte.CommonTableExpr)] : [],
    ),
    recursive: select.withClause?.recursive ?? false,
    body: toBody(cx, select),
    orderBy: toTerms(cx, select.sortClause),
    limits: toExprs(cx, [select.limitOffset, select.limitCount]),
    at: cx.at(firstLocation(select.targetList?.[0] ?? select.valuesLists?.[0])),
  }));
}

function toBody(cx: Conversion, select: SelectStmt): QueryBody {
  const op = setOperations[select.op ?? ""];
  if (op && select.larg && select.rarg) {
    return { kind: "setOperation", op, operands: operandsOf(select).map((operand) => toSelectQuery(cx, operand)) };
  }
  if (select.valuesLists) {
    const rows = select.valuesLists.map((row) => toExprs(cx, "List" in row ? row.List.items : [row]));
    return { kind: "values", rows, at: cx.at(firstLocation(select.valuesLists)) };
  }
  return { kind: "select", select: toSelect(cx, select) };
}

const setOperations: Readonly<Record<string, "union" | "intersect" | "except">> = {
  SETOP_UNION: "union",
  SETOP_INTERSECT: "intersect",
  SETOP_EXCEPT: "except",
};

/** Flattens the left spine: 500 UNIONs are 500 operands, not 500 levels. */
function operandsOf(select: SelectStmt): SelectStmt[] {
  const operands: SelectStmt[] = [];
  let left: SelectStmt = select;
  while (left.larg && left.rarg && left.op === select.op && (left === select || isPlain(left))) {
    operands.push(left.rarg);
    left = left.larg;
  }
  return [...operands, left].reverse();
}

function isPlain(select: SelectStmt): boolean {
  return !(select.withClause || select.sortClause || select.limitCount || select.limitOffset);
}

function toSelect(cx: Conversion, select: SelectStmt): Select {
  // `DISTINCT` alone is a list of one empty node
  const distinctOn = (select.distinctClause ?? []).filter((node) => Object.keys(node).length > 0);
  return {
    items: (select.targetList ?? []).flatMap((item) => ("ResTarget" in item ? toItem(cx, item.ResTarget) : [])),
    distinctOn: toTerms(cx, distinctOn),
    from: (select.fromClause ?? []).map((item) => toFromItem(cx, item)),
    where: toCondition(cx, select.whereClause),
    groupBy: groupTerms(cx, select.groupClause),
    having: toCondition(cx, select.havingClause),
    windows: (select.windowClause ?? []).flatMap((node) =>
      "WindowDef" in node ? [{ name: node.WindowDef.name ?? "", window: toWindow(cx, node.WindowDef) }] : [],
    ),
    at: cx.at(firstLocation(select.targetList?.[0])),
  };
}

function toItem(cx: Conversion, target: ResTarget): SelectItem[] {
  if (!target.val) return [];
  const at = cx.at(target.location);
  return [
    {
      expr: toExpr(cx, target.val),
      name: target.name ?? outputName(target.val),
      text: cx.text.expressionFrom(at, target.name),
      at,
    },
  ];
}

function toTerms(cx: Conversion, nodes: readonly Node[] | undefined): Term[] {
  return (nodes ?? []).flatMap((node) => {
    const inner = "SortBy" in node ? node.SortBy.node : node;
    return sortExprs(cx, [node]).map((expr) => ({ expr, text: textOf(cx, inner) }));
  });
}

/** GROUP BY with ROLLUP, CUBE and GROUPING SETS spread out to their columns. */
function groupTerms(cx: Conversion, nodes: readonly Node[] | undefined): Term[] {
  return (nodes ?? []).flatMap((node) => {
    if ("GroupingSet" in node) return groupTerms(cx, node.GroupingSet.content);
    if ("RowExpr" in node && node.RowExpr.row_format === "COERCE_IMPLICIT_CAST") {
      return groupTerms(cx, node.RowExpr.args);
    }
    return toTerms(cx, [node]);
  });
}

function textOf(cx: Conversion, node: Node | undefined): string | undefined {
  const first = firstLocation(node);
  return first === undefined ? undefined : cx.text.expressionFrom(cx.at(first));
}

function toCte(cx: Conversion, cte: CommonTableExpr): Cte {
  const { search_clause: search, cycle_clause: cycle } = cte;
  const cycled = names(cycle?.cycle_col_list);
  const extraColumns = [
    { name: search?.search_seq_column, from: names(search?.search_col_list) },
    { name: cycle?.cycle_mark_column, from: cycled },
    { name: cycle?.cycle_path_column, from: cycled },
  ];
  return {
    name: cte.ctename ?? "",
    columnAliases: names(cte.aliascolnames),
    query: cte.ctequery && toQuery(cx, cte.ctequery),
    extraColumns: extraColumns.flatMap(({ name, from }) => (name === undefined ? [] : [{ name, from }])),
    at: cx.at(cte.location),
  };
}
