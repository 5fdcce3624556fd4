import type { ObjectLister } from "../../heimdall/ports.ts";
import type { Catalog } from "../ports.ts";

/** The catalog with what the server needs to run it. */
export interface RunningCatalog extends Catalog {
  /** What Heimdall asks about objects that are named by URN or UDL address, and looks through in searches. */
  readonly objects: ObjectLister;
  /** Differs after a change of what `objects` says, of whichever process, within a second; `NaN` where that is not known. */
  version(): number;
  /** Starts feeding the projections. Idempotent. */
  start(): Promise<void>;
  /** Ends feeding; resolves when what was under way is done. Idempotent. */
  stop(): Promise<void>;
  /** How many changes each projection is behind the log. @throws {UnavailableError} its engine is down */
  projectionLag(): Promise<{ readonly search: number; readonly lineage: number }>;
}
