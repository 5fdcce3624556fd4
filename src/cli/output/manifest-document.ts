// WHY not the face of that folder: it brings all schemas, which listing does not need
import { isOtherLanguage, verbatimTypes } from "../../control/manifest/verbatim.ts";
import type { Resource } from "../../graphql/generated/schema-types.ts";
import { toYaml } from "./print.ts";
import { printable } from "./table.ts";

/** The manifest as it can be applied again: with version, owner and workspace where it left them to the server. */
export function toManifest({ manifest, name, version, type, workspace, owner }: Resource): Record<string, unknown> {
  const { name: _n, version: _v, type: _t, workspace: _w, owner: _o, ...rest } = manifest as Record<string, unknown>;
  const section = rest[type];
  delete rest[type];
  return { name, version, type, ...(workspace && { workspace }), ...rest, owner, [type]: section };
}

/** What the server says of a resource, for programs. */
export function toStatus(resource: Resource): Record<string, unknown> {
  const { urn, status, runtime, phase, generation, observedGeneration, resourceVersion } = resource;
  const { createdAt, updatedAt, conditions } = resource;
  return {
    urn,
    status,
    runtime,
    phase,
    generation,
    observedGeneration,
    resourceVersion,
    createdAt,
    updatedAt,
    conditions,
  };
}

/**
 * The manifest as YAML, which `apply` takes again without a change; what the server says of it stands in comments.
 * A `$` that would name a variable is doubled, where variables are replaced, and `[redacted]` keeps the stored secret value.
 */
export function toManifestYaml(resource: Resource): string {
  const { urn, status, runtime, phase, generation, observedGeneration, updatedAt, conditions } = resource;
  const seen =
    observedGeneration === generation
      ? `${generation}`
      : `${generation}, of which ${observedGeneration} is carried out`;
  const comments = [
    `status: ${status}${runtime === "" ? "" : `, ${runtime}`} (${phase}), generation ${seen}, ${updatedAt}`,
    ...conditions.map(({ type, status: state, reason, message }) => `${type}=${state} ${reason}: ${message}`),
    urn,
  ];
  const manifest = toManifest(resource);
  const document = verbatimTypes.has(resource.type) ? manifest : escapeVariables(manifest, []);
  return [...comments.map((comment) => `# ${printable(comment)}`), toYaml(document)].join("\n");
}

function escapeVariables(value: unknown, path: readonly PropertyKey[]): unknown {
  if (typeof value === "string") {
    return isOtherLanguage(path) ? value : value.replaceAll(/\$(?=[${A-Za-z_])/g, "$$$$");
  }
  if (Array.isArray(value)) return value.map((item, index) => escapeVariables(item, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeVariables(item, [...path, key])]));
}
