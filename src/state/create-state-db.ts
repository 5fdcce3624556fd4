import { setTimeout as wait } from "node:timers/promises";
import { type IsolationLevel, Kysely, sql, type Transaction } from "kysely";
import { runMigrations } from "./run-migrations.ts";
import type { StateDb } from "./state-db.ts";
import type { StateEngine, StateOptions } from "./state-engine.ts";
import { createTransactionGuard } from "./transaction-guard.ts";

const maxAttempts = 50;
const maxPauseMs = 100;

/** The state store on `engine`, after one query has shown that it answers. */
export async function createStateDb(engine: StateEngine, { logger, clock }: StateOptions): Promise<StateDb> {
  const guard = createTransactionGuard();
  const kysely = new Kysely<unknown>({ dialect: guard.watch(engine.dialect) });
  const transactionAt =
    (isolation: IsolationLevel | undefined): StateDb["transaction"] =>
    async <Tables, T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> => {
      guard.assertOutside();
      const builder = isolation ? kysely.transaction().setIsolationLevel(isolation) : kysely.transaction();
      for (let attempt = 1; ; attempt++) {
        try {
          return await builder.execute((tx) => guard.inside(() => work(tx as Transaction<Tables>)));
        } catch (error) {
          if (attempt === maxAttempts || !engine.mayRetry(error)) throw error;
          logger.debug({ attempt }, "transaction tried again after a serialization failure");
          await wait(Math.random() * Math.min(2 ** attempt, maxPauseMs));
        }
      }
    };
  // WHY: a migration waits for others and must then see what they did; a serializable one would still see what was before
  const migrationTransaction = transactionAt(engine.isolation && "read committed");
  const state: StateDb = {
    capabilities: engine.capabilities,
    file: engine.file,
    kysely: <Tables>() => kysely as Kysely<Tables>,
    transaction: transactionAt(engine.isolation),
    migrate: (migrations) =>
      runMigrations(migrations, {
        transaction: migrationTransaction,
        capabilities: engine.capabilities,
        lock: engine.lockMigrations,
        logger,
        clock,
      }),
    async close() {
      // lets what is running end first
      await kysely
        .connection()
        .execute(async () => {})
        .catch(() => {});
      await engine.close();
    },
  };
  try {
    await sql`select 1`.execute(kysely);
    return state;
  } catch (error) {
    await engine.close();
    throw error;
  }
}
