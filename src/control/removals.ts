import type {
  Authorizer,
  CallContext,
  IdentityStore,
  ObjectDirectory,
  ObjectRegistry,
  PolicyChecker,
  PolicyDocument,
  User,
} from "../heimdall/ports.ts";
import { ConflictError, ForbiddenError } from "../shared/errors.ts";
import { needed } from "./conflicts.ts";
import { describeUser, nameOf } from "./describe.ts";
import { readStoredSpec } from "./manifest/index.ts";
import { objectChangesOf } from "./object-types.ts";
import { findVocabularyDependents, toPolicyDocument } from "./policy-documents.ts";
import type { ResourceRef } from "./ports.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";

export interface RemovalOptions {
  readonly resources: Pick<ResourceStore, "find" | "dependents" | "listAll">;
  readonly authorizer: Pick<Authorizer, "check" | "policyFacts">;
  readonly policyChecker: Pick<PolicyChecker, "escalations">;
  readonly identity: Pick<IdentityStore, "findUser">;
  readonly objects: Pick<ObjectRegistry, "judgeManifest">;
  readonly objectDirectory: Pick<ObjectDirectory, "hasObjects">;
  /** bytes that a volume holds; `undefined`: too many files to count */
  readonly readVolumeUsage: (uid: string) => Promise<number | undefined>;
}

/** What goes in one call, and what else that call makes. */
export interface Removal {
  /** what goes together, with the resource itself among it */
  readonly going: readonly StoredResource[];
  /** resources that the same call makes or changes, with what they need afterwards; such a call cannot be forced */
  readonly made?: readonly { readonly ref: ResourceRef; readonly dependencies: readonly ResourceRef[] }[];
  /** Whether it may go although others need it. */
  readonly force: boolean;
  /** that let the call in */
  readonly decisionId?: string | undefined;
}

/** What is looked at before a resource may go; who may delete it at all is decided before. */
export interface Removals {
  /**
   * @returns those that will still need it, which only `force` lets through
   * @throws {ConflictError} others that stay need it @throws {ForbiddenError} somebody would see or be allowed more without it
   */
  check(call: CallContext, resource: StoredResource, removal: Removal): Promise<readonly ResourceRef[]>;
}

/** The policy, grant or word of the vocabulary that goes with a resource, as Heimdall reads a removal. */
export function toRemovedDocument(resource: StoredResource): PolicyDocument | undefined {
  const document = toPolicyDocument(resource);
  return document && { ...document, spec: undefined };
}

export function createRemovals(options: RemovalOptions): Removals {
  const { resources, authorizer } = options;
  return {
    async check(call, resource, removal) {
      const { ref } = resource;
      // INVARIANT: what grants are made of stays while they are there, force or not, because policies with a hole never become live
      const going = new Set(removal.going.map((other) => nameOf(other.ref)));
      const speaking = await findVocabularyDependents(resources, resource);
      await refuseNeeded(call, ref, staying(speaking, going), false);
      const dependents = await stillNeeding(ref, going, removal);
      if (!removal.force) await refuseContent(resource);
      if (!removal.force) await refuseNeeded(call, ref, dependents, removal.made === undefined);
      await refuseEscalation(call, resource, removal.decisionId);
      await refuseForgetting(call, resource, removal.decisionId);
      return dependents;
    },
  };

  /** SECURITY: names are told to who may see them (ADR 0027); that there are others is told to everybody. */
  async function refuseNeeded(
    call: CallContext,
    ref: ResourceRef,
    dependents: readonly ResourceRef[],
    mayForce: boolean,
  ): Promise<void> {
    if (dependents.length === 0) return;
    const names: string[] = [];
    for (const dependent of dependents) {
      const found = await resources.find(dependent);
      if (found && authorizer.check(call, "read", found.object)) names.push(nameOf(dependent));
    }
    throw new ConflictError(needed(ref, names, dependents.length - names.length, mayForce));
  }

  /** What a persistent volume holds is deleted only by who says so. */
  async function refuseContent({ uid, ref, version, manifest }: StoredResource): Promise<void> {
    if (ref.type !== "volume" || !/persistent/i.test(readStoredSpec("volume", version, manifest).type)) return;
    const bytes = await options.readVolumeUsage(uid);
    if (bytes === 0) return;
    const held = bytes === undefined ? "many files" : `${bytes} bytes`;
    throw new ConflictError(`${nameOf(ref)} holds ${held}, which go with it; empty it first, or force the deletion`);
  }

  async function stillNeeding(
    ref: ResourceRef,
    going: ReadonlySet<string>,
    { made = [] }: Removal,
  ): Promise<readonly ResourceRef[]> {
    const name = nameOf(ref);
    const isMade = new Set(made.map((change) => nameOf(change.ref)));
    const stored = (await resources.dependents(ref)).filter((other) => !isMade.has(nameOf(other)));
    const fresh = made.filter(({ dependencies }) => dependencies.some((need) => nameOf(need) === name));
    return [...staying(stored, going), ...fresh.map((change) => change.ref)];
  }

  /** SECURITY: without a deny or a mask, or a user whom one binds, somebody may see more; removing one is handing that out. */
  async function refuseEscalation(
    call: CallContext,
    resource: StoredResource,
    decisionId: string | undefined,
  ): Promise<void> {
    const removed = toRemovedDocument(resource);
    const problems = removed ? options.policyChecker.escalations(call.subject, [removed]) : [];
    const [first] = problems;
    if (first) throw new ForbiddenError(first.message, decisionId, { problems });
    if (resource.ref.type !== "user") return;
    const leaving = await options.identity.findUser(resource.ref.name);
    if (leaving) refuseFreeing(call, leaving, decisionId);
  }

  /** SECURITY: who may delete a user and make the same one again could so take off what binds them. */
  function refuseFreeing(call: CallContext, user: User, decisionId: string | undefined): void {
    const facts = authorizer.policyFacts(toFacts(user), { tags: [], attributes: {} });
    if (facts.length === 0 || authorizer.check(call, "escalate", describeUser(user.id))) return;
    throw new ForbiddenError(
      `policies look at ${facts.join(", ")} of \`${user.id}\`, so deleting the user is changing what they give; ask for \`escalate\` on users`,
      decisionId,
    );
  }

  /** SECURITY: objects that go are a change of what policies see; @throws {ConflictError} there are others, which the service registered */
  async function refuseForgetting(
    call: CallContext,
    resource: StoredResource,
    decisionId: string | undefined,
  ): Promise<void> {
    const { uid, ref } = resource;
    if (ref.type !== "object-type") return;
    const changes = objectChangesOf([], resource);
    const [first] = await options.objects.judgeManifest(call, ref.name, undefined, changes);
    if (first !== undefined) throw new ForbiddenError(first, decisionId);
    if (await options.objectDirectory.hasObjects(ref.name, uid)) {
      throw new ConflictError(
        `there are objects of type \`${ref.name}\` that ${nameOf(ref)} does not list; delete them first`,
      );
    }
  }
}

function staying(refs: readonly ResourceRef[], going: ReadonlySet<string>): readonly ResourceRef[] {
  return refs.filter((ref) => !going.has(nameOf(ref)));
}

/** Conditions read kind and mail address of a user like attributes. */
function toFacts({ tags, attributes, type, email }: User) {
  return { tags, attributes: { ...attributes, type, ...(email !== undefined && { email }) } };
}
