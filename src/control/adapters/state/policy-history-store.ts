import type { DecisionObject } from "../../../shared/decision.ts";
import { ConflictError } from "../../../shared/errors.ts";
import type { StateDb } from "../../../state/index.ts";
import { nameOf } from "../../describe.ts";
import { policyTypes } from "../../policy-documents.ts";
import type { PastPolicy, PolicyChange, PolicyHistoryStore } from "../../stores.ts";
import { toRef } from "./rows.ts";
import type { ControlTables } from "./tables.ts";

const rowsPerQuery = 500;

/** What policies were, from the generations and events that the state store keeps. */
export function createStatePolicyHistory(state: StateDb): PolicyHistoryStore {
  const db = state.kysely<ControlTables>();
  return {
    async changes(from, to) {
      const [written, deleted, approved] = await Promise.all([
        db
          .selectFrom("control_versions as version")
          .innerJoin("control_resources as resource", "resource.uid", "version.uid")
          .select(["resource.type", "resource.workspace", "resource.name", "resource.object"])
          .select(["version.uid", "version.generation", "version.at", "version.actor"])
          .where("resource.type", "in", policyTypes)
          .where("version.at", ">", from)
          .where("version.at", "<=", to)
          .execute(),
        deletions()
          .where("event.at", ">", from)
          .where("event.at", "<=", to)
          .select(["resource.type", "resource.workspace", "resource.name", "resource.object", "resource.generation"])
          .execute(),
        db
          .selectFrom("control_grant_decisions as decision")
          .innerJoin("control_resources as resource", "resource.uid", "decision.uid")
          .select(["resource.type", "resource.workspace", "resource.name", "resource.object"])
          .select(["decision.uid", "decision.generation", "decision.decided_at as at", "decision.decided_by as actor"])
          .where("decision.state", "=", "approved")
          .where("decision.decided_at", ">", from)
          .where("decision.decided_at", "<=", to)
          .execute(),
      ]);
      // who grants something at once has written it as well; nobody approves what they asked for
      const own = new Set(written.map(({ uid, generation, actor }) => JSON.stringify([uid, generation, actor])));
      const changes: PolicyChange[] = [
        ...written.map((row) => ({ ...row, outcome: "written" as const })),
        ...deleted.map((row) => ({ ...row, actor: undefined, outcome: "deleted" as const })),
        ...approved
          .filter(({ uid, generation, actor }) => !own.has(JSON.stringify([uid, generation, actor])))
          .map((row) => ({ ...row, outcome: "approved" as const })),
      ].map(({ generation, at, actor, outcome, object, ...row }) => ({
        ref: toRef(row),
        generation,
        at,
        actor,
        outcome,
        object: JSON.parse(object) as DecisionObject,
      }));
      return changes.sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
    },

    async asOf(time) {
      const columns = [
        "resource.uid",
        "resource.type",
        "resource.workspace",
        "resource.name",
        "resource.owner",
        "resource.object",
      ] as const;
      const rows = await db
        .selectFrom("control_resources as resource")
        .leftJoin("control_versions as version", (join) =>
          join.onRef("version.uid", "=", "resource.uid").on("version.at", "<=", time),
        )
        .select(columns)
        .select((eb) => eb.fn.max("version.generation").as("generation"))
        .where("resource.type", "in", policyTypes)
        .where("resource.created_at", "<=", time)
        .groupBy(columns)
        .execute();
      const gone = new Set((await deletions().where("event.at", "<=", time).execute()).map(({ uid }) => uid));
      const live = rows.filter(({ uid }) => !gone.has(uid));
      const lost = live.filter(({ generation }) => generation === null).map((row) => nameOf(toRef(row)));
      if (lost.length > 0) {
        throw new ConflictError(
          `what ${lost.slice(0, 5).join(", ")} said at ${time} is not kept any more; take a later version, or apply the manifests of that time`,
        );
      }
      const decisions = await readDecisions(live.filter(({ type }) => type === "grant").map(({ uid }) => uid));
      return live.map((row): PastPolicy => {
        const generation = Number(row.generation);
        const key = JSON.stringify([row.uid, generation]);
        const decision = decisions.get(key);
        return {
          uid: row.uid,
          ref: toRef(row),
          generation,
          owner: row.owner,
          object: JSON.parse(row.object) as DecisionObject,
          approvedAt: decision !== undefined && decision.at <= time ? decision.at : undefined,
          isUsed: decision?.isUsed ?? false,
        };
      });
    },

    async read({ uid, generation }) {
      const row = await db
        .selectFrom("control_versions")
        .select(["manifest", "actor"])
        .where("uid", "=", uid)
        .where("generation", "=", generation)
        .executeTakeFirst();
      if (row) return { manifest: JSON.parse(row.manifest) as Record<string, unknown>, actor: row.actor };
      throw new ConflictError(`generation ${generation} is not kept any more; read it again and repeat the call`);
    },
  };

  /** Policies that were taken out, with the moment from which they decided no more. */
  function deletions() {
    return db
      .selectFrom("control_events as event")
      .innerJoin("control_resources as resource", "resource.uid", "event.uid")
      .select(["event.uid", "event.at"])
      .where("resource.type", "in", policyTypes)
      .where("event.reason", "=", "Terminating");
  }

  async function readDecisions(uids: readonly string[]) {
    const found = new Map<string, { readonly at: string; readonly isUsed: boolean }>();
    for (let start = 0; start < uids.length; start += rowsPerQuery) {
      const rows = await db
        .selectFrom("control_grant_decisions")
        .select(["uid", "generation", "decided_at", "used_at"])
        .where("uid", "in", uids.slice(start, start + rowsPerQuery))
        .where("state", "=", "approved")
        .execute();
      for (const { uid, generation, decided_at: at, used_at } of rows) {
        found.set(JSON.stringify([uid, generation]), { at, isUsed: used_at !== null });
      }
    }
    return found;
  }
}

function keyOf({ at, ref }: PolicyChange): string {
  return JSON.stringify([at, ref.type, ref.name]);
}
