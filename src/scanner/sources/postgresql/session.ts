import type { PostgresClient, QueryLimits } from "../../../drivers/postgres/index.ts";
import { DeadlineExceededError } from "../../../shared/errors.ts";
import type { NetworkGuard, SourceConnection } from "../../ports.ts";
import { lockTimeoutSql, sessionSql } from "./catalog-sql.ts";

/** Times of a scan's session. */
export interface SessionTimeouts {
  /** default 10 s */
  readonly connectTimeoutMs?: number;
  /** each statement; default 120 s */
  readonly statementTimeoutMs?: number;
  /** waiting for somebody else's lock on a table; six times as long where the scan cannot do without; default 5 s */
  readonly lockTimeoutMs?: number;
}

/** A read-only session that counts its statements. */
export interface CatalogSession {
  /** Rows of one catalog statement. */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The same, fetched `batchSize` rows at a time. Only within a transaction. */
  cursor<Row>(sql: string, params: readonly unknown[], batchSize: number): AsyncGenerator<Row, void>;
  /** Opens the transaction that all the rest is read in: one consistent picture. Not counted. */
  begin(): Promise<void>;
  /** Ends it. Not counted. */
  commit(): Promise<void>;
  readonly queries: number;
  close(): Promise<void>;
}

const fetchLimitBytes = 64 * 1024 * 1024;
const idleTimeoutMs = 300_000;
const patience = 6;

/**
 * Connects to the address that `guard` allows and settles the session: read-only, bounded waits, empty search path.
 * @throws {BadInputError} the address is refused, or the credentials are
 * @throws {UnavailableError} nothing answers there
 */
export async function openCatalogSession(
  connection: SourceConnection,
  guard: NetworkGuard,
  timeouts: SessionTimeouts,
  signal: AbortSignal | undefined,
): Promise<CatalogSession> {
  signal?.throwIfAborted();
  const { address } = await guard.resolve(connection.host);
  // WHY: 16 MB that a server needs when it scans, and not before
  const { connectPostgres } = await import("../../../drivers/postgres/index.ts");
  const client = await connectPostgres({
    host: connection.host,
    // SECURITY: the address that was checked, so that a second look-up cannot lead elsewhere
    address,
    port: connection.port,
    database: connection.database,
    username: connection.username,
    password: connection.password,
    params: connection.params,
    connectTimeoutMs: timeouts.connectTimeoutMs ?? 10_000,
    statementTimeoutMs: timeouts.statementTimeoutMs ?? 120_000,
    applicationName: "dataos-scanner",
    readOnly: true,
  });
  const lockTimeoutMs = timeouts.lockTimeoutMs ?? 5_000;
  try {
    await client.query(sessionSql, [String(idleTimeoutMs), String(lockTimeoutMs)], limits(signal));
  } catch (error) {
    await client.close();
    throw error;
  }
  return createSession(client, lockTimeoutMs, signal);
}

function limits(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function createSession(client: PostgresClient, lockTimeoutMs: number, signal: AbortSignal | undefined): CatalogSession {
  let queries = 0;
  let cursors = 0;
  const ask = async <Row>(sql: string, params: readonly unknown[], bounds: QueryLimits = {}): Promise<Row[]> => {
    try {
      return await client.query<Row>(sql, params, { ...bounds, ...limits(signal) });
    } catch (error) {
      throw isLockTimeout(error) ? lockedError(error) : error;
    }
  };
  return {
    get queries() {
      return queries;
    },
    query<Row>(sql: string, params: readonly unknown[] = []) {
      queries++;
      return ask<Row>(sql, params);
    },
    async *cursor<Row>(sql: string, params: readonly unknown[], batchSize: number) {
      queries++;
      const name = `dataos_${++cursors}`;
      await ask(`declare ${name} no scroll cursor for ${sql}`, params);
      for (;;) {
        const bounds = { maxRows: batchSize, maxBytes: fetchLimitBytes };
        const rows = await ask<Row>(`fetch forward ${batchSize} from ${name}`, [], bounds);
        yield* rows;
        if (rows.length < batchSize) break;
      }
      await ask(`close ${name}`, []);
    },
    async begin() {
      await ask("begin transaction isolation level repeatable read read only", []);
      await ask(lockTimeoutSql, [String(lockTimeoutMs * patience)]);
    },
    async commit() {
      await ask("commit", []);
    },
    async close() {
      // WHY: behind a connection pooler, and on PGlite, the session outlives us with its settings
      for (const sql of ["rollback", "reset all"]) {
        // lost before, or timed out: then there is no session to put right
        await client.query(sql).catch(() => {});
      }
      await client.close();
    },
  };
}

function isLockTimeout(error: unknown): error is Error {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  return cause instanceof Error && "code" in cause && cause.code === "55P03";
}

function lockedError(cause: Error): DeadlineExceededError {
  return new DeadlineExceededError(
    "a table is locked by another session of the source; run the scan again when what changes the table there is done",
    { cause },
  );
}
