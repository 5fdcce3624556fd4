import type { Expr, FromItem, ObjectName, Query, Select, Statement, Term, WriteEffect } from "../../syntax.ts";
import { toExprs, toTerm } from "./expressions.ts";
import { toFrom, toFromItem } from "./from-items.ts";
import { type Conversion, type Fields, fieldsOf, listOf, nameOf, namesOf, nodeOf, tableName } from "./nodes.ts";
import { withCtes } from "./queries.ts";

/** A statement of the parser as ours; MERGE and multi-table INSERT are several writes. */
export function toStatements(cx: Conversion, value: unknown, near: number): Statement[] {
  const { kind, body } = nodeOf(value) ?? { kind: "statement", body: {} };
  const at = cx.at(body, near);
  const other: Statement = { kind: "other", what: kind.replaceAll("_", " "), at };
  switch (kind) {
    case "annotated":
    case "paren":
      return toStatements(cx, body.this, near);
    case "insert":
      return toInsert(cx, body, at) ?? [other];
    case "create_table":
      return toCreateTable(cx, body, at) ?? [other];
    case "create_view": {
      const columns = namesOf(
        cx,
        listOf(body.columns).map((one) => nodeOf(one)?.body.name ?? fieldsOf(one).name),
      );
      return toWrite(cx, "create", body.name, columns, cx.query(body.query), at, body.temporary === true) ?? [other];
    }
    case "cache":
      return toWrite(cx, "create", { name: body.table }, [], cx.query(body.query), at) ?? [other];
    case "update":
      return toUpdate(cx, body, at) ?? [other];
    case "delete":
      return toDelete(cx, body, at) ?? [other];
    case "merge":
      return toMerge(cx, body, at) ?? [other];
    case "multitable_inserts":
      return toMultiInsert(cx, body, at);
    case "copy":
      return toCopy(cx, body, at) ?? [other];
    case "alter_table":
      return toRename(cx, body, at) ?? [other];
    default: {
      const query = cx.query(value);
      if (!query) return [other];
      const into = intoTarget(cx, value);
      return into ? [write("create", into, [], query, at)] : [{ kind: "query", query, at }];
    }
  }
}

function write(
  effect: WriteEffect,
  target: ObjectName,
  columns: readonly string[],
  query: Query,
  at: number,
  temporary = false,
): Statement {
  return {
    kind: "write",
    effect,
    target,
    columns,
    query,
    at,
    temporary: temporary || (target.at(-1)?.startsWith("#") ?? false),
  };
}

function toWrite(
  cx: Conversion,
  effect: WriteEffect,
  target: unknown,
  columns: readonly string[],
  query: Query | undefined,
  at: number,
  temporary = false,
): Statement[] | undefined {
  const name = tableName(cx, target);
  return name && query && [write(effect, name, columns, query, at, temporary)];
}

function toInsert(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const columns = namesOf(cx, body.columns);
  const query = insertedQuery(cx, body);
  if (!query) return undefined;
  const directory = fieldsOf(body.directory).path;
  if (typeof directory === "string") return [write("insert", [directory], columns, query, at)];
  return toWrite(cx, "insert", body.table, columns, query, at);
}

function insertedQuery(cx: Conversion, body: Fields): Query | undefined {
  const query = cx.query(body.query);
  if (query) return { ...query, ...withCtes(cx, body, query) };
  const rows = listOf(body.values);
  return rows.length === 0 ? undefined : valuesOf(cx, rows.map(listOf), body);
}

function valuesOf(cx: Conversion, rows: readonly (readonly unknown[])[], body: Fields): Query {
  const at = cx.at(rows);
  return {
    ...withCtes(cx, body),
    body: { kind: "values", rows: rows.map((row) => toExprs(cx, row)), at },
    orderBy: [],
    limits: [],
    at,
  };
}

function toCreateTable(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const target = tableName(cx, body.name);
  if (!target) return undefined;
  const columns = namesOf(
    cx,
    listOf(body.columns).map((one) => fieldsOf(one).name),
  );
  const query = cx.query(body.as_select);
  if (query)
    return [write("create", target, columns, { ...query, ...withCtes(cx, body, query) }, at, body.temporary === true)];
  const copied = tableName(cx, body.clone_source);
  if (copied) return [write("create", target, [], copyOf(copied, at), at, body.temporary === true)];
  const like = listOf(body.constraints)
    .map((one) => tableName(cx, fieldsOf(fieldsOf(one).Like).source))
    .find((one) => one);
  return [{ kind: "define", target, columns: like ? undefined : columns, like, at }];
}

/** `SELECT * FROM source`. */
function copyOf(source: ObjectName, at: number): Query {
  const from: FromItem = { kind: "table", name: source, alias: undefined, columnAliases: [], at };
  return queryOf({ items: [star(at)], from: [from], where: undefined }, at);
}

function star(at: number): Select["items"][number] {
  return { expr: { kind: "star", qualifier: [], at }, name: "*", text: undefined, at };
}

