import type { IdSource } from "../../../shared/ids.ts";
import type { StateDb } from "../../../state/index.ts";
import type { LogLine } from "../../ports.ts";
import type { LogStore } from "../../stores.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { isClaimed } from "./run-store.ts";
import type { ControlTables } from "./tables.ts";

const maxMessageChars = 8192;

/** Log lines on the state store, in the order of their ids. */
export function createStateLogStore(state: StateDb, { ids }: { readonly ids: IdSource }): LogStore {
  const db = state.kysely<ControlTables>();
  return {
    append: (lines, claim) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (claim && !(await isClaimed(tx, claim))) return false;
        for (let start = 0; start < lines.length; start += 500) {
          await tx
            .insertInto("control_logs")
            .values(
              lines.slice(start, start + 500).map(({ uid, level, run, job, message, at }) => ({
                id: ids.uuid(),
                uid,
                run_id: run ?? null,
                job: job ?? null,
                at,
                level,
                message: message.length > maxMessageChars ? `${message.slice(0, maxMessageChars)}…` : message,
              })),
            )
            .execute();
        }
        return true;
      }),

    async trim(uid, keep) {
      const oldest = await db
        .selectFrom("control_logs")
        .select("id")
        .where("uid", "=", uid)
        .where("run_id", "is", null)
        .orderBy("id", "desc")
        .limit(1)
        .offset(keep)
        .executeTakeFirst();
      if (!oldest) return;
      await db
        .deleteFrom("control_logs")
        .where("uid", "=", uid)
        .where("run_id", "is", null)
        .where("id", "<=", oldest.id)
        .execute();
    },

    async read(uid, { run, since, after, first }) {
      let query = db.selectFrom("control_logs").selectAll().where("uid", "=", uid).orderBy("id").limit(first);
      if (run !== undefined) query = query.where("run_id", "=", run);
      if (since !== undefined) query = query.where("at", ">=", since);
      if (after !== undefined) query = query.where("id", ">", fromCursor(after, 1)[0] ?? "");
      return (await query.execute()).map((row) => ({
        cursor: toCursor([row.id]),
        at: row.at,
        level: row.level as LogLine["level"],
        run: row.run_id ?? undefined,
        job: row.job ?? undefined,
        message: row.message,
      }));
    },
  };
}
