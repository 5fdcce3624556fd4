import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Dialect, Kysely } from "kysely";
import { toPlannedError } from "./errors.ts";
import { createDialect } from "./kysely-dialect.ts";
import { createStatementCache } from "./statement-cache.ts";

/** What SQLite stores and gives back. Integers beyond 2^53 are refused on reading. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

export interface SqliteOptions {
  /**
   * `full` (default): committed means on disk. `normal`: an operating-system crash may take the last commits, never consistency.
   * `off`: only for what can be rebuilt.
   */
  readonly durability?: "full" | "normal" | "off";
  /** How long to wait for another process's lock; default 5,000. */
  readonly busyTimeoutMs?: number;
  /** `wal` (default), or `delete` for a file that is only a lock. */
  readonly journal?: "wal" | "delete";
}

/** A prepared statement; kept and shared by its text, so it costs nothing to ask for it again. */
export interface SqliteStatement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  all<Row = Record<string, SqliteValue>>(parameters?: readonly unknown[]): Row[];
  get<Row = Record<string, SqliteValue>>(parameters?: readonly unknown[]): Row | undefined;
  run(parameters?: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  /** Rows one at a time, on a statement of its own: other uses of this statement do not disturb it. */
  iterate<Row = Record<string, SqliteValue>>(parameters?: readonly unknown[]): IterableIterator<Row>;
}

/**
 * One open SQLite database. All calls are synchronous.
 * Failures arrive as `StorageFullError`, `UnavailableError` or, for a violated unique key, `ConflictError`.
 */
export interface SqliteDatabase {
  /** As given: a file, or `:memory:`. */
  readonly path: string;
  /** Whether a transaction is open. */
  readonly isTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  /** Runs a script of any number of statements. */
  exec(sql: string): void;
  /**
   * Makes `run` callable from SQL as `name`. It is deterministic and cannot be reached from triggers and views.
   * @param run receives as many arguments as it declares
   */
  function(name: string, run: (...args: SqliteValue[]) => SqliteValue): void;
  /** All of `work` or nothing. Inside another one it is a savepoint. `work` must not be asynchronous. */
  transaction<T>(work: () => T): T;
  /** The one query builder on this connection; its asynchronous transactions and `transaction` must not be mixed. */
  kysely<Tables>(): Kysely<Tables>;
  /** For a query builder of one's own; at most one per database. */
  dialect(): Dialect;
  /** Idempotent. */
  close(): void;
}

const maxCachedStatements = 500;

/**
 * Opens (and creates, mode 0600) a database in WAL mode with foreign keys on and an untrusted schema.
 * @throws {UnavailableError} the file cannot be opened, is damaged or is no database
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteDatabase {
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw toPlannedError(error, path);
    }
  };
  const db = guard(() => open(path, options));
  const statements = createStatementCache(maxCachedStatements, (sql) => toStatement(db, sql, guard));
  let kysely: Kysely<unknown> | undefined;
  let depth = 0;

  const database: SqliteDatabase = {
    path,
    get isTransaction() {
      return db.isTransaction;
    },
    prepare: (sql) => statements.get(sql),
    exec: (sql) => guard(() => db.exec(sql)),
    function: (name, run) => guard(() => db.function(name, { deterministic: true, directOnly: true }, run)),
    transaction(work) {
      const [begin, commit, rollback] =
        depth === 0
          ? ["begin immediate", "commit", "rollback"]
          : [`savepoint s${depth}`, `release s${depth}`, `rollback to s${depth}; release s${depth}`];
      guard(() => db.exec(begin));
      depth++;
      try {
        const result = work();
        if (result instanceof Promise) throw new TypeError("the work of a SQLite transaction must not be asynchronous");
        guard(() => db.exec(commit));
        return result;
      } catch (error) {
        // WHY: a full disk or a lost file ends the transaction by itself; a second rollback would hide the cause
        if (db.isTransaction) db.exec(rollback);
        throw error;
      } finally {
        depth--;
      }
    },
    dialect: () => createDialect(database),
    kysely<Tables>() {
      kysely ??= new Kysely({ dialect: database.dialect() });
      return kysely as Kysely<Tables>;
    },
    close() {
      statements.clear();
      if (db.isOpen) guard(() => db.close());
    },
  };
  return database;
}

function open(
  path: string,
  { durability = "full", busyTimeoutMs = 5_000, journal = "wal" }: SqliteOptions,
): DatabaseSync {
  if (path !== ":memory:") createPrivateFile(path);
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true, defensive: true });
  try {
    db.exec(`pragma journal_mode = ${journal}; pragma synchronous = ${durability}; pragma trusted_schema = off`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// SECURITY: the write-ahead log and its index take the mode of the database file
function createPrivateFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
  } catch {
    // the open that follows fails too, with a message of ours
  }
}

function toStatement(db: DatabaseSync, sql: string, guard: <T>(work: () => T) => T): SqliteStatement {
  const statement = guard(() => db.prepare(sql));
  const bind = (parameters: readonly unknown[]) => parameters as Parameters<StatementSync["all"]>;
  return {
    reader: statement.columns().length > 0,
    all: <Row>(parameters: readonly unknown[] = []) => guard(() => statement.all(...bind(parameters))) as Row[],
    get: <Row>(parameters: readonly unknown[] = []) =>
      guard(() => statement.get(...bind(parameters))) as Row | undefined,
    run(parameters = []) {
      const { changes, lastInsertRowid } = guard(() => statement.run(...bind(parameters)));
      return { changes: Number(changes), lastInsertRowid };
    },
    *iterate<Row>(parameters: readonly unknown[] = []) {
      const rows = guard(() => db.prepare(sql).iterate(...bind(parameters)));
      for (;;) {
        const step = guard(() => rows.next());
        if (step.done) return;
        yield step.value as Row;
      }
    },
  };
}
