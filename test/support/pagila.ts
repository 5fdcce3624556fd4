import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";

const folder = new URL("../../../shared/data/databases/pagila/", import.meta.url);

/** Whether Pagila's files are on this machine. */
export const hasPagila = existsSync(fileURLToPath(folder));
/** For titles of suites that are skipped without them. */
export const pagilaNeeds = "needs ../shared/data/databases/pagila";

/** A database of our own with Pagila in it. */
export interface PagilaDatabase {
  readonly url: string;
  readonly database: string;
  drop(): Promise<void>;
}

/**
 * Loads Pagila into a fresh database of the server at `serverUrl`. Sessions there start with an empty search path, so that whoever
 * reads the catalog sees names of types and defaults with their schema.
 * @param data rows too, which takes a few seconds; default true
 */
export async function loadPagila(serverUrl: string, { data = true } = {}): Promise<PagilaDatabase> {
  const database = `pagila_${randomBytes(6).toString("hex")}`;
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  await withClient(serverUrl, (client) => client.query(`create database ${database}`));
  await withClient(url.href, async (client) => {
    await client.query(readPagila("pagila-schema.sql"));
    if (data) await loadData(client);
    await client.query(`alter database ${database} set search_path = ''`);
    await client.query("analyze");
  });
  return {
    url: url.href,
    database,
    drop: () =>
      withClient(serverUrl, async (client) => {
        await client.query(`drop database if exists ${database} with (force)`);
      }),
  };
}

/** One of Pagila's files as text. */
function readPagila(file: string): string {
  return readFileSync(new URL(file, folder), "utf8");
}

async function withClient(connectionString: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Turns `COPY … FROM stdin` blocks into INSERTs, which need no more than a query. */
async function loadData(client: pg.Client): Promise<void> {
  const copy = /^COPY (\S+) (\([^)]*\)) FROM stdin;\n([\s\S]*?)^\\\.$/gm;
  const text = readPagila("pagila-data.sql");
  await client.query("set session_replication_role = replica");
  for (const [, table, columns, rows = ""] of text.matchAll(copy)) {
    const lines = rows.split("\n").slice(0, -1);
    for (let start = 0; start < lines.length; start += 1_000) {
      const values = lines.slice(start, start + 1_000).map((line) => `(${line.split("\t").map(literal).join(",")})`);
      await client.query(`insert into ${table} ${columns} values ${values.join(",")}`);
    }
  }
  for (const [statement] of text.matchAll(/^SELECT pg_catalog\.setval\(.*\);$/gm)) await client.query(statement);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v" };

function literal(field: string): string {
  if (field === "\\N") return "null";
  const value = field.replace(/\\([\s\S])/g, (_, char: string) => escapes[char] ?? char);
  return `'${value.replaceAll("'", "''")}'`;
}
