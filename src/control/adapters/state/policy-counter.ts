import type { Transaction } from "kysely";
import type { ControlTables } from "./tables.ts";

/** Tells every process that what is decided may be another thing from now on. */
export async function countPolicyChange(tx: Transaction<ControlTables>): Promise<void> {
  await tx
    .updateTable("control_counters")
    .set((eb) => ({ value: eb("value", "+", 1) }))
    .where("name", "=", "policies")
    .execute();
}
