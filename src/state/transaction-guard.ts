import { AsyncLocalStorage } from "node:async_hooks";
import type { Dialect, Driver } from "kysely";

/**
 * Finds queries that are made beside the transaction they belong to. WHY: on SQLite such a query waits for its own transaction,
 * on PostgreSQL it does not see what the transaction wrote and may use up the pool; both are mistakes in our code.
 */
export interface TransactionGuard {
  /** The dialect with that check. */
  watch(dialect: Dialect): Dialect;
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** @throws {TypeError} a transaction is open around the caller */
  assertOutside(): void;
}

export function createTransactionGuard(): TransactionGuard {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  const assertOutside = () => {
    if (current.getStore()?.open) {
      throw new TypeError("a transaction is open around this query; make the query on its `tx`");
    }
  };
  return {
    assertOutside,
    async inside(work) {
      const scope = { open: true };
      try {
        return await current.run(scope, work);
      } finally {
        // what was started here and lives on is outside from now
        scope.open = false;
      }
    },
    watch: (dialect) => ({
      createDriver: () => watchDriver(dialect.createDriver(), assertOutside),
      createAdapter: () => dialect.createAdapter(),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (db) => dialect.createIntrospector(db),
    }),
  };
}

function watchDriver(driver: Driver, assertOutside: () => void): Driver {
  const acquireConnection = driver.acquireConnection.bind(driver);
  driver.acquireConnection = async (options) => {
    assertOutside();
    return acquireConnection(options);
  };
  return driver;
}
