import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import type { MetisTables } from "./tables.ts";

export type ProjectionName = "search" | "lineage";

/** Sees to it that one process at a time feeds a projection, and notes how far it is. */
export interface ProjectionLeases {
  /** Takes or renews the lease for `ttlMs`; false: another process has it. */
  acquire(name: ProjectionName, ttlMs: number): Promise<boolean>;
  release(name: ProjectionName): Promise<void>;
  /** Notes how far the projection is; only for the one who has the lease. */
  note(name: ProjectionName, appliedSeq: number): Promise<void>;
  /** As last noted; 0 when nothing is. */
  notedSeq(name: ProjectionName): Promise<number>;
}

/** @param owner names this process; any text of its own */
export function createProjectionLeases(state: StateDb, clock: Clock, owner: string): ProjectionLeases {
  const db = state.kysely<MetisTables>();
  return {
    async acquire(name, ttlMs) {
      const now = toTimestamp(clock.now());
      const lease = { lease_owner: owner, lease_until: toTimestamp(clock.now() + ttlMs) };
      await db
        .insertInto("metis_projection")
        .values({ name, applied_seq: 0, updated_at: now, lease_owner: null, lease_until: null })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute();
      const taken = await db
        .updateTable("metis_projection")
        .set(lease)
        .where("name", "=", name)
        .where((eb) =>
          eb.or([eb("lease_owner", "is", null), eb("lease_owner", "=", owner), eb("lease_until", "<", now)]),
        )
        .executeTakeFirst();
      return taken.numUpdatedRows > 0n;
    },
    async release(name) {
      await db
        .updateTable("metis_projection")
        .set({ lease_owner: null, lease_until: null })
        .where("name", "=", name)
        .where("lease_owner", "=", owner)
        .execute();
    },
    async note(name, appliedSeq) {
      await db
        .updateTable("metis_projection")
        .set({ applied_seq: appliedSeq, updated_at: toTimestamp(clock.now()) })
        .where("name", "=", name)
        .where("lease_owner", "=", owner)
        .execute();
    },
    async notedSeq(name) {
      const row = await db
        .selectFrom("metis_projection")
        .select("applied_seq")
        .where("name", "=", name)
        .executeTakeFirst();
      return row?.applied_seq ?? 0;
    },
  };
}
