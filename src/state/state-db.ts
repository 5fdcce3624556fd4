import type { Kysely, Transaction } from "kysely";

/** What differs between the state engines. Code asks these and never for the engine's name. */
export interface StateCapabilities {
  /** Several server processes may use the store at once. */
  readonly multiProcess: boolean;
  /** `SELECT … FOR UPDATE [SKIP LOCKED]` is understood. */
  readonly rowLocks: boolean;
  /** Most parameters in one statement; batch inserts stay below it. */
  readonly maxParameters: number;
  /** The collation that compares text byte by byte, so that order and ranges are the same on every engine. */
  readonly binaryCollation: string;
}

/** One step of a schema, named `<area>-<nnn>-<what>`; run once, in the order given, each in a transaction of its own. */
export interface Migration {
  readonly name: string;
  up(db: Kysely<unknown>, capabilities: StateCapabilities): Promise<void>;
}

/**
 * The state store: the truth about resources, identity, catalog log and audit.
 * Committed means durable. JSON is kept as text, times as ISO text (`…Z`, milliseconds), booleans as 0/1 integers, sequence
 * numbers and 64-bit counts as integers that come back as JavaScript numbers on both engines.
 * Errors of the engine arrive as `UnavailableError`, `StorageFullError` or, for a violated unique key, `ConflictError`.
 */
export interface StateDb {
  readonly capabilities: StateCapabilities;
  /** The embedded engine's file, for threads that open connections of their own; `undefined` where there is none. */
  readonly file: string | undefined;
  /** The query builder over the caller's own table types. */
  kysely<Tables>(): Kysely<Tables>;
  /** Runs `work` in one transaction: all or nothing; retried when the engine reports a serialization failure. */
  transaction<Tables, T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;
  migrate(migrations: readonly Migration[]): Promise<void>;
  close(): Promise<void>;
}
