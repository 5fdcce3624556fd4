import { connectPostgres, type PostgresClient } from "../../../drivers/postgres/index.ts";
import type { NetworkGuard, SourceConnection } from "../../ports.ts";
import { sessionSql } from "./catalog-sql.ts";

/** Times of a scan's session. */
export interface SessionTimeouts {
  /** default 10 s */
  readonly connectTimeoutMs?: number;
  /** each statement; default 120 s */
  readonly statementTimeoutMs?: number;
  /** waiting for somebody else's lock; default 5 s */
  readonly lockTimeoutMs?: number;
}

/** A read-only session that counts its statements. */
export interface CatalogSession {
  /** Rows of one catalog statement. */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The same, fetched `batchSize` rows at a time. Only within a transaction. */
  cursor<Row>(sql: string, params: readonly unknown[], batchSize: number): AsyncGenerator<Row, void>;
  /** Transaction control and the like; not counted. */
  run(sql: string): Promise<void>;
  readonly queries: number;
  close(): Promise<void>;
}

const fetchLimitBytes = 64 * 1024 * 1024;
const idleTimeoutMs = 300_000;

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
  try {
    await client.query(sessionSql, [String(idleTimeoutMs), String(timeouts.lockTimeoutMs ?? 5_000)], limits(signal));
  } catch (error) {
    await client.close();
    throw error;
  }
  return createSession(client, signal);
}

function limits(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function createSession(client: PostgresClient, signal: AbortSignal | undefined): CatalogSession {
  let queries = 0;
  let cursors = 0;
  return {
    get queries() {
      return queries;
    },
    query<Row>(sql: string, params: readonly unknown[] = []) {
      queries++;
      return client.query<Row>(sql, params, limits(signal));
    },
    async *cursor<Row>(sql: string, params: readonly unknown[], batchSize: number) {
      queries++;
      const name = `dataos_${++cursors}`;
      await client.query(`declare ${name} no scroll cursor for ${sql}`, params, limits(signal));
      for (;;) {
        const rows = await client.query<Row>(`fetch forward ${batchSize} from ${name}`, [], {
          maxRows: batchSize,
          maxBytes: fetchLimitBytes,
          ...limits(signal),
        });
        yield* rows;
        if (rows.length < batchSize) break;
      }
      await client.query(`close ${name}`, [], limits(signal));
    },
    async run(sql) {
      await client.query(sql, [], limits(signal));
    },
    close: () => client.close(),
  };
}
