// `npm run bench:sql`: lineage of the TPC-DS queries with their schema, one by one in this process. Needs ../shared/data/sql.
import { existsSync } from "node:fs";
import { readSqlCases, sqlCasesFolder } from "../support/sql-cases.ts";
import { traceCase } from "../support/sql-lineage-report.ts";
import { median, percentile, reportFigure } from "./report.ts";

if (!existsSync(sqlCasesFolder)) {
  console.error(`there are no cases in ${sqlCasesFolder.pathname}`);
  process.exit(1);
}
const queries = readSqlCases("tpc.json").filter(({ id }) => id.startsWith("tpc-ds"));
// the first one loads the parser
for (const one of queries.slice(0, 5)) await traceCase(one);
const times: number[] = [];
for (let round = 0; round < 3; round++) {
  for (const one of queries) {
    const start = performance.now();
    await traceCase(one);
    times.push(performance.now() - start);
  }
}
const statements = readSqlCases("sqllineage.json");
const start = performance.now();
for (const one of statements) await traceCase(one);
const seconds = (performance.now() - start) / 1_000;
reportFigure({ name: "sql_tpcds_median_ms", value: median(times), unit: "ms", target: 15 });
reportFigure({ name: "sql_tpcds_p99_ms", value: percentile(times, 99), unit: "ms", target: 150 });
reportFigure({ name: "sql_statements_per_s", value: statements.length / seconds, unit: "1/s" });
