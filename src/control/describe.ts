import type { DecisionObject } from "../shared/decision.ts";
import { formatUrn, type Urn } from "../shared/urn.ts";
import type { Condition, Resource, ResourceRef } from "./ports.ts";
import type { StoredResource } from "./stores.ts";

/** The URN a resource is known by; a depot's is `urn:dataos:depot:<name>`, its resource URN is an alias of it. */
export function resourceUrn(ref: ResourceRef): Urn {
  return ref.type === "depot" ? formatUrn({ kind: "depot", scope: ref.name }) : aliasUrn(ref);
}

function aliasUrn({ type, name, workspace }: ResourceRef): Urn {
  return formatUrn({ kind: "resource", scope: type, path: workspace === undefined ? [name] : [workspace, name] });
}

/**
 * What policies decide on for a resource.
 * Paths: its URNs, for a depot also `dataos://<name>`. Tags: `dataos:type:resource`, `dataos:resource:<type>`,
 * `dataos:layer:<layer>`, `dataos:workspace:<ws>` and its own. Attributes: `type name workspace owner layer version`.
 */
export function describeResource(
  resource: Pick<Resource, "ref" | "owner" | "layer" | "version" | "tags"> & { readonly uid?: string | undefined },
): DecisionObject {
  const { ref, owner, layer, version, uid } = resource;
  const { type, name, workspace } = ref;
  const own = [
    "dataos:type:resource",
    `dataos:resource:${type}`,
    `dataos:layer:${layer}`,
    ...(workspace === undefined ? [] : [`dataos:workspace:${workspace}`]),
  ];
  return {
    ...(uid === undefined ? {} : { id: uid }),
    type: "resource",
    paths: type === "depot" ? [resourceUrn(ref), aliasUrn(ref), `dataos://${name}`] : [aliasUrn(ref)],
    // SECURITY: `dataos:` tags are the server's; with one of his own a user could move a resource into another policy's reach
    tags: [...own, ...resource.tags.filter((tag) => !isReservedTag(tag))],
    attributes: { type, name, owner, layer, version, ...(workspace === undefined ? {} : { workspace }) },
  };
}

/** A user as an object that is decided on. */
export function describeUser(id: string): DecisionObject {
  return {
    type: "user",
    id,
    paths: [formatUrn({ kind: "user", scope: id })],
    tags: ["dataos:type:user", `users:id:${id}`],
    attributes: { id },
  };
}

/** A workspace as an object that is decided on. */
export function describeWorkspace(name: string): DecisionObject {
  return {
    type: "workspace",
    paths: [formatUrn({ kind: "workspace", scope: name })],
    tags: ["dataos:type:workspace", `dataos:workspace:${name}`],
    attributes: { name },
  };
}

/** Whether only the server gives this tag to resources. */
export function isReservedTag(tag: string): boolean {
  return tag.startsWith("dataos:");
}

/** `depot \`sales\``, `workflow \`public/daily\``; for messages. */
export function nameOf({ type, name, workspace }: ResourceRef): string {
  return `${type} \`${workspace === undefined ? name : `${workspace}/${name}`}\``;
}

/** The face of a stored resource. */
export function toResource(stored: StoredResource): Resource {
  const { ref, uid, version, description, owner, layer, tags, manifest, generation, observedGeneration } = stored;
  const { resourceVersion, phase, conditions, runtime, createdAt, updatedAt } = stored;
  return {
    ref,
    urn: resourceUrn(ref),
    uid,
    version,
    description,
    owner,
    layer,
    tags,
    manifest,
    generation,
    observedGeneration,
    resourceVersion,
    phase,
    conditions,
    status: toStatus(stored),
    runtime,
    createdAt,
    updatedAt,
  };
}

/** `active pending error deleted`: what `get` shows. */
function toStatus({ phase, conditions }: Pick<StoredResource, "phase" | "conditions">): string {
  if (phase === "Terminating" || phase === "Terminated") return "deleted";
  if (phase === "Pending") return "pending";
  if (readyOf(conditions)?.status === "False") return "error";
  return phase === "Provisioning" ? "pending" : "active";
}

export function readyOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ type }) => type === "Ready");
}
