export { checkPostgres } from "./describe-database.ts";
export { openPostgresReader, type PostgresReaderOptions } from "./postgres-reader.ts";
export type { SessionTimeouts } from "./session.ts";
