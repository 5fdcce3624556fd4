import type { Problem } from "../../../shared/errors.ts";
import { suggestion } from "../../../shared/nearest.ts";
import { parseYamlDocuments, type YamlDocument } from "../../../shared/yaml.ts";
import type { PolicyDocument } from "../../ports.ts";

/** What a text of manifests holds of policies. */
export interface PolicyYaml {
  /** empty where `problems` is not */
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
  /** how many documents are manifests of something else */
  readonly others: number;
}

/**
 * Reads policies, grants, providers and use-cases from manifests in a YAML text. Grammar beyond the kind is for the compiler.
 *
 * @param options `others`: what is done with manifests of other types; `refuse` (the default) makes them faults
 */
export function parsePolicyYaml(
  text: string,
  file: string,
  options: { readonly others?: "refuse" | "skip" } = {},
): PolicyYaml {
  const { documents, problems } = parseYamlDocuments(text, file);
  const found: PolicyDocument[] = [];
  const faults: Problem[] = [...problems];
  let others = 0;
  for (const document of documents) {
    if (options.others === "skip" && isOther(document.value)) {
      others++;
      continue;
    }
    const read = toPolicyDocument(document, file);
    if ("message" in read) faults.push(read);
    else found.push(read);
  }
  return { documents: faults.length > 0 ? [] : found, problems: faults, others };
}

/** SECURITY: a misspelt `type` is no other type: a policy that is skipped is one that nobody checked. */
function isOther(value: unknown): boolean {
  const type = typeof value === "object" && value !== null ? (value as { readonly type?: unknown }).type : undefined;
  return typeof type === "string" && type !== "" && !isMeantAsPolicy(type);
}

function isMeantAsPolicy(type: string): boolean {
  return suggestion(type.trim(), ["policy", "policies", "grant", "grants"]) !== "";
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
    const near = typeof manifest.type === "string" ? suggestion(manifest.type, ["policy", "grant"]) : "";
    return {
      message: `expected \`type: policy\`, \`type: grant\`, or a document with \`authorization_atoms\`${near}`,
      at,
    };
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
