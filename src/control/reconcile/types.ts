import type { Condition, ResourceEvent, ResourcePhase } from "../ports.ts";
import type { Alongside, StoredResource } from "../stores.ts";

/** A condition as a reconciler sees it; the loop adds when it changed. */
export type ConditionState = Omit<Condition, "lastTransitionTime">;

/** What a step came to. */
export interface Outcome {
  readonly phase: Exclude<ResourcePhase, "Terminating" | "Terminated">;
  /** the `Ready` condition */
  readonly ready: Omit<ConditionState, "type">;
  /** others, which replace all that were there */
  readonly conditions?: readonly ConditionState[];
  /** default `` */
  readonly runtime?: string;
  readonly nextRunAt?: string | undefined;
  readonly events?: readonly Omit<ResourceEvent, "at">[];
  /** Look again after this time. With `backoff` it grows with each attempt instead. */
  readonly requeueAfterMs?: number;
  readonly backoff?: boolean;
}

/** One per type. Takes what is there, moves one step, may run any number of times. */
export interface Reconciler {
  /** Whether it talks to nothing but the state store, so that callers may wait for it. */
  readonly isLocal: boolean;
  /** Nothing is done with what it needs, so it does not wait for it. */
  readonly isKeptOnly?: boolean;
  /**
   * Brings the world to the manifest. Throws: tried again with growing delays. Throws `TerminalError`: condition `Ready=False`,
   * and nothing more until the manifest, or what it needs, changes.
   */
  reconcile(resource: StoredResource, signal: AbortSignal): Promise<Outcome>;
  /** Takes it back. `undefined`: not done yet, ask again. What it gives is written together with the last step. */
  finalize(resource: StoredResource, signal: AbortSignal): Promise<Alongside | undefined>;
}

/** What only a new manifest can mend. `reason` is a CamelCase word. */
export class TerminalError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TerminalError";
    this.reason = reason;
  }
}

/** The outcome of what is done. */
export function active(message: string, more: Partial<Outcome> = {}): Outcome {
  return { phase: "Active", ready: { status: "True", reason: "Ready", message }, ...more };
}

/** Nothing to take back or to write. */
export const nothingAlongside: Alongside = async () => {};
