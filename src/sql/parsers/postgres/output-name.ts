import type { Node } from "libpg-query";
import { names } from "./nodes.ts";

/**
 * The name that PostgreSQL gives an output column without alias.
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/parse_target.c — FigureColname
 */
export function outputName(node: Node | undefined): string {
  return figure(node)?.name ?? "?column?";
}

interface Figured {
  readonly name: string;
  /** a weak name yields to a stronger one of an inner node */
  readonly strong: boolean;
}

function figure(node: Node | undefined): Figured | undefined {
  if (!node) return undefined;
  if ("ColumnRef" in node) return named(names(node.ColumnRef.fields).findLast((field) => field !== "*"));
  if ("FuncCall" in node) return named(names(node.FuncCall.funcname).at(-1));
  if ("A_Indirection" in node) {
    const field = (node.A_Indirection.indirection ?? []).findLast((part) => "String" in part);
    return field ? named(names([field])[0]) : figure(node.A_Indirection.arg);
  }
  if ("TypeCast" in node) {
    const inner = figure(node.TypeCast.arg);
    const type = names(node.TypeCast.typeName?.names).at(-1);
    return inner?.strong || type === undefined ? inner : { name: type, strong: false };
  }
  if ("CollateClause" in node) return figure(node.CollateClause.arg);
  if ("A_Expr" in node) return node.A_Expr.kind === "AEXPR_NULLIF" ? named("nullif") : undefined;
  if ("CaseExpr" in node) {
    const otherwise = figure(node.CaseExpr.defresult);
    return otherwise?.strong ? otherwise : { name: "case", strong: false };
  }
  if ("SubLink" in node) return subLinkName(node.SubLink);
  if ("SQLValueFunction" in node) {
    return named(node.SQLValueFunction.op?.replace("SVFOP_", "").replace(/_N$/, "").toLowerCase());
  }
  if ("MinMaxExpr" in node) return named(node.MinMaxExpr.op === "IS_LEAST" ? "least" : "greatest");
  if ("XmlExpr" in node) {
    const op = node.XmlExpr.op;
    return op === "IS_DOCUMENT" ? undefined : named(op?.replace("IS_", "").toLowerCase());
  }
  if ("JsonFuncExpr" in node) return named(node.JsonFuncExpr.op?.replace("_OP", "").toLowerCase());
  for (const kind in node) return named(fixedNames[kind]);
  return undefined;
}

const fixedNames: Readonly<Record<string, string>> = {
  A_ArrayExpr: "array",
  RowExpr: "row",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
  MergeSupportFunc: "merge_action",
  XmlSerialize: "xmlserialize",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
  JsonObjectConstructor: "json_object",
  JsonArrayConstructor: "json_array",
  JsonArrayQueryConstructor: "json_array",
  JsonObjectAgg: "json_objectagg",
  JsonArrayAgg: "json_arrayagg",
};

function named(name: string | undefined): Figured | undefined {
  return name === undefined ? undefined : { name, strong: true };
}

function subLinkName(link: Extract<Node, { SubLink: unknown }>["SubLink"]): Figured | undefined {
  if (link.subLinkType === "EXISTS_SUBLINK") return named("exists");
  if (link.subLinkType === "ARRAY_SUBLINK") return named("array");
  const query = link.subselect;
  if (link.subLinkType !== "EXPR_SUBLINK" || !query || !("SelectStmt" in query)) return undefined;
  let select = query.SelectStmt;
  while (select.larg) select = select.larg;
  const first = select.targetList?.[0];
  if (!first || !("ResTarget" in first)) return undefined;
  return first.ResTarget.name === undefined ? figure(first.ResTarget.val) : named(first.ResTarget.name);
}
