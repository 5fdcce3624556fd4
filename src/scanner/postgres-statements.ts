import type { PostgresClient, StatementOutcome } from "../drivers/postgres/index.ts";
import type { NetworkGuard, SourceConnection } from "./ports.ts";

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
  signal.throwIfAborted();
  const { address } = await guard.resolve(connection.host);
  const { connectPostgres } = await import("../drivers/postgres/index.ts");
  const client: PostgresClient = await connectPostgres({
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
    applicationName: "dataos-workflow",
    readOnly: options.readOnly,
  });
  return {
    execute: (sql) => client.execute(sql, { signal }),
    close: () => client.close(),
  };
}
