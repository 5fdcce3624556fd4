import type { Socket } from "node:net";
import pg from "pg";
import { BadInputError, PayloadTooLargeError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import { columnTypes } from "./column-types.ts";
import { type ServerDescription, timedOut, toPlannedError } from "./errors.ts";
import { openSocket } from "./open-socket.ts";
import { parseSslMode, type SslMode, toTlsOptions } from "./tls-options.ts";

export interface PostgresClientOptions {
  /** Name as the user wrote it; the server's certificate is checked against it. */
  readonly host: string;
  /** Address that is connected to. SECURITY: already resolved and allowed, so that no second look-up can lead elsewhere. */
  readonly address: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: Secret;
  /** `sslmode` (default `prefer`), `sslrootcert` (PEM text); others are ignored. */
  readonly params: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** For each query, held by the server. */
  readonly statementTimeoutMs: number;
  /** How much longer the client waits for a server that does not hold it; default 5,000. */
  readonly graceMs?: number;
  readonly applicationName: string;
  /** Every transaction is read-only. */
  readonly readOnly: boolean;
  /** Where the user mends what is wrong, for messages; default "the depot and its secret". */
  readonly settings?: string;
}

export interface QueryLimits {
  /** default 1,000,000 */
  readonly maxRows?: number;
  /** of all text in the answer; default 256 MiB */
  readonly maxBytes?: number;
  /** Several statements are refused, as `execute` does; for text that users wrote. */
  readonly oneStatement?: boolean;
  /** Ends the connection; the query then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One connection to one database. Queries run one after the other. */
export interface PostgresClient {
  /**
   * Rows of `sql`, with `params` as `$1`, `$2`, …
   * @throws {UnavailableError} the connection was lost
   * @throws {DeadlineExceededError} it took longer than allowed
   * @throws {PayloadTooLargeError} more than the limits; the connection is closed then
   * @throws {BadInputError} a privilege is missing
   */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[], limits?: QueryLimits): Promise<Row[]>;
  /**
   * Runs one statement (several are refused) and drops what it answers.
   * @throws as `query` does
   */
  execute(sql: string, limits?: Pick<QueryLimits, "signal">): Promise<StatementOutcome>;
  /** Idempotent; never throws. */
  close(): Promise<void>;
}

export interface StatementOutcome {
  /** e.g. `SELECT`, `INSERT` */
  readonly command: string;
  /** read or changed; 0 for statements that do neither */
  readonly rows: number;
}

const defaultGraceMs = 5_000;
const defaultMaxRows = 1_000_000;
const defaultMaxBytes = 256 * 1024 * 1024;

/**
 * Connects to one PostgreSQL server, with every wait bounded.
 * @throws {BadInputError} wrong password, unknown database or TLS settings that do not fit, saying what to change
 * @throws {UnavailableError} refused, unreachable or no answer within `connectTimeoutMs`
 */
export async function connectPostgres(options: PostgresClientOptions): Promise<PostgresClient> {
  const mode = parseSslMode(options.params.sslmode, "prefer");
  const about: ServerDescription = {
    server: `${options.host}:${options.port}`,
    database: options.database,
    username: options.username,
    settings: options.settings ?? "the depot and its secret",
  };
  try {
    const client = await connectClient(options, mode);
    return toClient(client, options, about);
  } catch (error) {
    throw toPlannedError(error, about);
  }
}

async function connectClient(options: PostgresClientOptions, mode: SslMode): Promise<pg.Client> {
  const password = options.password.reveal();
  const socket = await openSocket({
    address: options.address,
    port: options.port,
    tls: toTlsOptions(mode, options.host, authorityOf(options.params)),
    tlsOptional: mode === "prefer",
    timeoutMs: options.connectTimeoutMs,
  });
  const client = new pg.Client({
    host: options.address,
    port: options.port,
    stream: () => asConnecting(socket),
    database: options.database,
    user: options.username,
    // SECURITY: a function, because an empty text would make the driver look into environment and password files
    password: () => password,
    ssl: false,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    types: columnTypes,
  });
  // a connection that is lost between queries says so at the next query
  client.on("error", () => {});
  try {
    await client.connect();
    await withDeadline(client, options.connectTimeoutMs, () =>
      client.query(
        `set statement_timeout = ${Math.trunc(options.statementTimeoutMs)}; set lock_timeout = ${Math.trunc(options.statementTimeoutMs)}; ` +
          `set default_transaction_read_only = ${options.readOnly ? "on" : "off"}`,
      ),
    );
    return client;
  } catch (error) {
    destroy(client);
    throw error;
  }
}

/** The driver connects what it is given; this one is connected already. */
function asConnecting(socket: Socket): Socket {
  socket.connect = () => {
    process.nextTick(() => socket.emit("connect"));
    return socket;
  };
  return socket;
}

function authorityOf(params: Readonly<Record<string, string>>): string | undefined {
  const text = params.sslrootcert;
  if (text === undefined || text === "" || text === "system") return undefined;
  // SECURITY: a path would make the server read a file of its own on a user's word
  if (!text.trimStart().startsWith("-----BEGIN CERTIFICATE-----")) {
    throw new BadInputError(
      "`sslrootcert` must be the text of a certificate that starts with `-----BEGIN CERTIFICATE-----`",
    );
  }
  return text;
}

function toClient(client: pg.Client, options: PostgresClientOptions, about: ServerDescription): PostgresClient {
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const run = async () => {
      signal?.throwIfAborted();
      try {
        return await withDeadline(client, options.statementTimeoutMs + (options.graceMs ?? defaultGraceMs), work);
      } catch (error) {
        signal?.throwIfAborted();
        throw toPlannedError(error, about);
      }
    };
    const result = queue.then(run, run);
    queue = result.catch(() => {});
    return result;
  };
  return {
    query<Row>(sql: string, params: readonly unknown[] = [], limits: QueryLimits = {}): Promise<Row[]> {
      return inTurn(() => collectRows<Row>(client, sql, params, limits), limits.signal);
    },
    execute(sql, limits = {}) {
      return inTurn(() => runStatement(client, sql, limits.signal), limits.signal);
    },
    async close() {
      const timer = setTimeout(() => destroy(client), 1_000);
      try {
        await client.end();
      } catch {
        // it was lost before, which is all that closing wants
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function runStatement(client: pg.Client, sql: string, signal: AbortSignal | undefined): Promise<StatementOutcome> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal?.reason);
      destroy(client);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    // SECURITY: in this mode the server takes one statement only
    const config: pg.QueryConfig & { readonly queryMode: "extended" } = { text: sql, queryMode: "extended" };
    const query = new pg.Query(config);
    // without a listener the driver keeps all rows
    query.on("row", () => {});
    query.on("error", (error) => {
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    });
    query.on("end", ({ command, rowCount }) => {
      signal?.removeEventListener("abort", onAbort);
      resolve({ command, rows: rowCount ?? 0 });
    });
    client.query(query);
  });
}

