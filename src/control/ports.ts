/** What Control offers to the rest: resources, workspaces, runs, logs. */
import type { Authorized, CallContext, PolicyDocument } from "../heimdall/ports.ts";
import type { Problem } from "../shared/errors.ts";
import type { Incident, IncidentFilter } from "./monitor/ports.ts";
import type { Delivery } from "./pager/ports.ts";

export { type Incident, type IncidentFilter, type IncidentState, incidentStates } from "./monitor/ports.ts";
export type { Delivery } from "./pager/ports.ts";

export const resourceTypes = [
  "instance-secret",
  "secret",
  "depot",
  "policy",
  "grant",
  "provider",
  "use-case",
  "workflow",
  "service",
  "worker",
  "monitor",
  "pager",
  "compute",
  "cluster",
  "volume",
  "database",
  "lakehouse",
  "bundle",
  "product",
  "operator",
  "stack",
  "user",
  "role",
  "object-type",
] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** Instance-level types have no workspace. */
export const workspaceTypes: ReadonlySet<ResourceType> = new Set([
  "secret",
  "workflow",
  "service",
  "worker",
  "monitor",
  "pager",
  "cluster",
  "volume",
  "database",
  "lakehouse",
]);

export type ResourcePhase = "Pending" | "Provisioning" | "Running" | "Active" | "Terminating" | "Terminated";

export interface ResourceRef {
  readonly type: ResourceType;
  readonly name: string;
  /** `undefined` for instance-level types */
  readonly workspace: string | undefined;
}

