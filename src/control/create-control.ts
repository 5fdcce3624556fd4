import { recordChange } from "../heimdall/audit/index.ts";
import type {
  AuditLog,
  Authorized,
  Authorizer,
  CallContext,
  IdentityStore,
  ObjectDirectory,
  ObjectRegistry,
  PolicyChecker,
} from "../heimdall/ports.ts";
import type { Catalog } from "../metis/ports.ts";
import type { NamePattern } from "../scanner/ports.ts";
import { type Clock, toTimestamp } from "../shared/clock.ts";
import { BadInputError, ConflictError, NotFoundError } from "../shared/errors.ts";
import type { IdSource } from "../shared/ids.ts";
import type { Logger } from "../shared/logger.ts";
import { matchesFilter } from "../shared/object-filter.ts";
import { formatUrn } from "../shared/urn.ts";
import type { StateDb } from "../state/index.ts";
import { createStateControlStores } from "./adapters/state/index.ts";
import { type Applied, createApplier, type Rollback } from "./apply.ts";
import { createConnections, type FindSubject } from "./connections.ts";
import type { ManagedDatabases } from "./database/managed-databases.ts";
import { createDeleter } from "./delete.ts";
import { dependenciesOf } from "./dependencies.ts";
import { describeWorkspace, nameOf, resourceUrn, toResource } from "./describe.ts";
import { decideGrant, listGrants } from "./grants.ts";
import { createHistory } from "./history.ts";
import { createLeadership } from "./leadership.ts";
import { isName, readStoredSpec, workspaceNameRule } from "./manifest/index.ts";
import { createMonitorReconciler, createObserve } from "./monitor/index.ts";
import type { Incident } from "./monitor/ports.ts";
import type { DepotSources, LivePolicies, OpenSql, ReadSql, ScanDepot, StackRunner } from "./needs.ts";
import {
  createDeliveryWorker,
  createPagerReconciler,
  createPlanDeliveries,
  createSendDelivery,
} from "./pager/index.ts";
import type { SendHttp, SendMail } from "./pager/ports.ts";
import { createPolicyHistory } from "./policy-history.ts";
import type { ApplyRequest, Control, ResourceLink, ResourceRef, Run } from "./ports.ts";
import { createBundleReconciler } from "./reconcile/bundle.ts";
import { computeReconciler } from "./reconcile/compute.ts";
import { createControlLoop } from "./reconcile/control-loop.ts";
import { createDatabaseReconciler } from "./reconcile/database.ts";
import { createDeclaredReconciler } from "./reconcile/declared.ts";
import { createDepotReconciler } from "./reconcile/depot.ts";
import { createRoleReconciler, createUserReconciler } from "./reconcile/identity.ts";
import { createKeptReconciler, noDriverReason } from "./reconcile/kept.ts";
import { createObjectTypeReconciler } from "./reconcile/object-type.ts";
import { createPolicyReconciler } from "./reconcile/policy.ts";
import { createSecretReconciler } from "./reconcile/secret.ts";
import { createServiceReconciler } from "./reconcile/service.ts";
import { createVolumeReconciler } from "./reconcile/volume.ts";
import { createWorkflowReconciler } from "./reconcile/workflow.ts";
import { createRemovals } from "./removals.ts";
import type { SecretStore } from "./secrets/index.ts";
import { createServiceManager } from "./service/service-manager.ts";
import type { StoredResource, StoredRun } from "./stores.ts";
import { createVisibleFinder, isAbout } from "./visible.ts";
import { createVolumeFolders } from "./volume/volume-folders.ts";
import { createVolumeMounts } from "./volume/volume-mounts.ts";
import { createComputeSlots } from "./workflow/compute-limits.ts";
import { createJobSecrets } from "./workflow/job-secrets.ts";
import { createRunRequests } from "./workflow/run-requests.ts";
import { createRunWorker } from "./workflow/run-worker.ts";
import { createStackRegistry } from "./workflow/stack-registry.ts";
import { createScannerStack } from "./workflow/stacks/scanner.ts";
import { createSqlStack } from "./workflow/stacks/sql.ts";

