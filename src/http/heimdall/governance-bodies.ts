/** Bodies of the vendor's policies, providers and grants, as manifests and back. */
import { z } from "zod";
import type { Grant, Resource } from "../../control/ports.ts";
import { BadInputError } from "../../shared/errors.ts";

const text = z.string().max(4_096);
const id = z.string().min(1).max(256);

export const policyBody = z.looseObject({ name: id, description: text.nullish() });
export const providerBody = z.looseObject({ id, description: text.nullish() });
export const grantBody = z.looseObject({ id: id.nullish(), policy_use_case_id: id });
export const notesBody = z.object({ notes: text.nullish() }).nullish();

/** `{name, subjects, predicates, objects, allow, …}` as a policy. */
export function toPolicyManifest({ name, description, ...access }: z.infer<typeof policyBody>) {
  const { _links: _, ...rules } = access;
  return {
    name,
    version: "v1",
    type: "policy",
    ...(description && { description }),
    policy: { access: { name, ...rules } },
  };
}

export function fromPolicy({ ref, description, manifest }: Resource) {
  const policy = manifest.policy as { readonly access?: Readonly<Record<string, unknown>> };
  return policy.access
    ? { collection: "default", allow: false, ...policy.access, name: ref.name, description: description ?? "" }
    : { name: ref.name, description: description ?? "", ...policy };
}

export function toProviderManifest({ _links: _, ...provider }: z.infer<typeof providerBody>) {
  return { name: provider.id, version: "v1", type: "provider", provider };
}

/** @param approve whether it is granted at once, or asked for */
export function toGrantManifest(body: z.infer<typeof grantBody>, approve: boolean, name: string) {
  const {
    id: _id,
    _links,
    policies,
    created_at,
    updated_at,
    values,
    source,
    creator,
    state,
    decision,
    ...grant
  } = body;
  return {
    name,
    version: "v1alpha",
    type: "grant",
    grant: { ...grant, ...(values == null ? {} : { values: toValues(values) }), approve },
  };
}

/** The vendor gives values as a map, or as a list of `{authorization_atom_id, variable_values}`. */
function toValues(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const map = new Map<string, unknown[]>();
  for (const item of values as readonly unknown[]) {
    const { authorization_atom_id: atom, variable_values: sets } = (item ?? {}) as Record<string, unknown>;
    if (typeof atom !== "string" || !Array.isArray(sets)) {
      throw new BadInputError("`values` is no list of `{authorization_atom_id, variable_values}`");
    }
    map.set(atom, [...(map.get(atom) ?? []), ...sets]);
  }
  return Object.fromEntries(map);
}

export function fromGrant(grant: Grant) {
  const values = (grant.values ?? {}) as Readonly<Record<string, readonly unknown[]>>;
  return {
    id: grant.name,
    collection: grant.collection,
    policy_use_case_id: grant.useCase,
    subjects: grant.subjects,
    values: Object.entries(values).map(([atom, sets]) => ({ authorization_atom_id: atom, variable_values: sets })),
    policies: [{ id: `grant/${grant.name}` }],
    created_at: grant.createdAt,
    updated_at: grant.updatedAt,
    ...(grant.until === undefined ? {} : { until: grant.until }),
  };
}

export function fromGrantRequest(grant: Grant) {
  return {
    id: grant.name,
    collection: grant.collection,
    creator: grant.creator,
    requester: grant.requester,
    source: "",
    policy_use_case_id: grant.useCase,
    policy_use_case_grant_id: grant.state === "requested" || grant.state === "rejected" ? "" : grant.name,
    subjects: grant.subjects,
    values: grant.values ?? {},
    notes: grant.notes ?? "",
    state: grant.state,
    decision: { by: grant.decidedBy ?? "", at: grant.decidedAt ?? "", notes: grant.decisionNotes ?? "" },
  };
}
