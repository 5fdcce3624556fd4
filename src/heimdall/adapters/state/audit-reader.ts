import { sql } from "kysely";
import { BadInputError } from "../../../shared/errors.ts";
import type { StateDb } from "../../../state/index.ts";
import { type Checkpoint, canonicalJson, hashCheckpoint } from "../../audit/index.ts";
import type { AuditFilter, AuditLog, AuditRecord } from "../../ports.ts";
import type { AuditTables } from "./audit-tables.ts";
import { toObjectsColumn } from "./objects-column.ts";

type Row = AuditTables["audit_record"];

const pageSize = 1_000;

/** A page of records, newest first. @throws {BadInputError} `after` is no cursor of ours */
export async function listRecords(
  state: StateDb,
  filter: AuditFilter,
  page: { readonly first: number; readonly after: string | undefined },
): ReturnType<AuditLog["list"]> {
  let query = state.kysely<AuditTables>().selectFrom("audit_record").selectAll();
  if (filter.actor !== undefined) query = query.where("actor", "=", filter.actor);
  if (filter.type !== undefined) query = query.where("type", "=", filter.type);
  if (filter.outcome !== undefined) query = query.where("outcome", "=", filter.outcome);
  if (filter.from !== undefined) query = query.where("at", ">=", toStoredTime(filter.from));
  if (filter.to !== undefined) query = query.where("at", "<", toStoredTime(filter.to));
  if (filter.object !== undefined) {
    // WHY: `like` is not the same on both engines
    query = query.where(sql<boolean>`replace(objects, ${toObjectsColumn([filter.object])}, '') <> objects`);
  }
  if (page.after !== undefined) {
    const { at, chain, seq } = parseCursor(page.after);
    query = query.where((where) =>
      where.or([
        where("at", "<", at),
        where.and([where("at", "=", at), where("chain", "<", chain)]),
        where.and([where("at", "=", at), where("chain", "=", chain), where("seq", "<", seq)]),
      ]),
    );
  }
  const rows = await query
    .orderBy("at", "desc")
    .orderBy("chain", "desc")
    .orderBy("seq", "desc")
    .limit(page.first + 1)
    .execute();
  const shown = rows.slice(0, page.first);
  const last = shown.at(-1);
  return {
    records: shown.map(toRecord),
    cursors: shown.map(formatCursor),
    next: rows.length > page.first && last ? formatCursor(last) : undefined,
  };
}

/** A record as stored; `problem` says where its row does not hold what it should. */
export interface StoredRecord {
  readonly record: AuditRecord;
  readonly problem: string | undefined;
}

/** All records, chain by chain, each in order. */
export async function* readRecords(state: StateDb): AsyncIterable<StoredRecord> {
  let last: Row | undefined;
  do {
    let query = state.kysely<AuditTables>().selectFrom("audit_record").selectAll();
    if (last) {
      const { chain, seq } = last;
      query = query.where((where) =>
        where.or([where("chain", ">", chain), where.and([where("chain", "=", chain), where("seq", ">", seq)])]),
      );
    }
    const rows = await query.orderBy("chain").orderBy("seq").limit(pageSize).execute();
    for (const row of rows) yield toStoredRecord(row);
    last = rows.length === pageSize ? rows.at(-1) : undefined;
  } while (last);
}

export type StoredCheckpoint =
  | { readonly checkpoint: Checkpoint }
  | { readonly checkpoint: undefined; readonly problem: string };

/** All checkpoints by number. */
export async function readCheckpoints(state: StateDb): Promise<readonly StoredCheckpoint[]> {
  const rows = await state.kysely<AuditTables>().selectFrom("audit_checkpoint").selectAll().orderBy("number").execute();
  return rows.map(({ number, content }) => {
    const checkpoint = parseCanonical(content) as Checkpoint | undefined;
    return checkpoint?.number === number && Array.isArray(checkpoint.heads)
      ? { checkpoint }
      : { checkpoint: undefined, problem: `checkpoint ${number}: was changed` };
  });
}

/** What is wrong when the checkpoint that was kept outside is not among the stored ones. */
export function compareWithWitness(
  stored: readonly StoredCheckpoint[],
  kept: Checkpoint | undefined,
): string | undefined {
  if (!kept) return undefined;
  const same = stored[kept.number - 1]?.checkpoint;
  return same && hashCheckpoint(same) === hashCheckpoint(kept)
    ? undefined
    : `checkpoint ${kept.number}: kept outside the state store, but missing or different there; the end of the log was cut off`;
}

function toStoredRecord(row: Row): StoredRecord {
  const record = toRecord(row);
  const { chain, seq, at, type, actor, outcome } = record;
  const fits =
    parseCanonical(row.content) !== undefined &&
    chain === row.chain &&
    seq === row.seq &&
    at === row.at &&
    type === row.type &&
    actor === row.actor &&
    outcome === row.outcome &&
    Array.isArray(record.object) &&
    toObjectsColumn(record.object) === row.objects;
  return {
    record,
    problem: fits ? undefined : `chain ${row.chain}: record ${row.seq}: its columns do not hold what its content says`,
  };
}

function toRecord(row: Row): AuditRecord {
  const { chain, seq, at, type, actor, outcome, hash } = row;
  const content = parseCanonical(row.content) as Omit<AuditRecord, "hash"> | undefined;
  return content
    ? { ...content, hash }
    : { chain, seq, at, type, actor, outcome, action: "", object: [], prevHash: "", hash };
}

/** The object that `text` is the canonical JSON of. */
function parseCanonical(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function toStoredTime(text: string): string {
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs))
    throw new BadInputError(`\`${text.slice(0, 40)}\` is not a time; expected e.g. \`2026-01-31T08:00:00Z\``);
  return new Date(epochMs).toISOString();
}

function formatCursor({ at, chain, seq }: Row): string {
  return Buffer.from(JSON.stringify([at, chain, seq])).toString("base64url");
}

function parseCursor(text: string): { readonly at: string; readonly chain: string; readonly seq: number } {
  try {
    const value: unknown = JSON.parse(Buffer.from(text.slice(0, 200), "base64url").toString("utf8"));
    const [at, chain, seq] = Array.isArray(value) ? value : [];
    if (typeof at === "string" && typeof chain === "string" && Number.isSafeInteger(seq)) return { at, chain, seq };
  } catch {
    // told below
  }
  throw new BadInputError("`after` must be a cursor of the page before");
}
