import type { SourceConnection, SourceHealth } from "../scanner/ports.ts";
import type { DepotSources, ScanDepot } from "./needs.ts";

/** What goes on at one address. */
interface Use {
  /** scans under way or waiting */
  scans: number;
  /** ends with the newest scan, however that ends */
  lastScan: Promise<void>;
  /** by database: the newest answer, for who asks during a scan */
  readonly health: Map<string, SourceHealth>;
  /** health checks under way */
  readonly checking: Set<Promise<unknown>>;
}

/**
 * Keeps health checks and scans of one address from meeting: scans go one after the other, whichever depots they are for.
 * WHY: a source may take one connection at a time; a check or another scan would fail, or cut the first scan off, and a scan that is
 * getting on proves more than a check.
 */
export function shareSources(
  sources: DepotSources,
  scan: ScanDepot,
): { readonly sources: DepotSources; readonly scan: ScanDepot } {
  const uses = new Map<string, Use>();
  const findUse = ({ engine, host, port }: SourceConnection): Use => {
    const key = JSON.stringify([engine, host.toLowerCase(), port]);
    const known = uses.get(key);
    if (known) return known;
    const use: Use = { scans: 0, lastScan: Promise.resolve(), health: new Map(), checking: new Set() };
    uses.set(key, use);
    return use;
  };
  return {
    sources: {
      engines: sources.engines,
      async health(connection, signal) {
        const use = findUse(connection);
        const known = use.health.get(connection.database);
        if (use.scans > 0 && known) return known;
        const check = sources.health(connection, signal);
        const ended = check.catch(() => {});
        use.checking.add(ended);
        try {
          const health = await check;
          use.health.set(connection.database, health);
          return health;
        } catch (error) {
          use.health.delete(connection.database);
          throw error;
        } finally {
          use.checking.delete(ended);
        }
      },
    },
    async scan(call) {
      const use = findUse(call.connection);
      const before = use.lastScan;
      const isWaiting = use.scans > 0;
      let end = (): void => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      // INVARIANT: whoever comes next waits for all before, also where one of them gave up waiting
      use.lastScan = before.then(() => ended);
      use.scans++;
      try {
        if (isWaiting) {
          call.progress.log.info(
            { depot: call.depot },
            "another scan of this source is under way; waiting for its end",
          );
          await orAborted(before, call.signal);
        }
        await Promise.all(use.checking);
        return await scan(call);
      } finally {
        use.scans--;
        end();
      }
    },
  };
}

/** `awaited`, unless `signal` comes first. @throws {unknown} the signal's reason */
async function orAborted(awaited: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([awaited, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
