import type { Transaction } from "kysely";
import type { IdSource } from "../../../shared/ids.ts";
import type { ResourceEvent } from "../../ports.ts";
import type { ControlTables } from "./tables.ts";

/** events, and lines that they leave in the log, of one resource; older ones go */
export const eventsKept = 200;

/** Tells events of a resource, in its history and in its log. */
export async function addEvents(
  tx: Transaction<ControlTables>,
  ids: IdSource,
  uid: string,
  events: readonly Omit<ResourceEvent, "at">[],
  at: string,
): Promise<void> {
  if (events.length === 0) return;
  await tx
    .insertInto("control_events")
    .values(events.map((event) => ({ id: ids.uuid(), uid, at, ...event })))
    .execute();
  await tx
    .insertInto("control_logs")
    .values(
      events.map(({ type, reason, message }) => ({
        id: ids.uuid(),
        uid,
        run_id: null,
        job: null,
        at,
        level: type === "Warning" ? "warn" : "info",
        message: `${reason}: ${message}`,
      })),
    )
    .execute();
  const oldEvent = await tx
    .selectFrom("control_events")
    .select("id")
    .where("uid", "=", uid)
    .orderBy("id", "desc")
    .limit(1)
    .offset(eventsKept)
    .executeTakeFirst();
  if (oldEvent) await tx.deleteFrom("control_events").where("uid", "=", uid).where("id", "<=", oldEvent.id).execute();
  const oldLine = await tx
    .selectFrom("control_logs")
    .select("id")
    .where("uid", "=", uid)
    .where("run_id", "is", null)
    .orderBy("id", "desc")
    .limit(1)
    .offset(eventsKept)
    .executeTakeFirst();
  if (oldLine) {
    await tx
      .deleteFrom("control_logs")
      .where("uid", "=", uid)
      .where("run_id", "is", null)
      .where("id", "<=", oldLine.id)
      .execute();
  }
}
