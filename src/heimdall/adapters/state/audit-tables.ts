import type { Migration } from "../../../state/index.ts";
import type { AuditEntry } from "../../ports.ts";

export interface AuditTables {
  /** `content`: canonical JSON of everything but the hash; the other columns repeat it for filters and are verified against it */
  audit_record: {
    chain: string;
    seq: number;
    at: string;
    type: string;
    actor: string;
    outcome: AuditEntry["outcome"];
    objects: string;
    content: string;
    hash: string;
  };
  /** newest record of each chain */
  audit_chain: { chain: string; seq: number; hash: string };
  audit_checkpoint: { number: number; content: string };
  audit_key: { fingerprint: string; public_key: string; sealed_private_key: string; created_at: string };
}

/** Tables of the audit log. */
export const auditMigrations: readonly Migration[] = [
  {
    name: "audit-001-create",
    async up(db) {
      await db.schema
        .createTable("audit_record")
        .addColumn("chain", "varchar(36)", (column) => column.notNull())
        .addColumn("seq", "bigint", (column) => column.notNull())
        .addColumn("at", "varchar(24)", (column) => column.notNull())
        .addColumn("type", "text", (column) => column.notNull())
        .addColumn("actor", "text", (column) => column.notNull())
        .addColumn("outcome", "varchar(16)", (column) => column.notNull())
        .addColumn("objects", "text", (column) => column.notNull())
        .addColumn("content", "text", (column) => column.notNull())
        .addColumn("hash", "varchar(64)", (column) => column.notNull())
        .addPrimaryKeyConstraint("audit_record_key", ["chain", "seq"])
        .execute();
      await db.schema.createIndex("audit_record_at").on("audit_record").columns(["at", "chain", "seq"]).execute();
      await db.schema
        .createTable("audit_chain")
        .addColumn("chain", "varchar(36)", (column) => column.primaryKey())
        .addColumn("seq", "bigint", (column) => column.notNull())
        .addColumn("hash", "varchar(64)", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("audit_checkpoint")
        .addColumn("number", "bigint", (column) => column.primaryKey())
        .addColumn("content", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("audit_key")
        .addColumn("fingerprint", "varchar(64)", (column) => column.primaryKey())
        .addColumn("public_key", "text", (column) => column.notNull())
        .addColumn("sealed_private_key", "text", (column) => column.notNull())
        .addColumn("created_at", "varchar(24)", (column) => column.notNull())
        .execute();
    },
  },
];
