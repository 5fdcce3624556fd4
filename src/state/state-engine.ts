import type { Dialect, IsolationLevel, Transaction } from "kysely";
import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/logger.ts";
import type { StateCapabilities } from "./state-db.ts";

export interface StateOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** PostgreSQL only; default 10. */
  readonly maxConnections?: number;
}

/** What an engine brings. */
export interface StateEngine {
  readonly dialect: Dialect;
  readonly capabilities: StateCapabilities;
  /** of the database, where it is one */
  readonly file: string | undefined;
  readonly isolation: IsolationLevel | undefined;
  /** Keeps other processes from migrating until `tx` ends. */
  lockMigrations(tx: Transaction<unknown>): Promise<void>;
  /** Whether a failed transaction may succeed when tried again. */
  mayRetry(error: unknown): boolean;
  close(): Promise<void>;
}
