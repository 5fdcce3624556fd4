import { assertNever } from "../../shared/brand.ts";
import { type Column, emptyNamespace, findRelation, type Namespace, type Relation } from "../scope/namespace.ts";
import type { Expr, Query, QueryBody, Select, SelectItem, Term } from "../syntax.ts";
import type { Analysis, CteEntry, CteScope, Place, QueryResult } from "./analysis.ts";
import { expressionFlows, type NamedWindows } from "./expression-flows.ts";
import {
  type Flows,
  type IndirectSubtype,
  indirectFlows,
  mergeFlows,
  noFlows,
  sameFlows,
  transformFlows,
} from "./flow.ts";
import { fromNamespace } from "./from-flows.ts";

const noHidden: ReadonlySet<string> = new Set();
const emptyResult: QueryResult = {
  relation: { name: undefined, schema: undefined, columns: [], other: undefined, hidden: noHidden },
  rows: noFlows,
};
/** A recursive query is analysed again until its flows stay the same; each round adds at least one. */
const maxRounds = 100;

/** Columns and row dependencies of a query. */
export function queryResult(cx: Analysis, place: Place, query: Query): QueryResult {
  const inside: Place = { ...place, ctes: cteScope(place, query) };
  const result = bodyResult(cx, inside, query);
  // CTEs that nothing names are read by the database all the same
  for (const entry of inside.ctes === place.ctes ? [] : (inside.ctes?.entries.values() ?? [])) cteResult(cx, entry);
  return result;
}

function cteScope(place: Place, query: Query): CteScope | undefined {
  if (query.ctes.length === 0) return place.ctes;
  const entries = new Map<string, CteEntry>();
  const whole: CteScope = { entries, outer: place.ctes };
  for (const cte of query.ctes) {
    const earlier: CteScope = { entries: new Map(entries), outer: place.ctes };
    const visible = query.recursive ? whole : earlier;
    entries.set(cte.name, { cte, scope: place.scope, visible, state: "new", result: undefined });
  }
  return whole;
}

/** The result of a CTE, analysed once; inside itself it is what is known of it so far. */
export function cteResult(cx: Analysis, entry: CteEntry): QueryResult {
  if (entry.state !== "new") return entry.result ?? emptyResult;
  const { cte } = entry;
  if (!cte.query) {
    cx.problem(`CTE \`${cte.name}\` is not a SELECT and is not traced`, cte.at);
    entry.state = "done";
    return emptyResult;
  }
  const place: Place = { scope: entry.scope, ctes: entry.visible };
  const { body } = cte.query;
  const named = (result: QueryResult): QueryResult => ({ ...result, relation: withCteNames(cx, cte, result.relation) });
  entry.state = "running";
  // the first operand of a recursive query does not name it, and gives the column names
  if (body.kind === "setOperation" && body.operands[0]) {
    entry.result = named(queryResult(cx, { ...place, ctes: cteScope(place, cte.query) }, body.operands[0]));
  }
  for (let round = 0; ; round++) {
    const before = entry.result;
    entry.result = named(queryResult(cx, place, cte.query));
    if (before && sameResult(before, entry.result)) break;
    // what does not name itself gives the same again
    if (body.kind !== "setOperation") break;
    if (round === maxRounds) {
      cx.problem(`recursive CTE \`${cte.name}\` did not settle`, cte.at);
      break;
    }
  }
  entry.state = "done";
  return entry.result;
}

function sameResult(a: QueryResult, b: QueryResult): boolean {
  return (
    a.relation.columns.length === b.relation.columns.length &&
    sameFlows(a.rows, b.rows) &&
    a.relation.columns.every((column, index) =>
      sameFlows(column.flows(0), b.relation.columns[index]?.flows(0) ?? noFlows),
    )
  );
}

function withCteNames(cx: Analysis, cte: CteEntry["cte"], relation: Relation): Relation {
  const columns: Column[] = relation.columns.map((column, index) => ({
    ...column,
    name: cte.columnAliases[index] ?? column.name,
  }));
  const extra = cte.extraColumns.map(({ name, from }) => {
    const made = columns.filter((column) => from.includes(column.name)).map((column) => column.flows(cte.at));
    const flows = transformFlows(cx.budget, mergeFlows(cx.budget, made), "TRANSFORMATION");
    return { name, flows: () => flows };
  });
  return { ...relation, name: cte.name, columns: [...columns, ...extra] };
}

