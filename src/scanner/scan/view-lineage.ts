import type { LineageEdge } from "../../metis/ports.ts";
import type { Urn } from "../../shared/urn.ts";
import {
  type ColumnEdge,
  columnLineage,
  type LineageAnalysis,
  type SchemaLookup,
  type SqlParser,
} from "../../sql/index.ts";
import type { SourceDataset, SourceDependencies, SourceRelation } from "../sources/source-reader.ts";
import type { SourceUrns } from "./source-urns.ts";

/** Edges into one view, with how they were found. */
export interface ViewLineage {
  readonly edges: readonly LineageEdge[];
  /** `dependencies`: the SQL was not understood, edges are from the database's own list and say only what is read */
  readonly verdict: "exact" | "partial" | "dependencies";
  /** what was not understood, with its place in the definition */
  readonly problems: readonly string[];
}

/** How sure an edge is: read from SQL that was understood whole, in part, or only listed by the database. */
const confidences = { exact: 1, partial: 0.8, dependencies: 0.5 } as const;
const systemSchemas: ReadonlySet<string> = new Set(["pg_catalog", "information_schema", "pg_toast"]);

/** Names in view definitions as the database resolves them. */
export function createViewSchema(dependencies: SourceDependencies): SchemaLookup {
  const tables = new Map<string, SourceRelation>();
  for (const relation of dependencies.relations.values()) tables.set(nameKey(relation.schema, relation.name), relation);
  const aggregates = new Set(dependencies.aggregates.map(({ schema, name }) => nameKey(schema, name)));
  return {
    table(schema, name) {
      if (schema === undefined) return undefined;
      const found = tables.get(nameKey(schema, name));
      if (found) return { schema, name, columns: found.columns.map((column) => column.name) };
      // the system's own tables are in no dependency list
      return systemSchemas.has(schema) ? { schema, name, columns: undefined } : undefined;
    },
    isAggregate: (schema, name) => schema !== undefined && aggregates.has(nameKey(schema, name)),
  };
}

/**
 * Lineage of a view: from its SQL, checked against what the database says that it reads; where the SQL is not understood,
 * from that list alone. System tables are left out.
 */
export async function traceView(
  parser: SqlParser,
  schema: SchemaLookup,
  view: SourceDataset,
  dependencies: SourceDependencies,
  urns: SourceUrns,
): Promise<ViewLineage> {
  const target = urns.dataset(view.schema, view.name);
  const listed = listedReads(view, dependencies);
  const fromList = (problems: readonly string[]): ViewLineage => ({
    edges: [...listed.values()].flatMap((read) => listedEdges(read, read.columns, true, target, urns)),
    verdict: "dependencies",
    problems,
  });
  if (view.definition === undefined) return fromList([]);
  const analysis = await columnLineage(parser, view.definition, {
    schema,
    // the definition was written out with an empty search path: only the system's names stand alone
    defaultSchemas: ["pg_catalog"],
    file: `${view.schema}.${view.name}`,
  });
  const problems = analysis.problems.map(({ message, at }) => (at ? `${at.line}:${at.column}: ${message}` : message));
  if (analysis.verdict === "failed") return fromList(problems);
  const doubt = contradiction(analysis, view, listed);
  if (doubt !== undefined) return fromList([...problems, doubt]);

  const verdict = analysis.verdict;
  const confidence = confidences[verdict];
  const found = analysis.edges.filter(({ from }) => !systemSchemas.has(from.table.schema ?? ""));
  const traced = found.map((edge) => columnEdge(edge, view, target, urns, confidence));
  const tables = tableEdges(analysis, found, target, urns, confidence);
  // columns that the definition names without any way to the result that we see
  const named = new Set(traced.map((edge) => edge.from));
  const unused = [...listed.values()].flatMap((read) => {
    const columns = read.columns.filter((column) => !named.has(urns.column(read.schema, read.name, column)));
    const isRead = analysis.reads.some((table) => table.schema === read.schema && table.name === read.name);
    return listedEdges(read, columns, !isRead, target, urns);
  });
  return { edges: [...tables, ...traced, ...unused], verdict, problems };
}

interface ListedRead {
  readonly schema: string;
  readonly name: string;
  readonly columns: string[];
}

