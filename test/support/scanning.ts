import { createNetworkGuard } from "../../src/scanner/index.ts";
import type { ScanScope, SourceConnection } from "../../src/scanner/ports.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";

/** All there is. */
export const wholeScope: ScanScope = {
  databases: { includes: [], excludes: [] },
  schemas: { includes: [], excludes: [] },
  tables: { includes: [], excludes: [] },
  includeTables: true,
  includeViews: true,
};

export const silentProgress = { log: silentLogger, progress() {} };

/** Lets tests reach this machine. */
export const localGuard = createNetworkGuard({ allowedNetworks: ["127.0.0.0/8", "::1/128"] });

/** A connection from a URL. */
export function connectionOf(url: string): SourceConnection {
  const parsed = new URL(url);
  return {
    engine: "postgresql",
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    username: decodeURIComponent(parsed.username),
    password: new Secret(decodeURIComponent(parsed.password)),
    params: Object.fromEntries(parsed.searchParams),
  };
}