export interface ControlOptions {
  /** with `controlMigrations` and `secretMigrations` run */
  readonly state: StateDb;
  readonly secrets: SecretStore;
  readonly authorizer: Authorizer;
  readonly audit: Pick<AuditLog, "append" | "list">;
  readonly policyChecker: PolicyChecker;
  readonly livePolicies: LivePolicies;
  readonly identity: IdentityStore;
  readonly objects: Pick<ObjectRegistry, "judgeManifest" | "findFaults">;
  readonly objectDirectory: ObjectDirectory;
  /** Who an id stands for now, with all tags; `undefined`: nobody. */
  readonly findSubject: FindSubject;
  readonly sources: DepotSources;
  readonly catalog: Pick<Catalog, "beginScan">;
  readonly scan: ScanDepot;
  /** Compiles a filter pattern of a scan. @throws {BadInputError} it is wrong */
  readonly checkNames: (pattern: NamePattern, setting: string) => unknown;
  readonly openSql: OpenSql;
  /** The PostgreSQL that databases are made on; absent: none is. */
  readonly databases?: ManagedDatabases;
  /** Folder of all volumes; absent: there are none. */
  readonly volumesDir?: string;
  readonly readSql: ReadSql;
  /** What `/metrics` gives now, for monitors. */
  readonly readMetrics: () => string;
  readonly sendHttp: SendHttp;
  /** absent: no mail server is configured */
  readonly sendMail?: SendMail | undefined;
  /** Stacks besides `scanner:2.0` and `sql:1.0`. */
  readonly stacks?: readonly StackRunner[];
  readonly clock: Clock;
  readonly ids: IdSource;
  /** 0..1, spreads retries; default `Math.random` */
  readonly random?: () => number;
  readonly logger: Logger;
}

/** Control, and what a process needs to run it. */
export interface ControlRuntime extends Control {
  /** Resolves when nothing is being reconciled and nothing is due; runs go on. */
  whenIdle(): Promise<void>;
}

const pollMs = 1000;
const maxLogLines = 5000;
const mostDependents = 100;