function queryOf(
  select: Pick<Select, "items" | "from" | "where">,
  at: number,
  ctes?: Pick<Query, "ctes" | "recursive">,
): Query {
  const whole: Select = { distinctOn: [], groupBy: [], having: undefined, windows: [], at, ...select };
  return { ctes: [], recursive: false, ...ctes, body: { kind: "select", select: whole }, orderBy: [], limits: [], at };
}

/** The table that an UPDATE or DELETE changes, and the FROM that its expressions see. */
function targetAndFrom(
  cx: Conversion,
  table: unknown,
  joins: unknown,
  entries: readonly FromItem[],
): { target: ObjectName; from: FromItem[] } | undefined {
  const written = tableName(cx, table);
  if (!written) return undefined;
  // `UPDATE a SET … FROM t AS a`: the target is one of FROM
  const named = entries
    .flatMap(tablesIn)
    .find(
      (one) =>
        (one.alias ?? one.name.at(-1)) === written.at(-1) &&
        (written.length === 1 || one.name.length === written.length),
    );
  if (named) return { target: named.name, from: entries.map((entry) => asTarget(entry, named)) };
  const own = toFrom(cx, { expressions: [{ table }] }, joins, []);
  const first = own.flatMap(tablesIn)[0];
  return { target: written, from: [...own.map((entry) => (first ? asTarget(entry, first) : entry)), ...entries] };
}

function tablesIn(item: FromItem): Extract<FromItem, { kind: "table" }>[] {
  if (item.kind === "table") return [item];
  return item.kind === "join" ? [...tablesIn(item.left), ...tablesIn(item.right)] : [];
}

function asTarget(item: FromItem, target: FromItem): FromItem {
  if (item === target && item.kind === "table") return { ...item, isTarget: true };
  return item.kind === "join"
    ? { ...item, left: asTarget(item.left, target), right: asTarget(item.right, target) }
    : item;
}

function toUpdate(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const entries = toFrom(cx, body.from_clause, body.from_joins, []);
  const joined = listOf(body.extra_tables).map((one) => toFromItem(cx, { table: one }));
  const place = targetAndFrom(cx, body.table, body.table_joins, [...joined, ...entries]);
  if (!place) return undefined;
  const assignments = listOf(body.set)
    .map(listOf)
    .flatMap(([column, value]) => {
      const name = nameOf(cx, column)?.split(".").at(-1);
      return name === undefined ? [] : [{ name, expr: cx.expr(value) }];
    });
  const where = toTerm(cx, fieldsOf(body.where_clause).this);
  return [assigned("update", place.target, assignments, place.from, where, at, withCtes(cx, body))];
}

function assigned(
  effect: WriteEffect,
  target: ObjectName,
  assignments: readonly { readonly name: string; readonly expr: Expr }[],
  from: readonly FromItem[],
  where: Term | undefined,
  at: number,
  ctes?: Pick<Query, "ctes" | "recursive">,
): Statement {
  const items = assignments.map(({ name, expr }) => ({ expr, name, text: undefined, at: expr.at }));
  return write(
    effect,
    target,
    assignments.map(({ name }) => name),
    queryOf({ items, from, where }, at, ctes),
    at,
  );
}

function toDelete(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const used = listOf(body.using).map((one) => toFromItem(cx, { table: one }));
  const entries = [...used, ...toFrom(cx, body.from_clause, body.from_joins ?? body.joins, [])];
  const place = targetAndFrom(
    cx,
    { ...fieldsOf(body.table), alias: body.alias ?? fieldsOf(body.table).alias },
    [],
    entries,
  );
  if (!place) return undefined;
  const where = toTerm(cx, fieldsOf(body.where_clause).this);
  return [assigned("delete", place.target, [], place.from, where, at, withCtes(cx, body))];
}

function toMerge(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const targetItem = toFromItem(cx, body.this);
  if (targetItem.kind !== "table") return undefined;
  const source = toFromItem(cx, body.using);
  const ctes = withCtes(cx, body);
  const from: FromItem = {
    kind: "join",
    type: "full",
    left: { ...targetItem, isTarget: true },
    right: source,
    on: toTerm(cx, body.on),
    using: undefined,
    natural: false,
    usingAlias: undefined,
    alias: undefined,
    columnAliases: [],
    at,
  };
  const whens = listOf(fieldsOf(nodeOf(body.whens)?.body ?? body.whens).expressions);
  return whens.map((when) => {
    const { condition, then } = nodeOf(when)?.body ?? {};
    const where = toTerm(cx, condition);
    const action = actionOf(cx, then, source);
    const target = targetItem.name;
    if (action === "delete") return assigned("delete", target, [], [from], where, at, ctes);
    if (!action) return { kind: "other", what: "action of MERGE", at };
    const { columns, items } = action;
    return write("merge", target, columns, queryOf({ items, from: [from], where }, at, ctes), at);
  });
}

