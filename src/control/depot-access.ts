import type { SourceConnection, SourceHealth } from "../scanner/ports.ts";
import type { DepotSources, ScanDepot } from "./needs.ts";

interface Use {
  /** scans under way */
  scans: number;
  /** the newest answer, for who asks during a scan */
  health: SourceHealth | undefined;
  /** a health check under way */
  checking: Promise<unknown>;
}

/**
 * Keeps health checks and scans of one source from meeting.
 * WHY: a source may take one connection at a time; a check during a scan would fail, or cut the scan off, and a scan that is getting
 * on proves more than a check.
 */
export function shareSources(
  sources: DepotSources,
  scan: ScanDepot,
): { readonly sources: DepotSources; readonly scan: ScanDepot } {
  const uses = new Map<string, Use>();
  const findUse = ({ engine, host, port, database }: SourceConnection): Use => {
    const key = JSON.stringify([engine, host, port, database]);
    const known = uses.get(key);
    if (known) return known;
    const use: Use = { scans: 0, health: undefined, checking: Promise.resolve() };
    uses.set(key, use);
    return use;
  };
  return {
    sources: {
      engines: sources.engines,
      async health(connection, signal) {
        const use = findUse(connection);
        if (use.scans > 0 && use.health) return use.health;
        const check = sources.health(connection, signal);
        use.checking = check.catch(() => {});
        try {
          use.health = await check;
        } catch (error) {
          use.health = undefined;
          throw error;
        }
        return use.health;
      },
    },
    async scan(call) {
      const use = findUse(call.connection);
      use.scans++;
      try {
        await use.checking;
        return await scan(call);
      } finally {
        use.scans--;
      }
    },
  };
}
