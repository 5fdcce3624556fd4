import type { FlowBudget, Flows } from "../lineage/flow.ts";
import { fieldFlows, mergeFlows, noFlows, transformFlows, withConfidence } from "../lineage/flow.ts";

/** A column that is in scope. */
export interface Column {
  readonly name: string;
  readonly flows: (at: number) => Flows;
}

/** What a query or an entry of FROM gives. */
export interface Relation {
  /** `undefined`: has no name of its own (an unnamed join or subquery) */
  readonly name: string | undefined;
  /** set for a table without alias: it may be named `schema.table` too */
  readonly schema: string | undefined;
  readonly columns: readonly Column[];
  /** For a relation not all of whose columns are known: any name may be one. */
  readonly other: ((name: string, at: number) => Flows) | undefined;
  /** the name of the table that it is, as written; an alias does not change it */
  readonly table?: readonly string[] | undefined;
  /** the value of a column that the schema does not list, where the text may know better than the schema */
  readonly unlisted?: ((name: string, at: number) => Flows) | undefined;
  /** columns that are found by name but are not part of `*` */
  readonly hidden: ReadonlySet<string>;
}

/** What names mean at one level of a query. */
export interface Namespace {
  /** reached as `name.column` */
  readonly relations: readonly Relation[];
  /** reached without qualifier; also `*`, in this order */
  readonly columns: readonly Column[];
  /** relations of unknown columns among those reached without qualifier */
  readonly open: readonly Relation[];
  /** aliases of the SELECT list so far, where its dialect lets later items name them */
  readonly aliases?: ReadonlyMap<string, Flows>;
  /** what the rows depend on */
  readonly rows: Flows;
}

/** Namespaces from the innermost query outward. */
export interface Scope {
  readonly namespace: Namespace;
  readonly outer: Scope | undefined;
}

export const emptyNamespace: Namespace = { relations: [], columns: [], open: [], rows: noFlows };

/** The namespace of a single relation. */
export function namespaceOf(relation: Relation, rows: Flows): Namespace {
  return {
    relations: relation.name === undefined ? [] : [relation],
    columns: relation.columns,
    open: relation.other ? [relation] : [],
    rows,
  };
}

/** Side by side, as `FROM a, b`. */
export function combine(budget: FlowBudget, a: Namespace, b: Namespace): Namespace {
  return {
    relations: [...a.relations, ...b.relations],
    columns: [...a.columns, ...b.columns],
    open: [...a.open, ...b.open],
    rows: mergeFlows(budget, [a.rows, b.rows]),
  };
}

/** The answer to a name. */
export type Resolved =
  | { readonly kind: "found"; readonly flows: Flows }
  | { readonly kind: "problem"; readonly message: string };

/** The only open relation of several in scope is where a name comes from that the others do not have, most likely. */
const likely = 0.8;

/**
 * What `path` means: a column, else a relation's whole row.
 */
export function resolve(
  budget: FlowBudget,
  scope: Scope | undefined,
  path: readonly string[],
  at: number,
  rules: { readonly structFields: boolean; readonly openWorld: boolean },
): Resolved {
  const isOpen = rules.openWorld;
  const plain = resolvePlain(budget, scope, path, at, isOpen);
  if (plain.kind === "found" || path.length === 1) return plain;
  const field = rules.structFields ? resolveField(budget, scope, path, at, isOpen) : undefined;
  return field ?? (isOpen ? resolveByTable(scope, path, at) : undefined) ?? plain;
}

/** `s.t.c` where `s.t` has an alias. Databases refuse it, tools that write SQL do it all the same. */
function resolveByTable(scope: Scope | undefined, path: readonly string[], at: number): Resolved | undefined {
  const written = path.slice(0, -1);
  for (let level = scope; level; level = level.outer) {
    const named = level.namespace.relations.filter(({ table = [] }) => {
      const offset = table.length - written.length;
      return offset >= 0 && written.every((part, index) => table[offset + index] === part);
    });
    const [only, ...others] = named;
    const flows = only && others.length === 0 ? columnOf(only, path.at(-1) ?? "", at) : undefined;
    if (flows) return { kind: "found", flows };
  }
  return undefined;
}

/** `t.c.f`, `c.f`: the longest relation name first. */
function resolveField(
  budget: FlowBudget,
  scope: Scope | undefined,
  path: readonly string[],
  at: number,
  isOpen: boolean,
): Resolved | undefined {
  if (findRelation(scope, path.slice(0, 1)) && path.length === 2) return undefined;
  for (let length = path.length - 2; length >= 0; length--) {
    const relation = length === 0 ? undefined : findRelation(scope, path.slice(0, length));
    if (relation === "ambiguous") return undefined;
    if (length > 0 && !relation) continue;
    const column = path[length] ?? "";
    const flows = relation ? columnOf(relation, column, at) : undefined;
    const resolved: Resolved | undefined = relation
      ? flows && { kind: "found", flows }
      : findRelation(scope, [column])
        ? undefined
        : resolveBare(budget, scope, column, at, isOpen);
    if (resolved?.kind !== "found") return undefined;
    return { kind: "found", flows: fieldFlows(budget, resolved.flows, path.slice(length + 1)) };
  }
  return undefined;
}

