import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { StorageFullError, UnavailableError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import type { AuditEntry, AuditRecord } from "../../ports.ts";
import { encodeEntry } from "./encode-entry.ts";
import type { Failure, MoveAnswer, MoveOrder, MoverData, WriteAnswer, WriteGroup, WriterData } from "./messages.ts";

/** A chain's records: durable in a file first, in the state store a little later. */
export interface AuditJournal {
  /** Resolves when the record is durable; records are numbered in the order of the calls. */
  append(entry: AuditEntry): Promise<AuditRecord>;
  /** Resolves when every record that is durable now stands in the state store. @throws {UnavailableError} it cannot take them */
  settle(): Promise<void>;
  /** Settles, and leaves no file behind. */
  close(): Promise<void>;
}

export interface AuditJournalOptions {
  /** Folder of the journal's files; made when absent, one server process at a time. */
  readonly directory: string;
  /** The SQLite file of the state store, migrated. */
  readonly stateFile: string;
  readonly chain: string;
  /** the chain's first record */
  readonly start: AuditEntry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** called when records have become durable */
  readonly onStored: () => void;
}

interface Waiting {
  readonly entry: AuditEntry;
  readonly resolve: (record: AuditRecord) => void;
  readonly reject: (error: unknown) => void;
}

const groupsInFlight = 4;
const recordsPerGroup = 1_000;
/** how long it must be quiet, so that moving takes nothing from those who wait for answers */
const moveAfterMs = 200;
const quietRecords = 200;
/** moved whatever goes on, so that neither the journal grows without end nor a reader waits long */
const maxUnmoved = 50_000;
const hashLength = 64;

/**
 * Opens the journal and takes over what a process that was killed left in `directory`.
 * @throws {UnavailableError} the files or the state store cannot be used
 */
export async function openAuditJournal(options: AuditJournalOptions): Promise<AuditJournal> {
  const { directory, stateFile, chain, start, clock, logger, onStored } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const mover = startThread("mover-thread", { directory, stateFile } satisfies MoverData);
  const writer = startThread("writer-thread", { directory, chain, start: encodeEntry(start) } satisfies WriterData);
  const groups = new Map<number, { readonly group: readonly Waiting[]; readonly at: string }>();
  /** durable bytes of each segment that is not moved whole */
  const ends = new Map<number, number>();
  let pending: Waiting[] = [];
  let texts: string[] = [];
  let scheduled = false;
  let lastId = 0;
  let lastAt = "";
  let broken: Error | undefined;
  let idle: (() => void)[] = [];
  /** durable records that are not moved, and how many of them were when it was looked last */
  let unmoved = 0;
  let seenUnmoved = 0;
  let cancelMove: (() => void) | undefined;
  let moves: Promise<void> = Promise.resolve();

  const flush = (): void => {
    scheduled = false;
    while (pending.length > 0 && groups.size < groupsInFlight) {
      const group = pending.length > recordsPerGroup ? pending.splice(0, recordsPerGroup) : pending;
      const entries = texts.length > recordsPerGroup ? texts.splice(0, recordsPerGroup) : texts;
      if (group === pending) {
        pending = [];
        texts = [];
      }
      // INVARIANT: time does not go back within a chain, so that lists by time follow the chain
      const now = toTimestamp(clock.now());
      if (now > lastAt) lastAt = now;
      if (groups.size === 0) writer.ref();
      groups.set(++lastId, { group, at: lastAt });
      writer.postMessage({ id: lastId, at: lastAt, entries: entries.join("\n") } satisfies WriteGroup);
    }
  };
  const schedule = (): void => {
    if (scheduled || groups.size >= groupsInFlight) return;
    scheduled = true;
    // WHY: one turn of the event loop lets the calls that arrived together into one group
    setImmediate(flush);
  };
  const fail = (error: Error): void => {
    broken = error;
    for (const { reject } of [...groups.values()].flatMap(({ group }) => group).concat(pending)) reject(error);
    groups.clear();
    pending = [];
    texts = [];
    wakeIdle();
  };
  const wakeIdle = (): void => {
    if (groups.size > 0 || pending.length > 0) return;
    for (const wake of idle) wake();
    idle = [];
  };

  writer.on("message", (answer: WriteAnswer) => {
    const sent = groups.get(answer.id);
    if (!sent) return;
    groups.delete(answer.id);
    if (groups.size === 0) writer.unref();
    if ("failure" in answer) {
      const error = toError(answer.failure);
      for (const { reject } of sent.group) reject(error);
    } else {
      let { seq, prevHash } = answer;
      let at = 0;
      for (const { entry, resolve } of sent.group) {
        const hash = answer.hashes.slice(at, at + hashLength);
        resolve({ ...entry, chain, seq, at: sent.at, prevHash, hash });
        at += hashLength;
        prevHash = hash;
        seq++;
      }
      ends.set(answer.segment, answer.end);
      unmoved += sent.group.length;
      cancelMove ??= clock.schedule(moveAfterMs, moveWhenQuiet);
      onStored();
    }
    flush();
    wakeIdle();
  });
  writer.on("error", fail);
  mover.on("error", (error) => logger.error({ error }, "the audit journal's moving thread ended"));

  const move = (): Promise<void> => {
    cancelMove?.();
    cancelMove = undefined;
    const next = moves.then(async () => {
      const upTo = [...ends].sort(([a], [b]) => a - b);
      if (upTo.length === 0) return;
      unmoved = 0;
      seenUnmoved = 0;
      await order(mover, { do: "move", chain, ends: upTo });
      for (const [segment] of upTo.slice(0, -1)) ends.delete(segment);
    });
    moves = next.catch(() => {});
    return next;
  };
  const moveWhenQuiet = (): void => {
    const isBusy = unmoved - seenUnmoved > quietRecords && unmoved < maxUnmoved;
    seenUnmoved = unmoved;
    if (isBusy) {
      cancelMove = clock.schedule(moveAfterMs, moveWhenQuiet);
      return;
    }
    move().catch((error: unknown) => {
      logger.warn({ error }, "audit records could not be moved into the state store yet; they are safe in the journal");
      cancelMove ??= clock.schedule(moveAfterMs, moveWhenQuiet);
    });
  };
  const drain = (): Promise<void> =>
    groups.size + pending.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve));

  try {
    const damaged = await order(mover, { do: "recover" });
    if (damaged.length > 0) {
      logger.error(
        { files: damaged },
        "the audit journal of a former process is damaged; what it held further is in these files",
      );
    }
  } catch (error) {
    await Promise.all([writer.terminate(), mover.terminate()]);
    throw error;
  }
  return {
    append(entry) {
      if (broken) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        texts.push(encodeEntry(entry));
        pending.push({ entry, resolve, reject });
        schedule();
      });
    },
    async settle() {
      await drain();
      await move();
    },
    async close() {
      try {
        await drain();
        await move();
        await order(mover, { do: "finish", chain });
      } finally {
        cancelMove?.();
        await Promise.all([writer.terminate(), mover.terminate()]);
      }
    },
  };
}

