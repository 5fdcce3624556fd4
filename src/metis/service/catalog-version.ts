import type { Clock } from "../../shared/clock.ts";
import { countTransactions, type StateDb } from "../../state/index.ts";

/** Tells caches whether the catalog may have changed. */
export interface CatalogVersion {
  /** the same store, whose transactions count as changes */
  readonly state: StateDb;
  /**
   * A number that differs after a change: at once after one of this process, within a second after one of another. `NaN`, which
   * equals nothing, while that is not known.
   */
  now(): number;
}

const maxAgeMs = 1_000;
/** so that a version that is asked for all the time is always known */
const askAfterMs = 500;

/** @param readSeq number of the newest change, by whichever process */
export function createCatalogVersion(state: StateDb, readSeq: () => Promise<number>, clock: Clock): CatalogVersion {
  const own = countTransactions(state);
  if (!state.capabilities.multiProcess) return { state: own.state, now: own.count };
  let seq: number | undefined;
  let changes = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking = false;

  const ask = (): void => {
    const at = clock.now();
    asking = true;
    readSeq().then(
      (read) => {
        if (read !== seq) changes++;
        seq = read;
        askedAt = at;
        asking = false;
      },
      () => {
        // INVARIANT: what cannot be asked gets too old to be believed
        asking = false;
      },
    );
  };
  return {
    state: own.state,
    now() {
      const age = Math.abs(clock.now() - askedAt);
      if (age >= askAfterMs && !asking) ask();
      return age < maxAgeMs ? own.count() + changes : Number.NaN;
    },
  };
}