export interface Condition {
  /** e.g. `Ready`, `DependenciesReady`, `Healthy` */
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** CamelCase word */
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** A resource next to another one; `status` undefined: absent, or not to be seen. */
export interface ResourceLink {
  readonly ref: ResourceRef;
  readonly status: string | undefined;
}

export interface ResourceLinks {
  readonly dependencies: readonly ResourceLink[];
  readonly dependents: readonly ResourceLink[];
}

export interface Resource {
  readonly ref: ResourceRef;
  readonly urn: string;
  readonly uid: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly owner: string;
  readonly layer: string;
  readonly tags: readonly string[];
  /** The manifest without secret values: those read `[redacted]`. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly generation: number;
  readonly observedGeneration: number;
  /** Optimistic lock; changes with every write. */
  readonly resourceVersion: number;
  readonly phase: ResourcePhase;
  readonly conditions: readonly Condition[];
  /** `active pending error deleted`, as `get` shows it */
  readonly status: string;
  /** `"" running succeeded failed cancelled next:<time>` */
  readonly runtime: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ResourceEvent {
  readonly at: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface ManifestDocument {
  /** name that positions are reported with */
  readonly file: string;
  readonly text: string;
}

export interface ApplyRequest {
  readonly documents: readonly ManifestDocument[];
  /** values for `${VAR}`; not used with `disableInterpolation` */
  readonly variables: ReadonlyMap<string, string>;
  readonly disableInterpolation: boolean;
  /** for documents that name none; default `public` */
  readonly workspace: string;
  readonly dryRun: boolean;
  /** Versions that the caller has seen of resources that the documents are about; 0: it takes one for absent. */
  readonly ifVersions?: readonly { readonly ref: ResourceRef; readonly resourceVersion: number }[];
  /** Deletes, in the same step, what carries all of `tags`, may be seen, and is in none of the documents. */
  readonly prune?: {
    /** at least one */
    readonly tags: readonly string[];
    /** What the caller has seen that would go; anything else that would go refuses the call. */
    readonly expected?: readonly ResourceRef[];
  };
}

export interface RollbackRequest {
  readonly ref: ResourceRef;
  /** generation to go back to; `undefined`: the one before the present */
  readonly to: number | undefined;
  readonly ifVersion: number | undefined;
  readonly dryRun: boolean;
}

export interface AppliedResource {
  readonly ref: ResourceRef;
  /** as written, or the type's default */
  readonly version: string;
  /** `deleted`: pruned, or by a rollback of policies */
  readonly outcome: "created" | "updated" | "unchanged" | "deleted";
  readonly generation: number;
  /** the policy or grant that is created, updated or, without `spec`, deleted, as Heimdall reads it */
  readonly policy?: PolicyDocument;
  /** unified diff of the redacted manifests; empty when unchanged */
  readonly diff: string;
  readonly warnings: readonly Problem[];
}

/** A version of all policies together, and what made it. */
export interface PolicyVersion {
  /** hash of what they say, as on decisions */
  readonly version: string;
  /** when it went live, RFC 3339 */
  readonly since: string;
  /** by time; none where the policies that come with the server changed, or where one may not see what did */
  readonly changes: readonly {
    readonly ref: ResourceRef;
    readonly generation: number;
    readonly outcome: "written" | "deleted" | "approved";
    readonly at: string;
    /** `undefined`: it was deleted; the audit log tells by whom */
    readonly actor: string | undefined;
  }[];
}

/** What a rollback does, or would do. */
export interface PolicyRollback {
  /** the moment whose policies are live again */
  readonly at: string;
  /** those that change, and grants that have to be approved again (a warning says so); none: the policies are what they were */
  readonly resources: readonly AppliedResource[];
}

export const runStates = ["pending", "running", "succeeded", "failed", "cancelled"] as const;
export type RunState = (typeof runStates)[number];

export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly workspace: string;
  /** of the workflow that it carries out */
  readonly generation: number;
  readonly state: RunState;
  readonly trigger: "apply" | "schedule" | "manual" | "rerun" | "resume";
  readonly attempt: number;
  /** who asked for it by hand; `undefined`: a schedule or an apply */
  readonly requestedBy: string | undefined;
  /** id of the run that it does again */
  readonly rerunOf: string | undefined;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly message: string | undefined;
  readonly jobs: readonly RunJob[];
}

export interface RunJob {
  readonly name: string;
  readonly stack: string;
  readonly state: RunState;
  /** how often it was tried in this attempt of the run; 0 where it was not */
  readonly tries: number;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly message: string | undefined;
  /** small counts and facts a job leaves, e.g. `{created: 120}` */
  readonly result: Readonly<Record<string, unknown>> | undefined;
}

export interface LogLine {
  readonly cursor: string;
  readonly at: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly run: string | undefined;
  readonly job: string | undefined;
  readonly message: string;
}

export interface Workspace {
  readonly name: string;
  readonly description: string | undefined;
  readonly createdAt: string;
}

export type GrantState = "requested" | "approved" | "rejected" | "expired" | "used";

/** A grant, or the request for one. */
export interface Grant {
  readonly name: string;
  readonly uid: string;
  /** it was asked for, not given at once */
  readonly isRequest: boolean;
  readonly state: GrantState;
  readonly useCase: string;
  readonly subjects: readonly string[];
  /** as written: atom id -> list of variable -> value */
  readonly values: unknown;
  readonly collection: string;
  readonly requester: string;
  /** who applied it */
  readonly creator: string;
  readonly notes: string | undefined;
  /** RFC 3339; not included any more */
  readonly until: string | undefined;
  /** how long it lasts from its approval on, as written */
  readonly duration: string | undefined;
  readonly singleUse: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly decidedBy: string | undefined;
  readonly decidedAt: string | undefined;
  readonly decisionNotes: string | undefined;
  readonly usedAt: string | undefined;
}

/** The lifecycle controller as the API uses it. */
export interface Control {
  /**
   * Creates or updates all documents or none. Each resource is decided by Heimdall inside (`resource.create|update`, a policy's
   * `escalate` rule included), because what is touched is known only after parsing.
   * With `prune` what goes comes last in the answer; each is decided by `resource.delete`.
   * @throws {BadInputError} with every fault of every document, by place; circles of needs are among them
   * @throws {ForbiddenError} with every resource that was refused
   * @throws {ConflictError} one was changed meanwhile, has another version than `ifVersions` says (both are told), or what would be
   * pruned is needed by what stays or was not expected
   */
  apply(call: CallContext, request: ApplyRequest): Promise<readonly AppliedResource[]>;
  /**
   * Applies a former manifest again, as a new generation, through all that `apply` looks at. Secret values are not in the history: the
   * present ones stay.
   * @throws {NotFoundError} there is no such resource that may be seen, or it has no such generation
   */
  rollback(call: CallContext, request: RollbackRequest): Promise<AppliedResource>;
  /**
   * With `dryRun` everything is checked and nothing changes.
   * @throws {ConflictError} others depend on it (named) and `force` is not set, or `ifVersion` differs
   */
  delete(
    auth: Authorized<"resource.delete">,
    ref: ResourceRef,
    options: { readonly force: boolean; readonly ifVersion?: number; readonly dryRun?: boolean },
  ): Promise<void>;
  /** @throws {NotFoundError} absent or not visible */
  get(auth: Authorized<"resource.read">, ref: ResourceRef): Promise<Resource>;
  list(
    auth: Authorized<"resource.read">,
    filter: ResourceFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Resource }[];
    readonly hasNextPage: boolean;
  }>;
  /** Every grant and request that may be seen, by name. */
  grants(auth: Authorized<"resource.read">): Promise<readonly Grant[]>;
  /**
   * Approves or rejects a request for a grant. With `dryRun` everything is checked and nothing changes.
   * @throws {ForbiddenError} it is one's own, or gives what one does not hold
   * @throws {ConflictError} it is decided already, or was changed meanwhile
   */
  decideGrant(
    auth: Authorized<"grant.approve">,
    name: string,
    answer: { readonly approve: boolean; readonly notes: string | undefined; readonly dryRun: boolean },
  ): Promise<Grant>;
  /** Versions of the policies that went live, newest first, with the changes that `resources` lets see. */
  policyVersions(
    auth: Authorized<"policy.read">,
    resources: Authorized<"resource.read">,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: PolicyVersion }[];
    readonly hasNextPage: boolean;
  }>;
  /**
   * Brings policies, grants, providers and use-cases back to what they were, all or nothing and checked like an apply: those that
   * changed as new generations, those that were deleted since as new ones; those that are newer go. Inside it decides by
   * `resource.create|update|delete`. Grants that were approved on request come back as requests; used-up ones do not come back.
   * @param to a version of `policyVersions`, 6 characters of it at least, or a time (RFC 3339)
   * @throws {BadInputError} `to` is neither @throws {ForbiddenError} with every refusal; or something of it may not be seen
   * @throws {ConflictError} nobody could change policies any more; or what there was is not kept any more
   */
  rollbackPolicies(
    call: CallContext,
    request: { readonly to: string; readonly dryRun: boolean },
  ): Promise<PolicyRollback>;
  events(auth: Authorized<"resource.read">, ref: ResourceRef): Promise<readonly ResourceEvent[]>;
  /** What its manifest names as needed, in that order, and by type and name the first 100 live ones that need it and may be seen. */
  links(auth: Authorized<"resource.read">, ref: ResourceRef): Promise<ResourceLinks>;
  /**
   * Unified diff of the redacted manifests of two generations; empty: they are the same.
   * @param between `to`: default the present one; `from`: default the one before `to`
   * @throws {NotFoundError} one is not kept (any more)
   */
  diff(
    auth: Authorized<"resource.read">,
    ref: ResourceRef,
    between: { readonly from: number | undefined; readonly to: number | undefined },
  ): Promise<string>;
  /** Manifests of the newest 100 generations, newest first, redacted. */
  versions(
    auth: Authorized<"resource.read">,
    ref: ResourceRef,
  ): Promise<
    readonly {
      readonly generation: number;
      readonly at: string;
      readonly actor: string;
      readonly manifest: Readonly<Record<string, unknown>>;
    }[]
  >;
  runs(
    auth: Authorized<"run.read">,
    filter: RunFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Run }[];
    readonly hasNextPage: boolean;
  }>;
  /** @throws {NotFoundError} absent or not visible */
  getRun(auth: Authorized<"run.read">, runId: string): Promise<Run>;
  /** @throws {ConflictError} the workflow cannot run now, or one of its runs has not ended and it takes one at a time */
  startRun(auth: Authorized<"workflow.run">, ref: ResourceRef): Promise<Run>;
  /** Asks it to end; a run that a process has in hand ends a moment later. One that has ended stays as it is. */
  cancelRun(auth: Authorized<"workflow.run">, runId: string): Promise<Run>;
  /**
   * Runs the workflow, as it is now, again. With `fromFailed` jobs that succeeded in that run are not run again, unless they or what they
   * need have changed since.
   * @throws {ConflictError} it has not ended, or nothing of it is left to do again
   */
  rerun(auth: Authorized<"workflow.run">, runId: string, options: { readonly fromFailed: boolean }): Promise<Run>;
  /** What monitors found, newest first. */
  incidents(
    auth: Authorized<"incident.read">,
    filter: IncidentFilter,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Incident }[];
    readonly hasNextPage: boolean;
  }>;
  /** @throws {NotFoundError} absent or not visible */
  getIncident(auth: Authorized<"incident.read">, id: string): Promise<Incident>;
  /** Says that somebody takes care of it. @throws {NotFoundError} @throws {ConflictError} it is resolved */
  acknowledgeIncident(
    auth: Authorized<"incident.acknowledge">,
    id: string,
    notes: string | undefined,
  ): Promise<Incident>;
  /** What a pager sends and has sent, newest first. @throws {NotFoundError} absent or not visible */
  deliveries(
    auth: Authorized<"resource.read">,
    pager: ResourceRef,
    page: { readonly first: number; readonly after: string | undefined },
  ): Promise<{
    readonly items: readonly { readonly cursor: string; readonly node: Delivery }[];
    readonly hasNextPage: boolean;
  }>;
  /** Oldest first. `since`: RFC 3339; `after`: cursor to go on from. */
  logs(
    auth: Authorized<"log.read">,
    ref: ResourceRef,
    options: { readonly run?: string; readonly since?: string; readonly after?: string; readonly first: number },
  ): Promise<readonly LogLine[]>;
  listWorkspaces(auth: Authorized<"workspace.read">): Promise<readonly Workspace[]>;
  createWorkspace(
    auth: Authorized<"workspace.create">,
    workspace: { readonly name: string; readonly description: string | undefined },
  ): Promise<Workspace>;
  /** @throws {ConflictError} it is not empty, or it is `public` */
  deleteWorkspace(auth: Authorized<"workspace.delete">, name: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunFilter {
  readonly workflow?: string;
  readonly workspace?: string;
  readonly state?: RunState;
}

export interface ResourceFilter {
  readonly type?: ResourceType;
  readonly name?: string;
  readonly workspace?: string;
  readonly owner?: string;
  readonly tags?: readonly string[];
}
