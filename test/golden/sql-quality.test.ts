import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sqlCasesFolder } from "../support/sql-cases.ts";
import { measureParsing, measureSuite, renderReport, suites } from "../support/sql-lineage-report.ts";

/** What is reached, in percent, rounded down. It only ever goes up. */
const reached = {
  sqllineage: { edges: 98, tables: 96 },
  openlineage: { edges: 100, tables: 80 },
  tpc: { edges: 100, tables: 100 },
  datahub: { edges: 93, tables: 89 },
} as const;

describe.skipIf(!existsSync(sqlCasesFolder))("lineage of SQL of all dialects (needs ../shared/data/sql)", () => {
  it("is at least as exact on the suites of other tools as it was, and every difference is on record", async () => {
    const results = [];
    for (const suite of suites) results.push(await measureSuite(suite));
    for (const { suite, edges, tables } of results) {
      const floor = reached[suite as keyof typeof reached];
      expect((100 * edges.exact) / edges.of, `${suite}: edges`).toBeGreaterThanOrEqual(floor.edges);
      expect((100 * tables.exact) / tables.of, `${suite}: tables`).toBeGreaterThanOrEqual(floor.tables);
    }
    expect(renderReport(results)).toBe(readFileSync(new URL("../../docs/sql-lineage.md", import.meta.url), "utf8"));
  }, 120_000);

  it("parses at least as many statements of each dialect as it did", async () => {
    const byDialect = await measureParsing();
    const all = [...byDialect.values()];
    const sum = (of: (one: { parsed: number; of: number }) => number): number =>
      all.reduce((total, one) => total + of(one), 0);
    expect(byDialect.size).toBe(12);
    expect((100 * sum(({ parsed }) => parsed)) / sum(({ of }) => of)).toBeGreaterThanOrEqual(90);
    const postgres = byDialect.get("postgres");
    expect((100 * (postgres?.parsed ?? 0)) / (postgres?.of ?? 1)).toBeGreaterThanOrEqual(98);
  }, 240_000);
});
