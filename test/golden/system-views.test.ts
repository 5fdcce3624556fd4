import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  columnLineage,
  createPostgresParser,
  createSchemaLookup,
  type SchemaLookup,
  type TableShape,
} from "../../src/sql/index.ts";
import { type PgliteServer, startPglite } from "../support/pglite.ts";

describe("lineage of PostgreSQL's own views", () => {
  let server: PgliteServer;
  let schema: SchemaLookup;

  beforeAll(async () => {
    server = await startPglite();
    const relations = await server.query<TableShape>(
      `select n.nspname as schema, c.relname as name, array(
         select attname::text from pg_attribute a where a.attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where relkind in ('r', 'v')`,
    );
    schema = createSchemaLookup(relations);
  });
  afterAll(() => server?.stop());

  it("understands every one of them, whole, with the columns that the server gives it", async () => {
    await server.exec("set search_path = ''");
    const views = await server.query<{ name: string; sql: string; columns: string[] }>(
      `select n.nspname || '.' || c.relname as name, pg_catalog.pg_get_viewdef(c.oid) as sql, array(
         select attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and attnum > 0 order by attnum) as columns
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where relkind = 'v'`,
    );
    await server.exec("reset search_path");
    expect(views.length).toBeGreaterThan(130);
    const parser = createPostgresParser();
    for (const { name, sql, columns } of views) {
      const found = await columnLineage(parser, sql, { schema, defaultSchemas: ["pg_catalog"], file: name });
      expect({ name, columns: found.columns, problems: found.problems }).toEqual({ name, columns, problems: [] });
    }
  });
});
