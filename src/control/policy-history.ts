import type { AuditLog, Authorized, Authorizer, CallContext } from "../heimdall/ports.ts";
import { toTimestamp } from "../shared/clock.ts";
import { BadInputError, ForbiddenError } from "../shared/errors.ts";
import { matchesFilter } from "../shared/object-filter.ts";
import type { Applied, Rollback } from "./apply.ts";
import { nameOf } from "./describe.ts";
import { toYaml } from "./diff.ts";
import { policyTypes } from "./policy-documents.ts";
import type { ApplyRequest, Control, ManifestDocument, PolicyVersion } from "./ports.ts";
import type { GrantStore, PastPolicy, PolicyHistoryStore, ResourceStore, StoredResource } from "./stores.ts";

/** One version of the policies going live. */
interface Swap {
  readonly version: string;
  readonly at: string;
  readonly cursor: string;
}

const recordsPerRead = 100;
/** versions that a name is looked for in */
const mostVersions = 1_000;

/** The versions of the policies, and the way back to one of them. @param apply writes a rollback, checked like an apply */
export function createPolicyHistory(parts: {
  readonly resources: Pick<ResourceStore, "listAll">;
  readonly history: PolicyHistoryStore;
  readonly grants: Pick<GrantStore, "decisions">;
  readonly authorizer: Pick<Authorizer, "authorizeList">;
  readonly audit: Pick<AuditLog, "list">;
  readonly apply: (call: CallContext, request: ApplyRequest, rollback: Rollback) => Promise<Applied>;
}) {
  const { resources, history, authorizer } = parts;

  /** Newest first. Every server process tells of the same version; the earliest of them counts. */
  async function* readSwaps(after?: string): AsyncGenerator<Swap> {
    let next = after;
    let newer: Swap | undefined;
    do {
      const page = await parts.audit.list({ type: "policy.swapped" }, { first: recordsPerRead, after: next });
      for (const [index, { at, policyVersion: version = "" }] of page.records.entries()) {
        const swap = { version, at, cursor: page.cursors[index] ?? "" };
        if (newer && newer.version !== version) yield newer;
        newer = swap;
      }
      next = page.next;
    } while (next !== undefined);
    if (newer) yield newer;
  }

  /** When a version went live, or the time itself. */
  const timeOf = async (to: string): Promise<string> => {
    if (/^\d{4}-\d\d-\d\dT/.test(to) && !Number.isNaN(Date.parse(to))) return toTimestamp(Date.parse(to));
    if (/^[0-9a-f]{6,64}$/.test(to)) {
      let looked = 0;
      for await (const { version, at } of readSwaps()) {
        if (version.startsWith(to)) return at;
        if (++looked === mostVersions) break;
      }
    }
    throw new BadInputError(
      `\`${to.slice(0, 80)}\` is no version of the last ${mostVersions} and no time; take one that went live, or a time like \`2026-01-31T08:00:00Z\``,
    );
  };

  /** What is to be done, so that the policies are `then` again. */
  const compare = async (then: readonly PastPolicy[], present: readonly StoredResource[]) => {
    const decisions = await parts.grants.decisions();
    const now = new Map(present.map((resource) => [nameOf(resource.ref), resource]));
    const restored: PastPolicy[] = [];
    const approved = new Set<string>();
    const anew = new Set<string>();
    const grantedAt = new Map<string, string>();
    for (const past of then) {
      const name = nameOf(past.ref);
      const current = now.get(name);
      now.delete(name);
      const isSame = current?.uid === past.uid && current.generation === past.generation;
      const isApproved = current && decisions.get(`${current.uid}/${current.generation}`)?.state === "approved";
      if (isApproved) approved.add(name);
      // SECURITY: an approval that came later ends, and with it what it gives
      const wasOpen = isApproved && past.approvedAt === undefined;
      if (isSame && !wasOpen) continue;
      // SECURITY: what gave something once has given it
      if (past.isUsed) {
        if (current) now.set(name, current);
        continue;
      }
      restored.push(past);
      if (wasOpen) anew.add(name);
      if (past.approvedAt !== undefined) grantedAt.set(name, past.approvedAt);
    }
    return { restored, leaving: [...now.values()], approved, anew, grantedAt };
  };

  return {
    async policyVersions(auth: Authorized<"policy.read">, seen, { first, after }) {
      if (auth.filter.op === "none") return { items: [], hasNextPage: false };
      const swaps: Swap[] = [];
      for await (const swap of readSwaps(after)) {
        swaps.push(swap);
        // one more for the page to come, and its time as the beginning of the last one's changes
        if (swaps.length > first) break;
      }
      const oldest = swaps.length > first ? (swaps.at(-1)?.at ?? "") : "";
      const changes = (await history.changes(oldest, swaps[0]?.at ?? "")).filter(({ object }) =>
        matchesFilter(seen.filter, object),
      );
      const items = swaps.slice(0, first).map(({ version, at, cursor }, index) => {
        const since = swaps[index + 1]?.at ?? "";
        const own = changes.filter((change) => change.at > since && change.at <= at);
        const node: PolicyVersion = { version, since: at, changes: own.map(({ object: _, ...change }) => change) };
        return { cursor, node };
      });
      return { items, hasNextPage: swaps.length > first };
    },

    async rollbackPolicies(call, { to, dryRun }) {
      const readable = await authorizer.authorizeList(call, "policy.read");
      if (readable.filter.op === "none") throw new ForbiddenError(`\`${call.subject.id}\` may see no policies`);
      const at = await timeOf(to);
      const present = (await resources.listAll(policyTypes)).filter(({ phase }) => phase !== "Terminating");
      const { restored, leaving, approved, ...how } = await compare(await history.asOf(at), present);
      const seen = (await authorizer.authorizeList(call, "resource.read")).filter;
      // SECURITY: who may not see all of it neither learns what it is nor takes a part of it back
      if ([...restored, ...leaving].some(({ object }) => !matchesFilter(seen, object))) {
        throw new ForbiddenError(
          "the rollback changes policies or grants that you may not see; ask somebody who may see all of them",
          readable.decisionId,
        );
      }
      if (restored.length + leaving.length === 0) return { at, resources: [] };
      const documents: ManifestDocument[] = [];
      const waiting = new Set<string>();
      for (const past of restored) {
        const { type, name } = past.ref;
        const isThere = present.some(({ ref }) => ref.type === type && ref.name === name);
        const manifest = keepPeople(await history.read(past), past, isThere);
        if (past.approvedAt !== undefined && !isGranted(manifest)) waiting.add(nameOf(past.ref));
        documents.push({ file: `${type}/${name}@${past.generation}.yaml`, text: toYaml(manifest) });
      }
      const applied = await parts.apply(
        call,
        { documents, variables: new Map(), disableInterpolation: true, workspace: "public", dryRun },
        { leaving, ...how },
      );
      const told = applied.resources.map((one) => {
        const name = nameOf(one.ref);
        const isWaiting = waiting.has(name) && !(one.outcome === "unchanged" && approved.has(name));
        return isWaiting ? { ...one, warnings: [...one.warnings, { message: approvalEnded }] } : one;
      });
      return { at, resources: told.filter(({ outcome, warnings }) => outcome !== "unchanged" || warnings.length > 0) };
    },
  } satisfies Pick<Control, "policyVersions" | "rollbackPolicies">;
}

const approvalEnded = "it was approved then; now it is a request, which gives nothing until somebody approves it again";

function isGranted(manifest: Readonly<Record<string, unknown>>): boolean {
  return (manifest.grant as { readonly approve?: unknown } | undefined)?.approve === true;
}

/** SECURITY: whoever brings a resource back neither gets it as their own, nor takes the place of who asked for a grant. */
function keepPeople(
  { manifest, actor }: Awaited<ReturnType<PolicyHistoryStore["read"]>>,
  { ref, owner }: PastPolicy,
  isThere: boolean,
): Readonly<Record<string, unknown>> {
  const owned = isThere || manifest.owner !== undefined ? manifest : { ...manifest, owner };
  const grant = manifest[ref.type] as { readonly requester?: unknown } | undefined;
  const isRequest = ref.type === "grant" && !isGranted(manifest) && grant?.requester === undefined;
  return isRequest ? { ...owned, grant: { ...grant, requester: actor } } : owned;
}
