import type { Clock } from "../../../shared/clock.ts";
import { AuditUnavailableError, BadInputError, StorageFullError } from "../../../shared/errors.ts";
import type { IdSource } from "../../../shared/ids.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { StateDb } from "../../../state/index.ts";
import { createVerifier, formatExportLine, formatPublicKey } from "../../audit/index.ts";
import type { AuditEntry, AuditLog, AuditRecord } from "../../ports.ts";
import { type CheckpointWitness, createAuditCheckpointer } from "./audit-checkpoints.ts";
import { boundEntry } from "./audit-entry.ts";
import { type AuditKeySealer, loadAuditKeys } from "./audit-keys.ts";
import { compareWithWitness, listRecords, readCheckpoints, readRecords } from "./audit-reader.ts";
import { createAuditWriter } from "./audit-writer.ts";
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
}

const maxGroup = 1_000;
const recordsPerCheckpoint = 1_000;
const checkpointEveryMs = 60_000;

/**
 * The audit log in the state store, one chain per process and call of this function; its migrations have run.
 * @throws {UnavailableError} the signing key cannot be opened
 */
export async function createStateAuditLog(state: StateDb, options: AuditLogOptions): Promise<AuditLog> {
  const { logger, clock, ids, sealer, witness, appendTimeoutMs = 10_000 } = options;
  const keys = await loadAuditKeys(state, sealer, clock);
  const writer = createAuditWriter(state, ids.uuid(), clock);
  const checkpointer = createAuditCheckpointer(state, keys, clock, witness);
  let unsigned = 0;
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  const sign = async (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    unsigned = 0;
    try {
      await checkpointer.run();
    } catch (error) {
      // WHY: what is stored stays stored; the next checkpoint signs it too
      logger.warn({ error }, "audit checkpoint could not be made; tried again with the next records");
    }
  };
  const commits = createGroupCommit<AuditEntry, AuditRecord>(async (entries) => {
    const records = await writer.append(entries);
    unsigned += records.length;
    if (unsigned >= recordsPerCheckpoint) void sign();
    else cancelTimer ??= clock.schedule(checkpointEveryMs, () => void sign());
    return records;
  }, maxGroup);

  const log: AuditLog = {
    async append(entry) {
      if (closed)
        throw new AuditUnavailableError(
          "the audit log is closed, so the call was refused; the server is shutting down",
        );
      try {
        return await withTimeout(commits.add(boundEntry(entry)), appendTimeoutMs, clock);
      } catch (error) {
        logger.error({ error, action: entry.action }, "audit record could not be stored; the call is refused");
        const why =
          error instanceof StorageFullError
            ? "the disk of the state store is full; free some space"
            : "see the state store";
        throw new AuditUnavailableError(
          `the audit record could not be stored, so the call was refused; ${why} and try again`,
          {
            cause: error,
          },
        );
      }
    },
    list: (filter, page) => {
      if (!Number.isInteger(page.first) || page.first < 1 || page.first > 1_000) {
        throw new BadInputError(`\`first\` must be from 1 to 1000, not \`${page.first}\``);
      }
      return listRecords(state, filter, page);
    },
    async *read() {
      for await (const { record } of readRecords(state)) yield record;
    },
    async *export() {
      await commits.drain();
      await sign();
      for (const key of keys.publicKeys) yield formatExportLine({ key: formatPublicKey(key) });
      for (const { checkpoint } of await readCheckpoints(state)) {
        if (checkpoint) yield formatExportLine({ checkpoint });
      }
      for await (const { record } of readRecords(state)) yield formatExportLine({ record });
    },
    async verify() {
      await commits.drain();
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
      await commits.drain();
      await sign();
    },
  };
  return log;
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, clock: Clock): Promise<T> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.schedule(timeoutMs, () => reject(new Error(`not stored within ${timeoutMs} ms`)));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancel();
  }
}
