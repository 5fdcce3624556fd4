import type { PostgresClient, StatementOutcome } from "../drivers/postgres/index.ts";
import type { NetworkGuard, SourceConnection } from "./ports.ts";

const maxReadBytes = 1_048_576;

/** Statements on one PostgreSQL database, one at a time. */
export interface PostgresStatements {
  /** @throws {BadInputError} @throws {DeadlineExceededError} @throws {UnavailableError} */
  execute(sql: string): Promise<StatementOutcome>;
  /** Idempotent; never throws. */
  close(): Promise<void>;
}

/**
 * Connects for statements that users wrote. Each is held to `statementTimeoutMs`; `signal` ends the connection, which undoes what is
 * not committed.
 * @throws {BadInputError} address or credentials refused
 * @throws {UnavailableError} nothing answers
 */
export async function openPostgresStatements(
  connection: SourceConnection,
  guard: NetworkGuard,
  options: { readonly readOnly: boolean; readonly statementTimeoutMs: number; readonly signal: AbortSignal },
): Promise<PostgresStatements> {
  const { signal } = options;
  const client = await connect(connection, guard, { ...options, applicationName: "dataos-workflow" });
  return {
    execute: (sql) => client.execute(sql, { signal }),
    close: () => client.close(),
  };
}

/**
 * The rows that one statement reads, in a transaction that cannot write; the connection is closed afterwards.
 * @throws {PayloadTooLargeError} more than `maxRows`, or than 1 MiB of text; else as `openPostgresStatements`
 */
export async function readPostgresRows(
  connection: SourceConnection,
  sql: string,
  guard: NetworkGuard,
  options: { readonly maxRows: number; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { maxRows, timeoutMs, signal } = options;
  const limits = { readOnly: true, statementTimeoutMs: timeoutMs, applicationName: "dataos-monitor", signal };
  const client = await connect(connection, guard, limits);
  try {
    await client.execute("begin read only", { signal });
    // SECURITY: from its first query on, a transaction that only reads cannot be made one that writes
    await client.execute("select 1", { signal });
    return await client.query(sql, [], { maxRows, maxBytes: maxReadBytes, oneStatement: true, signal });
  } finally {
    await client.close();
  }
}

async function connect(
  connection: SourceConnection,
  guard: NetworkGuard,
  options: {
    readonly readOnly: boolean;
    readonly statementTimeoutMs: number;
    readonly applicationName: string;
    readonly signal: AbortSignal;
  },
): Promise<PostgresClient> {
  options.signal.throwIfAborted();
  const { address } = await guard.resolve(connection.host);
  const { connectPostgres } = await import("../drivers/postgres/index.ts");
  return connectPostgres({
    host: connection.host,
    // SECURITY: the address that was checked, so that a second look-up cannot lead elsewhere
    address,
    port: connection.port,
    database: connection.database,
    username: connection.username,
    password: connection.password,
    params: connection.params,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: options.statementTimeoutMs,
    applicationName: options.applicationName,
    readOnly: options.readOnly,
  });
}
