/** What Control keeps: its own store ports. Contracts: `test/contract/control-*.contract.ts`. */
import type { Transaction } from "kysely";
import type { DecisionObject } from "../shared/decision.ts";
import type { ObjectFilter } from "../shared/object-filter.ts";
import type { IncidentStore } from "./monitor/ports.ts";
import type { DeliveryStore } from "./pager/ports.ts";
import type {
  Condition,
  LogLine,
  ResourceEvent,
  ResourceFilter,
  ResourcePhase,
  ResourceRef,
  ResourceType,
  Run,
  RunFilter,
  RunJob,
  Workspace,
} from "./ports.ts";
import type { Alongside, Lease } from "./store-basics.ts";

export type { Alongside, Lease } from "./store-basics.ts";

/** A resource as it is kept. `manifest` never holds a secret value. */
export interface StoredResource {
  readonly uid: string;
  readonly ref: ResourceRef;
  readonly version: string;
  readonly description: string | undefined;
  readonly owner: string;
  readonly layer: string;
  readonly tags: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
  /** name that the manifest's positions are reported with */
  readonly file: string;
  /** dotted path -> place; kept where a later check reports places (policies and grants), else empty */
  readonly positions: ReadonlyMap<string, { readonly line: number; readonly column: number }>;
  readonly specHash: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly resourceVersion: number;
  readonly phase: ResourcePhase;
  readonly conditions: readonly Condition[];
  readonly runtime: string;
  /** who applied this generation */
  readonly actor: string;
  /** next time of its schedule; workflows only */
  readonly nextRunAt: string | undefined;
  /** what decisions about it look at */
  readonly object: DecisionObject;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A generation to be written. */
export interface ResourceChange {
  readonly uid: string;
  readonly ref: ResourceRef;
  readonly version: string;
  readonly description: string | undefined;
  readonly owner: string;
  readonly layer: string;
  readonly tags: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly positions: StoredResource["positions"];
  readonly specHash: string;
  readonly actor: string;
  readonly object: DecisionObject;
  readonly dependencies: readonly ResourceRef[];
  /** `undefined`: it is new; else the generation that the change was made from. What the loop wrote about it meanwhile stays. */
  readonly fromGeneration: number | undefined;
  /** the version that the caller has seen */
  readonly ifVersion?: number | undefined;
  readonly event: Omit<ResourceEvent, "at">;
}

/** A deletion to be begun: the resource moves to `Terminating`. */
export interface ResourceRemoval {
  readonly uid: string;
  readonly ref: ResourceRef;
  readonly fromGeneration: number;
  readonly ifVersion?: number | undefined;
  /** Whether it goes although others that stay need it. */
  readonly force: boolean;
  readonly event: Omit<ResourceEvent, "at">;
}

/** What the loop writes back. */
export interface StatusChange {
  readonly phase: ResourcePhase;
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly runtime: string;
  readonly nextRunAt: string | undefined;
}

/** One holder at a time by name. Writes made under a lease carry it and fail when somebody else took over. */
export interface LeaseStore {
  /**
   * The lease, if it is free or already the holder's own, or was not prolonged for `ttlMs` while this was asked again and again; else
   * `undefined`.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Prolongs it; `false`: somebody else holds it now. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /** Gives it up; nothing happens where somebody else holds it. */
  release(lease: Lease): Promise<void>;
}

export interface ResourcePage {
  readonly items: readonly { readonly cursor: string; readonly node: StoredResource }[];
  readonly hasNextPage: boolean;
}

/** Resources with their versions, events and dependencies. All live ones, where nothing else is said. */
export interface ResourceStore {
  find(ref: ResourceRef): Promise<StoredResource | undefined>;
  /** Also one that is gone. */
  findByUid(uid: string): Promise<StoredResource | undefined>;
  /** uids of all, in no order. */
  listUids(): Promise<readonly string[]>;
  /** By type, workspace and name. @throws {BadInputError} `after` is no cursor of this list */
  list(
    filter: ResourceFilter,
    visible: ObjectFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<ResourcePage>;
  /** All of these types, by type and name. */
  listAll(types?: readonly ResourceType[]): Promise<readonly StoredResource[]>;
  /** uids that the loop has not brought to their newest generation, or not yet to their end. */
  listUnsettled(): Promise<readonly string[]>;
  /** Live resources that need `ref`, by type and name. */
  dependents(ref: ResourceRef): Promise<readonly ResourceRef[]>;
  /**
   * Writes all changes, moves what goes to `Terminating`, and writes what comes alongside; or nothing.
   * @throws {ConflictError} one was changed meanwhile or has another version than `ifVersion`; a new one exists already; one would
   * need itself by others; one that goes without `force` is needed by one that stays
   */
  commit(
    changes: readonly ResourceChange[],
    alongside: Alongside,
    removals?: readonly ResourceRemoval[],
  ): Promise<void>;
  /** The first circle that the changes would close, from one of them back to it, each needing the next; `undefined`: none. */
  findCycle(
    changes: readonly Pick<ResourceChange, "ref" | "dependencies">[],
  ): Promise<readonly ResourceRef[] | undefined>;
  /** `false`: it was changed meanwhile, or the lease is lost; nothing is written then. */
  writeStatus(
    resource: StoredResource,
    status: StatusChange,
    events: readonly Omit<ResourceEvent, "at">[],
    lease: Lease,
  ): Promise<boolean>;
  /** The last step: `Terminated`, out of all lists; its history stays. `false` as above. */
  terminate(resource: StoredResource, lease: Lease, alongside: Alongside): Promise<boolean>;
  /** Oldest first, the newest 200; older ones are not kept. */
  events(uid: string): Promise<readonly ResourceEvent[]>;
  /** Newest first; the newest 100 are kept. */
  versions(uid: string): Promise<
    readonly {
      readonly generation: number;
      readonly at: string;
      readonly actor: string;
      readonly manifest: Readonly<Record<string, unknown>>;
    }[]
  >;
  /** Grows whenever a policy or grant is written or goes. */
  policyVersion(): Promise<number>;
}

/** One step in the history of a policy, grant, provider or use-case. */
export interface PolicyChange {
  readonly ref: ResourceRef;
  readonly generation: number;
  readonly at: string;
  /** `undefined`: it was deleted; the audit log tells by whom */
  readonly actor: string | undefined;
  readonly outcome: "written" | "deleted" | "approved";
  /** what decisions about it look at */
  readonly object: DecisionObject;
}

/** A policy, grant, provider or use-case as it was at some time. */
export interface PastPolicy {
  readonly uid: string;
  readonly ref: ResourceRef;
  readonly generation: number;
  readonly owner: string;
  readonly object: DecisionObject;
  /** of a grant that was approved by then */
  readonly approvedAt: string | undefined;
  /** of a grant for a single use: it is used up now */
  readonly isUsed: boolean;
}

/** Policies, grants, providers and use-cases through time. */
export interface PolicyHistoryStore {
  /** After `from` and up to `to` (RFC 3339), by time, type and name. */
  changes(from: string, to: string): Promise<readonly PolicyChange[]>;
  /** All that there were at `time`. @throws {ConflictError} what one of them said then is not kept any more */
  asOf(time: string): Promise<readonly PastPolicy[]>;
  /** What a generation says, and who wrote it. @throws {ConflictError} it is not kept any more */
  read(generation: Pick<PastPolicy, "uid" | "generation">): Promise<{
    readonly manifest: Readonly<Record<string, unknown>>;
    readonly actor: string;
  }>;
}

export interface WorkspaceStore {
  list(): Promise<readonly Workspace[]>;
  exists(name: string): Promise<boolean>;
  /** @throws {ConflictError} it exists */
  create(workspace: { readonly name: string; readonly description: string | undefined }): Promise<Workspace>;
  /** @throws {NotFoundError} @throws {ConflictError} it holds resources, which are named */
  delete(name: string, alongside: Alongside): Promise<void>;
}

/** A run as it is kept. */
export interface StoredRun extends Run {
  /** uid of the workflow */
  readonly uid: string;
  /** who applied the workflow */
  readonly actor: string;
  readonly cancelRequested: boolean;
}

export interface NewRun {
  readonly id: string;
  readonly uid: string;
  readonly workflow: string;
  readonly workspace: string;
  readonly generation: number;
  readonly trigger: Run["trigger"];
  /** what makes it the only one, e.g. `generation:3`, `schedule:2026-01-31T08:00:00.000Z` */
  readonly triggerKey: string;
  readonly actor: string;
  readonly requestedBy?: string;
  readonly rerunOf?: string;
  /** `kept`: succeeded already in the run that this one does again */
  readonly jobs: readonly { readonly name: string; readonly stack: string; readonly kept?: RunJob }[];
}

/** What must hold in the moment a run is made. */
export interface RunConditions {
  /** The lease under which the caller makes runs. */
  readonly lease?: Lease;
  /** No other run of the workflow is open. */
  readonly onlyIfIdle?: boolean;
}

/** A run that this process may carry out until its lease ends. */
export interface ClaimedRun {
  readonly run: StoredRun;
  readonly lease: Lease;
}

export type JobChange = Pick<RunJob, "name" | "state" | "tries" | "startedAt" | "finishedAt" | "message" | "result">;

/** Runs of workflows. A run belongs to one process at a time; what another one writes late is not taken. */
export interface RunStore {
  /**
   * `exists`: there is one with this trigger key; `busy`: another one is open; `lost`: somebody else holds the lease. Nothing is
   * written then.
   */
  create(run: NewRun, conditions?: RunConditions): Promise<"created" | "exists" | "busy" | "lost">;
  find(id: string): Promise<StoredRun | undefined>;
  /** Newest first. @throws {BadInputError} `after` is no cursor of this list */
  list(
    filter: RunFilter,
    visible: ObjectFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: StoredRun }[];
    readonly hasNextPage: boolean;
  }>;
  /** Newest first, at most `limit`. */
  ofWorkflow(uid: string, limit: number): Promise<readonly StoredRun[]>;
  /** Those that are pending or running, oldest first. */
  active(uid: string): Promise<readonly StoredRun[]>;
  /**
   * Takes waiting runs, and those of other holders that did not prolong their claim for `ttlMs` while this was asked again and again, or that were given up: these come back with `trigger` `resume`, one attempt more, and their
   * unfinished jobs waiting again. `orphans`: all running ones of other holders count as left (single-process stores at start).
   */
  claim(holder: string, ttlMs: number, limit: number, orphans: boolean): Promise<readonly ClaimedRun[]>;
  /** Prolongs the claim. `lost`: somebody else has it; `cancel`: somebody asked to end it. */
  renew(lease: Lease, ttlMs: number): Promise<"held" | "cancel" | "lost">;
  /** Whether the claim is still the holder's in this moment. */
  isHeld(lease: Lease): Promise<boolean>;
  /** Gives the claim up; whoever asks next takes the run up. */
  release(lease: Lease): Promise<void>;
  /** `false`: the claim is lost. */
  writeJob(lease: Lease, job: JobChange): Promise<boolean>;
  /** Ends it; jobs that have not ended get the same state. `false`: the claim is lost. */
  finish(lease: Lease, state: "succeeded" | "failed" | "cancelled", message: string | undefined): Promise<boolean>;
  /** Asks the process that has it to stop; one that nobody has ends at once. @throws {NotFoundError} */
  requestCancel(id: string): Promise<StoredRun>;
  /** Keeps the newest `keep` ended runs of a workflow, with their log lines. */
  prune(uid: string, keep: number): Promise<void>;
}

export interface NewLogLine {
  readonly uid: string;
  readonly level: LogLine["level"];
  readonly run: string | undefined;
  readonly job: string | undefined;
  readonly message: string;
  /** RFC 3339 */
  readonly at: string;
}

export interface LogStore {
  /** @param claim of the run that they are of. `false`: it is lost, and nothing is written */
  append(lines: readonly NewLogLine[], claim?: Lease): Promise<boolean>;
  /** Forgets all but the newest `keep` lines of a resource that are of no run. */
  trim(uid: string, keep: number): Promise<void>;
  /** Oldest first. `since`: RFC 3339; `after`: cursor. */
  read(
    uid: string,
    options: { readonly run?: string; readonly since?: string; readonly after?: string; readonly first: number },
  ): Promise<readonly LogLine[]>;
}

/** What was decided on one generation of a grant. */
export interface GrantDecision {
  readonly state: "approved" | "rejected";
  /** id of the user */
  readonly by: string;
  /** RFC 3339 */
  readonly at: string;
  readonly notes: string | undefined;
  /** of a grant for a single use: when it was used */
  readonly usedAt: string | undefined;
}

/** Decisions on grants. A new generation of a grant is undecided. */
export interface GrantStore {
  /** By `<uid>/<generation>`: those on the present generation of live grants. */
  decisions(): Promise<ReadonlyMap<string, GrantDecision>>;
  find(uid: string, generation: number): Promise<GrantDecision | undefined>;
  /** `false`: it is decided already, or this is not its generation any more. */
  decide(uid: string, generation: number, decision: Omit<GrantDecision, "usedAt">): Promise<boolean>;
  /** The same in the transaction that writes the generation; nothing where it is decided already. */
  record(
    tx: Transaction<unknown>,
    uid: string,
    generation: number,
    decision: Omit<GrantDecision, "usedAt">,
  ): Promise<void>;
  /** Uses it up. `true` for one caller only, over all processes; `false`: used already, or not approved. */
  consume(uid: string, generation: number, decisionId: string): Promise<boolean>;
}

/** A resource that a bundle has made, or found as its manifest has it. */
export interface BundlePart {
  readonly id: string;
  readonly ref: ResourceRef;
  readonly uid: string;
  /** the bundle made it; else it was there, and stays */
  readonly isOwn: boolean;
  /** of the bundle, when it was applied last */
  readonly bundleGeneration: number;
  /** of the resource, as the bundle applied it */
  readonly generation: number;
  /** of the resource before this generation of the bundle; `undefined`: it was not there */
  readonly formerGeneration: number | undefined;
}

/** How far a bundle is. */
export interface BundleRecord {
  /** of the bundle */
  readonly generation: number;
  readonly wanted: "create" | "delete";
  /** until when its schedule was followed; milliseconds since 1970 */
  readonly followedMs: number;
  /** all of this generation was tried without changing anything */
  readonly isChecked: boolean;
  /** all of this generation was made once */
  readonly isComplete: boolean;
  /** why this generation was taken back */
  readonly failure: string | undefined;
  /** in the order in which they were made */
  readonly parts: readonly BundlePart[];
  /** workspaces that it made */
  readonly workspaces: readonly string[];
}

/** What bundles have made. Writes are for who holds the lease; `false`: somebody else does, and nothing was written. */
export interface BundleStore {
  find(uid: string): Promise<BundleRecord | undefined>;
  write(uid: string, record: BundleRecord, lease: Lease): Promise<boolean>;
  /** The same in a transaction, which is to be given up on `false`. */
  writeIn(tx: Transaction<unknown>, uid: string, record: BundleRecord, lease: Lease): Promise<boolean>;
  remove(tx: Transaction<unknown>, uid: string): Promise<void>;
}

/** How one of the processes of a service or worker stands. */
export interface ReplicaStatus {
  /** of the resource, that it runs; 0: none yet */
  readonly generation: number;
  readonly state: "waiting" | "starting" | "ready" | "unready" | "backoff";
  /** how often it was started again in this generation */
  readonly restarts: number;
  /** how often in a row it did not last */
  readonly failures: number;
  readonly message: string | undefined;
}

export interface StoredReplica extends ReplicaStatus {
  readonly uid: string;
  /** 0, 1, … */
  readonly replica: number;
  /** the generation that is to run; 0: it is to end */
  readonly wanted: number;
  /** `undefined`: nobody runs it */
  readonly holder: string | undefined;
}

/** A replica that this process may run until its lease ends. */
export interface ClaimedReplica {
  readonly replica: StoredReplica;
  readonly lease: Lease;
}

/** Processes of services and workers. One belongs to one server process at a time. */
export interface ReplicaStore {
  /**
   * Makes the first `count` of a resource wanted in this generation, and all others unwanted; those of them that nobody runs are
   * forgotten. `false`: the lease of the control loop is lost.
   */
  want(uid: string, count: number, generation: number, lease: Lease): Promise<boolean>;
  /** By number. */
  of(uid: string): Promise<readonly StoredReplica[]>;
  /** Takes wanted ones that nobody runs, or whose holder has gone silent; see `RunStore.claim`. */
  claim(holder: string, ttlMs: number, limit: number, orphans: boolean): Promise<readonly ClaimedReplica[]>;
  /** Prolongs it and gives the generation that is to run; `undefined`: somebody else has it. */
  renew(lease: Lease, ttlMs: number): Promise<number | undefined>;
  /** Whether the claim is still the holder's in this moment. */
  isHeld(lease: Lease): Promise<boolean>;
  /** `false`: the claim is lost. */
  write(lease: Lease, status: ReplicaStatus): Promise<boolean>;
  /** Gives it up; one that is not wanted is forgotten. */
  release(lease: Lease): Promise<void>;
}

/** All of them, over one state store. */
export interface ControlStores {
  readonly resources: ResourceStore;
  readonly workspaces: WorkspaceStore;
  readonly runs: RunStore;
  readonly logs: LogStore;
  readonly leases: LeaseStore;
  readonly grants: GrantStore;
  readonly bundles: BundleStore;
  readonly policyHistory: PolicyHistoryStore;
  readonly replicas: ReplicaStore;
  readonly incidents: IncidentStore;
  readonly deliveries: DeliveryStore;
}
