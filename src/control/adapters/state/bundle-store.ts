import type { Transaction } from "kysely";
import type { StateDb } from "../../../state/index.ts";
import type { BundleRecord, BundleStore } from "../../stores.ts";
import { isHeld } from "./lease-store.ts";
import type { ControlTables } from "./tables.ts";

/** What bundles have made, on the state store: one JSON document each. */
export function createStateBundleStore(state: StateDb): BundleStore {
  const db = state.kysely<ControlTables>();
  return {
    async find(uid) {
      const row = await db.selectFrom("control_bundles").select("record").where("uid", "=", uid).executeTakeFirst();
      return row && (JSON.parse(row.record) as BundleRecord);
    },

    write: (uid, record, lease) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isHeld(tx, lease))) return false;
        await put(tx, uid, record);
        return true;
      }),

    async writeIn(given, uid, record, lease) {
      const tx = given as unknown as Transaction<ControlTables>;
      if (!(await isHeld(tx, lease))) return false;
      await put(tx, uid, record);
      return true;
    },

    async remove(tx, uid) {
      await (tx as unknown as Transaction<ControlTables>)
        .deleteFrom("control_bundles")
        .where("uid", "=", uid)
        .execute();
    },
  };

  async function put(tx: Transaction<ControlTables>, uid: string, record: BundleRecord): Promise<void> {
    const text = JSON.stringify(record);
    await tx
      .insertInto("control_bundles")
      .values({ uid, record: text })
      .onConflict((conflict) => conflict.column("uid").doUpdateSet({ record: text }))
      .execute();
  }
}