/** The lifecycle controller over one state store. Nothing moves before `start`. */
export function createControl(options: ControlOptions): ControlRuntime {
  const { state, secrets, authorizer, audit, clock, ids, findSubject } = options;
  const logger = options.logger.child({ component: "control" });
  const random = options.random ?? Math.random;
  const stores = createStateControlStores(state, { clock, ids });
  const { resources, runs, workspaces } = stores;
  const isShared = state.capabilities.multiProcess;
  // WHY: where one process at a time uses the store, whatever a former one held is free at once
  const holder = isShared ? ids.uuid() : "the-only-process";

  const connections = createConnections({ resources, secrets, authorizer, findSubject });
  const scanner = createScannerStack({
    resources,
    connections,
    authorizer,
    catalog: options.catalog,
    scan: options.scan,
    checkNames: options.checkNames,
  });
  const sql = createSqlStack({ resources, connections, authorizer, openSql: options.openSql });
  const stacks = createStackRegistry([scanner, sql, ...(options.stacks ?? [])]);
  const readSecrets = createJobSecrets({ resources, secrets, authorizer });
  const slots = createComputeSlots();
  const folders = options.volumesDir === undefined ? undefined : createVolumeFolders(options.volumesDir);
  const mounts = createVolumeMounts(resources, folders);
  const services = createServiceManager({
    replicas: stores.replicas,
    resources,
    logs: stores.logs,
    secrets,
    stacks,
    authorizer,
    findSubject,
    readSecrets,
    slots,
    mounts,
    holder: ids.uuid(),
    isShared,
    onChange: (uid) => loop.enqueue(uid),
    clock,
    random,
    logger,
  });
  const worker = createRunWorker({
    runs,
    resources,
    readSecrets,
    slots,
    mounts,
    logs: stores.logs,
    stacks,
    authorizer,
    findSubject,
    // SECURITY: a run's claim is told apart by its token; the name says which process to ask
    holder: ids.uuid(),
    isShared,
    onChange: (uid) => loop.enqueue(uid),
    onFailed: (workflow) => void lookAtNeeds(workflow),
    clock,
    random,
    logger,
  });
  const secretReconciler = createSecretReconciler(secrets);
  const noDriver = createKeptReconciler(secrets, noDriverReason);
  const serviceReconciler = createServiceReconciler({
    replicas: stores.replicas,
    stacks,
    secrets,
    lease: () => leadership.lease(),
    notify: services.notify,
  });
  const policyReconciler = createPolicyReconciler(options.livePolicies, stores.grants);
  const deliveryWorker = createDeliveryWorker({
    deliveries: stores.deliveries,
    resources,
    send: createSendDelivery({ secrets, sendHttp: options.sendHttp, sendMail: options.sendMail, clock }),
    holder: ids.uuid(),
    isShared,
    onChange: (uid) => loop.enqueue(uid),
    clock,
    random,
    logger,
  });
  const monitor = createMonitorReconciler({
    incidents: stores.incidents,
    observe: createObserve({
      resources,
      runs,
      connections,
      secrets,
      authorizer,
      findSubject,
      readSql: options.readSql,
      readMetrics: options.readMetrics,
      clock,
    }),
    planDeliveries: createPlanDeliveries({ resources, authorizer, findSubject, newId: () => ids.uuid(), logger }),
    onDeliveries(pagers) {
      deliveryWorker.notify();
      for (const uid of pagers) loop.enqueue(uid);
    },
    secrets,
    readMetrics: options.readMetrics,
    lease: () => leadership.lease(),
    enqueue: (uid) => loop.enqueue(uid),
    clock,
    ids,
    logger,
  });
  const loop = createControlLoop({
    resources,
    reconcilers: {
      "instance-secret": secretReconciler,
      secret: secretReconciler,
      depot: createDepotReconciler({ connections, sources: options.sources, secrets }),
      policy: policyReconciler,
      grant: policyReconciler,
      provider: policyReconciler,
      "use-case": policyReconciler,
      workflow: createWorkflowReconciler({
        runs,
        lease: () => leadership.lease(),
        stacks,
        secrets,
        notify: worker.notify,
        cancel: worker.cancel,
        clock,
        ids,
      }),
      compute: computeReconciler,
      service: serviceReconciler,
      worker: serviceReconciler,
      monitor,
      pager: createPagerReconciler({
        deliveries: stores.deliveries,
        secrets,
        hasMail: options.sendMail !== undefined,
      }),
      volume: createVolumeReconciler(folders, secrets),
      database: createDatabaseReconciler(options.databases, secrets),
      bundle: createBundleReconciler({
        resources,
        bundles: stores.bundles,
        workspaces,
        secrets,
        apply: (call, request, alongside) => apply(call, request, alongside),
        authorizer,
        audit,
        findSubject,
        lease: () => leadership.lease(),
        settle: async (ref, uid) => (isLocal(ref) ? loop.runNow(uid) : loop.enqueue(uid)),
        runNow: (uid) => loop.runNow(uid),
        clock,
      }),
      product: createDeclaredReconciler(secrets, "declared, and everything it names is there"),
      cluster: noDriver,
      lakehouse: noDriver,
      operator: noDriver,
      stack: createDeclaredReconciler(secrets, "declared; what names it waits until the server has a runner for it"),
      user: createUserReconciler(options.identity),
      role: createRoleReconciler(options.identity),
      "object-type": createObjectTypeReconciler(options.objectDirectory),
    },
    dependenciesOf: needsOf,
    lease: () => leadership.lease(),
    clock,
    random,
    logger,
  });
  const leadership = createLeadership({ leases: stores.leases, holder, isShared, onLead: loop.resync, clock, logger });
  const visible = createVisibleFinder({ resources, runs });
  const removals = createRemovals({
    resources,
    authorizer,
    policyChecker: options.policyChecker,
    identity: options.identity,
    objects: options.objects,
    objectDirectory: options.objectDirectory,
    readVolumeUsage: async (uid) => (folders ? folders.readUsage(uid) : undefined),
  });
  const deleteResource = createDeleter({
    resources,
    bundles: stores.bundles,
    authorizer,
    removals,
    policyChecker: options.policyChecker,
    identity: options.identity,
    audit,
  });
  const apply = createApplier({
    resources,
    removals,
    workspaces,
    secrets,
    stacks,
    authorizer,
    policyChecker: options.policyChecker,
    identity: options.identity,
    grants: stores.grants,
    objects: options.objects,
    audit,
    clock,
    ids,
  });
  const requests = createRunRequests({
    runs,
    resources,
    logs: stores.logs,
    cancelHere: worker.cancel,
    onChange(uid) {
      worker.notify();
      loop.enqueue(uid);
    },
    clock,
    ids,
  });
  /** What needs nothing but the state store is done before the answer leaves: a policy decides, a user may log in. */
  const carryOut = async ({ changes, uids, removed }: Applied): Promise<void> => {
    const local = new Set(changes.filter(({ change }) => isLocal(change.ref)).map(({ change }) => change.uid));
    await loop.batch(async () => {
      for (const uid of local) await loop.runNow(uid);
      for (const uid of [...uids, ...removed]) if (!local.has(uid)) loop.enqueue(uid);
    });
  };
  const applyNow = async (call: CallContext, request: ApplyRequest, rollback?: Rollback): Promise<Applied> => {
    const applied = await apply(call, request, undefined, rollback);
    if (!request.dryRun) await carryOut(applied);
    return applied;
  };
  const history = createHistory({ resources, visible, authorizer, apply });
  const { policyVersions, rollbackPolicies } = createPolicyHistory({
    resources,
    history: stores.policyHistory,
    grants: stores.grants,
    authorizer,
    audit,
    apply: applyNow,
  });
  let cancelPoll: (() => void) | undefined;
  let isStopped = false;

  return {
    apply: async (call, request) => (await applyNow(call, request)).resources,
    policyVersions,
    rollbackPolicies,

    async rollback(call, request) {
      const applied = await history.rollback(call, request);
      if (!request.dryRun) await carryOut(applied);
      const [resource] = applied.resources;
      if (!resource) throw new TypeError("a rollback applies one document");
      return resource;
    },

    async delete(auth, ref, options) {
      const resource = await visible.resource(auth, ref);
      if (await deleteResource(auth, resource, options)) await loop.runNow(resource.uid);
    },

    async get(auth, ref) {
      return toResource(await visible.resource(auth, ref));
    },

    async list(auth, filter, page) {
      const found = await resources.list(filter, auth.filter, page);
      return { ...found, items: found.items.map(({ cursor, node }) => ({ cursor, node: toResource(node) })) };
    },

    grants: (auth) => listGrants({ resources, grants: stores.grants, clock }, auth),

    async decideGrant(auth, name, answer) {
      const parts = { resources, grants: stores.grants, identity: options.identity, clock };
      const { resource, grant } = await decideGrant(
        { ...parts, policyChecker: options.policyChecker, audit },
        auth,
        name,
        answer,
      );
      if (answer.dryRun) return grant;
      await loop.runNow(resource.uid);
      return grant;
    },

    async events(auth, ref) {
      return resources.events((await visible.resource(auth, ref)).uid);
    },

    async links(auth, ref) {
      const resource = await visible.resource(auth, ref);
      const link = async (other: ResourceRef) => {
        const found = await resources.find(other);
        // SECURITY: what is hidden looks as if it were absent
        const isSeen = found !== undefined && isAbout(auth, found.object);
        return { ref: other, status: isSeen ? toResource(found).status : undefined };
      };
      const dependencies = await Promise.all(needsOf(resource).map(link));
      const dependents: ResourceLink[] = [];
      for (const other of await resources.dependents(resource.ref)) {
        if (dependents.length === mostDependents) break;
        const found = await link(other);
        if (found.status !== undefined) dependents.push(found);
      }
      return { dependencies, dependents };
    },

    async diff(auth, ref, between) {
      return history.diff(await visible.resource(auth, ref), between);
    },

    async versions(auth, ref) {
      return resources.versions((await visible.resource(auth, ref)).uid);
    },

    async runs(auth, filter, page) {
      const found = await runs.list(filter, auth.filter, page);
      return { ...found, items: found.items.map(({ cursor, node }) => ({ cursor, node: toRun(node) })) };
    },

    async getRun(auth, runId) {
      return toRun(await visible.run(auth, runId));
    },

    async startRun(auth, ref) {
      return toRun(await requests.start(await visible.resource(auth, ref), auth.subject.id));
    },

    async cancelRun(auth, runId) {
      return toRun(await requests.cancel(await visible.run(auth, runId), auth.subject.id));
    },

    async rerun(auth, runId, { fromFailed }) {
      const run = await visible.run(auth, runId);
      const workflow = await resources.findByUid(run.uid);
      if (!workflow || workflow.phase === "Terminated")
        throw new NotFoundError(`the workflow of run \`${runId}\` is deleted; apply it again`);
      return toRun(await requests.rerun(workflow, run, fromFailed, auth.subject.id));
    },

    async incidents(auth, filter, page) {
      return stores.incidents.list(filter, auth.filter, page);
    },

    async getIncident(auth, id) {
      return visibleIncident(auth, id);
    },

    async acknowledgeIncident(auth, id, notes) {
      const { uid, name, monitor: found, workspace } = await visibleIncident(auth, id);
      const change = {
        actor: auth.subject.id,
        action: "incident.acknowledge",
        object: [resourceUrn({ type: "monitor", name: found, workspace })],
        decisionId: auth.decisionId,
        details: { incident: id },
      };
      const by = auth.subject.id;
      const incident = await recordChange(audit, change, () => stores.incidents.acknowledge(id, by, notes));
      if (!incident) throw new ConflictError(`incident \`${name}\` is resolved; there is nothing left to acknowledge`);
      loop.enqueue(uid);
      return incident;
    },

    async deliveries(auth, ref, page) {
      const pager = await visible.resource(auth, ref);
      return stores.deliveries.list(pager.uid, page);
    },

    async logs(auth, ref, { run, since, after, first }) {
      const resource = await visible.resource(auth, ref);
      return stores.logs.read(resource.uid, {
        ...(run === undefined ? {} : { run }),
        ...(since === undefined ? {} : { since: readTime(since) }),
        ...(after === undefined ? {} : { after }),
        first: Math.min(Math.max(1, first), maxLogLines),
      });
    },

    async listWorkspaces(auth) {
      const all = await workspaces.list();
      return all.filter(({ name }) => matchesFilter(auth.filter, describeWorkspace(name)));
    },

    async createWorkspace(auth, workspace) {
      if (!isName(workspaceNameRule, workspace.name)) {
        throw new BadInputError(
          `\`${workspace.name.slice(0, 80)}\` is not a name for a workspace; expected ${workspaceNameRule.words}`,
        );
      }
      return recordChange(audit, workspaceChange(auth, "workspace.create", workspace.name), () =>
        workspaces.create(workspace),
      );
    },

    async deleteWorkspace(auth, name) {
      if (name === "public") throw new ConflictError("workspace `public` is always there; it cannot be deleted");
      await recordChange(audit, workspaceChange(auth, "workspace.delete", name), () =>
        workspaces.delete(name, (tx) => secrets.destroyWorkspace(name, tx)),
      );
    },

    async start() {
      await leadership.start();
      if (isShared) poll();
      await worker.start();
      await services.start();
      await deliveryWorker.start();
    },

    async stop() {
      isStopped = true;
      cancelPoll?.();
      await Promise.all([worker.stop(), services.stop(), deliveryWorker.stop(), monitor.stop()]);
      await loop.stop();
      await leadership.stop();
    },

    whenIdle: () => loop.whenIdle(),
  };

  /** A run that failed may be the first to notice that a depot does not answer any more. */
  async function lookAtNeeds(workflow: StoredResource): Promise<void> {
    try {
      for (const need of needsOf(workflow)) {
        const found = await resources.find(need);
        if (found) loop.enqueue(found.uid);
      }
    } catch (error) {
      logger.warn({ ref: nameOf(workflow.ref), err: error }, "what a failed run needs is looked at when it is due");
    }
  }

  /** Finds what other processes wrote. */
  function poll(): void {
    if (isStopped) return;
    cancelPoll = clock.schedule(pollMs, () => {
      void (async () => {
        try {
          if (leadership.lease()) for (const uid of await resources.listUnsettled()) loop.enqueue(uid);
        } catch (error) {
          logger.warn({ err: error }, "changes of other processes could not be read");
        }
        poll();
      })();
    });
  }

  async function visibleIncident(auth: Authorized, id: string): Promise<Incident> {
    const incident = await stores.incidents.find(id);
    const found = incident && (await resources.findByUid(incident.uid));
    if (!incident || !found || !isAbout(auth, found.object)) throw new NotFoundError(`there is no incident \`${id}\``);
    return incident;
  }

  function workspaceChange(auth: Authorized, action: string, name: string) {
    return {
      actor: auth.subject.id,
      action,
      object: [formatUrn({ kind: "workspace", scope: name })],
      decisionId: auth.decisionId,
    };
  }
}

/** Types that `apply` waits for. */
function isLocal({ type }: ResourceRef): boolean {
  return !["depot", "workflow", "bundle", "monitor", "service", "worker", "database"].includes(type);
}

function readTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new BadInputError(`\`${text.slice(0, 80)}\` is not a time; expected one such as \`2026-01-31T08:00:00Z\``);
  }
  return toTimestamp(time);
}

function toRun({ uid, actor, cancelRequested, ...run }: StoredRun): Run {
  return run;
}

function needsOf({ ref, version, manifest }: StoredResource): readonly ResourceRef[] {
  return dependenciesOf({ ref, spec: readStoredSpec(ref.type, version, manifest) });
}
