import { type Column, type Namespace, namespaceOf, type Relation } from "../scope/namespace.ts";
import type { Expr, FromItem } from "../syntax.ts";
import type { Analysis, Place } from "./analysis.ts";
import { expressionFlows } from "./expression-flows.ts";
import { type Flows, indirectFlows, mergeFlows, noFlows, transformFlows } from "./flow.ts";

type Pivot = Extract<FromItem, { kind: "pivot" }>;
type Unpivot = Extract<FromItem, { kind: "unpivot" }>;

/** Columns after PIVOT: those that no aggregate and no key names, then one per value and aggregate. */
export function pivotNamespace(cx: Analysis, source: Namespace, place: Place, item: Pivot): Namespace {
  const inside: Place = { ...place, scope: { namespace: source, outer: place.scope } };
  const flowsOf = (expr: Expr): Flows => expressionFlows(cx, inside, expr);
  const chosen = indirectFlows(cx.budget, mergeFlows(cx.budget, item.keys.map(flowsOf)), "CONDITIONAL");
  const values = item.aggregates.map((expr) =>
    mergeFlows(cx.budget, [transformFlows(cx.budget, flowsOf(expr), "AGGREGATION"), chosen]),
  );
  const gone = new Set([...item.aggregates, ...item.keys].flatMap(columnNames));
  const kept = source.columns.filter(({ name }) => !gone.has(name));
  const grouped = indirectFlows(
    cx.budget,
    mergeFlows(
      cx.budget,
      kept.map((column) => column.flows(item.at)),
    ),
    "GROUP_BY",
  );
  const made = item.made.map(({ name, aggregate }) => ({ name, flows: () => values[aggregate] ?? noFlows }));
  return turned(source, item, [...kept, ...made], gone, mergeFlows(cx.budget, [source.rows, grouped]));
}

/** Columns after UNPIVOT: those that stay, the one that tells which column a value was in, and the values. */
export function unpivotNamespace(cx: Analysis, source: Namespace, place: Place, item: Unpivot): Namespace {
  const inside: Place = { ...place, scope: { namespace: source, outer: place.scope } };
  const values = transformFlows(
    cx.budget,
    mergeFlows(
      cx.budget,
      item.columns.map((expr) => expressionFlows(cx, inside, expr)),
    ),
    "TRANSFORMATION",
  );
  const gone = new Set(item.columns.flatMap(columnNames));
  const names = item.nameColumn === undefined ? [] : [{ name: item.nameColumn, flows: () => noFlows }];
  const made = item.valueColumns.map((name) => ({ name, flows: () => values }));
  const kept = source.columns.filter(({ name }) => !gone.has(name));
  return turned(source, item, [...kept, ...names, ...made], gone, source.rows);
}

function turned(
  source: Namespace,
  item: Pivot | Unpivot,
  columns: readonly Column[],
  gone: ReadonlySet<string>,
  rows: Flows,
): Namespace {
  const [open, ...others] = source.open;
  const other = open && others.length === 0 ? open.other : undefined;
  const [only] = source.relations;
  const relation: Relation = {
    name: item.alias ?? (source.relations.length === 1 ? only?.name : undefined),
    schema: undefined,
    columns: columns.map((column, index) => ({ ...column, name: item.columnAliases[index] ?? column.name })),
    other: other && ((name, at) => (gone.has(name) ? noFlows : other(name, at))),
    hidden: new Set(),
  };
  return namespaceOf(relation, rows);
}

/** Names of the columns that an expression names. */
function columnNames(expr: Expr): string[] {
  switch (expr.kind) {
    case "column":
      return expr.path.slice(-1);
    case "call":
    case "operation":
    case "opaque":
      return expr.args.flatMap(columnNames);
    case "case":
      return [...expr.conditions, ...expr.results].flatMap(columnNames);
    default:
      return [];
  }
}
