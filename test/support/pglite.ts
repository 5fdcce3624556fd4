import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

/** A PostgreSQL from npm that speaks its protocol on this machine; one connection at a time. */
export interface PgliteServer {
  readonly url: string;
  /** Runs SQL behind the scanner's back. */
  exec(sql: string): Promise<void>;
  query<Row>(sql: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/** Starts an empty one in memory on a free port. */
export async function startPglite(): Promise<PgliteServer> {
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0 });
  const listening = new Promise<number>((resolve) => {
    server.addEventListener("listening", (event) => resolve((event as CustomEvent<{ port: number }>).detail.port), {
      once: true,
    });
  });
  await server.start();
  const port = await listening;
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    async exec(sql) {
      await db.exec(sql);
    },
    async query<Row>(sql: string) {
      return (await db.query<Row>(sql)).rows;
    },
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}
