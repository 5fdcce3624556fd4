import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnLineage, createPostgresParser, createSchemaLookup, maxStatementBytes } from "../../src/sql/index.ts";

const parser = createPostgresParser();
const schema = createSchemaLookup([{ schema: "s", name: "t", columns: ["a", "b", "c"] }]);
const options = { schema, defaultSchemas: ["s"] };

describe("limits of SQL analysis", () => {
  it("refuses a text that is too long before it is parsed", async () => {
    const { verdict, problems } = await columnLineage(parser, `select '${"x".repeat(maxStatementBytes)}'`, options);
    expect(verdict).toBe("failed");
    expect(problems).toEqual([{ message: "the statement has 524297 bytes; at most 524288 are analysed" }]);
  });

  it("refuses a NUL character, which the parser would take for the end", async () => {
    const { problems } = await columnLineage(parser, "select a from t\0 where b", options);
    expect(problems).toEqual([
      { message: "the statement contains a NUL character", at: { file: "sql", line: 1, column: 16 } },
    ]);
  });

  it.each([
    ["brackets", (depth: number) => `select ${"(".repeat(depth)}a${")".repeat(depth)} from t`],
    ["operators", (depth: number) => `select ${"a||".repeat(depth)}a from t`],
    ["subqueries", (depth: number) => `select * from ${"(select * from ".repeat(depth)}t${") x".repeat(depth)}`],
    ["function calls", (depth: number) => `select ${"f(".repeat(depth)}a${")".repeat(depth)} from t`],
    ["negations", (depth: number) => `select ${"not ".repeat(depth)}a from t`],
    ["joins", (depth: number) => `select t.a from t ${"join t x on true ".repeat(depth)}`],
    ["unions", (depth: number) => `${"select a from t union all ".repeat(depth)}select a from t`],
    ["conditions", (depth: number) => `select a from t where ${"a = 1 and ".repeat(depth)}true`],
  ])("answers for %s nested 20,000 deep, and works on", async (_, make) => {
    const { verdict } = await columnLineage(parser, make(20_000), options);
    expect(["exact", "failed", "partial"]).toContain(verdict);
    expect((await columnLineage(parser, "select a from t", options)).verdict).toBe("exact");
  });

  it("reads 300 operators, unions and joins, as generated views have them", async () => {
    for (const sql of [
      `select ${"a||".repeat(300)}b as x from t`,
      `${"select a from t union all ".repeat(300)}select b from t`,
      `select x0.a from ${Array.from({ length: 300 }, (_, i) => `${i ? "join " : ""}t x${i}${i ? ` on x${i}.a = x0.b` : ""}`).join(" ")}`,
    ]) {
      expect((await columnLineage(parser, sql, options)).verdict).toBe("exact");
    }
  });

  it("stops at statements made to multiply dependencies", async () => {
    const columns = Array.from({ length: 400 }, (_, i) => `c${i}`);
    const wide = createSchemaLookup([{ schema: "s", name: "wide", columns }]);
    const rows = columns.map((_, i) => `row(x) as r${i}`).join(", ");
    const ctes = Array.from({ length: 60 }, (_, i) => `c${i + 1} as (select ${rows} from c${i} x)`).join(", ");
    const { verdict, problems } = await columnLineage(
      parser,
      `with c0 as (select * from wide), ${ctes} select * from c60`,
      { schema: wide, defaultSchemas: ["s"] },
    );
    expect(verdict).toBe("failed");
    expect(problems[0]?.message).toBe("the statement has more than 3000000 dependencies to follow");
  });

  it("never throws, whatever the text, and reports places inside it", async () => {
    const words = fc.constantFrom(
      ..."select from where t a b c x , ( ) * . as with recursive join on using group by order union all case when then end exists in lateral ' \" $$ -- /* ; 1 ::int".split(
        " ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 }), async (parts) => {
        const sql = parts.join(" ");
        const { problems, edges } = await columnLineage(parser, sql, options);
        const lines = sql.split("\n");
        for (const at of [...problems.flatMap((problem) => problem.at ?? []), ...edges.map((edge) => edge.position)]) {
          expect(at.line).toBeGreaterThanOrEqual(1);
          expect(at.line).toBeLessThanOrEqual(lines.length);
          expect(at.column).toBeLessThanOrEqual((lines[at.line - 1]?.length ?? 0) + 1);
        }
      }),
      { numRuns: 500 },
    );
  });
});
