import type { Problem } from "../shared/errors.ts";
import { BadInputError } from "../shared/errors.ts";
import { createPositions, itemTexts, type TextPosition, type TracedStatement } from "./column-lineage.ts";
import type { Dialect } from "./dialects.ts";
import { createAnalysis, type QueryResult, type Rules } from "./lineage/analysis.ts";
import { type DirectSubtype, type Flow, type Flows, type IndirectSubtype, mergeFlows } from "./lineage/flow.ts";
import { findTable } from "./lineage/from-flows.ts";
import { cteResult, queryResult } from "./lineage/query-flows.ts";
import { labelOf, partsOf } from "./named-schema.ts";
import { type SqlParser, SqlSyntaxError } from "./parser-port.ts";
import type { SchemaLookup, TableShape } from "./schema-lookup.ts";
import type { Column } from "./scope/namespace.ts";
import type { Statement } from "./syntax.ts";

/** That a column of a result depends on a column of a table. */
export interface LineageEdge {
  readonly from: { readonly table: string; readonly column: string };
  /** `table` is null for the result of a SELECT; `column` is null where all rows depend on it (joins, filters, grouping, order) */
  readonly to: { readonly table: string | null; readonly column: string | null };
  readonly type: "DIRECT" | "INDIRECT";
  readonly subtype: DirectSubtype | IndirectSubtype;
  /** DIRECT: the output column as written; INDIRECT: the condition or key; null where no text is known */
  readonly expression: string | null;
  /** no way from the column to the result leaves its values readable (hash, count) */
  readonly masking: boolean;
  /** 0..1; 1: nothing else can be meant */
  readonly confidence: number;
  /** where the column is named */
  readonly position: TextPosition;
}

/** What a script reads and writes, and which column comes from which. */
export interface ScriptLineage {
  readonly edges: readonly LineageEdge[];
  /** tables whose values or rows are read, in order of appearance; temporary ones of the script are seen through */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** what was not understood, by place; edges are complete where this is empty */
  readonly problems: readonly Problem[];
}

const starConfidence = 0.5;

/**
 * Traces all statements of a script; later ones see the tables that earlier ones made. Does not throw on bad SQL.
 *
 * @param file name that problems are reported with
 */
export async function scriptLineage(
  parser: SqlParser,
  sql: string,
  options: { readonly dialect: Dialect; readonly schema: SchemaLookup; readonly file?: string },
): Promise<ScriptLineage> {
  const file = options.file ?? "sql";
  let statements: readonly Statement[];
  try {
    statements = await parser.parse(sql);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    const at = error instanceof SqlSyntaxError ? { at: { file, ...error.at } } : {};
    return { edges: [], reads: [], writes: [], problems: [{ message: error.message, ...at }] };
  }
  const script = createScript(sql, options.dialect, options.schema, file);
  for (const statement of statements) script.add(statement);
  return script.result();
}

