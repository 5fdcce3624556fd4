import type { Kysely, Transaction } from "kysely";
import { BadInputError, NotFoundError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";
import type { StateDb } from "../../state/index.ts";
import { SecretBrokenError, type SecretRef, type SecretStore } from "./ports.ts";
import type { SealPlace, Vault } from "./vault.ts";

interface SecretTables {
  secret_value: { workspace: string; kind: string; name: string; version: number; fields: string; sealed: string };
}

const maxBytes = 64 * 1024;

/**
 * Secret values in the state store, one sealed row per secret.
 * @param opened told before values are given; when it fails, they are not
 */
export function createStateSecretStore(
  state: StateDb,
  vault: Vault,
  opened: (ref: SecretRef, purpose: string) => Promise<void>,
): SecretStore {
  const own = state.kysely<SecretTables>();
  const on = <Tables>(tx: Transaction<Tables> | undefined) =>
    ((tx as Kysely<unknown> | undefined) ?? own) as Kysely<SecretTables>;
  const find = (db: Kysely<SecretTables>, { workspace, kind, name }: SecretRef) =>
    db
      .selectFrom("secret_value")
      .selectAll()
      .where("workspace", "=", workspace ?? "")
      .where("kind", "=", kind)
      .where("name", "=", name)
      .executeTakeFirst();
  const put = async <Tables>(
    ref: SecretRef,
    values: ReadonlyMap<string, Secret>,
    tx: Transaction<Tables>,
  ): Promise<number> => {
    const entries = [...values].map(([field, value]) => [field, value.reveal()] as const).sort(byField);
    const plain = Buffer.from(JSON.stringify(entries));
    if (plain.length > maxBytes) {
      throw new BadInputError(
        `the values of ${ref.kind} \`${ref.name}\` have ${plain.length} bytes together, at most ${maxBytes} are stored; keep big files elsewhere`,
      );
    }
    const version = ((await find(on(tx), ref))?.version ?? 0) + 1;
    const sealed = await vault.seal(toPlace(ref, version), plain, tx);
    plain.fill(0);
    const row = { version, fields: JSON.stringify(entries.map(([field]) => field)), sealed };
    await on(tx)
      .insertInto("secret_value")
      .values({ workspace: ref.workspace ?? "", kind: ref.kind, name: ref.name, ...row })
      .onConflict((conflict) => conflict.columns(["workspace", "kind", "name"]).doUpdateSet(row))
      .execute();
    return version;
  };

  return {
    put: (ref, values, tx) => (tx ? put(ref, values, tx) : state.transaction((own) => put(ref, values, own))),
    async get(ref, purpose) {
      const row = await find(own, ref);
      if (!row) throw new NotFoundError(`no values are stored for ${ref.kind} \`${ref.name}\``);
      const plain = await vault.open(toPlace(ref, row.version), row.sealed);
      const entries = JSON.parse(plain.toString("utf8")) as [string, string][];
      plain.fill(0);
      if (row.fields !== JSON.stringify(entries.map(([field]) => field))) {
        throw new SecretBrokenError(
          `the field names of ${ref.kind} \`${ref.name}\` were changed outside the server; apply it again`,
        );
      }
      await opened(ref, purpose);
      return { version: row.version, values: new Map(entries.map(([field, value]) => [field, new Secret(value)])) };
    },
    async fields(ref) {
      const row = await find(own, ref);
      return row && (JSON.parse(row.fields) as string[]);
    },
    async delete({ workspace, kind, name }, tx) {
      await on(tx)
        .deleteFrom("secret_value")
        .where("workspace", "=", workspace ?? "")
        .where("kind", "=", kind)
        .where("name", "=", name)
        .execute();
    },
    async destroyWorkspace(workspace, tx) {
      if (!tx) {
        await state.transaction((own) => this.destroyWorkspace(workspace, own));
        return;
      }
      await on(tx).deleteFrom("secret_value").where("workspace", "=", workspace).execute();
      await vault.destroyKeys(workspace, tx);
    },
  };
}

function toPlace({ workspace, kind, name }: SecretRef, version: number): SealPlace {
  return { workspace, kind, name, version, field: "values" };
}

function byField([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
