/** Incidents: what monitors found, how it is kept. Contract: `test/contract/incident-store.contract.ts`. */
import type { ObjectFilter } from "../../shared/object-filter.ts";
import type { NewDelivery } from "../pager/ports.ts";
import type { Alongside, Lease } from "../store-basics.ts";

export const incidentStates = ["open", "acknowledged", "resolved"] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Something a monitor found. While it lasts there is one for each key of a monitor. */
export interface Incident {
  readonly id: string;
  /** uid of the monitor */
  readonly uid: string;
  readonly monitor: string;
  readonly workspace: string;
  /** what tells it from other incidents of the monitor, e.g. labels of a series; `""` where there is one only */
  readonly key: string;
  readonly state: IncidentState;
  /** as the monitor's `incident.name`, else the monitor's name */
  readonly name: string;
  readonly severity: string | undefined;
  /** in a sentence: what was found at last */
  readonly message: string;
  /** what pagers see: `properties`, `monitor`, `equationContext`… */
  readonly document: Readonly<Record<string, unknown>>;
  /** how often it was found */
  readonly count: number;
  readonly openedAt: string;
  readonly lastSeenAt: string;
  /** time of the schedule for which it was found at last */
  readonly lastDueAt: string;
  readonly resolvedAt: string | undefined;
  /** why it was resolved, where that is not that the condition is gone */
  readonly resolution: string | undefined;
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgedAt: string | undefined;
  readonly notes: string | undefined;
}

export interface IncidentFilter {
  readonly monitor?: string;
  readonly workspace?: string;
  readonly state?: IncidentState;
}

/** Changes of a monitor's incidents, made together. */
export interface IncidentChanges {
  readonly opened: readonly Incident[];
  /** found again: count, times, message and document are new */
  readonly seen: readonly Incident[];
  readonly resolved: readonly Incident[];
  /** what pagers send because of them */
  readonly deliveries: readonly NewDelivery[];
}

export interface IncidentStore {
  /** Those of a monitor that are not resolved, oldest first. */
  unresolved(uid: string): Promise<readonly Incident[]>;
  /**
   * Writes all or nothing; who acknowledged one meanwhile stays.
   * @param lease under which the caller writes. `false`: it is lost, or one of the opened ones is open already; nothing is written
   */
  write(changes: IncidentChanges, lease: Lease): Promise<boolean>;
  find(id: string): Promise<Incident | undefined>;
  /** Newest first. @throws {BadInputError} `after` is no cursor of this list */
  list(
    filter: IncidentFilter,
    visible: ObjectFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Incident }[];
    readonly hasNextPage: boolean;
  }>;
  /** `undefined`: it is resolved, or not there. An acknowledged one gets the new name and notes. */
  acknowledge(id: string, by: string, notes: string | undefined): Promise<Incident | undefined>;
  /** Resolves all of a monitor that goes, in the transaction that removes it. */
  resolveAll(uid: string, resolution: string): Alongside;
  /** Keeps the newest `keep` resolved ones of a monitor, and of those what is younger than `sinceMs`. */
  prune(uid: string, keep: number, since: string): Promise<void>;
}
