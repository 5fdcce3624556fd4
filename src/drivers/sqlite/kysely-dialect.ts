import {
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from "kysely";
import { UnavailableError } from "../../shared/errors.ts";

const maxWaitMs = 30_000;

/** Kysely's own SQLite dialect over `db`, whose one connection is used by one caller at a time. */
export function createDialect(db: SqliteDatabase & { readonly isTransaction: boolean }): Dialect {
  const config = {
    database: {
      // WHY: a deferred `begin` that writes later fails at once when somebody wrote in between; an immediate one waits
      prepare: (sql: string) => db.prepare(sql === "begin" ? "begin immediate" : sql),
      close: () => db.close(),
    },
  };
  const dialect = new SqliteDialect(config);
  return {
    createDriver: () => new QueueingDriver(config, () => db.isTransaction),
    createAdapter: () => new QueuedAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
  };
}

/** WHY: Kysely's own queue waits for ever; here a caller that waits for itself or for a stuck one gets an error. */
class QueueingDriver extends SqliteDriver {
  readonly #waiting: { readonly take: () => void }[] = [];
  readonly #isTransaction: () => boolean;
  #busy = false;

  constructor(config: SqliteDialectConfig, isTransaction: () => boolean) {
    super(config);
    this.#isTransaction = isTransaction;
  }

  override async acquireConnection(): ReturnType<SqliteDriver["acquireConnection"]> {
    if (this.#busy) await this.#wait();
    this.#busy = true;
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    // INVARIANT: stays busy while it is handed over, so nobody overtakes
    if (next) next.take();
    else this.#busy = false;
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // WHY: a full disk or a lost file ends the transaction by itself; a second rollback would hide the cause
    if (this.#isTransaction()) await super.rollbackTransaction(connection);
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const place = {
        take: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1);
        reject(new UnavailableError("the state store is busy with another change; try again"));
      }, maxWaitMs);
      this.#waiting.push(place);
    });
  }
}

class QueuedAdapter extends SqliteAdapter {
  // the queue is the driver's
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}
