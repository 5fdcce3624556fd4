import type { LineageResult, LineageStore } from "../ports.ts";
import type { Direction, LineageReader } from "./reader.ts";
import type { Sightings } from "./sightings.ts";

export type WalkRequest = Parameters<LineageStore["walk"]>[0];
export type WalkResult = Awaited<ReturnType<LineageStore["walk"]>>;

/** The state of one walk. */
export interface Walk {
  readonly reader: LineageReader;
  readonly request: WalkRequest;
  readonly sightings: Sightings;
  /** the nodes of the answer, with their distance */
  readonly hopsOf: Map<string, number>;
  /** what was reached in each direction; at most the nodes of the answer */
  readonly reached: ReadonlyMap<Direction, Set<string>>;
  isLate(): boolean;
}

/** Why a walk ended early, and the nodes of the answer that may have more neighbours than it shows. */
export interface Cut {
  readonly reason: Extract<LineageResult["completeness"], { state: "truncated" }>["reason"];
  readonly at: ReadonlySet<string>;
}