function listedReads(view: SourceDataset, { ofView, relations }: SourceDependencies): ReadonlyMap<string, ListedRead> {
  const reads = new Map<string, ListedRead>();
  for (const { relation: id, position } of ofView.get(view.id) ?? []) {
    const relation = relations.get(id);
    if (!relation || systemSchemas.has(relation.schema)) continue;
    const key = nameKey(relation.schema, relation.name);
    const read = reads.get(key) ?? { schema: relation.schema, name: relation.name, columns: [] };
    reads.set(key, read);
    const column = relation.columns.find((candidate) => candidate.position === position);
    if (column) read.columns.push(column.name);
  }
  return reads;
}

/** What shows that we read the SQL differently than the database does. */
function contradiction(
  analysis: LineageAnalysis,
  view: SourceDataset,
  listed: ReadonlyMap<string, ListedRead>,
): string | undefined {
  if (analysis.columns.length !== view.columns.length) {
    return `the definition gives ${analysis.columns.length} columns, but the view has ${view.columns.length}`;
  }
  const unlisted = analysis.reads.find(
    ({ schema, name }) => !systemSchemas.has(schema ?? "") && !listed.has(nameKey(schema ?? "", name)),
  );
  return unlisted && `the definition reads \`${unlisted.schema}.${unlisted.name}\`, which the database does not list`;
}

function columnEdge(
  edge: ColumnEdge,
  view: SourceDataset,
  target: Urn,
  urns: SourceUrns,
  confidence: number,
): LineageEdge {
  const { table, column } = edge.from;
  const to = edge.to.index === undefined ? undefined : view.columns[edge.to.index];
  return {
    from: urns.column(table.schema ?? "", table.name, column),
    // what the rows depend on leads to the view itself
    to: to ? urns.column(view.schema, view.name, to.name) : target,
    type: edge.type,
    subtype: edge.subtype,
    expression: edge.expression,
    masking: edge.masking,
    confidence,
    evidence: target,
  };
}

/** One edge per table that is read: DIRECT if any of its values reaches the result, else as its columns are used. */
function tableEdges(
  analysis: LineageAnalysis,
  found: readonly ColumnEdge[],
  target: Urn,
  urns: SourceUrns,
  confidence: number,
): LineageEdge[] {
  const byTable = new Map<string, ColumnEdge[]>();
  for (const edge of found) {
    const key = nameKey(edge.from.table.schema ?? "", edge.from.table.name);
    byTable.set(key, [...(byTable.get(key) ?? []), edge]);
  }
  return analysis.reads.flatMap(({ schema = "", name }) => {
    if (systemSchemas.has(schema)) return [];
    const edges = byTable.get(nameKey(schema, name)) ?? [];
    const direct = edges.filter((edge) => edge.type === "DIRECT");
    const strongest = ["AGGREGATION", "TRANSFORMATION", "IDENTITY"].find((subtype) =>
      direct.some((edge) => edge.subtype === subtype),
    );
    // a table of which no column is named still gives rows: `count(*)`, a cross join
    const indirect = edges[0]?.subtype ?? "TRANSFORMATION";
    return {
      from: urns.dataset(schema, name),
      to: target,
      type: strongest !== undefined || edges.length === 0 ? "DIRECT" : "INDIRECT",
      subtype: strongest ?? indirect,
      expression: undefined,
      masking: direct.length > 0 && direct.every((edge) => edge.masking),
      confidence,
      evidence: target,
    };
  });
}

/** Edges that say only that the view names something. */
function listedEdges(
  read: ListedRead,
  columns: readonly string[],
  withTable: boolean,
  target: Urn,
  urns: SourceUrns,
): LineageEdge[] {
  const edge = (from: Urn, type: LineageEdge["type"], subtype: string): LineageEdge => ({
    from,
    to: target,
    type,
    subtype,
    expression: undefined,
    masking: false,
    confidence: confidences.dependencies,
    evidence: target,
  });
  return [
    ...(withTable ? [edge(urns.dataset(read.schema, read.name), "DIRECT", "TRANSFORMATION")] : []),
    ...columns.map((column) => edge(urns.column(read.schema, read.name, column), "INDIRECT", "REFERENCE")),
  ];
}

function nameKey(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
