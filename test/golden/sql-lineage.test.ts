import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type ColumnEdge,
  columnLineage,
  createPostgresParser,
  createSchemaLookup,
  type SchemaLookup,
} from "../../src/sql/index.ts";

const folder = new URL("./sql-lineage/", import.meta.url);

const tables = createSchemaLookup([
  { schema: "shop", name: "orders", columns: ["id", "customer_id", "note", "placed_at"] },
  { schema: "shop", name: "customers", columns: ["id", "name", "parent"] },
  { schema: "shop", name: "invoices", columns: ["id", "order_id", "total"] },
  { schema: "shop", name: "categories", columns: ["id", "parent_id", "name"] },
  { schema: "shop", name: "tagged", columns: ["id", "tags", "numbers", "doc", "xml"] },
  { schema: "shop", name: "Mixed", columns: ["Id", "id"] },
  { schema: "audit", name: "audit_log", columns: ["at", "who"] },
  { schema: "shop", name: "audit_log", columns: ["hidden"] },
]);
const schema: SchemaLookup = {
  ...tables,
  isAggregate: (inSchema, name) => inSchema === "shop" && name === "concat_all",
};
const parser = createPostgresParser();

/** `-- # title` starts a case. */
function readCases(file: string): { readonly title: string; readonly sql: string }[] {
  const text = readFileSync(new URL(file, folder), "utf8");
  return text
    .split(/^-- # /m)
    .slice(1)
    .map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return { title, sql: lines.join("\n").trim() };
    });
}

async function print(sql: string): Promise<string> {
  const { edges, reads, problems, verdict, columns, target } = await columnLineage(parser, sql, {
    schema,
    defaultSchemas: ["audit", "shop"],
  });
  const tableName = (table: ColumnEdge["from"]["table"]): string =>
    table.schema ? `${table.schema}.${table.name}` : table.name;
  return [
    `${verdict}${target ? ` ${target.join(".")}` : ""} (${columns.join(", ")}) reads ${reads.map(tableName).join(", ") || "nothing"}`,
    ...edges.map(
      ({ from, to, type, subtype, masking, expression, position }) =>
        `  ${tableName(from.table)}.${from.column} -> ${to.column ?? "rows"}: ${type === "DIRECT" ? "" : "indirect "}${subtype}${masking ? " masked" : ""} @${position.line}:${position.column}${expression === undefined ? "" : ` by ${expression}`}`,
    ),
    ...problems.map(({ at, message }) => `  problem ${at?.line}:${at?.column}: ${message}`),
  ].join("\n");
}

// UPDATE_GOLDEN=1 writes what is found; read the difference before keeping it
for (const file of readdirSync(folder).filter((name) => name.endsWith(".sql"))) {
  describe(`lineage of ${file}`, () => {
    const expectedFile = new URL(file.replace(/sql$/, "txt"), folder);
    const cases = readCases(file);
    if (process.env.UPDATE_GOLDEN) {
      it("writes what it finds", async () => {
        const texts = await Promise.all(cases.map(async ({ title, sql }) => `# ${title}\n${await print(sql)}\n`));
        writeFileSync(expectedFile, texts.join("\n"));
      });
      return;
    }
    const expected = new Map(
      readFileSync(expectedFile, "utf8")
        .split(/^# /m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trimEnd()] as const),
    );
    it.each(cases)("$title", async ({ title, sql }) => {
      expect(await print(sql)).toBe(expected.get(title));
    });
    it("has a case for each expectation", () => {
      expect([...expected.keys()]).toEqual(cases.map(({ title }) => title));
    });
  });
}