function collectRows<Row>(
  client: pg.Client,
  sql: string,
  params: readonly unknown[],
  { maxRows = defaultMaxRows, maxBytes = defaultMaxBytes, oneStatement = false, signal }: QueryLimits,
): Promise<Row[]> {
  return new Promise<Row[]>((resolve, reject) => {
    const rows: Row[] = [];
    let sizeBytes = 0;
    const stop = (error: unknown) => {
      reject(error);
      destroy(client);
    };
    const onAbort = () => stop(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const config: pg.QueryConfig & { readonly queryMode?: "extended" } = {
      text: sql,
      values: [...params],
      types: columnTypes,
      // SECURITY: in this mode the server takes one statement only
      ...(oneStatement ? { queryMode: "extended" } : {}),
    };
    const query = new pg.Query(config);
    query.on("row", (row: Record<string, unknown>) => {
      for (const value of Object.values(row)) sizeBytes += typeof value === "string" ? value.length : 8;
      if (rows.length >= maxRows || sizeBytes > maxBytes) {
        stop(
          new PayloadTooLargeError(
            `an answer has more than ${maxRows} rows or ${maxBytes} bytes; narrow what is asked for`,
          ),
        );
        return;
      }
      rows.push(row as Row);
    });
    query.on("error", (error) => {
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    });
    query.on("end", () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(rows);
    });
    client.query(query);
  });
}

async function withDeadline<T>(client: pg.Client, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(timedOut));
      destroy(client);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function destroy(client: pg.Client): void {
  // WHY: `end` waits for the answer of a running query, which is what may never come
  streamOf(client).destroy();
}

function streamOf(client: pg.Client): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
}
