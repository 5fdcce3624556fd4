/** Rows of Control in the state store. JSON as text, times as RFC 3339, `''` for "no workspace"; see `StateDb`. */
export interface ControlTables {
  control_workspaces: { name: string; description: string | null; created_at: string };
  control_resources: ResourceRow;
  control_labels: LabelRow;
  control_versions: VersionRow;
  control_events: EventRow;
  control_dependencies: DependencyRow;
  control_runs: RunRow;
  control_run_jobs: RunJobRow;
  control_logs: LogRow;
  control_leases: { name: string; holder: string; token: number; expires_at: string };
  control_grant_decisions: GrantDecisionRow;
  /** `record`: JSON of a `BundleRecord` */
  control_bundles: { uid: string; record: string };
  control_replicas: ReplicaRow;
  control_counters: { name: string; value: number };
  control_incidents: IncidentRow;
  control_deliveries: DeliveryRow;
}

export interface ResourceRow {
  uid: string;
  type: string;
  workspace: string;
  name: string;
  /** `''` while it lives, its uid afterwards, so that the name is free again */
  gone: string;
  version: string;
  description: string | null;
  owner: string;
  layer: string;
  /** JSON list */
  tags: string;
  /** JSON */
  manifest: string;
  file: string;
  /** JSON object: dotted path -> [line, column] */
  positions: string;
  spec_hash: string;
  generation: number;
  observed_generation: number;
  resource_version: number;
  phase: string;
  /** JSON list */
  conditions: string;
  runtime: string;
  actor: string;
  next_run_at: string | null;
  /** JSON of the `DecisionObject` */
  object: string;
  created_at: string;
  updated_at: string;
}

/** Paths and tags that policy filters look at. */
export interface LabelRow {
  uid: string;
  kind: "path" | "tag";
  label: string;
}

export interface VersionRow {
  uid: string;
  generation: number;
  at: string;
  actor: string;
  manifest: string;
}

export interface EventRow {
  id: string;
  uid: string;
  at: string;
  type: string;
  reason: string;
  message: string;
}

/** What a resource needs. */
export interface DependencyRow {
  uid: string;
  type: string;
  workspace: string;
  name: string;
}

export interface RunRow {
  id: string;
  uid: string;
  workflow: string;
  workspace: string;
  generation: number;
  state: string;
  trigger_kind: string;
  trigger_key: string;
  attempt: number;
  actor: string;
  cancel_requested: number;
  holder: string | null;
  token: number;
  held_until: string | null;
  requested_by: string | null;
  rerun_of: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  message: string | null;
}

export interface RunJobRow {
  run_id: string;
  position: number;
  name: string;
  stack: string;
  state: string;
  tries: number;
  started_at: string | null;
  finished_at: string | null;
  message: string | null;
  /** JSON */
  result: string | null;
}

/** One of the processes of a service or worker. */
export interface ReplicaRow {
  /** `<uid>/<replica>` */
  id: string;
  uid: string;
  replica: number;
  wanted: number;
  generation: number;
  state: string;
  restarts: number;
  failures: number;
  message: string | null;
  holder: string | null;
  token: number;
  held_until: string | null;
}

/** What was decided on one generation of a grant. */
export interface GrantDecisionRow {
  uid: string;
  generation: number;
  state: "approved" | "rejected";
  decided_by: string;
  decided_at: string;
  notes: string | null;
  /** single use: when, and by which decision */
  used_at: string | null;
  used_by: string | null;
}

export interface LogRow {
  id: string;
  uid: string;
  run_id: string | null;
  job: string | null;
  at: string;
  level: string;
  message: string;
}

export interface IncidentRow {
  id: string;
  uid: string;
  monitor: string;
  workspace: string;
  incident_key: string;
  /** the key while it is not resolved, its id afterwards, so that there is one at a time */
  open_key: string;
  state: string;
  name: string;
  severity: string | null;
  message: string;
  /** JSON */
  document: string;
  found: number;
  opened_at: string;
  last_seen_at: string;
  last_due_at: string;
  resolved_at: string | null;
  resolution: string | null;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  notes: string | null;
}

export interface DeliveryRow {
  id: string;
  uid: string;
  incident: string;
  output: string;
  event: string;
  state: string;
  tries: number;
  holder: string | null;
  token: number;
  held_until: string | null;
  created_at: string;
  next_at: string | null;
  delivered_at: string | null;
  message: string | null;
  /** JSON */
  document: string;
}
