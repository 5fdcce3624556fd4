import { readFileSync } from "node:fs";
import {
  createDialectParser,
  createNamedSchema,
  dialectNamed,
  type ScriptLineage,
  scriptLineage,
} from "../../src/sql/index.ts";
import { differences, isCore, readSqlCases, type SqlCase, sqlCasesFolder } from "./sql-cases.ts";

/** How many of a suite's core cases come out exactly, and those that do not. */
export interface SuiteResult {
  readonly suite: string;
  readonly edges: { readonly exact: number; readonly of: number };
  readonly tables: { readonly exact: number; readonly of: number };
  readonly failing: readonly { readonly id: string; readonly lines: readonly string[] }[];
}

export const suites = ["sqllineage", "openlineage", "tpc", "datahub"] as const;

/** Traces a case with its dialect and schema. */
export async function traceCase({
  sql,
  dialect: name,
  schema,
}: Pick<SqlCase, "sql" | "dialect" | "schema">): Promise<ScriptLineage> {
  const dialect = dialectNamed(name);
  if (!dialect) throw new Error(`unknown dialect ${name}`);
  return await scriptLineage(createDialectParser(dialect), sql, {
    dialect,
    schema: createNamedSchema(schema ?? {}, dialect),
  });
}

/** Traces all core cases of a suite. */
export async function measureSuite(suite: (typeof suites)[number]): Promise<SuiteResult> {
  const edges = { exact: 0, of: 0 };
  const tables = { exact: 0, of: 0 };
  const failing: { id: string; lines: readonly string[] }[] = [];
  for (const one of readSqlCases(`${suite}.json`).filter(isCore)) {
    const found = differences(one, await traceCase(one));
    if (one.expected.edges) {
      edges.of++;
      if (found.edges.length === 0) edges.exact++;
    }
    if (one.expected.in_tables) {
      tables.of++;
      if (found.tables.length === 0) tables.exact++;
    }
    const lines = [...found.edges, ...found.tables];
    if (lines.length > 0) failing.push({ id: one.id, lines });
  }
  return { suite, edges, tables, failing };
}

/** How many statements of the dialects' fixtures are understood as statements. */
export async function measureParsing(): Promise<ReadonlyMap<string, { readonly parsed: number; readonly of: number }>> {
  const cases = JSON.parse(
    readFileSync(new URL("sqlfluff_dialects.json", sqlCasesFolder), "utf8"),
  ) as readonly SqlCase[];
  const byDialect = new Map<string, { parsed: number; of: number }>();
  for (const one of cases) {
    const { problems } = await traceCase({ ...one, schema: {} });
    const isParsed = !problems.some(({ message }) => /^does not parse|nested too deeply/.test(message));
    const { parsed, of } = byDialect.get(one.dialect) ?? { parsed: 0, of: 0 };
    byDialect.set(one.dialect, { parsed: parsed + Number(isParsed), of: of + 1 });
  }
  return byDialect;
}

/** Why a case comes out differently, by its id. */
const reasons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "sqllineage:0180": "a UNION of 1 and 2 columns, which no database takes",
    "sqllineage:0288": "EXCHANGE PARTITION is not traced yet",
    "sqllineage:0290": "a function that swaps tables: what functions do is not known",
    "sqllineage:0304": "a cached table counts as written here",
    "sqllineage:0305": "a cached table counts as written here",
    "sqllineage:0478": "a table whose own values are used in its UPDATE is read",
    "openlineage:tests_aliases:test_circular_alias": "a table under its own name as alias is read all the same",
    "openlineage:tests_aliases:test_long_alias_not_used": "CTEs that nothing names are read by databases all the same",
    "openlineage:tests_alter:alter_contains_modified_table_as_output":
      "ALTER TABLE moves no rows and counts as no write",
    "openlineage:tests_alter:alter_multiple_operations": "ALTER TABLE moves no rows and counts as no write",
    "openlineage:tests_drop:drop_table": "DROP counts as no write, as in sqllineage",
    "openlineage:tests_select:select_sqlserver": "the table that is read counts as read",
    "openlineage:tests_update:update_table_from": "a table whose own values are used in its UPDATE is read",
    "openlineage:tests_update:update_table_from_subquery": "a table whose own values are used in its UPDATE is read",
    "datahub:test_select_count": "a column without alias is called as it is written, not as another tool prints it",
    "datahub:test_snowflake_update_hardcoded": "an UPDATE to constants reads no values",
    "datahub:test_postgres_update_subselect": "a table of which only keys are compared is not read",
    "datahub:test_bigquery_indirect_references": "`f(…).*` does not parse",
    "datahub:test_teradata_strange_operators":
      "what EXCEPT takes away steers the rows (docs/adr/0040), its values do not appear",
  }),
);

/** The page `docs/sql-lineage.md`. */
export function renderReport(results: readonly SuiteResult[]): string {
  const lines = [
    "# Lineage of SQL against the suites of other tools",
    "",
    "Written by `node test/support/write-sql-lineage-report.ts` and held to by `test/golden/sql-quality.test.ts`. Compared are values (DIRECT edges, and the conditions and",
    "windows that steer a column) and the tables read and written, exactly, without case and quotes. Left out are cases on which the tools disagree.",
    "",
    "| suite | edges exact | tables exact |",
    "|---|---|---|",
    ...results.map(
      ({ suite, edges, tables }) => `| ${suite} | ${edges.exact} of ${edges.of} | ${tables.exact} of ${tables.of} |`,
    ),
    "",
    "## What comes out differently",
    "",
    "| case | reason | difference |",
    "|---|---|---|",
    ...results.flatMap(({ failing }) =>
      failing.map(({ id, lines: all }) => {
        const shown = all
          .slice(0, 2)
          .map((line) => `\`${line.replaceAll("|", "\\|").replaceAll("`", "'").replaceAll("\n", " ")}\``);
        return `| ${id} | ${reasons.get(id) ?? "not looked into yet"} | ${shown.join(", ")}${all.length > 2 ? `, ${all.length - 2} more` : ""} |`;
      }),
    ),
    "",
  ];
  return lines.join("\n");
}
