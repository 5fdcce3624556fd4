import type pg from "pg";

export interface SourceDataset {
  readonly type: "table" | "view" | "matview" | "partition";
  readonly comment: string | null;
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly references: string;
    readonly referencedColumns: readonly string[];
  }[];
  /** names, sorted */
  readonly indexes: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly dataType: string;
    readonly nullable: boolean;
    readonly defaultValue: string | null;
    readonly comment: string | null;
    readonly position: number;
  }[];
}

/** What a PostgreSQL database says of itself: `schema.table` -> dataset. */
export interface SourceCatalog {
  readonly datasets: ReadonlyMap<string, SourceDataset>;
}

/** Reads the catalog table by table, in another way than the scanner does, as the oracle of the end-to-end test. */
export async function readCatalog(client: pg.Client): Promise<SourceCatalog> {
  const { rows } = await client.query<{
    oid: number;
    schema: string;
    name: string;
    relkind: string;
    relispartition: boolean;
    comment: string | null;
  }>(
    `SELECT c.oid::int, n.nspname AS schema, c.relname AS name, c.relkind, c.relispartition, obj_description(c.oid, 'pg_class') AS comment
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 2, 3`,
  );
  const datasets = new Map<string, SourceDataset>();
  for (const { oid, schema, name, relkind, relispartition, comment } of rows) {
    datasets.set(`${schema}.${name}`, {
      type: relkind === "v" ? "view" : relkind === "m" ? "matview" : relispartition ? "partition" : "table",
      comment,
      primaryKey: (await readKeys(client, oid, "p"))[0]?.columns ?? [],
      uniqueKeys: await readKeys(client, oid, "u"),
      foreignKeys: await readForeignKeys(client, oid),
      indexes: (
        await client.query<{ name: string }>(
          "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = $1",
          [oid],
        )
      ).rows
        .map((row) => row.name.replace(/^.*\./, "").replaceAll('"', ""))
        .sort(),
      columns: await readColumns(client, oid),
    });
  }
  return { datasets };
}

async function readColumns(client: pg.Client, oid: number): Promise<SourceDataset["columns"]> {
  const { rows } = await client.query<SourceDataset["columns"][number]>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS "dataType", NOT a.attnotnull AS nullable,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS "defaultValue",
       col_description(a.attrelid, a.attnum) AS comment,
       a.attnum::int AS position
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [oid],
  );
  return rows;
}

async function readKeys(
  client: pg.Client,
  oid: number,
  kind: "p" | "u",
): Promise<{ name: string; columns: string[] }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `SELECT conname AS name, ARRAY(
       SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(num, i) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num ORDER BY k.i
     ) AS columns FROM pg_constraint c WHERE conrelid = $1 AND contype = $2 ORDER BY conname`,
    [oid, kind],
  );
  return rows;
}

async function readForeignKeys(client: pg.Client, oid: number): Promise<SourceDataset["foreignKeys"]> {
  const { rows } = await client.query<SourceDataset["foreignKeys"][number]>(
    `SELECT c.conname AS name,
       ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(num, i) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num ORDER BY k.i) AS columns,
       n.nspname || '.' || r.relname AS references,
       ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(num, i) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num ORDER BY k.i) AS "referencedColumns"
     FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid JOIN pg_namespace n ON n.oid = r.relnamespace
     WHERE c.conrelid = $1 AND c.contype = 'f' ORDER BY c.conname`,
    [oid],
  );
  return rows;
}
