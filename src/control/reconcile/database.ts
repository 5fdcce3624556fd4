import { secretRefOf } from "../connections.ts";
import type { ManagedDatabases } from "../database/managed-databases.ts";
import { readMigrations } from "../database/migrations.ts";
import { runMigrations } from "../database/run-migrations.ts";
import { readStoredSpec } from "../manifest/index.ts";
import type { SecretStore } from "../secrets/index.ts";
import { active, type Reconciler } from "./types.ts";

const lookAgainMs = 300_000;

/** Keeps a database on the managed PostgreSQL, with its migrations. */
export function createDatabaseReconciler(
  databases: ManagedDatabases | undefined,
  secrets: Pick<SecretStore, "delete">,
): Reconciler {
  return {
    isLocal: false,

    async reconcile(database, signal) {
      const spec = readStoredSpec("database", database.version, database.manifest);
      if (!databases) {
        const message =
          "no driver configured: DATAOS_MANAGED_POSTGRES_URL names no PostgreSQL for databases; it is kept as it is";
        return { phase: "Pending", ready: { status: "False", reason: "NoDriver", message } };
      }
      const [folder] = spec.migrate.includes ?? [];
      if (folder !== undefined) {
        const message = `migrations are in the folder \`${folder}\`, which the server does not read; write them below \`includesInline\``;
        return { phase: "Pending", ready: { status: "False", reason: "FolderNotGiven", message } };
      }
      const { command, parameter } = spec.migrate;
      const limit = parameter === undefined ? undefined : Number(parameter);
      const mark = `${database.uid}/${database.generation}`;
      const { done, applied } = await databases.withOwner(database.ref, (client) =>
        runMigrations(client, readMigrations(spec), { command, limit, mark }, signal),
      );
      const count = `${applied} migration${applied === 1 ? "" : "s"} applied`;
      return active(`database \`${databases.nameOf(database.ref)}\`, ${count}`, {
        events: done.map(({ name, direction }) => ({
          type: "Normal",
          reason: direction === "up" ? "Migrated" : "TakenBack",
          message: `migration \`${name}\``,
        })),
        requeueAfterMs: lookAgainMs,
      });
    },

    async finalize({ ref, version, manifest }) {
      if (databases && readStoredSpec("database", version, manifest).dropOnDelete === true) await databases.drop(ref);
      return (tx) => secrets.delete(secretRefOf(ref), tx);
    },
  };
}
