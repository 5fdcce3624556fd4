export { createNetworkGuard, type NetworkGuardOptions, type ResolveHost } from "./network-guard/index.ts";
export { openPostgresStatements, readPostgresRows } from "./postgres-statements.ts";
export { createNameFilter, type NameFilter, type ScanFacts, type ScanReport } from "./scan/index.ts";
export { type PostgresScan, scanPostgres, testConnection } from "./scan-postgres.ts";
