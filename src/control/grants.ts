import { recordChange } from "../heimdall/audit/index.ts";
import type { AuditLog, Authorized, IdentityStore, PolicyChecker, User } from "../heimdall/ports.ts";
import { type Clock, toTimestamp } from "../shared/clock.ts";
import { BadInputError, ConflictError, ForbiddenError, NotFoundError, type Problem } from "../shared/errors.ts";
import { matchesFilter } from "../shared/object-filter.ts";
import { nameOf, resourceUrn } from "./describe.ts";
import { readStoredSpec } from "./manifest/index.ts";
import { toGrantedDocument } from "./policy-documents.ts";
import type { Grant, GrantState } from "./ports.ts";
import type { GrantDecision, GrantStore, ResourceStore, StoredResource } from "./stores.ts";

interface GrantParts {
  readonly resources: Pick<ResourceStore, "find" | "listAll">;
  readonly grants: GrantStore;
  readonly identity: Pick<IdentityStore, "findUser" | "listUsers" | "listTagNamespaces">;
  readonly policyChecker: PolicyChecker;
  readonly audit: Pick<AuditLog, "append">;
  readonly clock: Clock;
}

/** Every grant and request that the caller may see, by name. */
export async function listGrants(
  { resources, grants, clock }: Pick<GrantParts, "resources" | "grants" | "clock">,
  auth: Authorized<"resource.read">,
): Promise<readonly Grant[]> {
  const stored = await resources.listAll(["grant"]);
  const decisions = await grants.decisions();
  return stored
    .filter(({ phase, object }) => phase !== "Terminating" && matchesFilter(auth.filter, object))
    .map((grant) => toGrant(grant, decisions.get(`${grant.uid}/${grant.generation}`), clock.now()));
}

/**
 * Approves or rejects a request, as it stands now. What is granted must be held by whoever approves, or be theirs to hand out.
 * @throws {ForbiddenError} it is their own, or they do not hold what it gives
 * @throws {ConflictError} it is decided already, or was changed meanwhile
 */
export async function decideGrant(
  parts: GrantParts,
  auth: Authorized<"grant.approve">,
  name: string,
  answer: { readonly approve: boolean; readonly notes: string | undefined; readonly dryRun: boolean },
): Promise<{ readonly resource: StoredResource; readonly grant: Grant }> {
  const { resources, grants, clock } = parts;
  const ref = { type: "grant", name, workspace: undefined } as const;
  const resource = await resources.find(ref);
  if (
    !resource ||
    resource.phase === "Terminating" ||
    !auth.object?.paths.some((path) => resource.object.paths.includes(path))
  ) {
    throw new NotFoundError(`there is no ${nameOf(ref)}`);
  }
  const former = await grants.find(resource.uid, resource.generation);
  if (former) throw new ConflictError(`${nameOf(ref)} is ${former.state} already, by \`${former.by}\` at ${former.at}`);
  if (readStoredSpec("grant", resource.version, resource.manifest).approve === true) {
    throw new ConflictError(`${nameOf(ref)} is no request: it is granted already`);
  }
  const own = await findOwn(parts.identity, auth.subject.id, requestersOf(resource));
  if (own) throw new ForbiddenError(`${own}; somebody else has to decide on ${nameOf(ref)}`, auth.decisionId);
  const decision = {
    state: answer.approve ? "approved" : "rejected",
    by: auth.subject.id,
    at: toTimestamp(clock.now()),
    notes: answer.notes,
  } as const;
  if (answer.approve) await refuseUnsound(parts, auth, resource, decision.at);
  const grant = toGrant(resource, { ...decision, usedAt: undefined }, clock.now());
  if (answer.dryRun) return { resource, grant };
  const change = {
    actor: auth.subject.id,
    action: answer.approve ? "grant.approve" : "grant.reject",
    object: [resourceUrn(ref)],
    decisionId: auth.decisionId,
    details: {
      requester: grant.requester,
      generation: resource.generation,
      ...(answer.notes === undefined ? {} : { notes: answer.notes }),
    },
  };
  await recordChange(parts.audit, change, async () => {
    if (await grants.decide(resource.uid, resource.generation, decision)) return;
    throw new ConflictError(`${nameOf(ref)} was changed by somebody else meanwhile; read it again and repeat the call`);
  });
  return { resource, grant };
}

