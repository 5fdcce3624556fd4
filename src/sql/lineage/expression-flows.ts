import { assertNever } from "../../shared/brand.ts";
import { isBuiltInAggregate, isMaskingFunction } from "../functions.ts";
import { columnOf, findRelation, resolve, wholeRow } from "../scope/namespace.ts";
import type { Expr, Window } from "../syntax.ts";
import type { Analysis, Place } from "./analysis.ts";
import { type Flows, indirectFlows, mergeFlows, noFlows, transformFlows } from "./flow.ts";

/** Windows of the WINDOW clause by name. */
export type NamedWindows = ReadonlyMap<string, Window>;

const noWindows: NamedWindows = new Map();

/** What the value of `expr` depends on. */
export function expressionFlows(cx: Analysis, place: Place, expr: Expr, windows: NamedWindows = noWindows): Flows {
  const of = (inner: Expr): Flows => expressionFlows(cx, place, inner, windows);
  const merged = (list: readonly Expr[]): Flows => mergeFlows(cx.budget, list.map(of));
  const transformed = (flows: Flows): Flows => transformFlows(cx.budget, flows, "TRANSFORMATION");

  switch (expr.kind) {
    case "constant":
      return noFlows;
    case "column":
      return columnFlows(cx, place, expr.path, expr.at);
    case "star": {
      const relation = findRelation(place.scope, expr.qualifier);
      if (relation && relation !== "ambiguous") {
        const row = wholeRow(cx.budget, relation, expr.at);
        if (row.kind === "found") return row.flows;
        cx.problem(row.message, expr.at);
      } else cx.problem(`no relation \`${expr.qualifier.join(".")}\` is in scope here`, expr.at);
      return noFlows;
    }
    case "field":
      return fieldFlows(cx, place, expr, windows);
    case "operation":
      return transformed(merged(expr.args));
    case "call":
      return callFlows(cx, place, expr, windows);
    case "case": {
      const results = transformed(merged(expr.results));
      return mergeFlows(cx.budget, [results, indirectFlows(cx.budget, merged(expr.conditions), "CONDITIONAL")]);
    }
    case "subquery":
      return subqueryFlows(cx, place, expr, windows);
    case "opaque":
      cx.problem(`\`${expr.what}\` is not understood here`, expr.at);
      return transformed(merged(expr.args));
    default:
      return assertNever(expr);
  }
}

function columnFlows(cx: Analysis, place: Place, path: readonly string[], at: number): Flows {
  // `database.schema.table.column`: a view reads its own database only
  const resolved = resolve(cx.budget, place.scope, shortened(cx, path), at, cx.rules);
  if (resolved.kind === "found") return resolved.flows;
  cx.problem(resolved.message, at);
  return noFlows;
}

function shortened(cx: Analysis, path: readonly string[]): readonly string[] {
  return path.length > 3 && !cx.rules.structFields ? path.slice(-3) : path;
}

/** `(t).c` and `(t.*).c` are columns of a relation; otherwise a part of a composite value. */
function fieldFlows(cx: Analysis, place: Place, expr: Extract<Expr, { kind: "field" }>, windows: NamedWindows): Flows {
  const { base } = expr;
  const path = base.kind === "star" ? base.qualifier : base.kind === "column" ? base.path : undefined;
  const isColumn =
    base.kind === "column" && resolve(cx.budget, place.scope, base.path, base.at, cx.rules).kind === "found";
  const relation = path && findRelation(place.scope, path);
  if (relation && relation !== "ambiguous" && (base.kind === "star" || !isColumn || path.length === 1)) {
    const flows = columnOf(relation, expr.name, expr.at);
    if (flows) return flows;
  }
  return transformFlows(cx.budget, expressionFlows(cx, place, base, windows), "TRANSFORMATION");
}

function callFlows(cx: Analysis, place: Place, expr: Extract<Expr, { kind: "call" }>, windows: NamedWindows): Flows {
  const merged = (list: readonly Expr[]): Flows =>
    mergeFlows(
      cx.budget,
      list.map((inner) => expressionFlows(cx, place, inner, windows)),
    );
  const name = expr.name.at(-1) ?? "";
  const aggregates =
    expr.aggregateSyntax || isBuiltInAggregate(name) || cx.schema.isAggregate?.(expr.name.at(-2), name) === true;
  const value = transformFlows(
    cx.budget,
    merged(expr.args),
    aggregates ? "AGGREGATION" : "TRANSFORMATION",
    isMaskingFunction(name),
  );
  return mergeFlows(cx.budget, [
    value,
    expr.filter ? indirectFlows(cx.budget, merged([expr.filter]), "FILTER") : noFlows,
    indirectFlows(cx.budget, merged(expr.orderBy), "SORT"),
    expr.over === undefined ? noFlows : indirectFlows(cx.budget, merged(windowKeys(cx, expr, windows)), "WINDOW"),
  ]);
}

function windowKeys(cx: Analysis, call: Extract<Expr, { kind: "call" }>, windows: NamedWindows): Expr[] {
  const keys: Expr[] = [];
  const seen = new Set<string>();
  let next: string | Window | undefined = call.over;
  while (next !== undefined) {
    if (typeof next !== "string") {
      keys.push(...next.partitionBy, ...next.orderBy);
      next = next.base;
      continue;
    }
    const named = seen.has(next) ? undefined : windows.get(next);
    if (!named) cx.problem(`no window \`${next}\` is defined`, call.at);
    seen.add(next);
    next = named;
  }
  return keys;
}

function subqueryFlows(
  cx: Analysis,
  place: Place,
  expr: Extract<Expr, { kind: "subquery" }>,
  windows: NamedWindows,
): Flows {
  const { relation, rows } = cx.query(place, expr.query);
  if (expr.form === "exists") return rows;
  const values = mergeFlows(
    cx.budget,
    relation.columns.map((column) => column.flows(expr.at)),
  );
  if (relation.other) cx.problem("the columns of this subquery are not known", expr.at);
  if (expr.form === "scalar") return mergeFlows(cx.budget, [values, rows]);
  if (expr.form === "array") {
    return mergeFlows(cx.budget, [transformFlows(cx.budget, values, "AGGREGATION"), rows]);
  }
  const test = expr.test ? expressionFlows(cx, place, expr.test, windows) : noFlows;
  return mergeFlows(cx.budget, [
    transformFlows(cx.budget, mergeFlows(cx.budget, [test, values]), "TRANSFORMATION"),
    rows,
  ]);
}
