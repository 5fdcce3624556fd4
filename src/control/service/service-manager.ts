import type { Authorizer, CallContext } from "../../heimdall/ports.ts";
import type { Clock } from "../../shared/clock.ts";
import { ConflictError, DataOsError, ForbiddenError, NotFoundError } from "../../shared/errors.ts";
import type { Logger } from "../../shared/logger.ts";
import { callFor, type FindSubject, secretRefOf } from "../connections.ts";
import { describeUser, nameOf } from "../describe.ts";
import { readStoredSpec, type SpecOf } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import type {
  ClaimedReplica,
  LogStore,
  ReplicaStatus,
  ReplicaStore,
  ResourceStore,
  StoredResource,
} from "../stores.ts";
import type { VolumeMounts } from "../volume/volume-mounts.ts";
import { type ComputeSlots, readLimits } from "../workflow/compute-limits.ts";
import type { ReadJobSecrets } from "../workflow/job-secrets.ts";
import { createRedactor, type Redactor } from "../workflow/redaction.ts";
import type { StackRegistry } from "../workflow/stack-registry.ts";
import { createServiceLog, type ServiceLog } from "./service-log.ts";

export interface ServiceManagerOptions {
  readonly replicas: ReplicaStore;
  readonly resources: ResourceStore;
  readonly logs: LogStore;
  readonly secrets: SecretStore;
  readonly stacks: StackRegistry;
  readonly authorizer: Pick<Authorizer, "authorize" | "check">;
  readonly findSubject: FindSubject;
  readonly readSecrets: ReadJobSecrets;
  readonly slots: ComputeSlots;
  readonly mounts: VolumeMounts;
  /** this process, among those that share the store */
  readonly holder: string;
  readonly isShared: boolean;
  /** A replica of this service stands otherwise than before. */
  readonly onChange: (uid: string) => void;
  readonly clock: Clock;
  /** 0..1, spreads restarts */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Runs replicas of services and workers, as many as this process gets hold of. */
export interface ServiceManager {
  start(): Promise<void>;
  /** The replicas of this service may have changed. */
  notify(uid: string): void;
  /** Ends all, asked first; the next process takes them up. */
  stop(): Promise<void>;
}

const maxReplicas = 64;
const claimMs = 6000;
const beatMs = 2000;
const pollMs = 1000;
const firstRestartMs = 1000;
const maxRestartMs = 300_000;
/** a replica that ran so long starts afresh: what ends it is not what ended it before */
const lastedMs = 60_000;

/** Why a replica was asked to end. */
type Ending = "changed" | "unwanted" | "lost" | "stop";

/** A replica in this process's hands. */
interface Carried {
  readonly uid: string;
  /** Looks whether it is still held, and what is wanted of it. */
  look(): Promise<void>;
  end(reason: Ending): void;
  readonly done: Promise<void>;
}

export function createServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { replicas, resources, clock, logger } = options;
  const carried = new Map<string, Carried>();
  let pumping: Promise<void> = Promise.resolve();
  let cancelPoll: (() => void) | undefined;
  let isStopped = false;

  return {
    async start() {
      await pump(!options.isShared);
      poll();
    },
    notify(uid) {
      for (const one of carried.values()) if (one.uid === uid) void one.look();
      void pump(false);
    },
    async stop() {
      isStopped = true;
      cancelPoll?.();
      await pumping;
      const all = [...carried.values()];
      for (const one of all) one.end("stop");
      await Promise.all(all.map(({ done }) => done));
    },
  };

  function poll(): void {
    if (isStopped) return;
    cancelPoll = clock.schedule(pollMs, () => void pump(false).finally(poll));
  }

  function pump(orphans: boolean): Promise<void> {
    pumping = pumping.then(async () => {
      if (isStopped || carried.size >= maxReplicas) return;
      const askedMs = clock.now();
      try {
        for (const claimed of await replicas.claim(options.holder, claimMs, maxReplicas - carried.size, orphans))
          carry(claimed, askedMs + claimMs);
      } catch (error) {
        logger.error({ err: error }, "replicas could not be taken");
      }
    });
    return pumping;
  }

