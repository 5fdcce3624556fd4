import type { Clock } from "../../../shared/clock.ts";

/** How much longer than its time a claim is left alone by who has not watched it; clocks of processes may differ by this many times it. */
const tolerance = 10;

/** What other processes hold, as one process sees it. */
export interface WatchedClaims {
  /**
   * Whether its holder has gone silent: nothing about it changed for `ttlMs` of this process's own time, or it ended long ago.
   * Asking is what watches, so ask often.
   * @param mark changes whenever the holder prolongs the claim
   */
  isSilent(name: string, mark: string, until: string | null, ttlMs: number): boolean;
  /** Forgets all but these. */
  keep(names: ReadonlySet<string>): void;
}

/**
 * WHY: clocks of machines differ. A stamp of another machine's clock, compared with one's own, takes work away from who still does it;
 * how long a stamp stays as it is can be measured with one clock.
 */
export function createWatchedClaims(clock: Clock): WatchedClaims {
  const seen = new Map<string, { readonly mark: string; readonly sinceMs: number }>();
  return {
    isSilent(name, mark, until, ttlMs) {
      const now = clock.now();
      const known = seen.get(name);
      if (known?.mark === mark) {
        if (now - known.sinceMs >= ttlMs) return true;
      } else seen.set(name, { mark, sinceMs: now });
      return until === null || now - Date.parse(until) > tolerance * ttlMs;
    },
    keep(names) {
      for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
    },
  };
}