function bodyResult(cx: Analysis, place: Place, query: Query): QueryResult {
  const { body } = query;
  switch (body.kind) {
    case "select":
      return selectResult(cx, place, body.select, query);
    case "setOperation":
      return setOperationResult(cx, place, body, query);
    case "values": {
      const rows = body.rows.map((row) => row.map((value) => expressionFlows(cx, place, value)));
      const width = Math.max(0, ...rows.map((row) => row.length));
      const columns = Array.from({ length: width }, (_, index) => {
        const flows = mergeFlows(
          cx.budget,
          rows.map((row) => row[index] ?? noFlows),
        );
        return { name: `column${index + 1}`, flows: () => flows };
      });
      return outputOf(cx, place, query, columns, undefined, noFlows);
    }
    default:
      return assertNever(body);
  }
}

function selectResult(cx: Analysis, place: Place, select: Select, query: Query): QueryResult {
  const namespace = fromNamespace(cx, place, select.from);
  const aliases = new Map<string, Flows>();
  const seen: Namespace = cx.rules.lateralAliases ? { ...namespace, aliases } : namespace;
  const inside: Place = { ...place, scope: { namespace: seen, outer: place.scope } };
  const windows: NamedWindows = new Map(select.windows.map(({ name, window }) => [name, window]));
  const columns: Column[] = [];
  let other: Relation["other"];
  const unknownStars: SelectItem[] = [];
  for (const item of select.items) {
    if (item.expr.kind === "star") {
      const expanded = expandStar(cx, namespace, inside, item.expr);
      columns.push(...expanded.columns);
      if (expanded.open.length > 0) unknownStars.push(item);
      const [only, ...others] = expanded.open;
      if (only && others.length === 0) other = withStarOptions(only.other, item.expr);
      else if (only && cx.rules.openWorld) other = otherOfMany(cx, expanded.open, other);
    } else {
      const flows = expressionFlows(cx, inside, item.expr, windows);
      columns.push({ name: item.name, flows: () => flows });
      if (item.expr.kind !== "column" || item.expr.path.at(-1) !== item.name) aliases.set(item.name, flows);
    }
  }
  if (unknownStars.length > 1 && !cx.rules.openWorld) other = undefined;
  if (unknownStars.length > 0 && !other) {
    for (const star of unknownStars)
      cx.problem("`*` of a relation whose columns are not known is not expanded", star.at);
  }
  const condition = (term: Term | undefined): Flows =>
    term ? indirectFlows(cx.budget, expressionFlows(cx, inside, term.expr, windows), "FILTER", term.text) : noFlows;
  const rows = mergeFlows(cx.budget, [
    namespace.rows,
    condition(select.where),
    keyFlows(cx, inside, select.groupBy, columns, "GROUP_BY", "input"),
    condition(select.having),
    condition(select.qualify),
    keyFlows(cx, inside, select.distinctOn, columns, "GROUP_BY", "output"),
  ]);
  return outputOf(cx, inside, query, columns, other, rows);
}

/** Adds ORDER BY and LIMIT to what the body gave. */
function outputOf(
  cx: Analysis,
  place: Place,
  query: Query,
  columns: readonly Column[],
  other: Relation["other"],
  rows: Flows,
): QueryResult {
  const sorted = keyFlows(cx, place, query.orderBy, columns, "SORT", "output");
  const limits = query.limits.map((expr) => indirectFlows(cx.budget, expressionFlows(cx, place, expr), "FILTER"));
  return {
    relation: { name: undefined, schema: undefined, columns, other, hidden: noHidden },
    rows: mergeFlows(cx.budget, [rows, sorted, ...limits]),
  };
}

/**
 * Keys of GROUP BY, ORDER BY, DISTINCT ON. A number is an output column; a bare name is an output column first in
 * ORDER BY and DISTINCT ON, an input column first in GROUP BY.
 */
function keyFlows(
  cx: Analysis,
  place: Place,
  terms: readonly Term[],
  columns: readonly Column[],
  subtype: IndirectSubtype,
  first: "input" | "output",
): Flows {
  return mergeFlows(
    cx.budget,
    terms.map(({ expr, text }) => {
      const flows = outputKey(expr, columns, place, first) ?? expressionFlows(cx, place, expr);
      return indirectFlows(cx.budget, flows, subtype, text);
    }),
  );
}