  function carry({ replica, lease }: ClaimedReplica, firstUntilMs: number): void {
    let untilMs = firstUntilMs;
    let wanted = replica.wanted;
    let serving = new AbortController();
    let last: Ending | undefined;
    let cancelBeat = (): void => {};
    const end = (reason: Ending): void => {
      // what ends it for good is not forgotten when it changes as well
      if (last === undefined || last === "changed") last = reason;
      serving.abort(reason);
    };
    const sureForMs = (): number => (options.isShared ? untilMs - clock.now() : Number.POSITIVE_INFINITY);
    const look = async (): Promise<void> => {
      const askedMs = clock.now();
      try {
        const now = await replicas.renew(lease, claimMs);
        if (now === undefined) return end("lost");
        untilMs = askedMs + claimMs;
        if (now === wanted) return;
        wanted = now;
        end(now === 0 ? "unwanted" : "changed");
      } catch (error) {
        logger.warn({ replica: lease.name, err: error }, "a replica's claim could not be prolonged");
        if (sureForMs() <= 0) end("lost");
      }
    };
    const beat = (): void => {
      cancelBeat = clock.schedule(beatMs, () => void look().finally(() => carried.has(lease.name) && beat()));
    };
    const done = (async () => {
      let status: ReplicaStatus = { ...replica };
      try {
        while (last === undefined || last === "changed") {
          if (last === "changed") {
            last = undefined;
            serving = new AbortController();
          }
          const { signal } = serving;
          status = await live(replica, status, signal);
          if (!signal.aborted) await pause(status.failures, signal);
        }
      } catch (error) {
        logger.error({ replica: lease.name, err: error }, "a replica could not be looked after; it is taken up again");
      } finally {
        cancelBeat();
        await replicas
          .release(lease)
          .catch((error: unknown) =>
            logger.warn({ replica: lease.name, err: error }, "a replica could not be given up"),
          );
        carried.delete(lease.name);
        options.onChange(replica.uid);
        if (!isStopped) void pump(false);
      }
    })();
    carried.set(lease.name, { uid: replica.uid, look, end, done });
    beat();

    /** One life of the replica; gives how it stands afterwards. */
    async function live(
      { uid, replica: number }: typeof replica,
      before: ReplicaStatus,
      signal: AbortSignal,
    ): Promise<ReplicaStatus> {
      const resource = await resources.findByUid(uid);
      if (!resource || resource.phase === "Terminated" || resource.phase === "Terminating") {
        end("unwanted");
        return before;
      }
      const isNew = before.generation !== resource.generation;
      const redactor = createRedactor();
      const log = createServiceLog({ store: options.logs, uid, replica: number, redactor, clock, logger });
      let status: ReplicaStatus = {
        generation: resource.generation,
        state: "starting",
        restarts: isNew ? 0 : before.restarts,
        failures: isNew ? 0 : before.failures,
        message: undefined,
      };
      let writing: Promise<unknown> = Promise.resolve();
      const tell = (change: Partial<ReplicaStatus>): void => {
        status = { ...status, ...change };
        const now = status;
        writing = writing
          .then(() => replicas.write(lease, now))
          .then(() => options.onChange(uid))
          .catch((error: unknown) =>
            logger.warn({ replica: lease.name, err: error }, "a replica's state was not written"),
          );
      };
      tell({});
      const startedMs = clock.now();
      let message: string;
      try {
        message = await serve(resource, number, redactor, log, tell, signal);
      } catch (error) {
        message = signal.aborted ? "it was ended" : toMessage(error);
        if (!(error instanceof DataOsError) && !signal.aborted)
          logger.error({ ref: nameOf(resource.ref), replica: number, err: error }, "a replica was not run");
      }
      message = redactor.redact(message);
      if (signal.aborted) log.add("info", `ended (${String(signal.reason)})`);
      else {
        const failures = clock.now() - startedMs >= lastedMs ? 1 : status.failures + 1;
        log.add("error", `${message}; it is started again`);
        tell({ state: "backoff", restarts: status.restarts + 1, failures, message });
      }
      await log.flush();
      await writing;
      return status;
    }

    function pause(failures: number, signal: AbortSignal): Promise<void> {
      const full = Math.min(maxRestartMs, firstRestartMs * 2 ** Math.min(20, failures - 1));
      return new Promise((resolve) => {
        const cancel = clock.schedule(Math.round(full / 2 + (full / 2) * options.random()), resolve);
        const onAbort = (): void => {
          cancel();
          resolve();
        };
        signal.addEventListener("abort", onAbort, { once: true });
      });
    }

    async function serve(
      resource: StoredResource,
      number: number,
      redactor: Redactor,
      log: ServiceLog,
      tell: (change: Partial<ReplicaStatus>) => void,
      signal: AbortSignal,
    ): Promise<string> {
      const type = resource.ref.type as "service" | "worker";
      const spec: SpecOf["service"] = readStoredSpec(type, resource.version, resource.manifest);
      const stack = options.stacks.find(spec.stack)?.serving;
      if (!stack) throw new NotFoundError(`no driver configured for stack \`${spec.stack}\``);
      const calls = await readCallers(resource, spec);
      // SECURITY: rights are those of this moment, not those of the moment it was applied
      for (const call of calls) await options.authorizer.authorize(call, "workflow.run", resource.object);
      const workspace = resource.ref.workspace ?? "public";
      const name = `${workspace}/${resource.ref.name}`;
      const purpose = `${type} ${name}`;
      const secrets = await options.readSecrets(spec.secrets, { calls, workspace, purpose });
      for (const value of secrets.values()) redactor.hide(value);
      const own = await readOwn(resource, purpose);
      for (const value of own.values()) redactor.hide(value);
      const envs = Object.fromEntries(
        Object.entries(spec.envs).map(([key, value]) => [key, own.get(`${type}.envs.${key}`)?.reveal() ?? value]),
      );
      const { maxParallelJobs, memoryBytes } = await readLimits(spec, resources);
      const leave = await options.slots.enter(spec.compute, maxParallelJobs, signal, () =>
        tell({ state: "waiting", message: `waits for a place on compute \`${spec.compute}\`` }),
      );
      let release = (): void => {};
      try {
        tell({ state: "starting", message: undefined });
        const mounted = await options.mounts.mount(spec.mounts, workspace);
        release = mounted.release;
        log.add("info", `started, generation ${resource.generation}`);
        return await stack.serve({
          stackSpec: spec.stackSpec,
          uid: resource.uid,
          name,
          replica: number,
          replicas: spec.replicas,
          ports: spec.ports,
          envs,
          secrets,
          mounted,
          memoryBytes,
          onLine: (stream, line) => log.add(stream === "stdout" ? "info" : "warn", line),
          onReady(isReady, message) {
            if (!isReady) log.add("warn", `does not answer: ${message}`);
            tell({ state: isReady ? "ready" : "unready", message });
          },
          async assertHeld() {
            if (sureForMs() > 0 || (await replicas.isHeld(lease))) return;
            throw new ConflictError("another process took it over while this one stood still");
          },
          sureForMs,
          signal,
        });
      } finally {
        release();
        leave();
      }
    }
  }

