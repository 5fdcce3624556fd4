export { isSerializationFailure } from "./errors.ts";
export {
  connectPostgres,
  type PostgresClient,
  type PostgresClientOptions,
  type QueryLimits,
  type StatementOutcome,
} from "./postgres-client.ts";
export { openPostgresPool, type PostgresPool, type PostgresPoolOptions } from "./postgres-pool.ts";
export { type PostgresAddress, parsePostgresUrl } from "./postgres-url.ts";
