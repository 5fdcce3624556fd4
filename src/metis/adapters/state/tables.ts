/** Rows of the catalog in the state store. JSON as text, times as RFC 3339, see `StateDb`. */
export interface MetisTables {
  metis_sequence: SequenceRow;
  metis_entity: EntityRow;
  metis_alias: AliasRow;
  metis_entity_tag: EntityTagRow;
  metis_assertion: AssertionRow;
  metis_log: LogRow;
  metis_edge: EdgeRow;
  metis_projection: ProjectionRow;
  metis_held: HeldRow;
}

/** The one row that writers lock: the newest sequence number. */
export interface SequenceRow {
  id: number;
  value: number;
}

/** An entity with its merged document and the columns that policy filters look at. */
export interface EntityRow {
  id: string;
  urn: string;
  kind: string;
  name: string;
  qualified_name: string;
  parent_id: string | null;
  depot: string | null;
  database_name: string | null;
  schema_name: string | null;
  dataset_name: string | null;
  dataset_type: string | null;
  /** the first of `owners` */
  owner: string | null;
  /** whom decisions take for its owners (of a column: those of its dataset): JSON list; null: nobody */
  owners: string | null;
  /** of a column, from 1 */
  position: number | null;
  state: string;
  state_since: string;
  udl: string | null;
  /** with the database, where there is one */
  udl_full: string | null;
  /** `<kind> <key>` */
  source_key: string | null;
  /** fingerprint of the source's last assertion: equal means that nothing needs looking at */
  source_hash: string | null;
  /** JSON list */
  aliases: string;
  /** JSON, see `document.ts` */
  document: string;
  created_at: string;
  updated_at: string;
  seq: number;
}

export interface AliasRow {
  alias: string;
  entity_id: string;
}

/** A merged tag of an entity, for itself and for everything in it. */
export interface EntityTagRow {
  entity_id: string;
  tag: string;
  /** the entity that was given the tag: this one, or one that it is in */
  from_id: string;
}

/** What one origin said of one aspect from `seq` on, until `to_seq`; live while that is null. */
export interface AssertionRow {
  entity_id: string;
  aspect: string;
  origin: string;
  /** JSON */
  value: string;
  actor: string;
  run_id: string | null;
  seq: number;
  valid_from: string;
  valid_to: string | null;
  to_seq: number | null;
}

/** One change of one entity, or of the edges that one evidence gives. */
export interface LogRow {
  seq: number;
  at: string;
  actor: string;
  run_id: string | null;
  decision_id: string;
  op: LogOperation;
  /** null for `lineage` */
  entity_id: string | null;
  /** the entity's URN after the change, or the evidence */
  urn: string;
  /** the URN it had before, for `rename` */
  former_urn: string | null;
  /** JSON of what is not an aspect (`EntityFacts`), where that changed */
  facts: string | null;
  /** JSON list of the aspects that changed */
  aspects: string | null;
}

export type LogOperation = "create" | "update" | "rename" | "state" | "lineage";

/** One edge from one evidence; closed, never deleted. */
export interface EdgeRow {
  evidence: string;
  /** fingerprint of what the edge says */
  edge_key: string;
  from_urn: string;
  to_urn: string;
  type: string;
  subtype: string;
  expression: string | null;
  masking: number;
  confidence: number;
  run_id: string | null;
  seq: number;
  valid_from: string;
  valid_to: string | null;
  to_seq: number | null;
}

/** How far a projection is, and which process feeds it. */
export interface ProjectionRow {
  name: string;
  applied_seq: number;
  updated_at: string;
  lease_owner: string | null;
  lease_until: string | null;
}

/** Removals of a depot's last scan that wait for approval. */
export interface HeldRow {
  depot: string;
  run_id: string;
  at: string;
  reason: string;
  /** JSON list of `{id, seq}` */
  removals: string;
}