function outputKey(expr: Expr, columns: readonly Column[], place: Place, first: "input" | "output"): Flows | undefined {
  if (expr.kind === "constant" && expr.integer !== undefined) return columns[expr.integer - 1]?.flows(expr.at);
  if (expr.kind !== "column" || expr.path.length !== 1) return undefined;
  const [name] = expr.path;
  const isInput = place.scope?.namespace.columns.some((column) => column.name === name) ?? false;
  if (first === "input" && isInput) return undefined;
  return columns.find((column) => column.name === name)?.flows(expr.at);
}

function expandStar(
  cx: Analysis,
  namespace: Namespace,
  place: Place,
  star: Extract<Expr, { kind: "star" }>,
): { readonly columns: readonly Column[]; readonly open: readonly Relation[] } {
  const renames = new Map(star.rename?.map(({ from, to }) => [from, to]));
  const fixed = (columns: readonly Column[]): Column[] =>
    columns.flatMap((column) => {
      if (star.except?.includes(column.name)) return [];
      const replaced = star.replace?.find(({ name }) => name === column.name);
      const flows = replaced ? expressionFlows(cx, place, replaced.expr) : column.flows(star.at);
      return [{ name: renames.get(column.name) ?? column.name, flows: () => flows }];
    });
  if (star.qualifier.length === 0) return { columns: fixed(namespace.columns), open: namespace.open };
  const relation = findRelation(place.scope, star.qualifier);
  if (!relation || relation === "ambiguous") {
    cx.problem(`\`${star.qualifier.join(".")}.*\`: no such relation is in scope, or more than one`, star.at);
    return { columns: [], open: [] };
  }
  return { columns: fixed(relation.columns), open: relation.other ? [relation] : [] };
}

/** Columns behind a star that leaves some out. */
function withStarOptions(other: Relation["other"], star: Extract<Expr, { kind: "star" }>): Relation["other"] {
  if (!other || !star.except?.length) return other;
  return (name, at) => (star.except?.includes(name) ? noFlows : other(name, at));
}

/** Columns behind stars of several relations: all of them as `*`; which one a single name is of cannot be told. */
function otherOfMany(cx: Analysis, open: readonly Relation[], before: Relation["other"]): Relation["other"] {
  const all = [...(before ? [before] : []), ...open.flatMap((relation) => relation.other ?? [])];
  return (name, at) => {
    if (name === "*")
      return mergeFlows(
        cx.budget,
        all.map((other) => other(name, at)),
      );
    cx.problem(
      `cannot tell where \`${name}\` comes from: it may be of several relations whose columns are not known`,
      at,
    );
    return noFlows;
  };
}

function setOperationResult(
  cx: Analysis,
  place: Place,
  body: Extract<QueryBody, { kind: "setOperation" }>,
  query: Query,
): QueryResult {
  const results = body.operands.map((operand) => queryResult(cx, place, operand));
  const [first = emptyResult, ...others] = results;
  const uneven = others.findIndex((result) => result.relation.columns.length !== first.relation.columns.length);
  const isOpen = results.some((result) => result.relation.other);
  if (uneven >= 0 && !isOpen && !body.byName) {
    cx.problem(
      `the queries of ${body.op.toUpperCase()} have ${first.relation.columns.length} and ${others[uneven]?.relation.columns.length} columns`,
      body.operands[uneven + 1]?.at ?? query.at,
    );
  }
  const values = body.op === "except" ? [first] : results;
  const names = body.byName
    ? [...new Set(results.flatMap((result) => result.relation.columns.map(({ name }) => name)))]
    : first.relation.columns.map(({ name }) => name);
  const columnAt = (result: QueryResult, name: string, index: number): Column | undefined =>
    body.byName ? result.relation.columns.find((column) => column.name === name) : result.relation.columns[index];
  const columns = names.map((name, index) => {
    const flows = mergeFlows(
      cx.budget,
      values.map((result) => columnAt(result, name, index)?.flows(query.at) ?? noFlows),
    );
    return { name, flows: () => flows };
  });
  // rows of EXCEPT are those that the others do not have: their values steer, they do not appear
  const steering = body.op === "except" ? others.flatMap((result) => result.relation.columns) : [];
  const rows = mergeFlows(cx.budget, [
    ...results.map((result) => result.rows),
    ...steering.map((column) => indirectFlows(cx.budget, column.flows(query.at), "FILTER")),
  ]);
  const other = isOpen
    ? (name: string, at: number): Flows =>
        mergeFlows(
          cx.budget,
          values.map((result) => result.relation.other?.(name, at) ?? noFlows),
        )
    : undefined;
  return outputOf(
    cx,
    { ...place, scope: { namespace: emptyNamespace, outer: place.scope } },
    query,
    columns,
    other,
    rows,
  );
}
