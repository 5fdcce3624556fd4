import { Secret } from "../../shared/secret.ts";

/** What stands in a stored manifest where a secret value was. */
export const redactedText = "[redacted]";

type Path = readonly PropertyKey[];

// WHY: inline credentials also occur outside `data`, e.g. `stackSpec.sourceConnection.config.password`
const secretKey =
  /^(?:.*password|.*passphrase|.*passwd|.*apikey|.*api_key|.*accesskey|.*access_key|.*privatekey|.*private_key|.*secretkey|.*secret_key|secret|.*clientsecret|.*client_secret|.*_secret|.*token|.*credentials?|authorization|cookie)$/i;

/** Types whose sections have no secret values: what policies say, and who is who. */
const openTypes: ReadonlySet<string> = new Set(["policy", "grant", "provider", "use-case", "compute", "user", "role"]);

/** Whether the scalar at `path` of a manifest of this type is a secret value: never stored in clear, never shown. */
export function isSecretPath(type: string, path: Path): boolean {
  const [section, key] = path;
  if (section !== type) return false;
  if (type === "instance-secret" || type === "secret") return key === "data" || key === "files";
  if (openTypes.has(type)) return false;
  if (type === "bundle") {
    // the manifests in it are as secret as they are alone; each section is named after its type
    const [, list, , spec, inner, ...rest] = path;
    const isManifest = list === "resources" && spec === "spec" && typeof inner === "string";
    return isManifest && isSecretPath(inner, [inner, ...rest]);
  }
  if (type === "depot" && key === "connectionSecret") {
    const [, , , group, entry, field] = path;
    return (
      group === "data" ||
      group === "files" ||
      (group === "values" && (field ?? (typeof entry === "string" ? "value" : "")) === "value")
    );
  }
  const name = String(path.at(-1));
  if (type === "monitor" && name === "dsn") return true;
  // who knows the address of an incoming webhook may write to it
  if (type === "pager" && (name === "webHookUrl" || (name === "url" && path.at(-2) === "webHook"))) return true;
  return secretKey.test(name);
}

export interface ExtractedSecrets {
  /** the document with `[redacted]` where values were */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** dotted path -> value */
  readonly values: ReadonlyMap<string, Secret>;
  /** dotted paths that already read `[redacted]`: what is stored stays */
  readonly kept: ReadonlySet<string>;
}

/** Takes the secret values out of a manifest. */
export function extractSecrets(type: string, manifest: Readonly<Record<string, unknown>>): ExtractedSecrets {
  const values = new Map<string, Secret>();
  const kept = new Set<string>();
  const walk = (value: unknown, path: Path): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    if (value === null || !isSecretPath(type, path)) return value;
    const dotted = path.join(".");
    if (value === redactedText) kept.add(dotted);
    else values.set(dotted, new Secret(String(value)));
    return redactedText;
  };
  return { manifest: walk(manifest, []) as Record<string, unknown>, values, kept };
}