  async function readCallers(resource: StoredResource, { runAsUser }: SpecOf["service"]): Promise<CallContext[]> {
    const actor = await callOf(resource.actor, resource);
    if (runAsUser === undefined || runAsUser === resource.actor) return [actor];
    if (!options.authorizer.check(actor, "run_as", describeUser(runAsUser)))
      throw new ForbiddenError(
        `\`${resource.actor}\` may not let anything run as \`${runAsUser}\` (any more); ask for \`run_as\` on \`urn:dataos:user:${runAsUser}\``,
      );
    return [await callOf(runAsUser, resource), actor];
  }

  async function callOf(id: string, resource: StoredResource): Promise<CallContext> {
    const subject = await options.findSubject(id);
    if (!subject) throw new ForbiddenError(`user \`${id}\`, in whose name it runs, is not known (any more)`);
    return callFor(subject, resource.uid);
  }

  async function readOwn({ ref }: StoredResource, purpose: string): ReturnType<ReadJobSecrets> {
    if ((await options.secrets.fields(secretRefOf(ref))) === undefined) return new Map();
    return (await options.secrets.get(secretRefOf(ref), purpose)).values;
  }
}

/** What users may read of an error. */
function toMessage(error: unknown): string {
  if (error instanceof DataOsError && error.code !== "INTERNAL") return error.message;
  return "an unplanned error; the server's log has the rest";
}