function resolvePlain(
  budget: FlowBudget,
  scope: Scope | undefined,
  path: readonly string[],
  at: number,
  isOpen: boolean,
): Resolved {
  const [name = ""] = path;
  if (path.length === 1) return resolveBare(budget, scope, name, at, isOpen);
  const column = path.at(-1) ?? "";
  const relation = findRelation(scope, path.slice(0, -1));
  if (relation === "ambiguous") return problem(`\`${path.slice(0, -1).join(".")}\` names more than one relation`);
  if (relation) {
    const flows = columnOf(relation, column, at);
    return flows ? { kind: "found", flows } : problem(`\`${path.slice(0, -1).join(".")}\` has no column \`${column}\``);
  }
  const whole = findRelation(scope, path);
  if (whole && whole !== "ambiguous") return wholeRow(budget, whole, at);
  return problem(`no relation \`${path.slice(0, -1).join(".")}\` is in scope here`);
}

/** The relation that `path` (`t` or `s.t`) names, nearest scope first. */
export function findRelation(scope: Scope | undefined, path: readonly string[]): Relation | "ambiguous" | undefined {
  const name = path.at(-1);
  const schema = path.at(-2);
  for (let level = scope; level; level = level.outer) {
    const named = level.namespace.relations.filter(
      (relation) => relation.name === name && (schema === undefined || relation.schema === schema),
    );
    // an alias hides the tables of the same name in other schemas only where it is the one written
    if (named.length > 1) return "ambiguous";
    if (named[0]) return named[0];
  }
  return undefined;
}

/** All columns of a relation as one value. */
export function wholeRow(budget: FlowBudget, relation: Relation, at: number): Resolved {
  if (relation.other && relation.columns.length === 0) {
    return problem(`the columns of \`${relation.name}\` are not known, so its whole row is not traced`);
  }
  const all = mergeFlows(
    budget,
    relation.columns.map((column) => column.flows(at)),
  );
  return { kind: "found", flows: transformFlows(budget, all, "TRANSFORMATION") };
}

/** The flows of one column; `undefined` where the relation has none of that name. */
export function columnOf(relation: Relation, name: string, at: number): Flows | undefined {
  const column = relation.columns.find((candidate) => candidate.name === name);
  if (column) return column.flows(at);
  if (relation.other) return relation.other(name, at);
  if (relation.unlisted && !relation.hidden.has(name)) return relation.unlisted(name, at);
  return relation.hidden.has(name) ? noFlows : undefined;
}

function resolveBare(
  budget: FlowBudget,
  scope: Scope | undefined,
  name: string,
  at: number,
  isOpen: boolean,
): Resolved {
  for (let level = scope; level; level = level.outer) {
    const { columns, open } = level.namespace;
    const found = columns.filter((column) => column.name === name);
    if (found.length > 1) return problem(`\`${name}\` is in more than one relation; write it with its relation's name`);
    if (found[0]) return { kind: "found", flows: found[0].flows(at) };
    const alias = level.namespace.aliases?.get(name);
    // an alias made of a column of its own name shows that the relations have that column
    if (alias && !(open.length > 0 && [...alias.values()].some(({ column }) => column === name))) {
      return { kind: "found", flows: alias };
    }
    const [only, ...others] = open;
    const isNowhereElse = columnIsNowhereElse(level.outer, name, isOpen);
    if (only && others.length === 0 && isNowhereElse) {
      const flows = only.other?.(name, at) ?? noFlows;
      const isOnly = level.namespace.relations.length <= 1 && isNowhereElse === "certainly";
      return { kind: "found", flows: isOnly ? flows : withConfidence(budget, flows, likely) };
    }
    if (only) {
      const candidates = open.map((relation) => `\`${relation.name ?? "subquery"}\``).join(", ");
      return problem(`cannot tell where \`${name}\` comes from: the columns of ${candidates} are not known`);
    }
    if (level.namespace.relations.some((relation) => relation.hidden.has(name)))
      return { kind: "found", flows: noFlows };
  }
  const relation = findRelation(scope, [name]);
  if (relation === "ambiguous") return problem(`\`${name}\` names more than one relation`);
  return relation ? wholeRow(budget, relation, at) : problem(`no column \`${name}\` is in scope here`);
}

/** @param isOpen the nearest query whose tables may have the column is taken to have it */
function columnIsNowhereElse(
  scope: Scope | undefined,
  name: string,
  isOpen: boolean,
): "certainly" | "likely" | undefined {
  let answer: "certainly" | "likely" = "certainly";
  for (let level = scope; level; level = level.outer) {
    if (level.namespace.columns.some((column) => column.name === name)) return undefined;
    if (level.namespace.open.length > 0) {
      if (!isOpen) return undefined;
      answer = "likely";
    }
  }
  return answer;
}

function problem(message: string): Resolved {
  return { kind: "problem", message };
}
