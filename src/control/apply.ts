import type {
  AuditLog,
  Authorizer,
  CallContext,
  IdentityStore,
  ObjectRegistry,
  PolicyChecker,
  PolicyDocument,
} from "../heimdall/ports.ts";
import { type Clock, toTimestamp } from "../shared/clock.ts";
import type { Attributes, DecisionObject } from "../shared/decision.ts";
import {
  BadInputError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  type Problem,
  sortProblems,
} from "../shared/errors.ts";
import type { IdSource } from "../shared/ids.ts";
import type { Secret } from "../shared/secret.ts";
import { canonicalJson, specHash } from "./canonical.ts";
import { otherVersion, roundabout } from "./conflicts.ts";
import { secretRefOf } from "./connections.ts";
import { dependenciesOf } from "./dependencies.ts";
import { describeResource, describeUser, isReservedTag, nameOf } from "./describe.ts";
import { titleOf, toYaml, unifiedDiff } from "./diff.ts";
import { findOwn, requestersOf } from "./grants.ts";
import {
  type DepotSpec,
  type ParsedManifest,
  parseManifests,
  readBundleMembers,
  readStoredSpec,
  redactedText,
  runAsUsersOf,
  type SpecOf,
} from "./manifest/index.ts";
import { objectChangesOf, registeredObjectsOf } from "./object-types.ts";
import type { Plan } from "./plan.ts";
import { findVocabularyDependents, positionsToKeep, toGrantedDocument, toPolicyDocument } from "./policy-documents.ts";
import type { AppliedResource, ApplyRequest } from "./ports.ts";
import { createPruner } from "./prune.ts";
import { type AppliedChange, recordApply } from "./record-apply.ts";
import type { Removals } from "./removals.ts";
import type { SecretStore } from "./secrets/index.ts";
import type {
  Alongside,
  GrantStore,
  ResourceChange,
  ResourceRemoval,
  ResourceStore,
  StoredResource,
  WorkspaceStore,
} from "./stores.ts";
import { toFullRef } from "./visible.ts";
import type { StackRegistry } from "./workflow/stack-registry.ts";

