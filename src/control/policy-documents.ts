import type { PolicyDocument, PolicySource } from "../heimdall/ports.ts";
import type { ParsedManifest } from "./manifest/index.ts";
import { readStoredSpec } from "./manifest/index.ts";
import type { ResourceRef, ResourceType } from "./ports.ts";
import { isApproved } from "./reconcile/policy.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";

/** Types that say what Heimdall decides. */
const policyTypes = ["policy", "grant", "provider", "use-case"] as const satisfies readonly ResourceType[];

function isPolicyType(type: ResourceType): type is (typeof policyTypes)[number] {
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

/** The applied policies and approved grants, with the places where their users wrote them. */
export function createResourcePolicySource(resources: Pick<ResourceStore, "listAll" | "policyVersion">): PolicySource {
  return {
    version: async () => String(await resources.policyVersion()),
    async load() {
      const stored = await resources.listAll(policyTypes);
      return stored.flatMap((resource) => {
        const document = resource.phase === "Terminating" ? undefined : toPolicyDocument(resource);
        // SECURITY: a grant that nobody approved is a request and gives nothing
        return document && (document.kind !== "grant" || isApproved(document.spec as object)) ? [document] : [];
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
