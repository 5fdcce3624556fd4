import { type Kysely, sql } from "kysely";
import type { Migration } from "../../../state/index.ts";

export interface ObjectTables {
  heimdall_object_type: {
    name: string;
    description: string | null;
    /** id of a user; `` for those from before there were owners */
    owner: string;
  };
  heimdall_object: {
    type: string;
    id: string;
    /** JSON list */
    tags: string;
    /** JSON object */
    attributes: string;
    /** uid of the manifest that put it last */
    manifest: string | null;
  };
  /** what filters look at: tags, and attributes as `objectKeys` writes them */
  heimdall_object_key: { type: string; id: string; kind: "tag" | "attribute"; key: string };
  /** one row; counts every change of objects */
  heimdall_object_version: { id: number; version: number };
}

/** Tables of the objects that services register. */
export const objectMigrations: readonly Migration[] = [
  {
    name: "objects-001-create",
    async up({ schema }, { binaryCollation }) {
      // WHY: pages go by id, so the order must be the same on every engine
      const key = sql`text collate ${sql.id(binaryCollation)}`;
      await schema
        .createTable("heimdall_object_type")
        .addColumn("name", key, (column) => column.primaryKey())
        .addColumn("description", "text")
        .execute();
      await schema
        .createTable("heimdall_object")
        .addColumn("type", key, (column) => column.notNull())
        .addColumn("id", key, (column) => column.notNull())
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("attributes", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("heimdall_object_pk", ["type", "id"])
        .execute();
      await schema
        .createTable("heimdall_object_key")
        .addColumn("type", key, (column) => column.notNull())
        .addColumn("id", key, (column) => column.notNull())
        .addColumn("kind", key, (column) => column.notNull())
        .addColumn("key", key, (column) => column.notNull())
        .addPrimaryKeyConstraint("heimdall_object_key_pk", ["type", "id", "kind", "key"])
        .execute();
      await schema
        .createIndex("heimdall_object_key_of")
        .on("heimdall_object_key")
        .columns(["type", "kind", "key", "id"])
        .execute();
    },
  },
  {
    name: "objects-002-owner-and-manifest",
    async up({ schema }) {
      await schema
        .alterTable("heimdall_object_type")
        .addColumn("owner", "text", (column) => column.notNull().defaultTo(""))
        .execute();
      await schema.alterTable("heimdall_object").addColumn("manifest", "text").execute();
      await schema.createIndex("heimdall_object_manifest").on("heimdall_object").column("manifest").execute();
    },
  },
  {
    name: "objects-003-version",
    async up(db) {
      await db.schema
        .createTable("heimdall_object_version")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("version", "bigint", (column) => column.notNull())
        .execute();
      const filled = db as Kysely<ObjectTables>;
      await filled.insertInto("heimdall_object_version").values({ id: 1, version: 1 }).execute();
    },
  },
];
