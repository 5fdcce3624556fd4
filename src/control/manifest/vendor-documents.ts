import { createHash } from "node:crypto";
import type { YamlDocument, YamlPlace } from "../../shared/yaml.ts";

/** Types whose `${variables}` are their own and not the environment's. */
export const verbatimTypes: ReadonlySet<string> = new Set(["provider", "use-case"]);

/**
 * A document of the vendor's without `type`, as the manifest that it stands for: providers and use-cases by their `id`, grants by what
 * they say. `undefined`: it is none of these.
 */
export function fromVendorDocument(document: YamlDocument): YamlDocument | undefined {
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.hasOwn(value, "type"))
    return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  const atoms = given.authorization_atoms;
  if (Array.isArray(atoms) || Object.hasOwn(given, "authorization_atoms")) {
    const isUseCase = Array.isArray(atoms) && atoms.every((atom) => typeof atom === "string");
    return wrap(document, isUseCase ? "use-case" : "provider", "v1", given.id, "id");
  }
  const useCase = given.policy_use_case_id;
  if (typeof useCase !== "string" || Object.hasOwn(given, "name")) return undefined;
  // WHY: the same grant applied twice is one grant
  const mark = createHash("sha256").update(JSON.stringify(given)).digest("hex").slice(0, 8);
  return wrap(document, "grant", "v1alpha", `${useCase.slice(0, 39)}-${mark}`, "policy_use_case_id");
}

function wrap(document: YamlDocument, type: string, version: string, name: unknown, nameKey: string): YamlDocument {
  const { value, positions, keyPositions, plainScalars } = document;
  const description = (value as Readonly<Record<string, unknown>>).description;
  const below = (places: ReadonlyMap<string, YamlPlace>): Map<string, YamlPlace> => {
    const moved = new Map<string, YamlPlace>();
    for (const [path, place] of places) {
      moved.set(path === "" ? type : `${type}.${path}`, place);
      if (path === "") moved.set("", place);
      if (path === nameKey) moved.set("name", place);
    }
    return moved;
  };
  return {
    value: { name, version, type, ...(typeof description === "string" && { description }), [type]: value },
    positions: below(positions),
    keyPositions: below(keyPositions),
    plainScalars: new Set([...plainScalars].map((path) => `${type}.${path}`)),
  };
}
