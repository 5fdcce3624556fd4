import type { AuditLog, Authorizer, CallContext } from "../../heimdall/ports.ts";
import { type Clock, toTimestamp } from "../../shared/clock.ts";
import {
  BadInputError,
  ConflictError,
  type DataOsError,
  ForbiddenError,
  UnavailableError,
} from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import type { Apply } from "../apply.ts";
import { type BundleMember, matchesWords, readMembers } from "../bundle/bundle-parts.ts";
import { lastTurn, nextTurn } from "../bundle/bundle-schedule.ts";
import { createBundleWorkspaces } from "../bundle/bundle-workspaces.ts";
import { createTakeBack } from "../bundle/take-back.ts";
import { callFor, type FindSubject, secretRefOf } from "../connections.ts";
import { nameOf, readyOf, toResource } from "../describe.ts";
import { readStoredSpec, type SpecOf } from "../manifest/index.ts";
import type { ManifestDocument, ResourceRef } from "../ports.ts";
import type { SecretStore } from "../secrets/index.ts";
import type {
  BundlePart,
  BundleRecord,
  BundleStore,
  Lease,
  ResourceStore,
  StoredResource,
  WorkspaceStore,
} from "../stores.ts";
import { active, type ConditionState, type Outcome, type Reconciler } from "./types.ts";

export interface BundleReconcilerOptions {
  readonly resources: ResourceStore;
  readonly bundles: BundleStore;
  readonly workspaces: WorkspaceStore;
  readonly secrets: SecretStore;
  readonly apply: Apply;
  readonly authorizer: Pick<Authorizer, "authorize">;
  readonly audit: Pick<AuditLog, "append">;
  readonly findSubject: FindSubject;
  /** under which this process writes */
  readonly lease: () => Lease | undefined;
  /** Asks the loop for a resource; one of a type that needs nothing but this server is worked on before it returns. */
  readonly settle: (ref: ResourceRef, uid: string) => Promise<void>;
  /** Works on a resource before it returns. */
  readonly runNow: (uid: string) => Promise<void>;
  readonly clock: Clock;
}

const busyAgainMs = 1000;
const steadyAgainMs = 30_000;
/** how long a part may say that it does not succeed, before the bundle counts as failed */
const patienceMs = 60_000;

/** Who a bundle acts for: who applied it, and who it is managed as. Both must be allowed. */
type Callers = readonly [CallContext, ...CallContext[]];

