import type { LogRow } from "../adapters/state/index.ts";

/** How the catalog's log reaches one projection. */
export interface Feed {
  /** Sequence number up to which the live projection is applied. @throws {UnavailableError} its engine is down */
  appliedSeq(): Promise<number>;
  /**
   * Applies changes that follow each other in the log. Entities are read as they are now, which may be later than
   * the changes say: the projection keeps what is newest.
   */
  apply(changes: readonly LogRow[]): Promise<void>;
  /**
   * Builds it anew from what is stored and says how to go on.
   * @param seq sequence number that was reached before the building starts
   */
  beginRebuild(seq: number): Promise<FeedRebuild>;
}

export interface FeedRebuild {
  /** feeds the new one */
  readonly feed: Pick<Feed, "apply" | "appliedSeq">;
  /** What the new one holds and what it should hold; equal when it is complete. */
  verify(): Promise<{ readonly found: number; readonly expected: number }>;
  /** Makes it live. */
  swap(): Promise<void>;
  /** Drops it. */
  abandon(): Promise<void>;
}

/** A store that can be built anew beside the live one. */
interface Rebuildable<Store> {
  appliedSeq(): Promise<number>;
  beginRebuild(): Promise<{ readonly store: Store; swap(): Promise<void>; abandon(): Promise<void> }>;
}

/**
 * The feed of a projection into `target`.
 * @param steps `fill` builds an empty store from what is stored; `verify` compares it with that
 */
export function createFeed<Store extends Rebuildable<Store>>(
  target: Store,
  steps: {
    apply(target: Store, changes: readonly LogRow[]): Promise<void>;
    fill(target: Store, seq: number): Promise<void>;
    verify(target: Store): ReturnType<FeedRebuild["verify"]>;
  },
): Feed {
  return {
    appliedSeq: () => target.appliedSeq(),
    apply: (changes) => steps.apply(target, changes),
    async beginRebuild(seq) {
      const rebuild = await target.beginRebuild();
      const { store } = rebuild;
      try {
        await steps.fill(store, seq);
      } catch (error) {
        await rebuild.abandon();
        throw error;
      }
      return {
        feed: { appliedSeq: () => store.appliedSeq(), apply: (changes) => steps.apply(store, changes) },
        verify: () => steps.verify(store),
        swap: () => rebuild.swap(),
        abandon: () => rebuild.abandon(),
      };
    },
  };
}
