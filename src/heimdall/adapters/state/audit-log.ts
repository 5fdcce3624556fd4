import type { Clock } from "../../../shared/clock.ts";
import { AuditUnavailableError, BadInputError, StorageFullError } from "../../../shared/errors.ts";
import type { IdSource } from "../../../shared/ids.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { StateDb } from "../../../state/index.ts";
import { createVerifier, formatExportLine, formatPublicKey } from "../../audit/index.ts";
import type { AuditEntry, AuditLog, AuditRecord } from "../../ports.ts";
import { openAuditJournal } from "../journal/index.ts";
import { type CheckpointWitness, createAuditCheckpointer } from "./audit-checkpoints.ts";
import { boundEntry } from "./audit-entry.ts";
import { type AuditKeySealer, loadAuditKeys } from "./audit-keys.ts";
import { compareWithWitness, listRecords, readCheckpoints, readRecords } from "./audit-reader.ts";
import { createAuditWriter, startOf } from "./audit-writer.ts";
import { createDeadlines, type Start } from "./deadlines.ts";
import { createGroupCommit } from "./group-commit.ts";

export interface AuditLogOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Seals the signing key at rest; made from the vault. */
  readonly sealer: AuditKeySealer;
  /** A place outside the state store for the newest checkpoint. */
  readonly witness?: CheckpointWitness;
  /** Longest wait for a record to be stored; default 10,000. */
  readonly appendTimeoutMs?: number;
  /**
   * Folder for a journal: records are durable there first and in the state store a moment later, which costs the server's own thread
   * next to nothing. Only for a state store in a file; elsewhere it is not used.
   */
  readonly journal?: string;
}

/** Where records go. */
interface RecordSink {
  append(entry: AuditEntry, ...done: Parameters<Start<AuditRecord>>): void;
  /** Resolves when what was appended stands in the state store. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const maxGroup = 1_000;
const checkpointEveryMs = 60_000;
const closedMessage = "the audit log is closed, so the call was refused; the server is shutting down";

/**
 * The audit log in the state store, one chain per process and call of this function; its migrations have run.
 * @throws {UnavailableError} the signing key cannot be opened
 */
export async function createStateAuditLog(state: StateDb, options: AuditLogOptions): Promise<AuditLog> {
  const { logger, clock, sealer, witness, appendTimeoutMs = 10_000 } = options;
  const keys = await loadAuditKeys(state, sealer, clock);
  const deadlines = createDeadlines(appendTimeoutMs, clock);
  const checkpointer = createAuditCheckpointer(state, keys, clock, witness);
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  const sign = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    try {
      await sink.settle();
      await checkpointer.run();
    } catch (error) {
      // WHY: what is stored stays stored; the next checkpoint signs it too
      logger.warn({ error }, "audit checkpoint could not be made; tried again with the next records");
    }
  };
  const signSoon = (): void => {
    cancelTimer ??= clock.schedule(checkpointEveryMs, () => void sign());
  };
  const sink = await openSink(state, options, signSoon);
  const toUnavailable = (error: unknown): AuditUnavailableError => {
    logger.error({ error }, "an audit record could not be stored; the call is refused");
    const why =
      error instanceof StorageFullError
        ? "the disk of the state store is full; free some space"
        : "see the state store";
    return new AuditUnavailableError(
      `the audit record could not be stored, so the call was refused; ${why} and try again`,
      { cause: error },
    );
  };

  const log: AuditLog = {
    append(entry) {
      if (closed) return Promise.reject(new AuditUnavailableError(closedMessage));
      const bounded = boundEntry(entry);
      return deadlines.limit((resolve, reject) => sink.append(bounded, resolve, reject), toUnavailable);
    },
    list: (filter, page) => {
      if (!Number.isInteger(page.first) || page.first < 1 || page.first > 1_000) {
        throw new BadInputError(`\`first\` must be from 1 to 1000, not \`${page.first}\``);
      }
      return sink.settle().then(() => listRecords(state, filter, page));
    },
    async *read() {
      await sink.settle();
      for await (const { record } of readRecords(state)) yield record;
    },
    async *export() {
      await sink.settle();
      await sign();
      for (const key of keys.publicKeys) yield formatExportLine({ key: formatPublicKey(key) });
      for (const { checkpoint } of await readCheckpoints(state)) {
        if (checkpoint) yield formatExportLine({ checkpoint });
      }
      for await (const { record } of readRecords(state)) yield formatExportLine({ record });
    },
    async verify() {
      await sink.settle();
      await sign();
      const verifier = createVerifier(keys.publicKeys);
      const checkpoints = await readCheckpoints(state);
      for (const stored of checkpoints) {
        if (stored.checkpoint) verifier.checkpoint(stored.checkpoint);
        else verifier.fault(stored.problem);
      }
      const witnessed = witness && compareWithWitness(checkpoints, await witness.read());
      if (witnessed) verifier.fault(witnessed);
      for await (const { record, problem } of readRecords(state)) {
        if (problem) verifier.fault(problem);
        verifier.record(record);
      }
      return verifier.finish();
    },
    async close() {
      if (closed) return;
      closed = true;
      await sign();
      await sink.close();
    },
  };
  return log;
}

async function openSink(
  state: StateDb,
  { logger, clock, ids, journal }: AuditLogOptions,
  onStored: () => void,
): Promise<RecordSink> {
  const chain = ids.uuid();
  if (journal !== undefined && state.file !== undefined) {
    return openAuditJournal({
      directory: journal,
      stateFile: state.file,
      chain,
      start: startOf(chain),
      clock,
      logger,
      onStored,
    });
  }
  const writer = createAuditWriter(state, chain, clock);
  const commits = createGroupCommit<AuditEntry, AuditRecord>(async (entries) => {
    const records = await writer.append(entries);
    onStored();
    return records;
  }, maxGroup);
  return {
    append: (entry, resolve, reject) => void commits.add(entry).then(resolve, reject),
    settle: () => commits.drain(),
    close: () => commits.drain(),
  };
}
