import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeysAspect, LineageEdge, StructureAspect } from "../../src/metis/ports.ts";
import { type ScanReport, scanPostgres } from "../../src/scanner/index.ts";
import { hasPagila, loadPagila, type PagilaDatabase, pagilaNeeds } from "../support/pagila.ts";
import { createRecordingIngest, type Recording } from "../support/recording-ingest.ts";
import { connectionOf, localGuard, silentProgress, wholeScope } from "../support/scanning.ts";

const serverUrl = process.env.TEST_POSTGRES_URL;
const title = "Pagila on a PostgreSQL server";

if (!serverUrl) describe.skip(`${title} (set TEST_POSTGRES_URL)`, () => {});
else if (!hasPagila) describe.skip(`${title} (${pagilaNeeds})`, () => {});
else
  describe(title, () => {
    let pagila: PagilaDatabase;
    let client: pg.Client;
    let report: ScanReport;
    let recording: Recording;

    beforeAll(async () => {
      pagila = await loadPagila(serverUrl);
      const { ingest, recording: made } = createRecordingIngest();
      recording = made;
      const connection = connectionOf(pagila.url);
      const request = { connection, guard: localGuard, depot: "pagila", scope: wholeScope, progress: silentProgress };
      report = await scanPostgres({ ...request, ingest });
      client = new pg.Client({ connectionString: pagila.url });
      await client.connect();
    }, 120_000);
    afterAll(async () => {
      await client?.end();
      await pagila?.drop();
    });

    const rows = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
    const urn = (path: string): string => `urn:dataos:dataset:pagila:${pagila.database}/public/${path}`;
    const datasets = (): string[] =>
      [...recording.entities.values()].filter(({ kind }) => kind === "dataset").map(({ name }) => name);

    it("has every table and view that information_schema and pg_matviews list", async () => {
      const listed = await rows<{ name: string }>(
        `select table_name as name from information_schema.tables where table_schema = 'public'
         union all select matviewname from pg_catalog.pg_matviews where schemaname = 'public'`,
      );
      expect(datasets().sort()).toEqual(listed.map(({ name }) => name).sort());
      expect(report.facts).toMatchObject({ tables: 22, views: 8, schemas: 1, warnings: [] });
    });

    it("has every column as information_schema describes it", async () => {
      const listed = await rows<{
        table_name: string;
        column_name: string;
        ordinal_position: number;
        is_nullable: string;
        column_default: string | null;
        kind: string;
        type: string;
      }>(
        `select c.table_name, c.column_name, c.ordinal_position::int, c.is_nullable, c.column_default, t.table_type as kind,
           pg_catalog.format_type(a.atttypid, a.atttypmod) as type
         from information_schema.columns c
         join information_schema.tables t using (table_schema, table_name)
         join pg_catalog.pg_attribute a on a.attrelid = pg_catalog.format('%I.%I', table_schema, table_name)::regclass and a.attname = c.column_name
         where table_schema = 'public'`,
      );
      expect(listed.length).toBeGreaterThan(150);
      for (const column of listed) {
        const found = recording.entities.get(urn(`${column.table_name}#${column.column_name.replaceAll(" ", "%20")}`));
        const structure = found?.aspects.structure as StructureAspect | undefined;
        const shape = { ...structure, defaultValue: structure?.defaultValue ?? null };
        expect(shape, `${column.table_name}.${column.column_name}`).toEqual({
          dataType: column.type,
          nullable: column.is_nullable === "YES",
          defaultValue: column.column_default,
          position: column.ordinal_position,
        });
      }
      const inMatviews = 2;
      const columns = [...recording.entities.values()].filter(({ kind }) => kind === "column");
      expect(columns).toHaveLength(listed.length + inMatviews);
    });

    it("has every primary, unique and foreign key as information_schema describes it", async () => {
      const listed = await rows<{ tbl: string; name: string; type: string; columns: string; target: string | null }>(
        `select k.table_name as tbl, c.constraint_name as name, c.constraint_type as type,
           string_agg(k.column_name, ',' order by k.ordinal_position) as columns,
           (select u.table_name from information_schema.constraint_column_usage u
             where c.constraint_type = 'FOREIGN KEY' and u.constraint_name = c.constraint_name and u.constraint_schema = c.constraint_schema limit 1) as target
         from information_schema.table_constraints c
         join information_schema.key_column_usage k using (constraint_schema, constraint_name)
         where c.constraint_schema = 'public' and k.table_name = c.table_name group by 1, 2, 3, c.constraint_schema`,
      );
      const found = datasets().flatMap((table) => {
        const keys = recording.entities.get(urn(table))?.aspects.keys as KeysAspect | null;
        return [
          ...(keys?.primaryKey ? [{ ...keys.primaryKey, type: "PRIMARY KEY", target: null }] : []),
          ...(keys?.uniqueKeys ?? []).map((key) => ({ ...key, type: "UNIQUE", target: null })),
          ...(keys?.foreignKeys ?? []).map((key) => ({
            ...key,
            type: "FOREIGN KEY",
            target: key.references.slice(urn("").length),
          })),
        ].map(({ name, type, columns, target }) => ({ tbl: table, name, type, columns: columns.join(","), target }));
      });
      const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
      expect(listed.length).toBeGreaterThan(35);
      expect(found.sort(byName)).toEqual(listed.sort(byName));
    });

    it("has every index that pg_indexes lists, with its method and uniqueness", async () => {
      const listed = await rows<{ tablename: string; indexname: string; indexdef: string }>(
        "select tablename, indexname, indexdef from pg_catalog.pg_indexes where schemaname = 'public'",
      );
      const found = datasets().flatMap((table) =>
        ((recording.entities.get(urn(table))?.aspects.keys as KeysAspect | null)?.indexes ?? []).map((index) => ({
          table,
          ...index,
        })),
      );
      expect(found).toHaveLength(listed.length);
      for (const { tablename, indexname, indexdef } of listed) {
        const index = found.find(({ table, name }) => table === tablename && name === indexname);
        expect(index, indexname).toMatchObject({
          unique: indexdef.startsWith("CREATE UNIQUE"),
          method: / USING (\w+) /.exec(indexdef)?.[1],
        });
        expect(indexdef).toContain(`(${index?.columns.join(", ")})`);
      }
    });

    it("has every comment, and none besides", async () => {
      const listed = await rows<{ name: string; description: string }>(
        `select c.relname || coalesce('#' || a.attname, '') as name, d.description
         from pg_catalog.pg_description d join pg_catalog.pg_class c on c.oid = d.objoid and d.classoid = 'pg_class'::pg_catalog.regclass
         left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
         where c.relnamespace = 'public'::pg_catalog.regnamespace and c.relkind in ('r', 'p', 'v', 'm')`.replace(
          "'pg_class'",
          "'pg_catalog.pg_class'",
        ),
      );
      const found = [...recording.entities.values()].flatMap(({ urn: of, kind, aspects }) => {
        const text = (aspects.documentation as { description: string } | null | undefined)?.description;
        return text !== undefined && (kind === "dataset" || kind === "column")
          ? [{ name: of.slice(urn("").length), description: text }]
          : [];
      });
      expect(found.sort()).toEqual(listed.sort());
    });

    it("estimates rows and measures sizes as the server does", async () => {
      const [listed] = await rows<{ rows: number; size: number }>(
        "select reltuples::int as rows, pg_total_relation_size(oid)::int as size from pg_catalog.pg_class where oid = 'public.rental'::regclass",
      );
      expect(recording.entities.get(urn("rental"))?.aspects.statistics).toEqual({
        rowCount: listed?.rows,
        sizeBytes: listed?.size,
      });
    });

    it("keeps every view's definition as pg_get_viewdef writes it", async () => {
      const listed = await rows<{ name: string; sql: string }>(
        "select relname as name, pg_catalog.pg_get_viewdef(oid) as sql from pg_catalog.pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace",
      );
      for (const { name, sql } of listed) {
        expect(recording.entities.get(urn(name))?.aspects.definition).toEqual({ sql, dialect: "postgres" });
      }
      expect(report.facts.viewLineage).toEqual({ exact: 8, partial: 0, dependencies: 0 });
    });

    const direct = (view: string): Record<string, string[]> => {
      const result: Record<string, string[]> = {};
      for (const { from, to, type, subtype } of recording.lineage.get(urn(view)) ?? ([] as LineageEdge[])) {
        if (type !== "DIRECT" || !to.includes("#")) continue;
        const column = to.slice(to.indexOf("#") + 1);
        result[column] = [...(result[column] ?? []), `${from.slice(urn("").length)} ${subtype}`].sort();
      }
      return result;
    };

    it("traces film_list by hand-checked edges", () => {
      expect(direct("film_list")).toEqual({
        fid: ["film#film_id IDENTITY"],
        title: ["film#title IDENTITY"],
        description: ["film#description IDENTITY"],
        category: ["category#name IDENTITY"],
        price: ["film#rental_rate IDENTITY"],
        length: ["film#length IDENTITY"],
        rating: ["film#rating IDENTITY"],
        actors: ["actor#first_name AGGREGATION", "actor#last_name AGGREGATION"],
      });
      expect(direct("nicer_but_slower_film_list").actors).toEqual(direct("film_list").actors);
    });

    it("traces through the correlated subquery of actor_info.film_info", () => {
      expect(direct("actor_info")).toEqual({
        actor_id: ["actor#actor_id IDENTITY"],
        first_name: ["actor#first_name IDENTITY"],
        last_name: ["actor#last_name IDENTITY"],
        film_info: ["category#name AGGREGATION", "film#title AGGREGATION"],
      });
      const steering = (recording.lineage.get(urn("actor_info")) ?? [])
        .filter(({ to, type }) => type === "INDIRECT" && to === urn("actor_info#film_info"))
        .map(({ from, subtype }) => `${from.slice(urn("").length)} ${subtype}`);
      expect(steering.sort()).toEqual([
        "actor#actor_id FILTER",
        "category#category_id FILTER",
        "film#film_id JOIN",
        "film_actor#actor_id FILTER",
        "film_actor#actor_id GROUP_BY",
        "film_actor#film_id JOIN",
        "film_category#category_id FILTER",
        "film_category#film_id JOIN",
      ]);
    });

    it("traces the sales views and lists by hand-checked edges", () => {
      expect(direct("sales_by_store")).toEqual({
        store: ["city#city TRANSFORMATION", "country#country TRANSFORMATION"],
        manager: ["staff#first_name TRANSFORMATION", "staff#last_name TRANSFORMATION"],
        total_sales: ["payment#amount AGGREGATION"],
      });
      expect(direct("sales_by_film_category")).toEqual({
        category: ["category#name IDENTITY"],
        total_sales: ["payment#amount AGGREGATION"],
      });
      expect(direct("rental_by_category")).toEqual(direct("sales_by_film_category"));
      expect(direct("customer_list")).toEqual({
        id: ["customer#customer_id IDENTITY"],
        name: ["customer#first_name TRANSFORMATION", "customer#last_name TRANSFORMATION"],
        address: ["address#address IDENTITY"],
        "zip%20code": ["address#postal_code IDENTITY"],
        phone: ["address#phone IDENTITY"],
        city: ["city#city IDENTITY"],
        country: ["country#country IDENTITY"],
        sid: ["customer#store_id IDENTITY"],
      });
      expect(recording.lineage.get(urn("customer_list"))).toContainEqual(
        expect.objectContaining({
          from: urn("customer#activebool"),
          to: urn("customer_list#notes"),
          subtype: "CONDITIONAL",
        }),
      );
    });

    it("names every column that the database itself says a view uses, and no other", async () => {
      const listed = await rows<{ view: string; source: string }>(
        `select distinct v.relname as view, c.relname || '#' || a.attname as source
         from pg_catalog.pg_depend d
         join pg_catalog.pg_rewrite r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass
         join pg_catalog.pg_class v on v.oid = r.ev_class
         join pg_catalog.pg_class c on c.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_class'::regclass and c.oid <> v.oid
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
         where d.refobjsubid > 0 and v.relnamespace = 'public'::regnamespace`,
      );
      for (const view of new Set(listed.map((row) => row.view))) {
        const named = (recording.lineage.get(urn(view)) ?? [])
          .filter(({ from }) => from.includes("#"))
          .map(({ from }) => from.slice(urn("").length));
        const expected = listed.filter((row) => row.view === view).map(({ source }) => source);
        expect([...new Set(named)].sort(), view).toEqual(expected.sort());
      }
    });

    it("is done within 3 s", async () => {
      const { ingest } = createRecordingIngest();
      const start = performance.now();
      const connection = connectionOf(pagila.url);
      await scanPostgres({
        connection,
        guard: localGuard,
        depot: "p",
        scope: wholeScope,
        progress: silentProgress,
        ingest,
      });
      expect(performance.now() - start).toBeLessThan(3_000);
    });

    it("says what to do when the connection drops in the middle, and marks nothing missing", async () => {
      const { ingest, recording: made } = createRecordingIngest();
      const cut: typeof ingest = {
        ...ingest,
        async put(assertions) {
          await ingest.put(assertions);
          await rows(
            "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where application_name = 'dataos-scanner' and datname = current_database()",
          );
        },
      };
      const connection = connectionOf(pagila.url);
      await expect(
        scanPostgres({
          connection,
          guard: localGuard,
          depot: "p",
          scope: wholeScope,
          progress: silentProgress,
          ingest: cut,
        }),
      ).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: `the connection to ${connection.host}:${connection.port} was lost; see whether PostgreSQL runs there, then try again`,
      });
      expect(made.finished).toBe(false);
    });

    it("leaves no session behind", async () => {
      const left = await rows(
        "select 1 from pg_catalog.pg_stat_activity where application_name = 'dataos-scanner' and datname = current_database()",
      );
      expect(left).toEqual([]);
    });
  });