/** Makes the resources of a bundle in order, all of them or none, and takes them back in the reverse order. */
export function createBundleReconciler(options: BundleReconcilerOptions): Reconciler {
  const { resources, bundles, clock } = options;
  const places = createBundleWorkspaces(options);
  const takeBack = createTakeBack(options);
  return {
    isLocal: false,

    async reconcile(bundle) {
      const spec = readStoredSpec("bundle", bundle.version, bundle.manifest);
      const inFile = spec.resources.find(({ file }) => file !== undefined);
      if (inFile) {
        const message = `the manifest of \`${inFile.id}\` is in the file \`${inFile.file}\`, which the server does not read; write it below \`spec\``;
        return { phase: "Pending", ready: { status: "False", reason: "FileNotGiven", message } };
      }
      const record = await follow(bundle, spec);
      if (record.wanted === "delete") return remove(bundle, spec, record);
      if (record.failure !== undefined) return giveUp(bundle, spec, record, record.failure);
      return make(bundle, spec, record);
    },

    async finalize(bundle, signal) {
      const record = await bundles.find(bundle.uid);
      if (record && !(await takeBack.all(bundle, record))) return undefined;
      signal.throwIfAborted();
      const left = await bundles.find(bundle.uid);
      for (const name of left?.workspaces ?? []) await places.removeIfEmpty(bundle, name);
      return async (tx) => {
        await bundles.remove(tx, bundle.uid);
        await options.secrets.delete(secretRefOf(bundle.ref), tx);
      };
    },
  };

  /** The record of this generation, moved to what the schedule asks for by now. */
  async function follow(bundle: StoredResource, { schedule }: SpecOf["bundle"]): Promise<BundleRecord> {
    const nowMs = clock.now();
    const former = await bundles.find(bundle.uid);
    const isNew = former?.generation !== bundle.generation;
    const begun = { isChecked: false, isComplete: false, failure: undefined };
    let record: BundleRecord = former
      ? { ...former, ...(isNew ? { ...begun, generation: bundle.generation } : {}) }
      : {
          ...{ ...begun, generation: bundle.generation, followedMs: nowMs, parts: [], workspaces: [] },
          wanted: schedule?.initialState ?? "create",
        };
    if (!schedule) record = { ...record, wanted: "create", followedMs: nowMs };
    else {
      const turn = lastTurn(schedule, record.followedMs, nowMs);
      record = { ...record, followedMs: nowMs };
      // a time to create is a new try
      if (turn)
        record = { ...record, ...(turn.wanted === record.wanted && !record.failure ? {} : begun), wanted: turn.wanted };
    }
    const isSame = former && !isNew && former.wanted === record.wanted && former.failure === record.failure;
    if (!isSame) await write(bundle, record);
    return record;
  }

  // ---- making -------------------------------------------------------------------------------------------------------

  async function make(bundle: StoredResource, spec: SpecOf["bundle"], given: BundleRecord): Promise<Outcome> {
    let record = given;
    const callers = await readCallers(bundle, spec.manageAsUser);
    const members = readMembers(bundle, spec, await readValues(bundle));
    try {
      record = await places.make(bundle, spec, record, callers);
      if (!record.isChecked) {
        await check(members, record, callers);
        record = await write(bundle, { ...record, isChecked: true });
      }
      const waiting = new Map<string, string>();
      for (const member of members) {
        const blocker = await findBlocker(member, record);
        if (blocker?.isFinal) throw new FailedPart(`\`${member.id}\` waits for what will not come: ${blocker.message}`);
        if (blocker) waiting.set(member.id, blocker.message);
        else record = await put(bundle, member, record, callers);
      }
      const removed = record.parts.filter(({ id }) => !members.some((member) => member.id === id));
      if (waiting.size === 0 && removed.length > 0) record = await takeBack.some(bundle, record, removed);
      return await show(bundle, spec, record, members, waiting);
    } catch (error) {
      // before anything was made, and after all of it was, there is nothing to take back: it is tried again
      if (!isFinal(error) || !record.isChecked || record.isComplete) throw error;
      const failure = messageOf(error);
      return giveUp(bundle, spec, await write(bundle, { ...record, failure }), failure);
    }
  }

  /** Tries all together, so that what is wrong with one is known before another is made. */
  async function check(members: readonly BundleMember[], record: BundleRecord, callers: Callers): Promise<void> {
    const documents = members.map(({ document }) => document);
    for (const call of callers) {
      const { resources: found } = await options.apply(call, toRequest(documents, true));
      for (const { ref, outcome } of found) {
        const existing = outcome === "updated" ? await resources.find(ref) : undefined;
        if (existing && !record.parts.some(({ uid, isOwn }) => isOwn && uid === existing.uid))
          throw new ConflictError(
            `${nameOf(ref)} is there already, is not of this bundle and differs; delete it, or take it out of the bundle`,
          );
      }
    }
  }

  /** Applies a member, where that was not done for this generation or somebody changed it since. */
  async function put(
    bundle: StoredResource,
    member: BundleMember,
    record: BundleRecord,
    callers: Callers,
  ): Promise<BundleRecord> {
    const former = record.parts.find(({ id }) => id === member.id);
    const present = await resources.find(member.ref);
    if (present?.phase === "Terminating") return record;
    const isOwn = former?.isOwn === true && former.uid === present?.uid;
    if (
      present &&
      former?.uid === present.uid &&
      former.bundleGeneration === record.generation &&
      former.generation === present.generation
    )
      return record;
    const toPart = (uid: string, generation: number): BundlePart => ({
      id: member.id,
      ref: member.ref,
      uid,
      isOwn: isOwn || !present,
      bundleGeneration: record.generation,
      generation,
      formerGeneration:
        former?.uid === uid && former.bundleGeneration === record.generation
          ? former.formerGeneration
          : present?.generation,
    });
    const withPart = (part: BundlePart): BundleRecord => ({
      ...record,
      parts: [...record.parts.filter(({ id }) => id !== part.id), part],
    });
    const [managing = callers[0], ...others] = callers.toReversed();
    for (const call of others) await options.apply(call, toRequest([member.document], true));
    let written: BundleRecord | undefined;
    const applied = await options.apply(managing, toRequest([member.document], false), async (tx, changes) => {
      const [change] = changes;
      if (!change) return;
      if (present && !isOwn) throw new ConflictError(`${nameOf(member.ref)} was made by somebody else meanwhile`);
      written = withPart(toPart(change.uid, (present?.generation ?? 0) + 1));
      if (!(await bundles.writeIn(tx, bundle.uid, written, requireLease()))) throw lost();
    });
    for (const uid of applied.uids) await options.settle(member.ref, uid);
    if (written) return written;
    return present ? write(bundle, withPart(toPart(present.uid, present.generation))) : record;
  }

  /** What a member waits for; final: it will not come. */
  async function findBlocker(
    { waitsFor }: BundleMember,
    record: BundleRecord,
  ): Promise<{ readonly message: string; readonly isFinal: boolean } | undefined> {
    for (const { id, status, runtime } of waitsFor) {
      const part = record.parts.find((one) => one.id === id);
      const found =
        part && part.bundleGeneration === record.generation ? await resources.findByUid(part.uid) : undefined;
      if (!part || !found) return { message: `\`${id}\` is not there yet`, isFinal: false };
      const shown = toResource(found);
      const isObserved = found.observedGeneration === found.generation;
      if (isObserved && matchesWords(status, shown.status) && matchesWords(runtime, shown.runtime)) continue;
      const why = readyOf(found.conditions);
      const is = `\`${id}\` is ${shown.status}${shown.runtime === "" ? "" : ` (${shown.runtime})`}`;
      const hasFailed = runtime !== undefined && isObserved && /^(?:failed|cancelled)$/.test(shown.runtime);
      return {
        message: `${is}${why?.status === "False" ? `: ${why.message}` : ""}`,
        isFinal: hasFailed,
      };
    }
    return undefined;
  }

  async function show(
    bundle: StoredResource,
    spec: SpecOf["bundle"],
    given: BundleRecord,
    members: readonly BundleMember[],
    waiting: ReadonlyMap<string, string>,
  ): Promise<Outcome> {
    let record = given;
    let isBusy = waiting.size > 0 || record.parts.length !== members.length;
    let isPending = false;
    const said: string[] = [...waiting].map(([id, why]) => `\`${id}\` waits: ${why}`);
    for (const { id, uid } of record.parts) {
      const found = await resources.findByUid(uid);
      const status = found && toResource(found).status;
      if (status === "active") continue;
      const ready = found && readyOf(found.conditions);
      if (status === "error" && !record.isComplete && found?.observedGeneration === found?.generation) {
        const sinceMs = Date.parse(ready?.lastTransitionTime ?? "");
        if (clock.now() - sinceMs >= patienceMs) throw new FailedPart(`\`${id}\` does not succeed: ${ready?.message}`);
      }
      isPending ||= found?.phase === "Pending";
      isBusy ||= found?.phase !== "Pending";
      said.push(`\`${id}\` is ${status ?? "gone"}${ready?.status === "False" ? `: ${ready.message}` : ""}`);
    }
    if (!isBusy && !record.isComplete) record = await write(bundle, { ...record, isComplete: true });
    const count = `${record.parts.length - (said.length - waiting.size)} of ${members.length} active`;
    const conditions: ConditionState[] = [
      said.length === 0
        ? { type: "PartsReady", status: "True", reason: "AllActive", message: count }
        : { type: "PartsReady", status: "False", reason: "NotAllActive", message: count },
    ];
    const more = { conditions, ...next(spec, said.length > 0 ? busyAgainMs : steadyAgainMs) };
    if (said.length === 0) return active(`all ${members.length} parts are active`, more);
    const message = said.join("; ");
    if (isPending) return { phase: "Pending", ready: { status: "False", reason: "WaitingForParts", message }, ...more };
    if (record.isComplete)
      return { phase: "Running", ready: { status: "False", reason: "PartsNotReady", message }, ...more };
    return { phase: "Provisioning", ready: { status: "Unknown", reason: "MakingParts", message }, ...more };
  }

  // ---- taking back --------------------------------------------------------------------------------------------------

  /** Takes back what this generation made or changed; then it waits for another one. */
  async function giveUp(
    bundle: StoredResource,
    spec: SpecOf["bundle"],
    record: BundleRecord,
    failure: string,
  ): Promise<Outcome> {
    const isDone = await takeBack.generation(bundle, record, async (document) => {
      const [call] = await readCallers(bundle, undefined);
      const applied = await options.apply(call, toRequest([document], false));
      for (const [index, uid] of applied.uids.entries()) {
        const ref = applied.resources[index]?.ref;
        if (ref) await options.settle(ref, uid);
      }
    });
    const message = `${failure}; ${isDone ? "what it had made was taken back" : "what it had made is being taken back"}`;
    return {
      phase: "Provisioning",
      ready: { status: "False", reason: isDone ? "TakenBack" : "TakingBack", message },
      ...next(spec, isDone ? undefined : busyAgainMs),
    };
  }

  /** What the schedule wants deleted. */
  async function remove(bundle: StoredResource, spec: SpecOf["bundle"], record: BundleRecord): Promise<Outcome> {
    const isDone = await takeBack.all(bundle, record);
    const turn = spec.schedule && nextTurn(spec.schedule, clock.now());
    const when = turn?.wanted === "create" ? `; made at ${toTimestamp(turn.atMs)}` : "";
    return active(isDone ? `its parts are deleted by its schedule${when}` : "its parts are being deleted", {
      ...(isDone ? {} : { phase: "Running" }),
      ...next(spec, isDone ? undefined : busyAgainMs),
    });
  }

  function next({ schedule }: SpecOf["bundle"], againMs: number | undefined): Partial<Outcome> {
    const turn = schedule && nextTurn(schedule, clock.now());
    const waits = [...(againMs === undefined ? [] : [againMs]), ...(turn ? [turn.atMs - clock.now()] : [])];
    return {
      ...(turn ? { runtime: `next:${toTimestamp(turn.atMs)}`, nextRunAt: toTimestamp(turn.atMs) } : {}),
      ...(waits.length > 0 ? { requeueAfterMs: Math.min(3_600_000, ...waits) } : {}),
    };
  }

  // ---- parts --------------------------------------------------------------------------------------------------------

  async function readCallers(bundle: StoredResource, manageAsUser: string | undefined): Promise<Callers> {
    const actor = await callOf(bundle.actor, bundle);
    if (manageAsUser === undefined || manageAsUser === bundle.actor) return [actor];
    return [actor, await callOf(manageAsUser, bundle)];
  }

  async function callOf(id: string, bundle: StoredResource): Promise<CallContext> {
    const subject = await options.findSubject(id);
    if (!subject) throw new ForbiddenError(`user \`${id}\`, in whose name the bundle acts, is not known (any more)`);
    return callFor(subject, bundle.uid);
  }

  async function readValues(bundle: StoredResource): Promise<ReadonlyMap<string, Secret>> {
    const place = secretRefOf(bundle.ref);
    if ((await options.secrets.fields(place)) === undefined) return new Map();
    return (await options.secrets.get(place, `making the parts of ${nameOf(bundle.ref)}`)).values;
  }

  async function write(bundle: StoredResource, record: BundleRecord): Promise<BundleRecord> {
    if (!(await bundles.write(bundle.uid, record, requireLease()))) throw lost();
    return record;
  }

  function requireLease(): Lease {
    const lease = options.lease();
    if (!lease) throw lost();
    return lease;
  }
}

/** A part that did not succeed in its time. */
class FailedPart extends ConflictError {}

function toRequest(documents: readonly ManifestDocument[], dryRun: boolean) {
  return { documents, variables: new Map(), disableInterpolation: true, workspace: "public", dryRun };
}

function lost(): UnavailableError {
  return new UnavailableError("another process runs the control loop now");
}

/** What only a new manifest, or other rights, can mend. */
function isFinal(error: unknown): error is DataOsError {
  return error instanceof FailedPart || error instanceof BadInputError || error instanceof ForbiddenError;
}

function messageOf({ message, problems: [first] }: DataOsError): string {
  return first !== undefined && first.message !== message ? `${message}: ${first.message}` : message;
}
