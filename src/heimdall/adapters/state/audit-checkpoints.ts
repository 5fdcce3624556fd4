import type { Transaction } from "kysely";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { UnavailableError } from "../../../shared/errors.ts";
import type { StateDb } from "../../../state/index.ts";
import { type ChainHead, type Checkpoint, canonicalJson, type Heads, signCheckpoint } from "../../audit/index.ts";
import type { AuditKeys } from "./audit-keys.ts";
import type { AuditTables } from "./audit-tables.ts";

/** Keeps the newest checkpoint outside the state store, so that cutting off the end of the log there is seen. */
export interface CheckpointWitness {
  keep(checkpoint: Checkpoint): Promise<void>;
  /** The newest one that was kept. */
  read(): Promise<Checkpoint | undefined>;
}

/** Signs and stores checkpoints over the chains of all processes. */
export interface AuditCheckpointer {
  /** Signs what is new since the last checkpoint of any process; nothing new: does nothing. */
  run(): Promise<void>;
}

export function createAuditCheckpointer(
  state: StateDb,
  keys: AuditKeys,
  clock: Clock,
  witness: CheckpointWitness | undefined,
): AuditCheckpointer {
  let last: Checkpoint | undefined;
  let signed: Heads = new Map();
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    const done = await state.transaction<AuditTables, Signed>((tx) => signWhatIsNew(tx, { last, heads: signed }));
    last = done.last;
    signed = done.heads;
    if (done.made) await keepOutside(done.made);
  };

  const keepOutside = async (made: Checkpoint): Promise<void> => {
    const kept = await witness?.read();
    if (kept) {
      const row = await state
        .kysely<AuditTables>()
        .selectFrom("audit_checkpoint")
        .select("content")
        .where("number", "=", kept.number)
        .executeTakeFirst();
      // SECURITY: the copy is the only trace of what was cut off; it is not written over
      if (row?.content !== canonicalJson(kept))
        throw new UnavailableError(
          `checkpoint ${kept.number} was kept outside, but is missing or different in the state store`,
        );
    }
    await witness?.keep(made);
  };

  const signWhatIsNew = async (tx: Transaction<AuditTables>, known: Signed): Promise<Signed> => {
    const base = await readNewer(tx, known);
    const rows = await tx.selectFrom("audit_chain").selectAll().execute();
    const heads = new Map<string, ChainHead>(rows.map(({ chain, seq, hash }) => [chain, { seq, hash }]));
    const made = signCheckpoint(base.last, base.heads, heads, toTimestamp(clock.now()), keys.privateKey);
    if (!made) return base;
    await tx
      .insertInto("audit_checkpoint")
      .values({ number: made.number, content: canonicalJson(made) })
      .execute();
    return { ...applyCheckpoint(base, made), made };
  };

  return {
    async run() {
      // one after the other: the second one sees what the first one signed
      const previous = running ?? Promise.resolve();
      running = previous.catch(() => {}).then(run);
      await running;
    },
  };
}

interface Signed {
  readonly last: Checkpoint | undefined;
  readonly heads: Heads;
  readonly made?: Checkpoint;
}

/** What was known, with the checkpoints that any process has made since. */
async function readNewer(tx: Transaction<AuditTables>, { last, heads }: Signed): Promise<Signed> {
  const rows = await tx
    .selectFrom("audit_checkpoint")
    .select("content")
    .where("number", ">", last?.number ?? 0)
    .orderBy("number")
    .execute();
  return rows.reduce<Signed>((known, { content }) => applyCheckpoint(known, JSON.parse(content) as Checkpoint), {
    last,
    heads,
  });
}

function applyCheckpoint({ heads }: Signed, checkpoint: Checkpoint): Signed {
  const changed = checkpoint.heads.map(({ chain, seq, hash }) => [chain, { seq, hash }] as const);
  return { last: checkpoint, heads: new Map([...heads, ...changed]) };
}
