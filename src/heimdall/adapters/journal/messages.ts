/** What the threads of the journal say to each other. */

export interface WriterData {
  readonly directory: string;
  readonly chain: string;
  /** the chain's first record, encoded */
  readonly start: string;
}

/** Entries, encoded, one per line. */
export interface WriteGroup {
  readonly id: number;
  readonly at: string;
  readonly entries: string;
}

export type WriteAnswer =
  | {
      readonly id: number;
      /** number of the group's first record */
      readonly seq: number;
      readonly prevHash: string;
      /** of 64 characters each, one after the other */
      readonly hashes: string;
      readonly segment: number;
      /** bytes of the segment that are durable */
      readonly end: number;
    }
  | { readonly id: number; readonly failure: Failure };

/** An error as it travels between threads. */
export interface Failure {
  readonly message: string;
  readonly full: boolean;
}

export interface MoverData {
  readonly directory: string;
  readonly stateFile: string;
}

export type MoveOrder =
  /** Moves what other processes left. */
  | { readonly do: "recover" }
  /** Moves all up to these ends; segments by number, all but the last are complete. */
  | { readonly do: "move"; readonly chain: string; readonly ends: readonly (readonly [segment: number, end: number])[] }
  /** Everything was moved: removes the last segment too. */
  | { readonly do: "finish"; readonly chain: string };

export type MoveAnswer =
  | { readonly damaged: readonly string[]; readonly failure?: undefined }
  | { readonly failure: Failure };
