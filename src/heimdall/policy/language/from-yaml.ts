import type { Problem } from "../../../shared/errors.ts";
import { parseYamlDocuments, type YamlDocument } from "../../../shared/yaml.ts";
import type { PolicyDocument } from "../../ports.ts";

/**
 * Reads policies, grants, providers and use-cases from manifests in a YAML text. Grammar beyond the kind is for the compiler.
 * `documents` is empty where `problems` is not.
 */
export function parsePolicyYaml(
  text: string,
  file: string,
): { readonly documents: readonly PolicyDocument[]; readonly problems: readonly Problem[] } {
  const { documents, problems } = parseYamlDocuments(text, file);
  const found: PolicyDocument[] = [];
  const faults: Problem[] = [...problems];
  for (const document of documents) {
    const read = toPolicyDocument(document, file);
    if ("message" in read) faults.push(read);
    else found.push(read);
  }
  return faults.length > 0 ? { documents: [], problems: faults } : { documents: found, problems: [] };
}

function toPolicyDocument({ value, positions }: YamlDocument, file: string): PolicyDocument | Problem {
  const at = { file, ...(positions.get("") ?? { line: 1, column: 1 }) };
  if (typeof value !== "object" || value === null) return { message: "expected a mapping", at };
  const manifest = value as Readonly<Record<string, unknown>>;
  const name = manifest.type === undefined ? manifest.id : manifest.name;
  if (typeof name !== "string")
    return { message: "the document has no `name` (or `id`, for providers and use-cases)", at };
  if (manifest.type === "policy" || manifest.type === "grant") {
    const { type } = manifest;
    return { kind: type, name, file, spec: manifest[type], positions: below(positions, type) };
  }
  const atoms = manifest.authorization_atoms;
  if (manifest.type !== undefined || !Array.isArray(atoms)) {
    return { message: "expected `type: policy`, `type: grant`, or a document with `authorization_atoms`", at };
  }
  const kind = typeof atoms[0] === "string" ? "use-case" : "provider";
  return { kind, name, file, spec: manifest, positions };
}

/** The places of what is below `key`, with their paths from there. */
function below(positions: YamlDocument["positions"], key: string): PolicyDocument["positions"] {
  const inside = new Map<string, { readonly line: number; readonly column: number }>();
  for (const [path, place] of positions) {
    if (path === key) inside.set("", place);
    else if (path.startsWith(`${key}.`)) inside.set(path.slice(key.length + 1), place);
  }
  return inside;
}
