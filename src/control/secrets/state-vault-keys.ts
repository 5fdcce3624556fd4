import type { Kysely, Transaction } from "kysely";
import { UnavailableError } from "../../shared/errors.ts";
import type { Migration, StateDb } from "../../state/index.ts";
import type { VaultKeyStore, WrappedKey } from "./vault.ts";

interface VaultTables {
  vault_check: { id: number; sealed: string };
  vault_key: WrappedKey;
}

/** Tables of the vault and of secret values. */
export const secretMigrations: readonly Migration[] = [
  {
    name: "secrets-001-create",
    async up(db) {
      await db.schema
        .createTable("vault_check")
        .addColumn("id", "integer", (column) => column.primaryKey())
        .addColumn("sealed", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("vault_key")
        .addColumn("id", "varchar(32)", (column) => column.primaryKey())
        .addColumn("workspace", "varchar(128)", (column) => column.notNull().unique())
        .addColumn("wrapped", "text", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("secret_value")
        .addColumn("workspace", "varchar(128)", (column) => column.notNull())
        .addColumn("kind", "varchar(64)", (column) => column.notNull())
        .addColumn("name", "varchar(255)", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("fields", "text", (column) => column.notNull())
        .addColumn("sealed", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("secret_value_key", ["workspace", "kind", "name"])
        .execute();
    },
  },
];

/** The vault's keys in the state store. */
export function createStateVaultKeys(state: StateDb): VaultKeyStore {
  const own = state.kysely<VaultTables>();
  const on = <Tables>(tx: Transaction<Tables> | undefined) =>
    ((tx as Kysely<unknown> | undefined) ?? own) as Kysely<VaultTables>;
  const newestKey = <Tables>(workspace: string, tx?: Transaction<Tables>) =>
    on(tx).selectFrom("vault_key").selectAll().where("workspace", "=", workspace).executeTakeFirst();
  return {
    async readCheck() {
      return (await own.selectFrom("vault_check").select("sealed").executeTakeFirst())?.sealed;
    },
    async keepCheck(sealed) {
      await own
        .insertInto("vault_check")
        .values({ id: 1, sealed })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await own.selectFrom("vault_check").select("sealed").executeTakeFirstOrThrow()).sealed;
    },
    newestKey,
    findKey: (id) => own.selectFrom("vault_key").selectAll().where("id", "=", id).executeTakeFirst(),
    async keepKey(key, tx) {
      await on(tx)
        .insertInto("vault_key")
        .values(key)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const stored = await newestKey(key.workspace, tx);
      // INVARIANT: never a key that is not stored; what it sealed could not be opened again
      if (!stored) throw new UnavailableError("the workspace's key was changed by somebody else; try again");
      return stored;
    },
    async deleteKeys(workspace, tx) {
      await on(tx).deleteFrom("vault_key").where("workspace", "=", workspace).execute();
    },
  };
}
