// Writes docs/sql-lineage.md anew, from ../shared/data/sql.
import { writeFileSync } from "node:fs";
import { measureSuite, renderReport, suites } from "./sql-lineage-report.ts";

const results = [];
for (const suite of suites) results.push(await measureSuite(suite));
writeFileSync(new URL("../../docs/sql-lineage.md", import.meta.url), renderReport(results));
