import { createHash } from "node:crypto";
import type { YamlDocument, YamlPlace } from "../../shared/yaml.ts";

/**
 * A document of the vendor's of another form, as the manifest that it stands for: products by `entity`, and without `type` providers and
 * use-cases by their `id`, grants by what they say. `undefined`: it is none of these.
 */
export function fromVendorDocument(document: YamlDocument): YamlDocument | undefined {
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  if (isProduct(given)) return fromProduct(document, given);
  if (Object.hasOwn(value, "type")) return undefined;
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

function isProduct(given: Readonly<Record<string, unknown>>): boolean {
  if (Object.hasOwn(given, "product")) return false;
  return given.entity === "product" || (given.type === "data" && ("v1beta" in given || "v1alpha" in given));
}

const headKeys: ReadonlySet<string> = new Set(["name", "version", "tags", "description", "owner", "layer"]);

/** A product says `entity: product` and `type: data` beside its name; both belong to its section here. */
function fromProduct(document: YamlDocument, given: Readonly<Record<string, unknown>>): YamlDocument {
  const head = Object.entries(given).filter(([key]) => headKeys.has(key));
  const section = Object.entries(given).filter(([key]) => !headKeys.has(key));
  const moved = (path: string): string =>
    path === "" || headKeys.has(path.split(".", 1)[0] ?? "") ? path : `product.${path}`;
  const below = (places: ReadonlyMap<string, YamlPlace>): Map<string, YamlPlace> =>
    new Map([...places].map(([path, place]) => [moved(path), place]));
  return {
    value: { ...Object.fromEntries(head), type: "product", product: Object.fromEntries(section) },
    positions: below(document.positions),
    keyPositions: below(document.keyPositions),
    plainScalars: new Set([...document.plainScalars].map(moved)),
  };
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
