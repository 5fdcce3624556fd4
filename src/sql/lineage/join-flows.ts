import { type Column, combine, type Namespace, namespaceOf, type Relation } from "../scope/namespace.ts";
import type { FromItem } from "../syntax.ts";
import type { Analysis, Place } from "./analysis.ts";
import { expressionFlows } from "./expression-flows.ts";
import { type Flows, indirectFlows, mergeFlows, noFlows, transformFlows } from "./flow.ts";

type Join = Extract<FromItem, { kind: "join" }>;

/** The namespace of a join: merged columns of USING and NATURAL first, as `*` gives them. */
export function joinNamespaces(cx: Analysis, place: Place, join: Join, left: Namespace, right: Namespace): Namespace {
  const both = combine(cx.budget, left, right);
  const keys = joinKeys(cx, join, left, right);
  const merged = keys.map((name) => mergedColumn(cx, join, name, left, right));
  const keyFlows = merged.flatMap(({ sides }) => sides);
  const condition = join.on
    ? expressionFlows(cx, { ...place, scope: { namespace: both, outer: place.scope } }, join.on.expr)
    : noFlows;
  const rows = mergeFlows(cx.budget, [
    both.rows,
    indirectFlows(cx.budget, condition, "JOIN", join.on?.text),
    ...merged.map(({ name, sides }) =>
      indirectFlows(cx.budget, mergeFlows(cx.budget, sides), "JOIN", `using (${name})`),
    ),
  ]);
  const rest = (side: Namespace): readonly Column[] => side.columns.filter((column) => !keys.includes(column.name));
  const mergedColumns = merged.map(({ name, flows }) => ({ name, flows: () => flows }));
  if (join.type === "semi") return { ...left, rows };
  const namespace: Namespace = {
    relations: both.relations,
    columns:
      keyFlows.length === 0 && keys.length === 0 ? both.columns : [...mergedColumns, ...rest(left), ...rest(right)],
    open: both.open,
    rows,
  };
  if (join.alias !== undefined) return namespaceOf(asRelation(join.alias, namespace, join.columnAliases), rows);
  if (join.usingAlias === undefined) return namespace;
  const usingRelation: Relation = {
    name: join.usingAlias,
    schema: undefined,
    columns: mergedColumns,
    other: undefined,
    hidden: new Set(),
  };
  return { ...namespace, relations: [...namespace.relations, usingRelation] };
}

function joinKeys(cx: Analysis, join: Join, left: Namespace, right: Namespace): readonly string[] {
  if (join.using) return join.using;
  if (!join.natural) return [];
  if (left.open.length > 0 || right.open.length > 0) {
    cx.problem("NATURAL JOIN of a relation whose columns are not known is not traced", join.at);
    return [];
  }
  const onRight = new Set(right.columns.map((column) => column.name));
  return left.columns.map((column) => column.name).filter((name) => onRight.has(name));
}

/** Of an outer join the merged column is the side that is always there; of a full join either. */
function mergedColumn(
  cx: Analysis,
  join: Join,
  name: string,
  left: Namespace,
  right: Namespace,
): { readonly name: string; readonly flows: Flows; readonly sides: readonly Flows[] } {
  const a = keyFlows(cx, join, left, name);
  const b = keyFlows(cx, join, right, name);
  const flows =
    join.type === "full"
      ? transformFlows(cx.budget, mergeFlows(cx.budget, [a, b]), "TRANSFORMATION")
      : join.type === "right"
        ? b
        : a;
  return { name, flows, sides: [a, b] };
}

function keyFlows(cx: Analysis, join: Join, side: Namespace, name: string): Flows {
  const found = side.columns.filter((column) => column.name === name);
  if (found.length === 1 && found[0]) return found[0].flows(join.at);
  const [only, ...others] = side.open;
  if (found.length === 0 && only && others.length === 0) return only.other?.(name, join.at) ?? noFlows;
  cx.problem(
    found.length > 1
      ? `\`${name}\` of USING is in more than one relation of a side`
      : `cannot tell where \`${name}\` of USING comes from`,
    join.at,
  );
  return noFlows;
}

function asRelation(name: string, namespace: Namespace, aliases: readonly string[]): Relation {
  const [open, ...others] = namespace.open;
  return {
    name,
    schema: undefined,
    columns: namespace.columns.map((column, index) => ({ ...column, name: aliases[index] ?? column.name })),
    other: open && others.length === 0 ? open.other : undefined,
    hidden: new Set(),
  };
}
