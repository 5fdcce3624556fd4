import { Kysely, SqliteDialect } from "kysely";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** Kysely's own SQLite dialect over `db`; closing it closes `db`. */
export function createKysely(db: SqliteDatabase): Kysely<unknown> {
  return new Kysely({
    dialect: new SqliteDialect({
      database: {
        // WHY: a deferred `begin` that writes later fails at once when somebody wrote in between; an immediate one waits
        prepare: (sql) => db.prepare(sql === "begin" ? "begin immediate" : sql),
        close: () => db.close(),
      },
    }),
  });
}
