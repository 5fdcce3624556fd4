import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import type { StateDb } from "../../../state/index.ts";
import { type ChainHead, chainStarted, emptyChain, type SealedRecord, sealRecord } from "../../audit/index.ts";
import type { AuditEntry, AuditRecord } from "../../ports.ts";
import type { AuditTables } from "./audit-tables.ts";
import { toObjectsColumn } from "./objects-column.ts";

const columnsPerRow = 9;

/** Appends groups of records to one chain. Calls must not overlap. */
export interface AuditWriter {
  /** All or none; the records are durable when it resolves. */
  append(entries: readonly AuditEntry[]): Promise<readonly AuditRecord[]>;
}

/** @param chain id of this process's chain; its first record says when it started */
export function createAuditWriter(state: StateDb, chain: string, clock: Clock): AuditWriter {
  /** `undefined`: not known, because a commit failed and may have been stored all the same */
  let head: ChainHead | undefined = emptyChain;
  let lastAt = "";

  const readHead = async (): Promise<ChainHead> => {
    const row = await state
      .kysely<AuditTables>()
      .selectFrom("audit_chain")
      .select(["seq", "hash"])
      .where("chain", "=", chain)
      .executeTakeFirst();
    return row ?? emptyChain;
  };

  return {
    async append(entries) {
      const from = head ?? (await readHead());
      head = undefined;
      // INVARIANT: time does not go back within a chain, so that lists by time follow the chain
      const now = toTimestamp(clock.now());
      const at = now > lastAt ? now : lastAt;
      const isNew = from.seq === 0;
      const sealed = sealAll(isNew ? [startOf(chain), ...entries] : entries, chain, from, at);
      const newest = sealed.at(-1)?.record ?? from;
      const next: ChainHead = { seq: newest.seq, hash: newest.hash };
      await state.transaction<AuditTables, void>(async (tx) => {
        const perInsert = Math.floor(state.capabilities.maxParameters / columnsPerRow);
        for (let start = 0; start < sealed.length; start += perInsert) {
          await tx
            .insertInto("audit_record")
            .values(sealed.slice(start, start + perInsert).map(toRow))
            .execute();
        }
        await tx
          .insertInto("audit_chain")
          .values({ chain, ...next })
          .onConflict((conflict) => conflict.column("chain").doUpdateSet(next))
          .execute();
      });
      head = next;
      lastAt = at;
      return sealed.slice(isNew ? 1 : 0).map(({ record }) => record);
    },
  };
}

/** The first record of `chain`. */
export function startOf(chain: string): AuditEntry {
  return { type: chainStarted, actor: "system", action: "start", object: [], outcome: "success", details: { chain } };
}

function sealAll(entries: readonly AuditEntry[], chain: string, from: ChainHead, at: string): SealedRecord[] {
  let head = from;
  return entries.map((entry) => {
    const sealed = sealRecord(entry, chain, head, at);
    head = sealed.record;
    return sealed;
  });
}

function toRow({ record, content }: SealedRecord): AuditTables["audit_record"] {
  const { chain, seq, at, type, actor, outcome, object, hash } = record;
  return { chain, seq, at, type, actor, outcome, objects: toObjectsColumn(object), content, hash };
}
