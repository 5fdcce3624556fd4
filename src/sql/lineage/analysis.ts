import { SqlLimitError } from "../parser-port.ts";
import type { SchemaLookup, TableShape } from "../schema-lookup.ts";
import type { Relation, Scope } from "../scope/namespace.ts";
import type { Cte, Query } from "../syntax.ts";
import type { FlowBudget, Flows } from "./flow.ts";

/** What a query gives: its columns, and what its rows depend on. */
export interface QueryResult {
  readonly relation: Relation;
  readonly rows: Flows;
}

/** CTEs that may be named, nearest first. */
export interface CteScope {
  readonly entries: ReadonlyMap<string, CteEntry>;
  readonly outer: CteScope | undefined;
}

/** A CTE that is analysed at first use; `provisional` while a recursive one is on its way. */
export interface CteEntry {
  readonly cte: Cte;
  readonly scope: Scope | undefined;
  /** what its own query may name */
  visible: CteScope | undefined;
  state: "new" | "running" | "done";
  result: QueryResult | undefined;
}

/** Where a query stands. */
export interface Place {
  readonly scope: Scope | undefined;
  readonly ctes: CteScope | undefined;
}

/** What differs between dialects and between uses of the analysis. */
export interface Rules {
  /** tables that the schema does not have exist all the same */
  readonly openWorld: boolean;
  /** an item of SELECT may name the alias of an earlier one */
  readonly lateralAliases: boolean;
  /** `a.b.c` may be a part of a structured column */
  readonly structFields: boolean;
  /** `FROM t, t.items`: an array of the row stands as a table */
  readonly arraysAsTables: boolean;
}

/** The rules of PostgreSQL over a schema that is known. */
const strictRules: Rules = {
  openWorld: false,
  lateralAliases: false,
  structFields: false,
  arraysAsTables: false,
};

/** One statement's analysis: options, findings, limits. */
export interface Analysis {
  readonly schema: SchemaLookup;
  /** searched in this order for names without schema */
  readonly defaultSchemas: readonly string[];
  readonly rules: Rules;
  /** temporary tables that earlier statements of the script made, by their full name */
  readonly session: ReadonlyMap<string, QueryResult>;
  readonly budget: FlowBudget;
  problem(message: string, at: number): void;
  read(table: TableShape, at: number): void;
  /** What a query inside an expression or FROM item gives. WHY: handed on, because queries are made of those in turn. */
  query(place: Place, query: Query): QueryResult;
  /** What a common table expression gives; computed once. */
  cte(entry: CteEntry): QueryResult;
}

/** The two recursions that an analysis hands on. */
export interface QueryFlows {
  queryResult(cx: Analysis, place: Place, query: Query): QueryResult;
  cteResult(cx: Analysis, entry: CteEntry): QueryResult;
}

/** What was found beside the flows. */
export interface Findings {
  readonly problems: readonly { readonly message: string; readonly at: number }[];
  readonly reads: readonly { readonly table: TableShape; readonly at: number }[];
}

const maxFlows = 3_000_000;
const maxProblems = 100;

/** Starts an analysis. Problems and reads are kept once each, by place. */
export function createAnalysis(
  schema: SchemaLookup,
  defaultSchemas: readonly string[],
  flows: QueryFlows,
  rules: Rules = strictRules,
  session: ReadonlyMap<string, QueryResult> = new Map(),
): Analysis & { findings(): Findings } {
  const problems = new Map<string, { message: string; at: number }>();
  const reads = new Map<string, { table: TableShape; at: number }>();
  let spent = 0;
  const analysis: Analysis & { findings(): Findings } = {
    schema,
    defaultSchemas,
    rules,
    session,
    query: (place, query) => flows.queryResult(analysis, place, query),
    cte: (entry) => flows.cteResult(analysis, entry),
    budget: {
      spend(flows) {
        spent += flows;
        if (spent > maxFlows) throw new SqlLimitError(`the statement has more than ${maxFlows} dependencies to follow`);
      },
    },
    problem(message, at) {
      if (problems.size < maxProblems) problems.set(`${at} ${message}`, { message, at });
    },
    read(table, at) {
      const key = JSON.stringify([table.catalog ?? null, table.schema ?? null, table.name]);
      if (!reads.has(key)) reads.set(key, { table, at });
    },
    findings: () => ({
      problems: [...problems.values()].sort((a, b) => a.at - b.at),
      reads: [...reads.values()],
    }),
  };
  return analysis;
}
