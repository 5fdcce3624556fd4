import type { GrantUses, PolicyDocument, PolicySource } from "../heimdall/ports.ts";
import { toTimestamp } from "../shared/clock.ts";
import type { ParsedManifest } from "./manifest/index.ts";
import { parseDurationMs, readStoredSpec } from "./manifest/index.ts";
import type { ResourceRef, ResourceType } from "./ports.ts";
import type { GrantStore, ResourceStore, StoredResource } from "./stores.ts";

/** Types that say what Heimdall decides. */
export const policyTypes = ["policy", "grant", "provider", "use-case"] as const satisfies readonly ResourceType[];

/** Whether it is one of `policyTypes`. */
export function isPolicyType(type: string): type is (typeof policyTypes)[number] {
  return (policyTypes as readonly string[]).includes(type);
}

type Positions = StoredResource["positions"];

/** A policy or grant as Heimdall reads it; `undefined` for other types. */
export function toPolicyDocument({
  ref,
  file,
  manifest,
  positions,
}: Pick<ParsedManifest, "ref" | "file" | "manifest"> & { readonly positions: Positions }): PolicyDocument | undefined {
  if (!isPolicyType(ref.type)) return undefined;
  return { kind: ref.type, name: ref.name, file, spec: manifest[ref.type], positions: below(positions, ref.type) };
}

/** The positions to keep with a resource: those that a later check reports. */
export function positionsToKeep({ ref, positions }: Pick<ParsedManifest, "ref" | "positions">): Positions {
  if (!isPolicyType(ref.type)) return new Map();
  return new Map([...positions].filter(([path]) => path === ref.type || path.startsWith(`${ref.type}.`)));
}

/** A grant as it decides from `decision` on: approved, and at most as long as it says. */
export function toGrantedDocument(
  grant: Pick<StoredResource, "uid" | "ref" | "file" | "manifest" | "version" | "positions" | "generation">,
  decidedAt: string,
): PolicyDocument | undefined {
  const document = toPolicyDocument(grant);
  if (!document) return undefined;
  const { duration, single_use: isSingle } = readStoredSpec("grant", grant.version, grant.manifest);
  const given = document.spec as { readonly until?: unknown };
  const lasts = duration === undefined ? undefined : parseDurationMs(duration);
  const ends = lasts === undefined ? undefined : toTimestamp(Date.parse(decidedAt) + lasts);
  // a wrong `until` is for the compiler to refuse
  const until = ends === undefined || Date.parse(String(given.until)) <= Date.parse(ends) ? given.until : ends;
  const spec = { ...given, approve: true, ...(until === undefined ? {} : { until }) };
  return { ...document, spec, ...(isSingle === true && { use: `${grant.uid}/${grant.generation}` }) };
}

/** Whether whoever applied it granted it with that. */
function isApproved({ version, manifest }: StoredResource): boolean {
  return readStoredSpec("grant", version, manifest).approve === true;
}

/** Uses up grants for a single use. */
export function createGrantUses(grants: Pick<GrantStore, "consume">): GrantUses {
  return {
    consume(use, decisionId) {
      const [uid = "", generation] = use.split("/");
      return grants.consume(uid, Number(generation), decisionId);
    },
  };
}

/** The applied policies and approved grants, with the places where their users wrote them. */
export function createResourcePolicySource(
  resources: Pick<ResourceStore, "listAll" | "policyVersion">,
  grants: Pick<GrantStore, "decisions">,
): PolicySource {
  return {
    version: async () => String(await resources.policyVersion()),
    async load() {
      // WHY: the decisions last, so that they are never older than the grants they are about
      const stored = await resources.listAll(policyTypes);
      const decisions = await grants.decisions();
      return stored.flatMap((resource) => {
        if (resource.phase === "Terminating") return [];
        if (resource.ref.type !== "grant") return toPolicyDocument(resource) ?? [];
        // SECURITY: a grant that nobody approved is a request and gives nothing; one that is used up gives nothing more
        const decision = decisions.get(`${resource.uid}/${resource.generation}`);
        const isGranted = decision?.state === "approved" && decision.usedAt === undefined;
        if (!isGranted && !(decision === undefined && isApproved(resource))) return [];
        return toGrantedDocument(resource, decision?.at ?? resource.createdAt) ?? [];
      });
    },
  };
}

/** Live use-cases made of a provider's atoms, or grants and requests of a use-case; by name. */
export async function findVocabularyDependents(
  resources: Pick<ResourceStore, "listAll">,
  { ref, version, manifest }: Pick<StoredResource, "ref" | "version" | "manifest">,
): Promise<readonly ResourceRef[]> {
  const live = async (type: "use-case" | "grant"): Promise<StoredResource[]> =>
    (await resources.listAll([type])).filter(({ phase }) => phase !== "Terminating");
  if (ref.type === "use-case") {
    const grants = await live("grant");
    const needs = (grant: StoredResource): boolean =>
      readStoredSpec("grant", grant.version, grant.manifest).policy_use_case_id === ref.name;
    return grants.filter(needs).map((grant) => grant.ref);
  }
  if (ref.type !== "provider") return [];
  const { authorization_atoms: atoms } = readStoredSpec("provider", version, manifest);
  const ids = new Set(atoms.map((atom) => (atom as { readonly id?: unknown }).id));
  const useCases = await live("use-case");
  const needs = (useCase: StoredResource): boolean =>
    readStoredSpec("use-case", useCase.version, useCase.manifest).authorization_atoms.some((atom) => ids.has(atom));
  return useCases.filter(needs).map((useCase) => useCase.ref);
}

function below(positions: Positions, section: string): Positions {
  const found = new Map<string, { readonly line: number; readonly column: number }>();
  for (const [path, place] of positions) {
    if (path === section) found.set("", place);
    else if (path.startsWith(`${section}.`)) found.set(path.slice(section.length + 1), place);
  }
  return found;
}