function createScript(
  sql: string,
  dialect: Dialect,
  schema: SchemaLookup,
  file: string,
): { add(statement: Statement): void; result(): ScriptLineage } {
  const positions = createPositions(sql);
  const edges = new Map<string, LineageEdge>();
  const reads = new Set<string>();
  const writes = new Set<string>();
  const problems: Problem[] = [];
  const made = new Map<string, TableShape>();
  const temporary = new Map<string, QueryResult>();
  const rules: Rules = {
    openWorld: true,
    lateralAliases: dialect.lateralAliases,
    structFields: dialect.structFields,
    arraysAsTables: dialect.unnestAliasIsValue,
  };
  const lookup: SchemaLookup = {
    ...schema,
    find: (name) => made.get(name.join(".")) ?? schema.find?.(name),
  };
  const report = (message: string, at: number): void => {
    problems.push({ message, at: { file, ...positions(at) } });
  };

  const addEdges = (
    flows: Flows,
    table: TableShape | undefined,
    column: string | undefined,
    text: string | undefined,
  ): void => {
    for (const flow of flows.values()) {
      const edge = toEdge(flow, table, column, text, positions);
      const key = JSON.stringify([edge.from, edge.to, edge.subtype]);
      const present = edges.get(key);
      if (!present) edges.set(key, edge);
      else if (present.masking && !edge.masking) edges.set(key, { ...present, masking: false });
    }
  };

  const trace = (statement: TracedStatement): void => {
    const analysis = createAnalysis(lookup, [], { queryResult, cteResult }, rules, temporary);
    const outcome = queryResult(analysis, { scope: undefined, ctes: undefined }, statement.query);
    const write = statement.kind === "write" ? statement : undefined;
    const target = write && findTable(analysis, write.target, write.at);
    const { relation, rows } = outcome;
    const given = write?.columns ?? [];
    const byPosition =
      given.length === 0 && write?.effect === "insert" && !relation.other ? (target?.columns ?? []) : given;
    const named: Column[] = relation.columns.map((column, index) => ({
      ...column,
      name: byPosition[index] ?? column.name,
    }));
    const findings = analysis.findings();
    for (const { message, at } of findings.problems) report(message, at);
    for (const { table } of findings.reads) reads.add(labelOf(table));
    if (write?.temporary) {
      temporary.set(write.target.join("."), { relation: { ...relation, columns: named }, rows });
      return;
    }
    const texts = itemTexts(statement);
    for (const [index, column] of named.entries())
      addEdges(column.flows(statement.at), target, column.name, texts[index]);
    if (relation.other) {
      report("`*` of a relation whose columns are not known is not expanded", statement.at);
      addEdges(relation.other("*", statement.at), target, "*", undefined);
    }
    addEdges(rows, target, undefined, undefined);
    if (!write || !target) return;
    writes.add(labelOf(target));
    // a table that is changed is read where its own values go somewhere
    const flows = mergeFlows(
      analysis.budget,
      named.map((column) => column.flows(statement.at)),
    );
    if ([...flows.values()].some((flow) => flow.type === "DIRECT" && labelOf(flow.table) === labelOf(target))) {
      reads.add(labelOf(target));
    }
    if (write.effect === "create") {
      const columns = relation.other ? undefined : named.map(({ name }) => name);
      made.set(partsOf(target).join("."), { ...target, columns: columns ?? target.columns });
    }
  };

  return {
    add(statement) {
      try {
        if (statement.kind === "query" || statement.kind === "write") trace(statement);
        else if (statement.kind === "unparsed") report(statement.message, statement.at);
        else if (statement.kind === "define") {
          const analysis = createAnalysis(lookup, [], { queryResult, cteResult }, rules);
          const target = findTable(analysis, statement.target, statement.at);
          const like = statement.like && findTable(analysis, statement.like, statement.at);
          const columns = statement.columns ?? like?.columns;
          if (columns && columns.length > 0) made.set(partsOf(target).join("."), { ...target, columns });
          writes.add(labelOf(target));
          if (like) reads.add(labelOf(like));
        }
      } catch (error) {
        if (!(error instanceof BadInputError)) throw error;
        report(error.message, statement.at);
      }
    },
    result: () => ({ edges: [...edges.values()], reads: [...reads], writes: [...writes], problems }),
  };
}

function toEdge(
  flow: Flow,
  target: TableShape | undefined,
  column: string | undefined,
  text: string | undefined,
  positions: (offset: number) => TextPosition,
): LineageEdge {
  return {
    from: { table: labelOf(flow.table), column: flow.table.columnLabels?.get(flow.column) ?? flow.column },
    to: {
      table: target ? labelOf(target) : null,
      column: column === undefined ? null : (target?.columnLabels?.get(column) ?? column),
    },
    type: flow.type,
    subtype: flow.subtype,
    expression: (flow.type === "DIRECT" ? text : flow.expression) ?? null,
    masking: flow.masking,
    confidence: flow.column === "*" ? Math.min(flow.confidence, starConfidence) : flow.confidence,
    position: positions(flow.at),
  };
}
