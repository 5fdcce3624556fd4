import type { PolicyDocument, PolicySource } from "../heimdall/ports.ts";
import type { ParsedManifest } from "./manifest/index.ts";
import { isApproved } from "./reconcile/policy.ts";
import type { ResourceStore, StoredResource } from "./stores.ts";

type Positions = StoredResource["positions"];

/** A policy or grant as Heimdall reads it; `undefined` for other types. */
export function toPolicyDocument({
  ref,
  file,
  manifest,
  positions,
}: Pick<ParsedManifest, "ref" | "file" | "manifest"> & { readonly positions: Positions }): PolicyDocument | undefined {
  if (ref.type !== "policy" && ref.type !== "grant") return undefined;
  return { kind: ref.type, name: ref.name, file, spec: manifest[ref.type], positions: below(positions, ref.type) };
}

/** The positions to keep with a resource: those that a later check reports. */
export function positionsToKeep({ ref, positions }: Pick<ParsedManifest, "ref" | "positions">): Positions {
  if (ref.type !== "policy" && ref.type !== "grant") return new Map();
  return new Map([...positions].filter(([path]) => path === ref.type || path.startsWith(`${ref.type}.`)));
}

/** The applied policies and approved grants, with the places where their users wrote them. */
export function createResourcePolicySource(resources: Pick<ResourceStore, "listAll" | "policyVersion">): PolicySource {
  return {
    version: async () => String(await resources.policyVersion()),
    async load() {
      const stored = await resources.listAll(["policy", "grant"]);
      return stored.flatMap((resource) => {
        const document = resource.phase === "Terminating" ? undefined : toPolicyDocument(resource);
        // SECURITY: a grant that nobody approved is a request and gives nothing
        return document && (document.kind !== "grant" || isApproved(document.spec as object)) ? [document] : [];
      });
    },
  };
}

function below(positions: Positions, section: string): Positions {
  const found = new Map<string, { readonly line: number; readonly column: number }>();
  for (const [path, place] of positions) {
    if (path === section) found.set("", place);
    else if (path.startsWith(`${section}.`)) found.set(path.slice(section.length + 1), place);
  }
  return found;
}
