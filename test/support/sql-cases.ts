import { readFileSync } from "node:fs";
import type { ScriptLineage, TableColumns } from "../../src/sql/index.ts";

/** Where the cases are; not part of the repository. */
export const sqlCasesFolder = new URL("../../../shared/data/sql/", import.meta.url);

/** A statement with the lineage that another tool or person gave it. */
export interface SqlCase {
  readonly id: string;
  readonly kind: string;
  readonly dialect: string;
  readonly sql: string;
  readonly schema?: TableColumns | null;
  readonly schema_ref?: string;
  readonly tags?: readonly string[];
  readonly expected: {
    readonly edges?: readonly (readonly [string | null, string, string | null, string])[];
    readonly in_tables?: readonly string[];
    readonly out_tables?: readonly string[];
  };
}

/** The cases of a file, each with its schema in place. */
export function readSqlCases(file: string): readonly SqlCase[] {
  const schemas = new Map<string, TableColumns>();
  for (const name of ["sqllineage_schemas.json", "tpc_schemas.json"]) {
    for (const [ref, schema] of Object.entries(readJson<Record<string, TableColumns>>(name))) schemas.set(ref, schema);
  }
  return readJson<SqlCase[]>(file).map((one) => ({
    ...one,
    schema: one.schema ?? schemas.get(one.schema_ref ?? "") ?? {},
  }));
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, sqlCasesFolder), "utf8")) as T;
}

const besideTheCore = new Set([
  "star",
  "unnamed_expr",
  "ambiguous",
  "multi_stmt",
  "path",
  "ref_disagree",
  "no_lineage_golden",
]);

/** Whether tools agree on what is right for a case. */
export function isCore({ tags = [] }: SqlCase): boolean {
  return !tags.some((tag) => besideTheCore.has(tag));
}

/** What differs from what is expected, one line each; none: the case is right. Case of names is not compared. */
export function differences(
  { expected }: SqlCase,
  found: ScriptLineage,
): { readonly edges: string[]; readonly tables: string[] } {
  const values = found.edges.filter(
    ({ type, subtype, to }) =>
      to.column !== null && (type === "DIRECT" || subtype === "CONDITIONAL" || subtype === "WINDOW"),
  );
  const edges = expected.edges
    ? compare(
        expected.edges.map(([table, column, target, name]) => `${table ?? "?"}.${column} -> ${target ?? ""}.${name}`),
        values.map(({ from, to }) => `${from.table}.${from.column} -> ${to.table ?? ""}.${to.column}`),
      )
    : [];
  const tables = [
    ...(expected.in_tables ? compare(expected.in_tables, found.reads).map((line) => `read ${line}`) : []),
    ...(expected.out_tables ? compare(expected.out_tables, found.writes).map((line) => `write ${line}`) : []),
  ];
  return { edges, tables };
}

function compare(expected: readonly string[], found: readonly string[]): string[] {
  const fold = (list: readonly string[]): Set<string> =>
    new Set(list.map((one) => one.toLowerCase().replaceAll(/["`[\]]/g, "")));
  const [wanted, got] = [fold(expected), fold(found)];
  const without = (a: Set<string>, b: Set<string>): string[] => [...a].filter((one) => !b.has(one));
  return [
    ...without(wanted, got).map((one) => `lacks ${one}`),
    ...without(got, wanted).map((one) => `has ${one}`),
  ].sort();
}
