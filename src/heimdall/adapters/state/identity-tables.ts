import type { Kysely } from "kysely";
import type { Migration } from "../../../state/index.ts";
import type { User } from "../../ports.ts";

export interface IdentityTables {
  identity_user: {
    id: string;
    name: string;
    type: "person" | "application";
    email: string | null;
    /** JSON */
    tags: string;
    /** JSON */
    attributes: string;
  };
  identity_role: { id: string; name: string; description: string | null };
  identity_tag_namespace: { glob: string; description: string | null };
  identity_api_key: {
    id: string;
    hash: string;
    name: string;
    user_id: string;
    created_at: string;
    expires_at: string | null;
    last_used_at: string | null;
    revoked_at: string | null;
  };
  /** one row; counts every change of the tables above */
  identity_version: { id: number; version: number };
}

/** A user as stored. */
export function toUser(row: IdentityTables["identity_user"]): User {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    email: row.email ?? undefined,
    tags: JSON.parse(row.tags) as string[],
    attributes: JSON.parse(row.attributes) as User["attributes"],
  };
}

/** Roles that are always there. */
export const defaultRoles = [
  { id: "user", name: "User", description: "Signed-in person or application; reads what policies open to everybody" },
  { id: "data-dev", name: "Data developer", description: "Connects, scans and describes data" },
  { id: "system-dev", name: "System developer", description: "Builds resources and workflows on the platform" },
  { id: "operator", name: "Operator", description: "Runs the platform: users, policies, audit and every resource" },
] as const;

/** Tables of users, roles and API keys. */
export const identityMigrations: readonly Migration[] = [
  {
    name: "identity-001-create",
    async up(db) {
      await db.schema
        .createTable("identity_user")
        .addColumn("id", "varchar(128)", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("type", "varchar(16)", (column) => column.notNull())
        .addColumn("email", "text")
        .addColumn("tags", "text", (column) => column.notNull())
        .addColumn("attributes", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("identity_role")
        .addColumn("id", "varchar(128)", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("description", "text")
        .execute();
      await db.schema
        .createTable("identity_tag_namespace")
        .addColumn("glob", "varchar(256)", (column) => column.primaryKey())
        .addColumn("description", "text")
        .execute();
      await db.schema
        .createTable("identity_api_key")
        .addColumn("id", "varchar(12)", (column) => column.primaryKey())
        .addColumn("hash", "varchar(64)", (column) => column.notNull().unique())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("user_id", "varchar(128)", (column) => column.notNull())
        .addColumn("created_at", "varchar(24)", (column) => column.notNull())
        .addColumn("expires_at", "varchar(24)")
        .addColumn("last_used_at", "varchar(24)")
        .addColumn("revoked_at", "varchar(24)")
        .execute();
      await db.schema.createIndex("identity_api_key_user").on("identity_api_key").column("user_id").execute();
      await db.schema
        .createTable("identity_version")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("version", "bigint", (column) => column.notNull())
        .execute();
      const filled = db as Kysely<IdentityTables>;
      await filled.insertInto("identity_version").values({ id: 1, version: 1 }).execute();
      await filled
        .insertInto("identity_role")
        .values([...defaultRoles])
        .execute();
    },
  },
];
