import { afterAll, describe, expect, it } from "vitest";
import { createLineagePool, usualLimits } from "../../src/cli/sql-lineage/lineage-pool.ts";

const pool = createLineagePool({ ...usualLimits, threads: 1 });
const ask = (sql: string, dialect = "snowflake", schema = {}): ReturnType<typeof pool.trace> =>
  pool.trace({ sql, dialect, schema, file: "sql" });

afterAll(() => pool.close());

describe("SQL in threads", () => {
  it("comes back as edges, reads, writes and places", async () => {
    const { edges, reads, writes, problems } = await ask(
      "insert into a.b\nselect sha2(x) y from c.d where z > 1",
      "snowflake",
      { "c.d": { X: "text", Z: "int" } },
    );
    expect(edges).toEqual([
      {
        from: { table: "c.d", column: "X" },
        to: { table: "a.b", column: "y" },
        type: "DIRECT",
        subtype: "TRANSFORMATION",
        expression: "sha2(x)",
        masking: true,
        confidence: 1,
        position: { line: 2, column: 13 },
      },
      {
        from: { table: "c.d", column: "Z" },
        to: { table: "a.b", column: null },
        type: "INDIRECT",
        subtype: "FILTER",
        expression: "z > 1",
        masking: false,
        confidence: 1,
        position: { line: 2, column: 33 },
      },
    ]);
    expect({ reads, writes, problems }).toEqual({ reads: ["c.d"], writes: ["a.b"], problems: [] });
  });

  it("ends with a problem for nesting 500 deep, 5 MB in one statement and random bytes, and works on", async () => {
    const deep = await ask(`select ${"(select ".repeat(500)}1${")".repeat(500)}`);
    expect(deep.problems.map(({ message }) => message)).toEqual(["the statement is nested too deeply to be parsed"]);
    const long = await ask(`select ${"'x' as a, ".repeat(524_288)}1`);
    expect(long.problems.map(({ message }) => message)).toEqual([
      "the statement has 5242888 bytes; at most 524288 are analysed",
    ]);
    const noise = await ask("\u0001\u00fe'((;%\u0000$$[\"");
    expect(noise.problems[0]?.message).toMatch(/^does not parse: /);
    expect((await ask("select a from t")).edges).toHaveLength(1);
  });

  it("traces 10,000 columns", async () => {
    const columns = Array.from({ length: 10_000 }, (_, index) => `c${index} as d${index}`);
    const { edges, problems } = await ask(`select ${columns.join(", ")} from t`);
    expect([edges.length, problems]).toEqual([10_000, []]);
  });

  it("stops what takes longer than it may", async () => {
    const hasty = createLineagePool({ ...usualLimits, threads: 1, timeoutMs: 1 });
    const columns = Array.from({ length: 10_000 }, (_, index) => `c${index} as d${index}`);
    const { problems } = await hasty.trace({
      sql: `select ${columns.join(", ")} from t`,
      dialect: "ansi",
      schema: {},
      file: "sql",
    });
    expect(problems.map(({ message }) => message)).toEqual(["the analysis did not end within 0.001 s"]);
    await hasty.close();
  });

  it("sees through temporary tables, and keeps what it understands of a script that does not parse as a whole", async () => {
    const { edges, writes, problems } = await ask(
      "create temp table x as select a, b from s.t;\ninsert into u select b from x;\nselect from where;",
    );
    expect(edges.map(({ from, to }) => `${from.table}.${from.column} -> ${to.table}.${to.column}`)).toEqual([
      "s.t.b -> u.b",
    ]);
    expect(writes).toEqual(["u"]);
    expect(problems.map(({ at }) => at?.line)).toEqual([3]);
  });
});
