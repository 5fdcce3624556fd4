import { type Kysely, sql } from "kysely";
import type { Migration, StateCapabilities } from "../../../state/index.ts";

/** Tables of the catalog: `metis_*`. */
export const metisMigrations: readonly Migration[] = [{ name: "metis-001-catalog-tables", up: createCatalogTables }];

async function createCatalogTables(db: Kysely<unknown>, { binaryCollation }: StateCapabilities): Promise<void> {
  // WHY: keyset pages and prefix searches need one order on every engine, whatever the database's locale
  const key = sql`text collate ${sql.id(binaryCollation)}`;
  const { schema } = db;
  await schema
    .createTable("metis_sequence")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("value", "bigint", (column) => column.notNull())
    .execute();
  await sql`insert into metis_sequence (id, value) values (1, 0)`.execute(db);

  await schema
    .createTable("metis_entity")
    .addColumn("id", key, (column) => column.primaryKey())
    .addColumn("urn", key, (column) => column.notNull().unique())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("name", key, (column) => column.notNull())
    .addColumn("qualified_name", "text", (column) => column.notNull())
    .addColumn("parent_id", key)
    .addColumn("depot", key)
    .addColumn("database_name", "text")
    .addColumn("schema_name", "text")
    .addColumn("dataset_name", "text")
    .addColumn("dataset_type", "text")
    .addColumn("owner", "text")
    .addColumn("owners", "text")
    .addColumn("position", "integer")
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("state_since", "text", (column) => column.notNull())
    .addColumn("udl", key)
    .addColumn("udl_full", key)
    .addColumn("source_key", key)
    .addColumn("source_hash", "text")
    .addColumn("aliases", "text", (column) => column.notNull())
    .addColumn("document", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .execute();
  await schema.createIndex("metis_entity_parent").on("metis_entity").columns(["parent_id", "kind"]).execute();
  await schema.createIndex("metis_entity_depot").on("metis_entity").columns(["depot", "kind"]).execute();
  await schema.createIndex("metis_entity_source_key").on("metis_entity").columns(["depot", "source_key"]).execute();
  for (const column of ["udl", "udl_full"]) {
    await schema
      .createIndex(`metis_entity_${column}`)
      .on("metis_entity")
      .column(column)
      .where(sql.ref("kind"), "<>", sql.lit("column"))
      .execute();
  }

  await schema
    .createTable("metis_alias")
    .addColumn("alias", key, (column) => column.primaryKey())
    .addColumn("entity_id", key, (column) => column.notNull())
    .execute();
  await schema.createIndex("metis_alias_entity").on("metis_alias").column("entity_id").execute();

  await schema
    .createTable("metis_entity_tag")
    .addColumn("entity_id", key, (column) => column.notNull())
    .addColumn("tag", key, (column) => column.notNull())
    .addColumn("from_id", key, (column) => column.notNull())
    .addPrimaryKeyConstraint("metis_entity_tag_key", ["entity_id", "tag", "from_id"])
    .execute();
  await schema.createIndex("metis_entity_tag_tag").on("metis_entity_tag").column("tag").execute();
  await schema
    .createIndex("metis_entity_tag_from")
    .on("metis_entity_tag")
    .column("from_id")
    .where(sql.ref("from_id"), "<>", sql.ref("entity_id"))
    .execute();

  await schema
    .createTable("metis_assertion")
    .addColumn("entity_id", key, (column) => column.notNull())
    .addColumn("aspect", "text", (column) => column.notNull())
    .addColumn("origin", "text", (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("run_id", "text")
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("valid_from", "text", (column) => column.notNull())
    .addColumn("valid_to", "text")
    .addColumn("to_seq", "bigint")
    .addPrimaryKeyConstraint("metis_assertion_key", ["entity_id", "aspect", "origin", "seq"])
    .execute();

  await schema
    .createTable("metis_log")
    .addColumn("seq", "bigint", (column) => column.primaryKey())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.notNull())
    .addColumn("run_id", "text")
    .addColumn("decision_id", "text", (column) => column.notNull())
    .addColumn("op", "text", (column) => column.notNull())
    .addColumn("entity_id", key)
    .addColumn("urn", key, (column) => column.notNull())
    .addColumn("former_urn", key)
    .addColumn("facts", "text")
    .addColumn("aspects", "text")
    .execute();
  await schema.createIndex("metis_log_entity").on("metis_log").columns(["entity_id", "seq"]).execute();

  await schema
    .createTable("metis_edge")
    .addColumn("evidence", key, (column) => column.notNull())
    .addColumn("edge_key", "text", (column) => column.notNull())
    .addColumn("from_urn", key, (column) => column.notNull())
    .addColumn("to_urn", key, (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("subtype", "text", (column) => column.notNull())
    .addColumn("expression", "text")
    .addColumn("masking", "integer", (column) => column.notNull())
    .addColumn("confidence", "double precision", (column) => column.notNull())
    .addColumn("run_id", "text")
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("valid_from", "text", (column) => column.notNull())
    .addColumn("valid_to", "text")
    .addColumn("to_seq", "bigint")
    .addPrimaryKeyConstraint("metis_edge_key", ["evidence", "edge_key", "seq"])
    .execute();
  for (const column of ["from_urn", "to_urn"]) {
    await schema
      .createIndex(`metis_edge_${column}`)
      .on("metis_edge")
      .column(column)
      .where(sql.ref("to_seq"), "is", null)
      .execute();
  }

  await schema
    .createTable("metis_projection")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("applied_seq", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "text", (column) => column.notNull())
    .addColumn("lease_owner", "text")
    .addColumn("lease_until", "text")
    .execute();

  await schema
    .createTable("metis_held")
    .addColumn("depot", key, (column) => column.primaryKey())
    .addColumn("run_id", "text", (column) => column.notNull())
    .addColumn("at", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("removals", "text", (column) => column.notNull())
    .execute();
}
