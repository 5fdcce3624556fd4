import { readFileSync } from "node:fs";
import { type Dialect, type PostgresPoolClient as KyselyClient, PostgresDialect } from "kysely";
import pg from "pg";
import { BadInputError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import { columnTypes } from "./column-types.ts";
import { isConnectionLost, type ServerDescription, toPlannedError } from "./errors.ts";
import { parsePostgresUrl } from "./postgres-url.ts";
import { parseSslMode, toTlsOptions } from "./tls-options.ts";

export interface PostgresPoolOptions {
  readonly applicationName: string;
  /** default 10 */
  readonly maxConnections?: number;
  /** For each statement; default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Also the longest wait for a free connection; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Where the user mends what is wrong, for messages, e.g. `DATAOS_STATE_URL`. */
  readonly settings: string;
}

/** Connections to one database that are opened as needed and replaced when lost. */
export interface PostgresPool {
  /** For one query builder. */
  dialect(): Dialect;
  /** Waits for running queries. Idempotent. */
  close(): Promise<void>;
}

const clientGraceMs = 5_000;
/** WHY: a process that is stopped within a transaction would hold its locks, and with them all others, until it goes on */
const idleInTransactionMs = 5_000;

/**
 * Prepares a pool for `url`; nothing is connected yet. Without `sslmode` in the URL connections are not encrypted.
 * Failures arrive as in `toPlannedError`; no error ever holds the password.
 * @throws {BadInputError} the URL cannot be read
 */
export function openPostgresPool(url: Secret, options: PostgresPoolOptions): PostgresPool {
  const address = parsePostgresUrl(url);
  const { host, port, database, username, password, params } = address;
  const about: ServerDescription = { server: `${host}:${port}`, database, username, settings: options.settings };
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  // WHY: compiling the many conditions that policies become took 7 s where running them took 40 ms (42,000 rows)
  const sessionOptions = ["-c jit=off", params.get("options") ?? ""].join(" ").trimEnd();
  const pool = new pg.Pool({
    host,
    port,
    database,
    user: username,
    // SECURITY: a function, because an empty text would make the driver look into environment and password files
    password: () => password.reveal(),
    ssl: toTlsOptions(parseSslMode(params.get("sslmode"), "disable"), host, readAuthority(params.get("sslrootcert"))),
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + clientGraceMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    application_name: options.applicationName,
    keepAlive: true,
    types: columnTypes,
    options: sessionOptions,
  });
  // an idle connection that is lost is replaced at the next use, and a running query fails by itself
  pool.on("error", () => {});

  const clients = new WeakMap<pg.PoolClient, KyselyClient>();
  const connect = async (): Promise<KyselyClient> => {
    const client = await pool.connect().catch((error) => {
      throw toPlannedError(error, about);
    });
    const known = clients.get(client) ?? toKyselyClient(client, about);
    clients.set(client, known);
    return known;
  };
  let closed: Promise<void> | undefined;
  return {
    dialect: () => new PostgresDialect({ pool: { connect, end: () => pool.end(), options: {} } }),
    close() {
      closed ??= pool.end();
      return closed;
    },
  };
}

function toKyselyClient(client: pg.PoolClient, about: ServerDescription): KyselyClient {
  let lost = false;
  // WHY: the server may end a connection between two queries; without a listener that would end the process
  client.on("error", () => {
    lost = true;
  });
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      lost ||= isConnectionLost(error);
      throw toPlannedError(error, about);
    }
  };
  return {
    query: query as KyselyClient["query"],
    // SECURITY: a connection in an unknown state must not serve the next caller
    release: (destroy) => client.release(destroy || lost),
  };
}

function readAuthority(path: string | undefined): string | undefined {
  if (path === undefined || path === "system") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new BadInputError(
      `cannot read the certificate \`${path}\` of sslrootcert; name a PEM file that exists and is readable`,
      { cause: error },
    );
  }
}