/** WHY: threads start from files, which are TypeScript here and JavaScript where the package was built */
function startThread(name: string, workerData: WriterData | MoverData): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./${name}.${extension}`, import.meta.url), {
    workerData,
    // WHY: the defaults reserve room for garbage that these threads do not make; an idle server is to stay small
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 },
  });
  worker.unref();
  return worker;
}

/** Sends one order and waits for its answer. INVARIANT: one order at a time. */
async function order(mover: Worker, message: MoveOrder): Promise<readonly string[]> {
  mover.ref();
  try {
    const answer = await new Promise<MoveAnswer>((resolve, reject) => {
      const forget = (): void => {
        mover.off("message", answered).off("error", failed).off("exit", ended);
      };
      const answered = (value: MoveAnswer): void => {
        forget();
        resolve(value);
      };
      const failed = (error: Error): void => {
        forget();
        reject(error);
      };
      const ended = (): void => failed(new UnavailableError("the audit journal's moving thread ended"));
      mover.on("message", answered).on("error", failed).on("exit", ended);
      mover.postMessage(message);
    });
    if (answer.failure) throw toError(answer.failure);
    return answer.damaged;
  } finally {
    mover.unref();
  }
}

function toError({ message, full }: Failure): Error {
  return full
    ? new StorageFullError(`the audit journal has no room: ${message}`)
    : new UnavailableError(`the audit journal: ${message}`);
}
