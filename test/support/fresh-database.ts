import { randomBytes } from "node:crypto";
import pg from "pg";

/** A new database of a real server, for one suite. */
export interface FreshDatabase {
  readonly url: string;
  readonly database: string;
  exec(sql: string): Promise<void>;
  query<Row>(sql: string): Promise<Row[]>;
  /** Drops it, whoever is connected. */
  stop(): Promise<void>;
}

/** Creates `<prefix>_<random>` on the server at `serverUrl`. */
export async function createFreshDatabase(serverUrl: string, prefix: string): Promise<FreshDatabase> {
  const database = `${prefix}_${randomBytes(6).toString("hex")}`;
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  const run = async (connectionString: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  await run(serverUrl, `create database ${database}`);
  return {
    url: url.href,
    database,
    async exec(sql) {
      await run(url.href, sql);
    },
    query: async <Row>(sql: string) => (await run(url.href, sql)) as Row[],
    async stop() {
      await run(serverUrl, `drop database if exists ${database} with (force)`);
    },
  };
}
