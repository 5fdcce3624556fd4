import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { ConflictError, NotFoundError } from "../../../shared/errors.ts";
import type { StateDb } from "../../../state/index.ts";
import type { WorkspaceStore } from "../../stores.ts";
import type { ControlTables } from "./tables.ts";

const named = 5;

/** Workspaces on the state store. */
export function createStateWorkspaceStore(state: StateDb, { clock }: { readonly clock: Clock }): WorkspaceStore {
  const db = state.kysely<ControlTables>();
  return {
    async list() {
      const rows = await db.selectFrom("control_workspaces").selectAll().orderBy("name").execute();
      return rows.map(({ name, description, created_at }) => ({
        name,
        description: description ?? undefined,
        createdAt: created_at,
      }));
    },

    async exists(name) {
      const row = await db.selectFrom("control_workspaces").select("name").where("name", "=", name).executeTakeFirst();
      return row !== undefined;
    },

    create: ({ name, description }) =>
      state.transaction<ControlTables, Awaited<ReturnType<WorkspaceStore["create"]>>>(async (tx) => {
        const found = await tx
          .selectFrom("control_workspaces")
          .select("name")
          .where("name", "=", name)
          .executeTakeFirst();
        if (found) throw new ConflictError(`workspace \`${name}\` exists already; choose another name`);
        const created_at = toTimestamp(clock.now());
        await tx
          .insertInto("control_workspaces")
          .values({ name, description: description ?? null, created_at })
          .execute();
        return { name, description, createdAt: created_at };
      }),

    delete: (name, alongside) =>
      state.transaction<ControlTables, void>(async (tx) => {
        const held = await tx
          .selectFrom("control_resources")
          .select(["type", "name"])
          .where("workspace", "=", name)
          .where("gone", "=", "")
          .orderBy("type")
          .orderBy("name")
          .limit(named + 1)
          .execute();
        if (held.length > 0) {
          const list = held.slice(0, named).map((row) => `${row.type} \`${row.name}\``);
          const more = held.length > named ? " and more" : "";
          throw new ConflictError(`workspace \`${name}\` holds ${list.join(", ")}${more}; delete these first`);
        }
        const { numDeletedRows } = await tx
          .deleteFrom("control_workspaces")
          .where("name", "=", name)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw new NotFoundError(`there is no workspace \`${name}\``);
        await alongside(tx as unknown as Transaction<unknown>);
      }),
  };
}
