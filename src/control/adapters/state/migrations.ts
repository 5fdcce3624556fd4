import { type Kysely, sql } from "kysely";
import type { Migration, StateCapabilities } from "../../../state/index.ts";
import type { ControlTables } from "./tables.ts";
import { unsettled } from "./unsettled.ts";

/** Tables of Control: `control_*`. */
export const controlMigrations: readonly Migration[] = [
  { name: "control-001-resources", up: createTables },
  { name: "control-002-grant-decisions", up: createGrantDecisions },
  { name: "workflow-001-reruns", up: addReruns },
  { name: "control-003-bundles", up: createBundles },
  { name: "control-004-replicas", up: createReplicas },
  { name: "control-005-what-changed", up: addIndexes },
  { name: "monitor-001-incidents", up: createIncidents },
];

async function createReplicas({ schema }: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  await schema
    .createTable("control_replicas")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("replica", "integer", (column) => column.notNull())
    .addColumn("wanted", "integer", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("restarts", "integer", (column) => column.notNull())
    .addColumn("failures", "integer", (column) => column.notNull())
    .addColumn("message", "text")
    .addColumn("holder", "text")
    .addColumn("token", "bigint", (column) => column.notNull())
    .addColumn("held_until", "text")
    .execute();
  await schema.createIndex("control_replicas_uid").on("control_replicas").columns(["uid", "replica"]).execute();
}

/** For what is asked again and again however many resources there are. */
async function addIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`create index control_resources_unsettled on control_resources (uid) where ${unsettled}`.execute(db);
  await db.schema.createIndex("control_labels_of").on("control_labels").columns(["kind", "label", "uid"]).execute();
  await sql`create index control_logs_own on control_logs (uid, id) where run_id is null`.execute(db);
}

async function createBundles({ schema }: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  await schema
    .createTable("control_bundles")
    .addColumn("uid", key, (column) => column.primaryKey())
    .addColumn("record", "text", (column) => column.notNull())
    .execute();
}

