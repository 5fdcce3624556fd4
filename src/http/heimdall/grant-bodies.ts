/** Bodies of the vendor's grants and requests for them, as manifests and back. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { GrantChange } from "../../control/index.ts";
import type { Grant, Resource } from "../../control/ports.ts";
import { BadInputError, ConflictError, NotFoundError } from "../../shared/errors.ts";
import type { Manifest } from "./governed.ts";

const text = z.string().max(4_096);
const id = z.string().min(1).max(256);

export const grantBody = z.looseObject({ id: id.nullish(), policy_use_case_id: id });
export const notesBody = z.object({ notes: text.nullish() }).nullish();

/** @param approve whether it is granted at once, or asked for */
export function toGrantManifest(body: z.infer<typeof grantBody>, approve: boolean): Manifest {
  const {
    id: _id,
    _links,
    policies,
    policy_use_case_grant_id,
    subjectGranters,
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
    name: nameOf(body),
    version: "v1alpha",
    type: "grant",
    grant: { ...grant, ...(values == null ? {} : { values: toValues(values) }), approve },
  };
}

/** WHY: the same grant asked for twice is one grant. */
function nameOf(body: z.infer<typeof grantBody>): string {
  if (body.id) return body.id;
  const mark = createHash("sha256").update(JSON.stringify(body)).digest("hex").slice(0, 8);
  return `${body.policy_use_case_id.slice(0, 39)}-${mark}`;
}

/** The vendor gives values as a map, or as a list of `{authorization_atom_id, variable_values}`. */
function toValues(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const map = new Map<string, unknown[]>();
  for (const [index, item] of (values as readonly unknown[]).entries()) {
    const { authorization_atom_id: atom, variable_values: sets } = (item ?? {}) as Record<string, unknown>;
    if (typeof atom !== "string" || !Array.isArray(sets)) {
      throw new BadInputError(
        `\`values.${index}\` is not of the form \`{authorization_atom_id, variable_values: [{…}]}\``,
      );
    }
    map.set(atom, [...(map.get(atom) ?? []), ...sets]);
  }
  return Object.fromEntries(map);
}

/**
 * The grant without one of its subjects, as a manifest.
 * SECURITY: nothing is given by taking something away: a list without subjects would be everybody, a new generation of a grant for a
 * single use may be used once more, and a duration begins anew.
 * @throws {NotFoundError} it has no such subject @throws {ConflictError} it cannot be taken away alone
 */
export function withoutSubject({ manifest }: Resource, grant: Grant, tag: string): Manifest {
  const { duration, ...spec } = manifest.grant as Readonly<Record<string, unknown>>;
  const name = `grant \`${grant.name}\``;
  const left = grant.subjects.filter((subject) => subject !== tag);
  if (left.length === grant.subjects.length) {
    throw new NotFoundError(`${name} has no subject \`${tag.slice(0, 100)}\``);
  }
  if (left.length === 0) throw new ConflictError(`\`${tag}\` is the only subject of ${name}; delete the grant`);
  if (grant.singleUse) throw new ConflictError(`${name} is for a single use and is not changed; delete it`);
  return {
    ...manifest,
    name: grant.name,
    type: "grant",
    grant: { ...spec, subjects: left, approve: true, ...(grant.until === undefined ? {} : { until: grant.until }) },
  };
}

export function fromGrant(grant: Grant) {
  const values = (grant.values ?? {}) as Readonly<Record<string, readonly unknown[]>>;
  const granter = grant.decidedBy ?? grant.creator;
  return {
    id: grant.name,
    collection: grant.collection,
    policy_use_case_id: grant.useCase,
    subjects: grant.subjects,
    subjectGranters: Object.fromEntries(grant.subjects.map((subject) => [subject, granter])),
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

/** The vendor's Change. */
export function fromGrantChange({ what, by, at, generation, notes }: GrantChange, grant: Grant) {
  return {
    id: `${grant.uid}.${generation}.${what}`,
    subject_id: by,
    object_id: grant.name,
    object_type: "grant",
    what,
    details: { generation, ...(notes === undefined ? {} : { notes }) },
    created_at: at,
  };
}
