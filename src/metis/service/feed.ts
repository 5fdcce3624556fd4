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
