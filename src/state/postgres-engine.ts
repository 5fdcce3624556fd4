import { sql } from "kysely";
import { isSerializationFailure, openPostgresPool } from "../drivers/postgres/index.ts";
import type { Secret } from "../shared/secret.ts";
import type { StateEngine, StateOptions } from "./state-engine.ts";

/** Key of the advisory lock that lets one process migrate at a time; any constant of ours. */
const migrationLock = 7_230_417_166;

/** PostgreSQL as a state engine; many processes may share it. */
export function openPostgresEngine(url: Secret, options: StateOptions): StateEngine {
  const pool = openPostgresPool(url, {
    applicationName: "dataos",
    settings: "DATAOS_STATE_URL",
    ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
  });
  return {
    dialect: pool.dialect(),
    file: undefined,
    capabilities: { multiProcess: true, rowLocks: true, maxParameters: 65_535, binaryCollation: "C" },
    // WHY: the same code runs on SQLite, where transactions are one after the other; this keeps that promise
    isolation: "serializable",
    async lockMigrations(tx) {
      await sql`set local statement_timeout = '10min'`.execute(tx);
      await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx);
    },
    mayRetry: isSerializationFailure,
    close: () => pool.close(),
  };
}
