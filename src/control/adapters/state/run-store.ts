import { sql, type Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { DecisionObject } from "../../../shared/decision.ts";
import { NotFoundError } from "../../../shared/errors.ts";
import { matchesFilter } from "../../../shared/object-filter.ts";
import type { StateDb } from "../../../state/index.ts";
import type { ClaimedRun, Lease, RunStore, StoredRun } from "../../stores.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { isHeld } from "./lease-store.ts";
import { toRun } from "./rows.ts";
import type { ControlTables, RunJobRow, RunRow } from "./tables.ts";
import { createWatchedClaims } from "./watched-claims.ts";

const open = ["pending", "running"];
const maxWatched = 1000;

/** Runs on the state store. A claim's token is the run's own: whoever takes it over raises it, and late writes miss. */
export function createStateRunStore(state: StateDb, { clock }: { readonly clock: Clock }): RunStore {
  const db = state.kysely<ControlTables>();
  const watched = createWatchedClaims(clock);
  const now = (): string => toTimestamp(clock.now());

  const store: RunStore = {
    create: (run, { lease, onlyIfIdle } = {}) =>
      state.transaction<ControlTables, Awaited<ReturnType<RunStore["create"]>>>(async (tx) => {
        if (lease && !(await isHeld(tx, lease))) return "lost";
        const found = await tx
          .selectFrom("control_runs")
          .select("id")
          .where("uid", "=", run.uid)
          .where("trigger_key", "=", run.triggerKey)
          .executeTakeFirst();
        if (found) return "exists";
        if (onlyIfIdle) {
          const other = await tx
            .selectFrom("control_runs")
            .select("id")
            .where("uid", "=", run.uid)
            .where("state", "in", open)
            .executeTakeFirst();
          if (other) return "busy";
        }
        await tx
          .insertInto("control_runs")
          .values({
            id: run.id,
            uid: run.uid,
            workflow: run.workflow,
            workspace: run.workspace,
            generation: run.generation,
            state: "pending",
            trigger_kind: run.trigger,
            trigger_key: run.triggerKey,
            attempt: 1,
            actor: run.actor,
            cancel_requested: 0,
            holder: null,
            token: 0,
            held_until: null,
            requested_by: run.requestedBy ?? null,
            rerun_of: run.rerunOf ?? null,
            created_at: now(),
            started_at: null,
            finished_at: null,
            message: null,
          })
          .execute();
        const jobs = run.jobs.map(({ name, stack, kept }, position) => ({
          run_id: run.id,
          position,
          name,
          stack,
          state: kept ? "succeeded" : "pending",
          tries: 0,
          started_at: kept?.startedAt ?? null,
          finished_at: kept?.finishedAt ?? null,
          message: kept?.message ?? null,
          result: kept?.result === undefined ? null : JSON.stringify(kept.result),
        }));
        if (jobs.length > 0) await tx.insertInto("control_run_jobs").values(jobs).execute();
        return "created";
      }),

    async find(id) {
      const row = await db.selectFrom("control_runs").selectAll().where("id", "=", id).executeTakeFirst();
      return row && (await withJobs([row]))[0];
    },

    async list(filter, visible, { first, after }) {
      let query = db
        .selectFrom("control_runs")
        .innerJoin("control_resources", "control_resources.uid", "control_runs.uid")
        .selectAll("control_runs")
        .select("control_resources.object")
        .orderBy("control_runs.id", "desc");
      if (filter.workflow !== undefined) query = query.where("control_runs.workflow", "=", filter.workflow);
      if (filter.workspace !== undefined) query = query.where("control_runs.workspace", "=", filter.workspace);
      if (filter.state !== undefined) query = query.where("control_runs.state", "=", filter.state);
      const shown: RunRow[] = [];
      let hasNextPage = false;
      let before = after === undefined ? undefined : fromCursor(after, 1)[0];
      for (let done = false; !done; ) {
        const rows = await (before === undefined ? query : query.where("control_runs.id", "<", before))
          .limit(first + 1)
          .execute();
        done = rows.length <= first;
        for (const { object, ...row } of rows) {
          before = row.id;
          if (!matchesFilter(visible, JSON.parse(object) as DecisionObject)) continue;
          if (shown.length === first) {
            hasNextPage = true;
            done = true;
            break;
          }
          shown.push(row);
        }
      }
      const nodes = await withJobs(shown);
      return { items: nodes.map((node) => ({ cursor: toCursor([node.id]), node })), hasNextPage };
    },

    async ofWorkflow(uid, limit) {
      return withJobs(
        await db
          .selectFrom("control_runs")
          .selectAll()
          .where("uid", "=", uid)
          .orderBy("id", "desc")
          .limit(limit)
          .execute(),
      );
    },

    async active(uid) {
      return withJobs(
        await db
          .selectFrom("control_runs")
          .selectAll()
          .where("uid", "=", uid)
          .where("state", "in", open)
          .orderBy("id")
          .execute(),
      );
    },

    async claim(holder, ttlMs, limit, orphans) {
      // WHY: this is asked every second; a transaction that writes is for when there is something
      const found = await claimable(holder, ttlMs, limit, orphans);
      if (found.length === 0) return [];
      return state.transaction<ControlTables, readonly ClaimedRun[]>(async (tx) => {
        const claimed: ClaimedRun[] = [];
        for (const seen of found) {
          const row = await tx.selectFrom("control_runs").selectAll().where("id", "=", seen.id).executeTakeFirst();
          if (row && markOf(row) === markOf(seen)) claimed.push(await take(tx, row, holder, ttlMs));
        }
        return claimed;
      });
    },

    async renew(lease, ttlMs) {
      const row = await db
        .updateTable("control_runs")
        .set({ held_until: toTimestamp(clock.now() + ttlMs) })
        .where(held(lease))
        .returning("cancel_requested")
        .executeTakeFirst();
      if (!row) return "lost";
      return row.cancel_requested === 1 ? "cancel" : "held";
    },

    async release(lease) {
      await db.updateTable("control_runs").set({ holder: null, held_until: null }).where(held(lease)).execute();
    },

    async isHeld(lease) {
      return isClaimed(db, lease);
    },

    writeJob: (lease, job) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isClaimed(tx, lease))) return false;
        await tx
          .updateTable("control_run_jobs")
          .set({
            state: job.state,
            tries: job.tries,
            started_at: job.startedAt ?? null,
            finished_at: job.finishedAt ?? null,
            message: job.message ?? null,
            result: job.result === undefined ? null : JSON.stringify(job.result),
          })
          .where("run_id", "=", lease.name)
          .where("name", "=", job.name)
          .execute();
        return true;
      }),

    finish: (lease, ended, message) =>
      state.transaction<ControlTables, boolean>(async (tx) => {
        if (!(await isClaimed(tx, lease))) return false;
        await end(tx, lease.name, ended, message);
        return true;
      }),

    requestCancel: (id) =>
      state.transaction<ControlTables, StoredRun>(async (tx) => {
        const row = await tx.selectFrom("control_runs").selectAll().where("id", "=", id).executeTakeFirst();
        if (!row) throw new NotFoundError(`there is no run \`${id}\``);
        if (open.includes(row.state)) {
          await tx.updateTable("control_runs").set({ cancel_requested: 1 }).where("id", "=", id).execute();
          if (row.state === "pending") await end(tx, id, "cancelled", "cancelled before it started");
        }
        const after = await tx.selectFrom("control_runs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
        return toRun(after, await jobsOf(tx, [id]));
      }),

    prune: (uid, keep) =>
      state.transaction<ControlTables, void>(async (tx) => {
        const old = await tx
          .selectFrom("control_runs")
          .select("id")
          .where("uid", "=", uid)
          .where("state", "not in", open)
          .orderBy("id", "desc")
          .limit(1000)
          .offset(keep)
          .execute();
        const ids = old.map((row) => row.id);
        if (ids.length === 0) return;
        await tx.deleteFrom("control_logs").where("run_id", "in", ids).execute();
        await tx.deleteFrom("control_run_jobs").where("run_id", "in", ids).execute();
        await tx.deleteFrom("control_runs").where("id", "in", ids).execute();
      }),
  };
  return store;

  /** INVARIANT: never what `holder` has itself, however long it did not prolong its claim. */
  async function claimable(holder: string, ttlMs: number, limit: number, orphans: boolean): Promise<readonly RunRow[]> {
    const rows = db.selectFrom("control_runs").selectAll().orderBy("id");
    const others = await rows
      .where("state", "=", "running")
      .where((eb) => eb.or([eb("holder", "is", null), eb("holder", "!=", holder)]))
      .limit(maxWatched)
      .execute();
    watched.keep(new Set(others.map(({ id }) => id)));
    const left = others.filter(
      (row) => orphans || row.holder === null || watched.isSilent(row.id, markOf(row), row.held_until, ttlMs),
    );
    if (left.length >= limit) return left.slice(0, limit);
    const waiting = await rows
      .where("state", "=", "pending")
      .limit(limit - left.length)
      .execute();
    return [...left, ...waiting];
  }

  async function take(tx: Transaction<ControlTables>, row: RunRow, holder: string, ttlMs: number): Promise<ClaimedRun> {
    const isLeft = row.state === "running";
    const token = Number(row.token) + 1;
    const change = {
      state: "running",
      trigger_kind: isLeft ? "resume" : row.trigger_kind,
      attempt: row.attempt + (isLeft ? 1 : 0),
      holder,
      token,
      held_until: toTimestamp(clock.now() + ttlMs),
      started_at: row.started_at ?? now(),
    };
    await tx.updateTable("control_runs").set(change).where("id", "=", row.id).execute();
    await tx
      .updateTable("control_run_jobs")
      .set({ state: "pending", tries: 0, started_at: null, finished_at: null, message: null, result: null })
      .where("run_id", "=", row.id)
      .where("state", "=", "running")
      .execute();
    return {
      run: toRun({ ...row, ...change }, await jobsOf(tx, [row.id])),
      lease: { name: row.id, holder, token },
    };
  }

  async function end(
    tx: Transaction<ControlTables>,
    id: string,
    ended: "succeeded" | "failed" | "cancelled",
    message: string | undefined,
  ): Promise<void> {
    const at = now();
    await tx
      .updateTable("control_runs")
      .set({ state: ended, finished_at: at, message: message ?? null, holder: null, held_until: null })
      .where("id", "=", id)
      .execute();
    await tx
      .updateTable("control_run_jobs")
      .set({ state: ended, finished_at: at })
      .where("run_id", "=", id)
      .where("state", "in", open)
      .execute();
  }

  async function withJobs(rows: readonly RunRow[]): Promise<StoredRun[]> {
    const jobs = await jobsOf(
      db,
      rows.map((row) => row.id),
    );
    return rows.map((row) => toRun(row, jobs));
  }
}

type Reader = Pick<Transaction<ControlTables>, "selectFrom">;

async function jobsOf(db: Reader, ids: readonly string[]): Promise<readonly RunJobRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom("control_run_jobs")
    .selectAll()
    .where("run_id", "in", [...ids])
    .orderBy("run_id")
    .orderBy("position")
    .execute();
}

/** Changes whenever somebody takes, prolongs or gives up the run. */
function markOf({ state, holder, token, held_until }: RunRow): string {
  return [state, holder, token, held_until].join(" ");
}

function held(lease: Lease) {
  return (eb: import("kysely").ExpressionBuilder<ControlTables, "control_runs">) =>
    eb.and({ id: lease.name, holder: lease.holder, token: lease.token, state: "running" });
}

/** SECURITY: read in the transaction of the write that it guards. */
export async function isClaimed(tx: Reader, lease: Lease): Promise<boolean> {
  const row = await tx.selectFrom("control_runs").select(sql`1`.as("one")).where(held(lease)).executeTakeFirst();
  return row !== undefined;
}
