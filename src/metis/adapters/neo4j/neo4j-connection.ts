import type { Driver, ManagedTransaction } from "neo4j-driver";
import { StorageFullError, UnavailableError } from "../../../shared/errors.ts";
import type { Secret } from "../../../shared/secret.ts";

export interface Neo4jOptions {
  /** `bolt://host:7687` or `neo4j+s://…` */
  readonly url: string;
  /** Absent where the server asks for no authentication. */
  readonly username?: string;
  readonly password?: Secret;
  /** default: the server's */
  readonly database?: string;
  /** How long to wait for a connection; default 5,000. */
  readonly connectTimeoutMs?: number;
}

export type Row = Readonly<Record<string, unknown>>;

/** Runs statements; parameters are data, never text of a statement. */
export interface Neo4jConnection {
  read(statement: string, parameters: Row): Promise<Row[]>;
  /** All of `work` or nothing; run again when the server reports a deadlock. */
  write<T>(work: (run: (statement: string, parameters: Row) => Promise<Row[]>) => Promise<T>): Promise<T>;
  /** For changes of the schema, which take a transaction of their own. */
  run(statement: string): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connects when first used. Failures arrive as `UnavailableError` or `StorageFullError`. */
export function openNeo4j(options: Neo4jOptions): Neo4jConnection {
  let opened: Promise<Driver> | undefined;
  let closed = false;
  const withDriver = async <T>(work: (driver: Driver) => Promise<T>): Promise<T> => {
    if (closed) throw new UnavailableError("the connection to Neo4j is closed");
    opened ??= openDriver(options);
    try {
      return await work(await opened);
    } catch (error) {
      throw toPlannedError(error, options.url);
    }
  };
  const session = (driver: Driver) => driver.session(options.database ? { database: options.database } : {});
  const runIn = async (tx: ManagedTransaction, statement: string, parameters: Row): Promise<Row[]> => {
    const { records } = await tx.run(statement, parameters);
    return records.map((record) => record.toObject() as Row);
  };
  return {
    read: (statement, parameters) =>
      withDriver(async (driver) => {
        const reading = session(driver);
        try {
          return await reading.executeRead((tx) => runIn(tx, statement, parameters));
        } finally {
          await reading.close();
        }
      }),
    write: (work) =>
      withDriver(async (driver) => {
        const writing = session(driver);
        try {
          return await writing.executeWrite((tx) => work((statement, parameters) => runIn(tx, statement, parameters)));
        } finally {
          await writing.close();
        }
      }),
    run: (statement) =>
      withDriver(async (driver) => {
        const running = session(driver);
        try {
          await running.run(statement);
        } finally {
          await running.close();
        }
      }),
    ping: () =>
      withDriver(async (driver) => {
        await driver.getServerInfo();
      }),
    async close() {
      closed = true;
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}

async function openDriver(options: Neo4jOptions): Promise<Driver> {
  const { default: neo4j } = await import("neo4j-driver").catch((cause: unknown) => {
    throw new UnavailableError("the package `neo4j-driver` is missing: run `npm install neo4j-driver`", { cause });
  });
  const { url, username, password, connectTimeoutMs = 5_000 } = options;
  const auth = username === undefined ? undefined : neo4j.auth.basic(username, password?.reveal() ?? "");
  return neo4j.driver(url, auth, {
    // integers of ours stay below 2^53
    disableLosslessIntegers: true,
    connectionTimeout: connectTimeoutMs,
    connectionAcquisitionTimeout: 2 * connectTimeoutMs,
    maxTransactionRetryTime: 3 * connectTimeoutMs,
    maxConnectionPoolSize: 20,
    telemetryDisabled: true,
  });
}

function toPlannedError(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const options = { cause: error };
  const code = error.code;
  if (/^(ServiceUnavailable|SessionExpired|N\/A)$/.test(code)) {
    return new UnavailableError(
      `Neo4j at \`${url}\` does not answer; check that it runs and the address is right`,
      options,
    );
  }
  if (code.startsWith("Neo.ClientError.Security.")) {
    return new UnavailableError(`Neo4j at \`${url}\` refused the credentials; check user and password`, options);
  }
  if (/NoSpace|DiskFull|OutOfDisk|DatabaseUnavailable.*space/i.test(code)) {
    return new StorageFullError(`Neo4j at \`${url}\` has no room left on its disk`, options);
  }
  return code.startsWith("Neo.TransientError.") || code.startsWith("Neo.DatabaseError.")
    ? new UnavailableError(`Neo4j at \`${url}\` could not do it now: ${code}; try again`, options)
    : error;
}
