/** What the journal and its moving thread say to each other. */
import type { Failure } from "./failure.ts";

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