export interface ApplierOptions {
  readonly resources: ResourceStore;
  readonly workspaces: Pick<WorkspaceStore, "exists">;
  readonly secrets: SecretStore;
  readonly stacks: StackRegistry;
  readonly authorizer: Pick<Authorizer, "authorize" | "authorizeList" | "check" | "policyFacts">;
  readonly policyChecker: PolicyChecker;
  readonly identity: Pick<IdentityStore, "findUser" | "listUsers" | "listTagNamespaces">;
  readonly grants: Pick<GrantStore, "find" | "record">;
  readonly objects: Pick<ObjectRegistry, "judgeManifest" | "findFaults">;
  readonly removals: Removals;
  readonly audit: Pick<AuditLog, "append">;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** What a rollback does besides applying documents, in the same transaction. */
export interface Rollback {
  /** live policies, grants, providers and use-cases that go */
  readonly leaving: readonly StoredResource[];
  /** names (`nameOf`) of those that get a new generation even if it says the same, so that an approval ends */
  readonly anew: ReadonlySet<string>;
  /** when grants were given, by name; default now. What lasts a while from then on does not last longer by coming back. */
  readonly grantedAt: ReadonlyMap<string, string>;
  /** one former manifest comes back: the generation that it was, and the one that the caller takes for the present one */
  readonly restoring?: { readonly to: number; readonly from: number };
}

/** Nothing but the documents is brought back. */
export const noRollback: Rollback = { leaving: [], anew: new Set(), grantedAt: new Map() };

/** What an apply came to. */
export interface Applied {
  readonly resources: readonly AppliedResource[];
  /** what was done to which resource */
  readonly changes: readonly AppliedChange[];
  /** uids of all, also of those that were as they are */
  readonly uids: readonly string[];
  /** uids of what is being deleted */
  readonly removed: readonly string[];
}

/**
 * Creates or updates all documents of a call, or none of them.
 * @param alongside what else is written in the same transaction; not called where nothing changes
 */
export type Apply = (
  call: CallContext,
  request: ApplyRequest,
  alongside?: (tx: Parameters<Alongside>[0], changes: readonly ResourceChange[]) => Promise<void>,
  rollback?: Rollback,
) => Promise<Applied>;

/** Plan with its values. */
interface ValuedPlan extends Plan {
  /** all secret values that are to be stored, by dotted path */
  readonly values: ReadonlyMap<string, Secret>;
  readonly changedValues: ReadonlySet<string>;
  readonly hash: string;
  readonly outcome: AppliedResource["outcome"];
}

/**
 * Creates or updates all documents of a call, or none of them.
 * Order: everything is read, then decided, then checked, then written in one transaction; each step reports all it finds.
 */
export function createApplier(options: ApplierOptions): Apply {
  const { resources, secrets, authorizer, policyChecker } = options;
  const planPrune = createPruner(options);

  return async (call, request, alongside, rollback = noRollback) => {
    const { grantedAt, restoring } = rollback;
    const { manifests, problems } = parseManifests(request.documents, {
      variables: request.variables,
      disableInterpolation: request.disableInterpolation,
      workspace: request.workspace,
      nowMs: options.clock.now(),
    });
    refuse([
      ...problems,
      ...(await findUnknownWorkspaces(manifests)),
      ...findStackFaults(manifests),
      ...findObjectFaults(manifests),
      ...(await findCycles(manifests)),
    ]);
    const plans: Plan[] = [];
    for (const manifest of manifests) plans.push(await plan(manifest, call.subject.id));
    const versions = readVersions(request, plans);
    const pruned = request.prune ? await planPrune(call, request.prune, plans) : [];
    const leaving = [...rollback.leaving, ...pruned];
    const policyProblems = await checkPolicies(plans, leaving);
    // a policy that does not compile is told as that, not as a refusal
    await authorizeAll(call, plans, { ...rollback, leaving }, policyProblems.length === 0);
    refuse(policyProblems);
    // told to nobody who may not change it
    assertVersions(plans, versions, restoring);
    await refuseHoles(plans, leaving);
    const valued: ValuedPlan[] = [];
    const valueProblems: Problem[] = [];
    for (const item of plans) valued.push(await withValues(item, rollback.anew, valueProblems));
    refuse(valueProblems);
    await warnOfMissing(valued);

    const changed = valued.filter(({ outcome }) => outcome !== "unchanged");
    const changes = changed.map((item) => toChange(item, call.subject.id, versions.get(keyOf(item)), restoring));
    const made: AppliedChange[] = [
      ...changes.map((change, index) => ({
        change,
        outcome: changed[index]?.outcome === "created" ? ("created" as const) : ("updated" as const),
        ...(restoring ? { details: { rolledBackTo: restoring.to } } : {}),
      })),
      ...rollback.leaving.map((change) => ({ change, outcome: "deleted" as const })),
      ...pruned.map((change) => ({ change, outcome: "deleted" as const, details: { pruned: true } })),
    ];
    if (!request.dryRun && made.length > 0) {
      await recordApply(options.audit, call, made, async () => {
        const allOfIt: Alongside = async (tx) => {
          for (const [index, { manifest, existing }] of changed.entries()) {
            const uid = changes[index]?.uid;
            if (uid !== undefined && isGranted(manifest)) {
              const at = grantedAt.get(nameOf(manifest.ref)) ?? toTimestamp(options.clock.now());
              const decision = { state: "approved", by: call.subject.id, at, notes: undefined } as const;
              await options.grants.record(tx, uid, (existing?.generation ?? 0) + 1, decision);
            }
          }
          for (const { manifest, values, changedValues } of changed) {
            if (changedValues.size === 0) continue;
            const ref = secretRefOf(manifest.ref);
            if (values.size > 0) await secrets.put(ref, values, tx);
            else await secrets.delete(ref, tx);
          }
          await alongside?.(tx, changes);
        };
        await resources.commit(changes, allOfIt, [
          ...rollback.leaving.map((one) => toRemoval(one, true, `by \`${call.subject.id}\`, rolling policies back`)),
          ...pruned.map((one) => toRemoval(one, false, `pruned by \`${call.subject.id}\``)),
        ]);
      });
    }
    const uids = new Map(changes.map(({ ref, uid }) => [nameOf(ref), uid]));
    return {
      resources: [...valued.map(toApplied), ...leaving.map(toDeleted)],
      changes: made,
      removed: leaving.map(({ uid }) => uid),
      uids: valued.flatMap(({ manifest, existing }) => uids.get(nameOf(manifest.ref)) ?? existing?.uid ?? []),
    };
  };

  // ---- reading ------------------------------------------------------------------------------------------------------

  async function findUnknownWorkspaces(manifests: readonly ParsedManifest[]): Promise<Problem[]> {
    const known = new Map<string, boolean>();
    const problems: Problem[] = [];
    for (const { ref, report } of manifests) {
      if (ref.workspace === undefined) continue;
      const isKnown = known.get(ref.workspace) ?? (await options.workspaces.exists(ref.workspace));
      known.set(ref.workspace, isKnown);
      if (isKnown) continue;
      const message = `there is no workspace \`${ref.workspace}\`; create it, or name another one`;
      problems.push(report.at(["workspace"], message));
    }
    return problems;
  }

  function findStackFaults(manifests: readonly ParsedManifest[]): Problem[] {
    return manifests.flatMap(({ ref, spec, report }) => {
      if (ref.type === "service" || ref.type === "worker") {
        const { stack, stackSpec, ports } = spec as SpecOf["service"];
        const faults = options.stacks.find(stack)?.serving?.check(stackSpec, ports.length > 0) ?? [];
        return report.fromFaults([ref.type, "stackSpec"], faults);
      }
      if (ref.type !== "workflow") return [];
      return (spec as SpecOf["workflow"]).jobs.flatMap(({ stack, stackSpec }, index) => {
        const faults = options.stacks.find(stack)?.check(stackSpec) ?? [];
        return report.fromFaults(["workflow", "dag", index, "spec", "stackSpec"], faults);
      });
    });
  }

  function findObjectFaults(manifests: readonly ParsedManifest[]): Problem[] {
    return manifests.flatMap(({ ref, spec, description, owner, report }) => {
      if (ref.type !== "object-type") return [];
      const objects = registeredObjectsOf(ref.name, spec as SpecOf["object-type"]);
      const faults = options.objects.findFaults({ name: ref.name, description, owner: owner ?? "" }, objects);
      return faults.map(({ index, message }) =>
        report.at(index === undefined ? ["name"] : ["object-type", "objects", index], message),
      );
    });
  }

  async function findCycles(manifests: readonly ParsedManifest[]): Promise<Problem[]> {
    const cycle = await resources.findCycle(
      manifests.map((manifest) => ({ ref: manifest.ref, dependencies: dependenciesOf(manifest) })),
    );
    if (!cycle) return [];
    const names = new Set(cycle.map(nameOf));
    const first = manifests.find(({ ref }) => names.has(nameOf(ref)));
    const message = roundabout(cycle);
    return [first?.report.at([first.ref.type], message) ?? { message }];
  }

  async function plan(manifest: ParsedManifest, actor: string): Promise<Plan> {
    const existing = await resources.find(manifest.ref);
    if (existing?.phase === "Terminating") {
      throw new ConflictError(`${nameOf(manifest.ref)} is being deleted; apply it again when it is gone`);
    }
    const owner = manifest.owner ?? existing?.owner ?? actor;
    const { ref, version, layer, tags } = manifest;
    return {
      manifest,
      existing,
      owner,
      object: describeResource({ ref, version, layer, tags, owner, uid: existing?.uid }),
      warnings: [...manifest.warnings, ...reservedTagWarnings(manifest)],
    };
  }

  // ---- deciding -----------------------------------------------------------------------------------------------------

  /** SECURITY: every resource is asked for and every refusal told, so that a call is all or nothing (Z-20). */
  async function authorizeAll(
    call: CallContext,
    plans: readonly Plan[],
    { leaving, grantedAt }: Rollback,
    arePoliciesSound: boolean,
  ): Promise<void> {
    const refused: Problem[] = [];
    let decisionId: string | undefined;
    for (const { ref, object } of leaving) {
      try {
        await authorizer.authorize(call, "resource.delete", object);
      } catch (error) {
        if (!(error instanceof ForbiddenError)) throw error;
        decisionId ??= error.decisionId;
        refused.push({ message: `${nameOf(ref)}: ${error.message}` });
      }
    }
    for (const item of plans) {
      for (const question of questionsOf(item, call.subject.id)) {
        try {
          await authorizer.authorize(call, question.action, question.object);
        } catch (error) {
          if (!(error instanceof ForbiddenError)) throw error;
          decisionId ??= error.decisionId;
          refused.push(item.manifest.report.at(["name"], `${nameOf(item.manifest.ref)}: ${error.message}`));
          break;
        }
      }
      refused.push(
        ...(await findEscalations(call, item)),
        ...findWidening(call, item),
        ...(await findUntrustedObjects(call, item)),
        ...(await findOwnApprovals(call, item)),
      );
    }
    if (arePoliciesSound) {
      // together: a grant of this call may be made of a use-case of this call
      const documents = [
        ...plans.flatMap(({ manifest }) => toCandidate(manifest, grantedAt.get(nameOf(manifest.ref))) ?? []),
        ...leaving.flatMap(toRemovedDocuments),
      ];
      if (documents.length > 0) refused.push(...policyChecker.escalations(call.subject, documents));
      if (refused.length === 0) await refuseLockout(plans, documents, leaving);
    }
    if (refused.length === 0) return;
    const what = refused.length === 1 ? (refused[0]?.message ?? "") : `${refused.length} resources may not be applied`;
    throw new ForbiddenError(what, decisionId, { problems: sortProblems(refused) });
  }

  function questionsOf({ manifest, existing, object }: Plan, actor: string) {
    const { type, name } = manifest.ref;
    const questions: { action: "resource.create" | "resource.update" | "user.update"; object: DecisionObject }[] = [];
    // to ask for something is less than to give it
    const isOwn = existing === undefined || (existing.actor === actor && !wasGranted(existing));
    if (type === "grant" && !isGranted(manifest) && isOwn) return [{ action: "grant.request" as const, object }];
    if (existing) questions.push({ action: "resource.update", object: existing.object });
    if (!existing) questions.push({ action: "resource.create", object });
    // what it becomes must be within reach too, else an update could move it into another policy's
    else if (canonicalJson(existing.object) !== canonicalJson(object))
      questions.push({ action: "resource.update", object });
    if (type === "user") questions.push({ action: "user.update", object: describeUser(name) });
    return questions;
  }

  /** SECURITY: who asked for something does not give it to themselves, whatever they may do to grants (Z-04). */
  async function findOwnApprovals(call: CallContext, { manifest, existing }: Plan): Promise<readonly Problem[]> {
    if (!existing || !isGranted(manifest) || wasGranted(existing)) return [];
    const own = await findOwn(options.identity, call.subject.id, requestersOf(existing));
    return own === undefined
      ? []
      : [manifest.report.at(["grant", "approve"], `${own}; somebody else has to approve it`)];
  }

  /** The policy document that its author has to answer for: `duration` counts from `grantedAt`, or now. */
  function toCandidate(
    manifest: ParsedManifest,
    grantedAt = toTimestamp(options.clock.now()),
  ): PolicyDocument | undefined {
    if (!isGranted(manifest)) return toPolicyDocument(manifest);
    return toGrantedDocument({ ...manifest, uid: "", generation: 0 }, grantedAt);
  }

  /** SECURITY: tags, owner and layer that policies look at are policy; whoever changes them may be opening it to others. */
  function findWidening(call: CallContext, { manifest, existing, object }: Plan): readonly Problem[] {
    if (!existing) return [];
    const facts = policyChecker.objectFacts({ before: existing.object, after: object, isContainer: false });
    if (facts.length === 0 || authorizer.check(call, "escalate", existing.object)) return [];
    const message = `${nameOf(manifest.ref)}: policies look at what changes (${facts.join("; ")}); ask for \`escalate\` on it`;
    return [manifest.report.at(["tags"], message)];
  }

  /** SECURITY: what policies look at of registered objects is policy, whoever writes it down. */
  async function findUntrustedObjects(
    call: CallContext,
    { manifest, existing, owner }: Plan,
  ): Promise<readonly Problem[]> {
    const { ref, spec, description, report } = manifest;
    if (ref.type !== "object-type") return [];
    const listed = registeredObjectsOf(ref.name, spec as SpecOf["object-type"]);
    const type = { name: ref.name, description, owner };
    const against = await options.objects.judgeManifest(call, ref.name, type, objectChangesOf(listed, existing));
    return against.map((message) => report.at(["object-type"], message));
  }

  /** @throws {ConflictError} nobody could change policies any more */
  async function refuseLockout(
    plans: readonly Plan[],
    documents: readonly PolicyDocument[],
    leaving: readonly StoredResource[],
  ): Promise<void> {
    const given = new Map(
      plans.flatMap(({ manifest: { ref, spec } }) => {
        if (ref.type !== "user") return [];
        const { type, tags = [], attributes = {} } = spec as SpecOf["user"];
        return [[ref.name, { id: ref.name, type, tags, attributes: attributes as Attributes }] as const];
      }),
    );
    const gone = new Set(leaving.flatMap(({ ref }) => (ref.type === "user" ? [ref.name] : [])));
    if (documents.length + given.size + gone.size === 0) return;
    const before = await options.identity.listUsers();
    const after = [...before.filter(({ id }) => !given.has(id) && !gone.has(id)), ...given.values()];
    const lockout = policyChecker.lockout(documents, { before, after });
    if (lockout !== undefined) throw new ConflictError(lockout);
  }

  /** What the applying user would hand out without holding it. */
  async function findEscalations(call: CallContext, { manifest }: Plan): Promise<readonly Problem[]> {
    const { ref, spec, report } = manifest;
    if (ref.type === "user") {
      const before = await options.identity.findUser(ref.name);
      const { type, email, tags: given = [], attributes = {} } = spec as SpecOf["user"];
      const former = {
        tags: before?.tags ?? [],
        attributes: { ...before?.attributes, ...(before && { type: before.type }), ...withEmail(before?.email) },
      };
      const later = {
        tags: given,
        attributes: { ...(attributes as Attributes), ...(before && { type }), ...withEmail(email) },
      };
      // who has the same address counts as the same person where requests are approved
      const isMailGone = before?.email !== undefined && before.email !== email;
      const facts = [...authorizer.policyFacts(former, later), ...(isMailGone ? ["the mail address"] : [])];
      const mayEscalate = facts.length === 0 || authorizer.check(call, "escalate", describeUser(ref.name));
      const touched = mayEscalate
        ? []
        : [
            report.at(
              ["user"],
              `policies look at ${facts.join(", ")} of \`${ref.name}\`, so changing it is changing what they give; ask for \`escalate\` on users`,
            ),
          ];
      const unheld = given.flatMap((tag, index) => {
        if (before?.tags.includes(tag) || call.subject.tags.includes(tag)) return [];
        const object = { ...describeUser(ref.name), tags: [...describeUser(ref.name).tags, tag] };
        if (authorizer.check(call, "escalate", object)) return [];
        const message = `you may not give \`${tag}\` to \`${ref.name}\`, because you do not hold it; ask somebody who holds it, or \`escalate\` on users`;
        return [report.at(["user", "tags", index], message)];
      });
      return [...touched, ...unheld];
    }
    return runAsUsersOf(manifest).flatMap(({ user, path }) => {
      if (user === call.subject.id || authorizer.check(call, "run_as", describeUser(user))) return [];
      const what = ref.type === "workflow" ? "job" : ref.type;
      const message = `you may not let a ${what} run as \`${user}\`; leave \`${String(path.at(-1))}\` out to run it as yourself, or ask for \`run_as\` on \`urn:dataos:user:${user}\``;
      return [report.at(path, message)];
    });
  }

  // ---- checking -----------------------------------------------------------------------------------------------------

  /** Adds the warnings to the plans; gives the faults. */
  async function checkPolicies(
    plans: readonly Plan[],
    leaving: readonly StoredResource[],
  ): Promise<readonly Problem[]> {
    const given = plans.flatMap((item) => {
      const document = toPolicyDocument(item.manifest);
      return document ? [{ item, document }] : [];
    });
    // all together: what is wrong between two documents of one call is found too
    const documents = [...given.map(({ document }) => document), ...leaving.flatMap(toRemovedDocuments)];
    if (documents.length === 0) return [];
    const namespaces = (await options.identity.listTagNamespaces()).map(({ glob }) => glob);
    const { problems, warnings } = policyChecker.check(documents, await readAttributes(plans), namespaces);
    for (const warning of warnings) {
      const { item } = given.find(({ document }) => isIn(document, warning)) ?? given[0] ?? {};
      item?.warnings.push(warning);
    }
    return problems;
  }

  /** INVARIANT: what grants and requests are made of stays while they are there, because policies with a hole never become live. */
  async function refuseHoles(plans: readonly Plan[], leaving: readonly StoredResource[]): Promise<void> {
    const settled = new Set(
      [...plans.map(({ manifest }) => manifest.ref), ...leaving.map(({ ref }) => ref)].map(nameOf),
    );
    for (const resource of leaving) {
      const dependents = (await findVocabularyDependents(resources, resource)).map(nameOf);
      const others = dependents.filter((name) => !settled.has(name));
      if (others.length > 0) throw new ConflictError(`${nameOf(resource.ref)} is needed by ${others.join(", ")}`);
    }
  }

  /** Attributes of the users as they are after the call. */
  async function readAttributes(plans: readonly Plan[]): Promise<readonly Attributes[]> {
    const given = new Map<string, Attributes>();
    for (const { manifest } of plans) {
      if (manifest.ref.type !== "user") continue;
      const { attributes, email } = manifest.spec as SpecOf["user"];
      given.set(manifest.ref.name, { ...(attributes as Attributes | undefined), ...withEmail(email) });
    }
    const others = (await options.identity.listUsers()).filter(({ id }) => !given.has(id));
    return [...given.values(), ...others.map(({ attributes, email }) => ({ ...attributes, ...withEmail(email) }))];
  }

  async function withValues(item: Plan, anew: ReadonlySet<string>, problems: Problem[]): Promise<ValuedPlan> {
    const { manifest, existing, owner } = item;
    const stored = existing ? await readStored(existing) : new Map<string, Secret>();
    const values = new Map(manifest.secrets);
    const isMoved = existing !== undefined && hasMoved(manifest, existing);
    for (const path of manifest.keptSecrets) {
      const value = stored.get(path);
      if (value && !isMoved) values.set(path, value);
      else if (value) {
        const message = `the stored \`${path}\` was dropped, because host, port or TLS settings changed; apply the depot with its credentials`;
        item.warnings.push(manifest.report.at(path.split("."), message));
      } else {
        const message = `\`${path}\` reads \`${redactedText}\`, which stands for a stored value, and none is stored; write the value`;
        problems.push(manifest.report.at(path.split("."), message));
      }
    }
    const changedValues = new Set<string>();
    for (const path of new Set([...stored.keys(), ...values.keys()])) {
      if (stored.get(path)?.reveal() !== values.get(path)?.reveal()) changedValues.add(path);
    }
    const { version, description, layer, tags, ref } = manifest;
    const hash = specHash([version, description, owner, layer, tags, manifest.manifest[ref.type]]);
    const isSame = existing?.specHash === hash && changedValues.size === 0 && !anew.has(nameOf(ref));
    return {
      ...item,
      values,
      changedValues,
      hash,
      outcome: existing ? (isSame ? "unchanged" : "updated") : "created",
    };
  }

  async function readStored({ ref }: StoredResource): Promise<ReadonlyMap<string, Secret>> {
    const place = secretRefOf(ref);
    if ((await secrets.fields(place)) === undefined) return new Map();
    try {
      return (await secrets.get(place, `comparing ${nameOf(ref)} with what is applied`)).values;
    } catch (error) {
      if (error instanceof NotFoundError) return new Map();
      throw error;
    }
  }

  async function warnOfMissing(plans: readonly ValuedPlan[]): Promise<void> {
    const inCall = new Set(plans.map(({ manifest }) => nameOf(manifest.ref)));
    for (const { manifest, warnings } of plans) {
      for (const needed of dependenciesOf(manifest)) {
        if (inCall.has(nameOf(needed)) || (await resources.find(needed))) continue;
        const message = `${nameOf(needed)} does not exist; ${nameOf(manifest.ref)} waits for it`;
        warnings.push(manifest.report.at([manifest.ref.type], message));
      }
    }
  }

  // ---- writing ------------------------------------------------------------------------------------------------------

  function toChange(
    { manifest, existing, owner, object, hash, outcome }: ValuedPlan,
    actor: string,
    ifVersion: number | undefined,
    restoring: Rollback["restoring"],
  ): ResourceChange {
    const uid = existing?.uid ?? options.ids.uuid();
    const { ref, version, description, layer, tags, file } = manifest;
    return {
      uid,
      ref,
      version,
      description,
      owner,
      layer,
      tags,
      manifest: manifest.manifest,
      file,
      positions: positionsToKeep(manifest),
      specHash: hash,
      actor,
      object: { ...object, id: uid },
      dependencies: dependenciesOf(manifest),
      fromGeneration: existing?.generation,
      ...(ifVersion === undefined ? {} : { ifVersion }),
      event: {
        type: "Normal",
        reason: restoring ? "RolledBack" : outcome === "created" ? "Created" : "Updated",
        message: `by \`${actor}\`${restoring ? ` to generation ${restoring.to}` : ""}, generation ${(existing?.generation ?? 0) + 1}`,
      },
    };
  }
}

function keyOf({ manifest }: Plan): string {
  return nameOf(manifest.ref);
}

/** The versions that the caller has seen, by name. @throws {BadInputError} one is of nothing that is applied */
function readVersions({ ifVersions = [] }: ApplyRequest, plans: readonly Plan[]): ReadonlyMap<string, number> {
  const applied = new Set(plans.map(keyOf));
  const versions = new Map<string, number>();
  for (const { ref, resourceVersion } of ifVersions) {
    const name = nameOf(toFullRef(ref));
    if (!applied.has(name))
      throw new BadInputError(`\`ifVersions\` names ${name}, which none of the documents is about; leave it out`);
    versions.set(name, resourceVersion);
  }
  return versions;
}

function assertVersions(
  plans: readonly Plan[],
  versions: ReadonlyMap<string, number>,
  restoring: Rollback["restoring"],
): void {
  for (const item of plans) {
    const { existing, manifest } = item;
    const expected = versions.get(keyOf(item));
    const present = existing?.resourceVersion;
    if (expected !== undefined && (present ?? 0) !== expected) throw otherVersion(manifest.ref, present, expected);
    if (restoring && existing?.generation !== restoring.from)
      throw new ConflictError(
        `${nameOf(manifest.ref)} was changed by somebody else meanwhile; look at its history and repeat the call`,
      );
  }
}

function toRemoval({ uid, ref, generation }: StoredResource, force: boolean, message: string): ResourceRemoval {
  return { uid, ref, fromGeneration: generation, force, event: { type: "Normal", reason: "Terminating", message } };
}

/** Conditions read the address of a user like an attribute. */
function withEmail(email: string | undefined): { readonly email?: string } {
  return email === undefined ? {} : { email };
}

/** Whether it is a grant that gives something at once. */
function isGranted({ ref, spec }: ParsedManifest): boolean {
  return ref.type === "grant" && (spec as SpecOf["grant"]).approve === true;
}

function wasGranted(existing: StoredResource | undefined): boolean {
  return (
    existing?.ref.type === "grant" && readStoredSpec("grant", existing.version, existing.manifest).approve === true
  );
}

function isIn({ file, positions }: PolicyDocument, { at }: Problem): boolean {
  if (at?.file !== file) return false;
  return positions.values().some(({ line, column }) => line === at.line && column === at.column);
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const [first] = problems;
  const message = problems.length === 1 ? (first?.message ?? "") : `${problems.length} faults in what was given`;
  throw new BadInputError(message, { problems: sortProblems(problems) });
}

/** A policy, grant, provider or use-case that goes. */
function toDeleted(resource: StoredResource): AppliedResource {
  const { ref, version, generation, manifest } = resource;
  const [policy] = toRemovedDocuments(resource);
  const diff = unifiedDiff(titleOf(ref), toYaml(manifest), undefined);
  return { ref, version, outcome: "deleted", generation, ...(policy && { policy }), diff, warnings: [] };
}

/** Stands for its removal where policies are checked. */
function toRemovedDocuments(resource: StoredResource): readonly PolicyDocument[] {
  const document = toPolicyDocument(resource);
  return document ? [{ ...document, spec: undefined }] : [];
}

function toApplied({ manifest, existing, outcome, warnings, changedValues }: ValuedPlan): AppliedResource {
  const { ref, version } = manifest;
  const document = outcome === "unchanged" ? undefined : toPolicyDocument(manifest);
  return {
    ref,
    version,
    outcome,
    ...(document ? { policy: document } : {}),
    generation: (existing?.generation ?? 0) + (outcome === "unchanged" ? 0 : 1),
    diff:
      outcome === "unchanged"
        ? ""
        : unifiedDiff(
            titleOf(ref),
            existing && toYaml(existing.manifest),
            toYaml(existing ? markChanged(manifest.manifest, changedValues) : manifest.manifest),
          ),
    warnings: sortProblems(warnings),
  };
}

/** The manifest with a word where a secret value is another one than before; the values themselves are not shown. */
function markChanged(
  manifest: Readonly<Record<string, unknown>>,
  changed: ReadonlySet<string>,
): Record<string, unknown> {
  const walk = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}.${index}`));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, walk(item, path === "" ? key : `${path}.${key}`)]),
      );
    }
    return changed.has(path) ? "[redacted, changed]" : value;
  };
  return walk(manifest, "") as Record<string, unknown>;
}

function reservedTagWarnings({ ref, tags, layer, report }: ParsedManifest): Problem[] {
  const own = new Set([
    "dataos:type:resource",
    "dataos:type:cluster-resource",
    "dataos:type:workspace-resource",
    `dataos:resource:${ref.type}`,
    `dataos:layer:${layer}`,
    `dataos:workspace:${ref.workspace ?? ""}`,
  ]);
  return tags.flatMap((tag, index) =>
    isReservedTag(tag) && !own.has(tag)
      ? [
          report.at(
            ["tags", index],
            `tag \`${tag}\` is shown but decides nothing: tags that start with \`dataos:\` are the server's`,
          ),
        ]
      : [],
  );
}

/** SECURITY: credentials stored with a depot are for the server that they were given for, and go to no other one (Z-15). */
function hasMoved(manifest: ParsedManifest, existing: StoredResource): boolean {
  const { type } = manifest.ref;
  if (type !== "depot" && type !== "bundle") return false;
  const before = placesOf(type, readStoredSpec(type, existing.version, existing.manifest));
  return canonicalJson(before) !== canonicalJson(placesOf(type, manifest.spec));
}

/** Where a depot is, or the depots of a bundle. */
function placesOf(type: "depot" | "bundle", spec: unknown): unknown {
  if (type === "depot") return placeOf(spec as DepotSpec);
  const members = readBundleMembers(spec as SpecOf["bundle"]).filter(({ ref }) => ref.type === "depot");
  return members.map(({ id, spec: depot }) => ({ id, place: placeOf(depot as DepotSpec) }));
}

function placeOf({ engine, location }: DepotSpec): unknown {
  const { database: _database, ...place } = location;
  return { engine, place };
}
