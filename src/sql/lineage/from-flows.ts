import { assertNever } from "../../shared/brand.ts";
import { tableFunctionColumns } from "../functions.ts";
import type { TableShape } from "../schema-lookup.ts";
import {
  combine,
  emptyNamespace,
  findRelation,
  type Namespace,
  namespaceOf,
  type Relation,
  resolve,
} from "../scope/namespace.ts";
import type { Aliased, Expr, FromItem, ObjectName } from "../syntax.ts";
import type { Analysis, CteEntry, Place } from "./analysis.ts";
import { expressionFlows } from "./expression-flows.ts";
import { columnFlow, type Flows, indirectFlows, mergeFlows, noFlows, transformFlows, withConfidence } from "./flow.ts";
import { joinNamespaces } from "./join-flows.ts";
import { pivotNamespace, unpivotNamespace } from "./pivot-flows.ts";

/** @see https://www.postgresql.org/docs/current/ddl-system-columns.html */
const systemColumns: ReadonlySet<string> = new Set(["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]);
const noHidden: ReadonlySet<string> = new Set();

/** The namespace that FROM opens. Items see those to their left where LATERAL allows. */
export function fromNamespace(cx: Analysis, place: Place, items: readonly FromItem[]): Namespace {
  let namespace = emptyNamespace;
  for (const item of items) {
    namespace = combine(cx.budget, namespace, itemNamespace(cx, place, item, namespace));
  }
  return namespace;
}

/** @param lateral what is to the item's left */
function itemNamespace(cx: Analysis, place: Place, item: FromItem, lateral: Namespace): Namespace {
  const inside = (): Place => ({ ...place, scope: { namespace: lateral, outer: place.scope } });
  switch (item.kind) {
    case "table":
      return tableNamespace(cx, place, item, lateral);
    case "subquery": {
      const result = cx.query(item.lateral ? inside() : place, item.query);
      return namespaceOf(renamed(cx, result.relation, item, item.at), result.rows);
    }
    case "function":
      return functionNamespace(cx, inside(), item);
    case "join": {
      const left = itemNamespace(cx, place, item.left, lateral);
      const right = itemNamespace(cx, place, item.right, combine(cx.budget, lateral, left));
      return joinNamespaces(cx, place, item, left, right);
    }
    case "pivot":
      return pivotNamespace(cx, itemNamespace(cx, place, item.source, lateral), place, item);
    case "unpivot":
      return unpivotNamespace(cx, itemNamespace(cx, place, item.source, lateral), place, item);
    case "opaque": {
      cx.problem(`\`${item.what}\` in FROM is not understood`, item.at);
      return emptyNamespace;
    }
    default:
      return assertNever(item);
  }
}

/** The relation under the names that an alias gives. */
function renamed(cx: Analysis, relation: Relation, aliased: Aliased, at: number): Relation {
  const { alias, columnAliases } = aliased;
  if (!relation.other && columnAliases.length > relation.columns.length) {
    cx.problem(
      `\`${alias ?? relation.name}\` has ${relation.columns.length} columns, but ${columnAliases.length} names are given`,
      at,
    );
  }
  if (relation.other && columnAliases.length > 0 && relation.columns.length < columnAliases.length) {
    cx.problem(`the columns of \`${alias ?? relation.name}\` are not known, so renaming them is not traced`, at);
  }
  return {
    ...relation,
    name: alias ?? relation.name,
    schema: alias === undefined ? relation.schema : undefined,
    columns: relation.columns.map((column, index) => ({ ...column, name: columnAliases[index] ?? column.name })),
  };
}

function tableNamespace(
  cx: Analysis,
  place: Place,
  item: Extract<FromItem, { kind: "table" }>,
  lateral: Namespace,
): Namespace {
  const cte = item.name.length === 1 ? findCte(place, item.name[0] ?? "") : undefined;
  if (cte) {
    const result = cx.cte(cte);
    const relation = { ...result.relation, name: item.name[0], schema: undefined };
    return namespaceOf(renamed(cx, relation, item, item.at), result.rows);
  }
  const temporary = cx.session.get(item.name.join("."));
  if (temporary) {
    const relation = { ...temporary.relation, name: item.name.at(-1), schema: item.name.at(-2) };
    return namespaceOf(renamed(cx, relation, item, item.at), temporary.rows);
  }
  const array = cx.rules.arraysAsTables ? arrayOf(cx, { namespace: lateral, outer: place.scope }, item) : undefined;
  if (array) return array;
  const table = findTable(cx, item.name, item.at);
  if (!item.isTarget) cx.read(table, item.at);
  const relation: Relation = {
    name: item.name.at(-1),
    schema: item.name.at(-2) ?? table.schema,
    columns: (table.columns ?? []).map((name) => ({ name, flows: (at) => columnFlow(table, name, at) })),
    other: table.columns ? undefined : (name, at) => columnFlow(table, name, at),
    table: item.name,
    unlisted: table.columns && cx.rules.openWorld ? (name, at) => unlistedColumn(cx, table, name, at) : undefined,
    hidden: table.columns ? systemColumns : noHidden,
  };
  return namespaceOf(renamed(cx, relation, item, item.at), noFlows);
}

/** `t.c` says that the table has the column; the schema may be older than the text. */
function unlistedColumn(cx: Analysis, table: TableShape, name: string, at: number): Flows {
  cx.problem(`the schema of \`${table.name}\` has no column \`${name}\``, at);
  return withConfidence(cx.budget, columnFlow(table, name, at), 0.5);
}

function findCte(place: Place, name: string): CteEntry | undefined {
  for (let level = place.ctes; level; level = level.outer) {
    const entry = level.entries.get(name);
    if (entry) return entry;
  }
  return undefined;
}

/** `FROM t, t.items AS i`: one row per element of the column. */
function arrayOf(
  cx: Analysis,
  scope: { readonly namespace: Namespace; readonly outer: Place["scope"] },
  item: Extract<FromItem, { kind: "table" }>,
): Namespace | undefined {
  const [first = "", ...rest] = item.name;
  const relation = rest.length > 0 ? findRelation(scope, [first]) : undefined;
  if (!relation || relation === "ambiguous") return undefined;
  const resolved = resolve(cx.budget, scope, item.name, item.at, cx.rules);
  if (resolved.kind !== "found") return undefined;
  return valueNamespace(item.alias ?? item.name.at(-1) ?? "", resolved.flows, []);
}

/** A relation whose name is a value too: `x` and `x.f`. Its columns are reached by its name only. */
function valueNamespace(name: string, flows: Flows, more: readonly ListedColumn[]): Namespace {
  const own = [{ name, flows }, ...more].map((column) => ({ name: column.name, flows: () => column.flows }));
  const relation: Relation = { name, schema: undefined, columns: own, other: () => flows, hidden: noHidden };
  return { relations: [relation], columns: own, open: [], rows: noFlows };
}

/** The table of a name; in an open world also one that the schema does not have. */
export function findTable(
  cx: Pick<Analysis, "schema" | "defaultSchemas" | "rules" | "problem">,
  written: ObjectName,
  at: number,
): TableShape {
  const found = cx.schema.find?.(written);
  if (found) return found;
  const name = written.at(-1) ?? "";
  const schema = written.at(-2);
  const schemas = cx.schema.find ? [] : schema === undefined ? [...cx.defaultSchemas, undefined] : [schema];
  for (const candidate of schemas) {
    const table = cx.schema.table(candidate, name);
    if (table) return table;
  }
  const catalog = written.length > 2 ? written.slice(0, -2).join(".") : undefined;
  if (!cx.rules.openWorld) cx.problem(`table \`${written.join(".")}\` is not known`, at);
  return { ...(catalog !== undefined && { catalog }), schema, name, columns: undefined };
}

function functionNamespace(cx: Analysis, place: Place, item: Extract<FromItem, { kind: "function" }>): Namespace {
  const flowsOf = (args: readonly Expr[]): Flows =>
    transformFlows(
      cx.budget,
      mergeFlows(
        cx.budget,
        args.map((arg) => expressionFlows(cx, place, arg)),
      ),
      "TRANSFORMATION",
    );
  const all = flowsOf(item.functions.flatMap((call) => call.args));
  // how many rows there are depends on the arguments too
  const rows = indirectFlows(cx.budget, all, "JOIN");
  const name = item.alias ?? item.functions[0]?.name.at(-1);
  if (item.aliasIsValue && item.alias !== undefined) {
    const counted = item.columnAliases.map((column) => ({ name: column, flows: noFlows }));
    return { ...valueNamespace(item.alias, all, counted), rows };
  }
  const known =
    item.declaredColumns?.map((column) => ({ name: column, flows: all })) ?? knownColumns(item, name, flowsOf);
  const counted = item.ordinality ? [{ name: "ordinality", flows: noFlows }] : [];
  const isShort = known && item.columnAliases.length > known.length + counted.length;
  const listed = known && !isShort ? [...known, ...counted] : aliasedOnly(item, all);
  const relation: Relation = {
    name,
    schema: undefined,
    columns: listed.map(({ name: column, flows }, index) => ({
      name: item.columnAliases[index] ?? column,
      flows: () => flows,
    })),
    other: known || (item.columnAliases.length > 0 && cx.rules.openWorld) ? undefined : () => all,
    hidden: noHidden,
  };
  return namespaceOf(relation, rows);
}

interface ListedColumn {
  readonly name: string;
  readonly flows: Flows;
}

/** The columns where each function's result is known: `unnest` gives one per argument. */
function knownColumns(
  item: Extract<FromItem, { kind: "function" }>,
  name: string | undefined,
  flowsOf: (args: readonly Expr[]) => Flows,
): ListedColumn[] | undefined {
  const columns: ListedColumn[] = [];
  for (const call of item.functions) {
    const called = call.name.at(-1) ?? "";
    if (called === "unnest") {
      // a column for each array; of an array of composites it gives more, so one array alone is known only if it is named so
      if (call.args.length === 1 && item.functions.length === 1 && !namesOneColumn(item)) return undefined;
      columns.push(...call.args.map((arg) => ({ name: "unnest", flows: flowsOf([arg]) })));
      continue;
    }
    const outputs = tableFunctionColumns(called);
    if (!outputs) return undefined;
    const flows = flowsOf(call.args);
    const single = item.functions.length === 1 ? name : called;
    columns.push(...outputs.map((output) => ({ name: output === "*" ? (single ?? called) : output, flows })));
  }
  return columns;
}

function namesOneColumn(item: Extract<FromItem, { kind: "function" }>): boolean {
  return item.columnAliases.length === 1 + Number(item.ordinality);
}

/** What the alias tells of a function that is not known; a scalar one is its own column. */
function aliasedOnly(item: Extract<FromItem, { kind: "function" }>, all: Flows): ListedColumn[] {
  if (item.columnAliases.length > 0) {
    const last = item.ordinality ? item.columnAliases.length - 1 : -1;
    return item.columnAliases.map((name, index) => ({ name, flows: index === last ? noFlows : all }));
  }
  return [];
}