async function addReruns({ schema }: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  await schema.alterTable("control_runs").addColumn("requested_by", "text").execute();
  await schema.alterTable("control_runs").addColumn("rerun_of", key).execute();
  await schema
    .alterTable("control_run_jobs")
    .addColumn("tries", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.createIndex("control_runs_uid").on("control_runs").columns(["uid", "id"]).execute();
}

async function createIncidents({ schema }: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  await schema
    .createTable("control_incidents")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("monitor", key, (column) => column.notNull())
    .addColumn("workspace", key, (column) => column.notNull())
    .addColumn("incident_key", key, (column) => column.notNull())
    .addColumn("open_key", key, (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("severity", "text")
    .addColumn("message", "text", (column) => column.notNull())
    .addColumn("document", "text", (column) => column.notNull())
    .addColumn("found", "integer", (column) => column.notNull())
    .addColumn("opened_at", "text", (column) => column.notNull())
    .addColumn("last_seen_at", "text", (column) => column.notNull())
    .addColumn("last_due_at", "text", (column) => column.notNull())
    .addColumn("resolved_at", "text")
    .addColumn("resolution", "text")
    .addColumn("acknowledged_by", "text")
    .addColumn("acknowledged_at", "text")
    .addColumn("notes", "text")
    .addUniqueConstraint("control_incidents_open", ["uid", "open_key"])
    .execute();
  await schema
    .createTable("control_deliveries")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("incident", key, (column) => column.notNull())
    .addColumn("output", "text", (column) => column.notNull())
    .addColumn("event", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("holder", "text")
    .addColumn("token", "bigint", (column) => column.notNull())
    .addColumn("held_until", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("next_at", "text")
    .addColumn("delivered_at", "text")
    .addColumn("message", "text")
    .addColumn("document", "text", (column) => column.notNull())
    .addUniqueConstraint("control_deliveries_once", ["uid", "incident", "output", "event"])
    .execute();
  await schema.createIndex("control_deliveries_due").on("control_deliveries").columns(["state", "next_at"]).execute();
}

async function createGrantDecisions(
  { schema }: Kysely<unknown>,
  { binaryCollation }: StateCapabilities,
): Promise<void> {
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  await schema
    .createTable("control_grant_decisions")
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("decided_by", "text", (column) => column.notNull())
    .addColumn("decided_at", "text", (column) => column.notNull())
    .addColumn("notes", "text")
    .addColumn("used_at", "text")
    .addColumn("used_by", "text")
    .addPrimaryKeyConstraint("control_grant_decisions_key", ["uid", "generation"])
    .execute();
}

async function createTables(db: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  // WHY: pages go by key, so the order must be the same on every engine
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  const { schema } = db;
  await schema
    .createTable("control_workspaces")
    .addColumn("name", key, (column) => column.primaryKey())
    .addColumn("description", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .execute();
  await (db as Kysely<ControlTables>)
    .insertInto("control_workspaces")
    .values({ name: "public", description: "for everyone", created_at: "1970-01-01T00:00:00.000Z" })
    .execute();

  await schema
    .createTable("control_resources")
    .addColumn("uid", key, (column) => column.primaryKey())
    .addColumn("type", key, (column) => column.notNull())
    .addColumn("workspace", key, (column) => column.notNull())
    .addColumn("name", key, (column) => column.notNull())
    .addColumn("gone", key, (column) => column.notNull())
    .addColumn("version", "text", (column) => column.notNull())
    .addColumn("description", "text")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("layer", "text", (column) => column.notNull())
    .addColumn("tags", "text", (column) => column.notNull())
    .addColumn("manifest", "text", (column) => column.notNull())
    .addColumn("file", "text", (column) => column.notNull())
    .addColumn("positions", "text", (column) => column.notNull())
    .addColumn("spec_hash", "text", (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("observed_generation", "integer", (column) => column.notNull())
    .addColumn("resource_version", "bigint", (column) => column.notNull())
    .addColumn("phase", "text", (column) => column.notNull())
    .addColumn("conditions", "text", (column) => column.notNull())
    .addColumn("runtime", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("next_run_at", "text")
    .addColumn("object", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .addUniqueConstraint("control_resources_key", ["type", "workspace", "name", "gone"])
    .execute();
  await schema
    .createTable("control_labels")
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("label", key, (column) => column.notNull())
    .addPrimaryKeyConstraint("control_labels_key", ["uid", "kind", "label"])
    .execute();
  await schema
    .createTable("control_versions")
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("manifest", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("control_versions_key", ["uid", "generation"])
    .execute();
  await schema
    .createTable("control_events")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("message", "text", (column) => column.notNull())
    .execute();
  await schema.createIndex("control_events_uid").on("control_events").columns(["uid", "id"]).execute();
  await schema
    .createTable("control_dependencies")
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("type", key, (column) => column.notNull())
    .addColumn("workspace", key, (column) => column.notNull())
    .addColumn("name", key, (column) => column.notNull())
    .addPrimaryKeyConstraint("control_dependencies_key", ["uid", "type", "workspace", "name"])
    .execute();
  await schema
    .createIndex("control_dependencies_of")
    .on("control_dependencies")
    .columns(["type", "workspace", "name"])
    .execute();

  await schema
    .createTable("control_runs")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("workflow", key, (column) => column.notNull())
    .addColumn("workspace", key, (column) => column.notNull())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("trigger_kind", "text", (column) => column.notNull())
    .addColumn("trigger_key", key, (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("cancel_requested", "integer", (column) => column.notNull())
    .addColumn("holder", "text")
    .addColumn("token", "bigint", (column) => column.notNull())
    .addColumn("held_until", "text")
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("started_at", "text")
    .addColumn("finished_at", "text")
    .addColumn("message", "text")
    .addUniqueConstraint("control_runs_trigger", ["uid", "trigger_key"])
    .execute();
  await schema.createIndex("control_runs_state").on("control_runs").columns(["state", "id"]).execute();
  await schema
    .createTable("control_run_jobs")
    .addColumn("run_id", key, (column) => column.notNull())
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("stack", "text", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("started_at", "text")
    .addColumn("finished_at", "text")
    .addColumn("message", "text")
    .addColumn("result", "text")
    .addPrimaryKeyConstraint("control_run_jobs_key", ["run_id", "position"])
    .execute();
  await schema
    .createTable("control_logs")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("uid", key, (column) => column.notNull())
    .addColumn("run_id", key)
    .addColumn("job", "text")
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("level", "text", (column) => column.notNull())
    .addColumn("message", "text", (column) => column.notNull())
    .execute();
  await schema.createIndex("control_logs_uid").on("control_logs").columns(["uid", "id"]).execute();
  await schema.createIndex("control_logs_run").on("control_logs").columns(["run_id", "id"]).execute();

  await schema
    .createTable("control_leases")
    .addColumn("name", key, (column) => column.primaryKey())
    .addColumn("holder", "text", (column) => column.notNull())
    .addColumn("token", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "text", (column) => column.notNull())
    .execute();
  await schema
    .createTable("control_counters")
    .addColumn("name", key, (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
  await (db as Kysely<ControlTables>).insertInto("control_counters").values({ name: "policies", value: 0 }).execute();
}
