import type { Problem } from "../shared/errors.ts";
import { BadInputError } from "../shared/errors.ts";
import { type Analysis, createAnalysis, type Findings } from "./lineage/analysis.ts";
import type { DirectSubtype, IndirectSubtype } from "./lineage/flow.ts";
import { cteResult, queryResult } from "./lineage/query-flows.ts";
import { positionAt, type SqlParser, SqlSyntaxError } from "./parser-port.ts";
import type { SchemaLookup } from "./schema-lookup.ts";
import type { Statement } from "./syntax.ts";

/** A table as SQL names it. */
export interface TableRef {
  readonly schema: string | undefined;
  readonly name: string;
}

/** Line and column from 1, in the analysed text. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** That a result depends on a column of a table. */
export interface ColumnEdge {
  readonly from: { readonly table: TableRef; readonly column: string };
  /** `column` is `undefined` where all rows of the result depend on it (joins, filters, grouping, order). */
  readonly to: { readonly column: string | undefined /** from 0 */; readonly index: number | undefined };
  readonly type: "DIRECT" | "INDIRECT";
  readonly subtype: DirectSubtype | IndirectSubtype;
  /** DIRECT: the output column as written; INDIRECT: the condition or key, where one is written */
  readonly expression: string | undefined;
  /** no way from the column to the result leaves its values readable (hash, count) */
  readonly masking: boolean;
  /** where the column is named */
  readonly position: TextPosition;
}

export interface LineageAnalysis {
  /** what a CREATE VIEW, CREATE TABLE AS or INSERT writes */
  readonly target: readonly string[] | undefined;
  /** output columns in order */
  readonly columns: readonly string[];
  readonly edges: readonly ColumnEdge[];
  /** tables and views that are read, each once, in order of appearance */
  readonly reads: readonly TableRef[];
  /** what was not understood, by place; edges are only complete where this is empty */
  readonly problems: readonly Problem[];
  /** `failed`: nothing was understood; use other evidence */
  readonly verdict: "exact" | "partial" | "failed";
}

export interface LineageOptions {
  readonly schema: SchemaLookup;
  /** searched in order for names without schema; empty where all names are qualified */
  readonly defaultSchemas: readonly string[];
  /** name that problems are reported with, default `sql` */
  readonly file?: string;
}

/**
 * Traces each output column of one query, view definition, CREATE TABLE AS or INSERT … SELECT to the columns it is made
 * of. What is not understood is left out and reported, never guessed. Does not throw on bad SQL.
 *
 * @example
 * const { edges } = await columnLineage(parser, "select upper(a.name) as n from s.a", { schema, defaultSchemas: [] });
 * // [{ from: {table: {schema: "s", name: "a"}, column: "name"}, to: {column: "n"}, type: "DIRECT", subtype: "TRANSFORMATION", … }]
 */
export async function columnLineage(parser: SqlParser, sql: string, options: LineageOptions): Promise<LineageAnalysis> {
  const file = options.file ?? "sql";
  const failed = (problem: Problem): LineageAnalysis => ({
    target: undefined,
    columns: [],
    edges: [],
    reads: [],
    problems: [problem],
    verdict: "failed",
  });
  let statements: readonly Statement[];
  try {
    statements = await parser.parse(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) return failed({ message: error.message, at: { file, ...error.at } });
    if (error instanceof BadInputError) return failed({ message: error.message });
    throw error;
  }
  const [statement, ...others] = statements;
  const at = { file, ...positionAt(sql, statement?.at ?? 0) };
  if (!statement || others.length > 0) {
    return failed({ message: `one statement is expected, but there are ${statements.length}`, at });
  }
  if (statement.kind === "unparsed") return failed({ message: statement.message, at });
  if (statement.kind !== "query" && statement.kind !== "write") {
    const what = statement.kind === "define" ? "create table" : statement.what;
    return failed({ message: `\`${what}\` has no lineage that is traced`, at });
  }
  const analysis = createAnalysis(options.schema, options.defaultSchemas, { queryResult, cteResult });
  try {
    return trace(analysis, statement, sql, file);
  } catch (error) {
    if (error instanceof BadInputError) return failed({ message: error.message, at });
    throw error;
  }
}

function trace(
  analysis: Analysis & { findings(): Findings },
  statement: TracedStatement,
  sql: string,
  file: string,
): LineageAnalysis {
  const positions = createPositions(sql);
  const place = { scope: undefined, ctes: undefined };
  const { relation, rows } = queryResult(analysis, place, statement.query);
  if (relation.other) analysis.problem("`*` of a relation whose columns are not known is not expanded", statement.at);
  const renames = statement.kind === "write" ? statement.columns : [];
  const columns = relation.columns.map((column, index) => renames[index] ?? column.name);
  const texts = itemTexts(statement);
  const edges: ColumnEdge[] = [];
  const add = (flows: typeof rows, column: string | undefined, index: number | undefined): void => {
    for (const flow of flows.values()) {
      edges.push({
        from: { table: { schema: flow.table.schema, name: flow.table.name }, column: flow.column },
        to: { column, index },
        type: flow.type,
        subtype: flow.subtype,
        expression: flow.type === "DIRECT" && index !== undefined ? texts[index] : flow.expression,
        masking: flow.masking,
        position: positions(flow.at),
      });
    }
  };
  for (const [index, column] of relation.columns.entries()) add(column.flows(statement.at), columns[index], index);
  add(rows, undefined, undefined);
  const { problems, reads } = analysis.findings();
  return {
    target: statement.kind === "write" ? statement.target : undefined,
    columns,
    edges,
    reads: reads.map(({ table }) => ({ schema: table.schema, name: table.name })),
    problems: problems.map(({ message, at }) => ({ message, at: { file, ...positions(at) } })),
    verdict: problems.length === 0 ? "exact" : reads.length === 0 && edges.length === 0 ? "failed" : "partial",
  };
}

/** Statements that have a query. */
export type TracedStatement = Extract<Statement, { kind: "query" | "write" }>;

/** Texts of the output columns, where items and columns correspond one to one. */
export function itemTexts(statement: TracedStatement): readonly (string | undefined)[] {
  const { body } = statement.query;
  if (body.kind !== "select" || body.select.items.some((item) => item.expr.kind === "star")) return [];
  return body.select.items.map((item) => item.text);
}

/** Line and column of offsets into `sql`. */
export function createPositions(sql: string): (offset: number) => TextPosition {
  const starts = [0];
  for (let i = sql.indexOf("\n"); i >= 0; i = sql.indexOf("\n", i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
