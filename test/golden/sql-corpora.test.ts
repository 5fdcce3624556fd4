import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { columnLineage, createPostgresParser, createSchemaLookup, type SchemaLookup } from "../../src/sql/index.ts";

const folder = new URL("../../../shared/data/sql/", import.meta.url);
const parser = createPostgresParser();

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly dialect: string;
  readonly sql: string;
  readonly schema_ref?: string;
  readonly expected: { readonly edges?: readonly (readonly [string, string, string | null, string])[] };
}
type Tables = Readonly<Record<string, readonly string[] | Readonly<Record<string, string>>>>;

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, folder), "utf8")) as T;
}

function lookupOf(tables: Tables): SchemaLookup {
  return createSchemaLookup(
    Object.entries(tables).map(([name, columns]) => ({
      schema: "s",
      name,
      columns: Array.isArray(columns) ? (columns as readonly string[]) : Object.keys(columns),
    })),
  );
}

describe.skipIf(!existsSync(folder))("lineage of the TPC queries (needs ../shared/data/sql)", () => {
  const cases = existsSync(folder) ? readJson<Case[]>("tpc.json") : [];
  const schemas = existsSync(folder) ? readJson<Record<string, Tables>>("tpc_schemas.json") : {};
  // queries that PostgreSQL itself refuses: ORDER BY mixes an output name into an expression
  const refused = new Set(["tpc-ds:070", "tpc-ds:086"]);

  it.each(cases.map((one) => [one.id, one] as const))("%s", async (id, { sql, schema_ref, expected }) => {
    const schema = lookupOf(schemas[schema_ref ?? ""] ?? {});
    const { edges, columns, verdict, problems } = await columnLineage(parser, sql, { schema, defaultSchemas: ["s"] });
    if (refused.has(id))
      expect(problems.map(({ message }) => message)).toEqual(["no column `lochierarchy` is in scope here"]);
    else expect({ verdict, problems }).toEqual({ verdict: "exact", problems: [] });
    // the list counts conditions and windows as values and names unnamed columns its own way: compare what it knows by name
    const found = new Set(
      edges
        .filter(
          ({ to, type, subtype }) => to.column && (type === "DIRECT" || ["CONDITIONAL", "WINDOW"].includes(subtype)),
        )
        .map(({ from, to }) => `${from.table.name}.${from.column} -> ${to.column}`),
    );
    const wanted = (expected.edges ?? []).flatMap(([table, column, , name]) =>
      columns.includes(name) ? [`${table}.${column} -> ${name}`] : [],
    );
    expect(wanted.filter((edge) => !found.has(edge))).toEqual([]);
    const named = new Set((expected.edges ?? []).map(([, , , name]) => name));
    const direct = edges.filter(({ type, to }) => type === "DIRECT" && named.has(to.column ?? ""));
    const surplus = direct.map(({ from, to }) => `${from.table.name}.${from.column} -> ${to.column}`);
    expect(surplus.filter((edge) => !wanted.includes(edge))).toEqual([]);
  });
});
