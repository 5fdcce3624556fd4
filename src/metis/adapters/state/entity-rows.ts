import type { Urn } from "../../../shared/urn.ts";
import { parseUrn } from "../../../shared/urn.ts";
import { type DatedAssertion, type EntityRecord, locate, ownersOf, tagsOf, toEntity } from "../../catalog/index.ts";
import type { EntityKind, LifecycleState, Origin } from "../../ports.ts";
import type { EntityRow } from "./tables.ts";

/** An entity's row with its parent's URN and the tags that it inherits, one on a line. */
export type JoinedEntityRow = EntityRow & {
  readonly parent_urn: string | null;
  readonly inherited_tags: string | null;
};

/** Live assertions in a row: `[aspect, origin, seq, value]`. */
type StoredAssertion = readonly [string, Origin, number, unknown];

/** Reads a row of ours. */
export function toRecord(row: JoinedEntityRow): EntityRecord {
  const document = JSON.parse(row.document) as readonly StoredAssertion[];
  return {
    id: row.id,
    urn: row.urn as Urn,
    kind: row.kind as EntityKind,
    name: row.name,
    qualifiedName: row.qualified_name,
    parentId: row.parent_id ?? undefined,
    parentUrn: (row.parent_urn as Urn | null) ?? undefined,
    depot: row.depot ?? undefined,
    aliases: JSON.parse(row.aliases) as readonly string[],
    state: row.state as LifecycleState,
    stateSince: row.state_since,
    sourceKey: row.source_key ?? undefined,
    sourceHash: row.source_hash ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    seq: row.seq,
    inherited: {
      tags: row.inherited_tags === null ? [] : [...new Set(row.inherited_tags.split("\n"))].sort(),
      owners: row.kind === "column" && row.owners !== null ? (JSON.parse(row.owners) as readonly string[]) : [],
    },
    live: document.map(([aspect, origin, seq, value]): DatedAssertion => ({ aspect, origin, seq, value })),
  };
}

/** Writes a record as a row, with the merged tags that go beside it. */
export function toRow(record: EntityRecord): { readonly row: EntityRow; readonly tags: readonly string[] } {
  const entity = toEntity(record);
  const { database, schema, dataset, udls } = locate(record.kind, record.urn);
  const { structure } = entity.aspects;
  const row: EntityRow = {
    id: record.id,
    urn: record.urn,
    kind: record.kind,
    name: record.name,
    qualified_name: record.qualifiedName,
    parent_id: record.parentId ?? null,
    // INVARIANT: what has a UDL address is in the depot of that address
    depot: udls.length > 0 ? parseUrn(record.urn).scope : (record.depot ?? null),
    database_name: database ?? null,
    schema_name: schema ?? null,
    dataset_name: dataset ?? null,
    dataset_type: structure?.datasetType ?? null,
    ...ownerColumns(record.kind === "column" ? record.inherited.owners : ownersOf(entity)),
    position: structure?.position ?? null,
    state: record.state,
    state_since: record.stateSince,
    udl: udls[0] ?? null,
    udl_full: udls[1] ?? null,
    source_key: record.sourceKey ?? null,
    source_hash: record.sourceHash ?? null,
    aliases: JSON.stringify(record.aliases),
    document: JSON.stringify(
      record.live.map(({ aspect, origin, seq, value }): StoredAssertion => [aspect, origin, seq, value]),
    ),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    seq: record.seq,
  };
  return { row, tags: tagsOf(entity) };
}

/** The columns of a row that say whom decisions take for the owners. */
export function ownerColumns(owners: readonly string[]): Pick<EntityRow, "owner" | "owners"> {
  return { owner: owners[0] ?? null, owners: owners.length > 0 ? JSON.stringify(owners) : null };
}