async function refuseUnsound(
  { identity, policyChecker }: GrantParts,
  auth: Authorized,
  resource: StoredResource,
  decidedAt: string,
): Promise<void> {
  const document = toGrantedDocument(resource, decidedAt);
  if (!document) throw new TypeError("a grant is a policy document");
  const throwIf = (problems: readonly Problem[], make: (message: string) => Error): void => {
    const [first] = problems;
    if (first) throw make(first.message);
  };
  const namespaces = (await identity.listTagNamespaces()).map(({ glob }) => glob);
  const known = (await identity.listUsers()).map(({ attributes }) => attributes);
  const { problems } = policyChecker.check([document], known, namespaces);
  throwIf(problems, (message) => new BadInputError(message, { problems }));
  const escalations = policyChecker.escalations(auth.subject, [document]);
  throwIf(escalations, (message) => new ForbiddenError(message, auth.decisionId, { problems: escalations }));
}

/** Ids of those whose request it is: who applied and owns it, who is named as requester, and each user that it is for. */
export function requestersOf({ actor, owner, version, manifest }: StoredResource): readonly string[] {
  const { requester, subjects = [] } = readStoredSpec("grant", version, manifest);
  const users = subjects.flat().flatMap((tag) => (tag.startsWith("users:id:") ? [tag.slice("users:id:".length)] : []));
  return [...new Set([actor, owner, ...(requester === undefined ? [] : [requester]), ...users])];
}

/**
 * Why a request is one's own, in words; `undefined`: it is not.
 * SECURITY: one person may have several accounts; the mail address links them (Z-04, Z-07).
 */
export async function findOwn(
  identity: Pick<IdentityStore, "findUser">,
  deciderId: string,
  requesters: readonly string[],
): Promise<string | undefined> {
  if (requesters.includes(deciderId)) return "nobody approves their own request";
  const mailOf = (user: User | undefined): string | undefined => user?.email?.trim().toLowerCase();
  const mail = mailOf(await identity.findUser(deciderId));
  if (mail === undefined) return undefined;
  for (const id of requesters) {
    if (mailOf(await identity.findUser(id)) === mail) {
      return `\`${id}\` has the same mail address as \`${deciderId}\`, and nobody approves their own request`;
    }
  }
  return undefined;
}

/** A grant as it is shown. */
function toGrant(resource: StoredResource, decision: GrantDecision | undefined, now: number): Grant {
  const spec = readStoredSpec("grant", resource.version, resource.manifest);
  const document = toGrantedDocument(resource, decision?.at ?? resource.createdAt);
  const until = (document?.spec as { readonly until?: unknown } | undefined)?.until;
  const state = stateOf(
    decision,
    spec.approve === true,
    typeof until === "string" ? Date.parse(until) : undefined,
    now,
  );
  return {
    name: resource.ref.name,
    uid: resource.uid,
    isRequest: spec.approve !== true,
    state,
    useCase: spec.policy_use_case_id,
    subjects: (spec.subjects ?? []).flat(),
    values: (spec as { readonly values?: unknown }).values,
    collection: String((spec as { readonly collection?: unknown }).collection ?? "default"),
    requester: spec.requester ?? resource.actor,
    creator: resource.actor,
    notes: spec.notes,
    until: decision?.state === "approved" || spec.duration === undefined ? (until as string | undefined) : spec.until,
    duration: spec.duration,
    singleUse: spec.single_use === true,
    createdAt: resource.createdAt,
    updatedAt: resource.updatedAt,
    decidedBy: decision?.by,
    decidedAt: decision?.at,
    decisionNotes: decision?.notes,
    usedAt: decision?.usedAt,
  };
}

function stateOf(
  decision: GrantDecision | undefined,
  isGranted: boolean,
  until: number | undefined,
  now: number,
): GrantState {
  if (decision?.state === "rejected") return "rejected";
  if (!decision && !isGranted) return "requested";
  if (decision?.usedAt !== undefined) return "used";
  return until !== undefined && until <= now ? "expired" : "approved";
}