/** What a WHEN does: `UPDATE (a = x, …)`, `INSERT (a, …) (x, …)`, `DELETE`. */
function actionOf(
  cx: Conversion,
  value: unknown,
  source: FromItem,
): { columns: readonly string[]; items: Select["items"] } | "delete" | undefined {
  const node = nodeOf(value);
  const parts = node?.kind === "tuple" ? listOf(node.body.expressions) : [value];
  const [word, first, second] = parts;
  const verb = String(nodeOf(word)?.body.this ?? "").toUpperCase();
  const itemsOf = (values: readonly unknown[]): Select["items"] =>
    values.map((one) => ({ expr: cx.expr(one), name: "", text: undefined, at: cx.at(one) }));
  if (verb.startsWith("DELETE") || verb.startsWith("DO NOTHING")) return "delete";
  if (verb.startsWith("UPDATE")) {
    const pairs = listOf(nodeOf(first)?.body.expressions).flatMap((one) => {
      const eq = nodeOf(one);
      const name = eq?.kind === "eq" ? assignedName(cx, eq.body.left) : undefined;
      return name === undefined ? [] : [{ name, value: eq?.body.right }];
    });
    if (pairs.length === 0) return sourceRow(source);
    return { columns: pairs.map(({ name }) => name), items: itemsOf(pairs.map((pair) => pair.value)) };
  }
  if (!verb.startsWith("INSERT")) return undefined;
  const values = listOf(nodeOf(second ?? first)?.body.expressions);
  const columns =
    second === undefined ? [] : listOf(nodeOf(first)?.body.expressions).flatMap((one) => assignedName(cx, one) ?? []);
  return values.length === 0 ? sourceRow(source) : { columns, items: itemsOf(values) };
}

function assignedName(cx: Conversion, value: unknown): string | undefined {
  const node = nodeOf(value);
  return node?.kind === "dot" ? nameOf(cx, node.body.field) : nameOf(cx, value);
}

/** `UPDATE SET *`, `INSERT *`, `INSERT ROW`: all columns of the source. */
function sourceRow(source: FromItem): { columns: readonly string[]; items: Select["items"] } {
  const alias = "alias" in source ? source.alias : undefined;
  const name = alias ?? (source.kind === "table" ? source.name.at(-1) : undefined);
  const expr: Expr = { kind: "star", qualifier: name === undefined ? [] : [name], at: source.at };
  return { columns: [], items: [{ expr, name: "*", text: undefined, at: source.at }] };
}

function toMultiInsert(cx: Conversion, body: Fields, at: number): Statement[] {
  const source = cx.query(body.source);
  return listOf(body.expressions).flatMap((one): Statement[] => {
    const branch = nodeOf(one);
    const insert = nodeOf(branch?.kind === "conditional_insert" ? branch.body.this : one)?.body ?? {};
    const target = tableName(cx, insert.table);
    if (!target || !source) return [];
    const values = listOf(listOf(insert.values)[0]);
    const items =
      values.length === 0
        ? [star(at)]
        : values.map((value) => ({ expr: cx.expr(value), name: "", text: undefined, at: cx.at(value) }));
    const from: FromItem = { kind: "subquery", query: source, lateral: false, alias: undefined, columnAliases: [], at };
    const where = branch?.kind === "conditional_insert" ? toTerm(cx, branch.body.expression) : undefined;
    return [write("insert", target, namesOf(cx, insert.columns), queryOf({ items, from: [from], where }, at), at)];
  });
}

/** COPY INTO a table, or out of one. */
function toCopy(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const [file] = listOf(body.files);
  const query = cx.query(file);
  const target = tableName(cx, nodeOf(body.this)?.body);
  // `kind`: into the table, `COPY t FROM …` and `COPY INTO t FROM …`
  if (body.kind !== true || !target) return undefined;
  const name = copiedFrom(file);
  if (!query && name === undefined) return undefined;
  return [write("insert", target, namesOf(cx, body.columns), query ?? copyOf([name ?? ""], at), at)];
}

function copiedFrom(file: unknown): string | undefined {
  const node = nodeOf(file);
  const text =
    node?.kind === "stage_reference" ? node.body.name : node?.kind === "literal" ? node.body.value : undefined;
  return typeof text === "string" ? text : undefined;
}

/** `ALTER TABLE a RENAME TO b`: b has the rows of a. `ALTER TABLE a SWAP WITH b`: a has those of b. */
function toRename(cx: Conversion, body: Fields, at: number): Statement[] | undefined {
  const source = tableName(cx, body.name);
  for (const action of listOf(body.actions)) {
    const target = tableName(cx, fieldsOf(action).RenameTable);
    const swapped = tableName(cx, fieldsOf(action).SwapWith);
    if (source && swapped) return [write("create", source, [], copyOf(swapped, at), at)];
    if (source && target)
      return [
        write("create", [...source.slice(0, source.length - target.length), ...target], [], copyOf(source, at), at),
      ];
  }
  return undefined;
}

function intoTarget(cx: Conversion, value: unknown): ObjectName | undefined {
  let node = nodeOf(value);
  while (node && ["union", "intersect", "except", "subquery"].includes(node.kind))
    node = nodeOf(node.body.left ?? node.body.this);
  return tableName(cx, nodeOf(fieldsOf(node?.body.into).this)?.body);
}
