import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { StorageFullError, UnavailableError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";
import { type ChainHead, emptyChain, sha256 } from "../../audit/index.ts";
import type { AuditEntry, AuditRecord } from "../../ports.ts";
import { completeEntry, encodeEntry } from "./encode-entry.ts";
import { type Failure, toFailure } from "./failure.ts";
import type { MoveAnswer, MoveOrder, MoverData } from "./messages.ts";
import { formatLine } from "./segment.ts";
import { createSegmentWriter } from "./segment-writer.ts";

/** A chain's records: durable in a file first, in the state store a little later. */
export interface AuditJournal {
  /** Calls `resolve` when the record is durable; records are numbered in the order of the calls. */
  append(entry: AuditEntry, resolve: (record: AuditRecord) => void, reject: (error: unknown) => void): void;
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
  /** as `encodeEntry` gives it */
  readonly text: string;
  readonly resolve: (record: AuditRecord) => void;
  readonly reject: (error: unknown) => void;
}

const maxGroup = 1_000;
/** how long it must be quiet, so that moving takes nothing from those who wait for answers */
const moveAfterMs = 200;
const quietRecords = 200;
/** moved whatever goes on, so that neither the journal grows without end nor a reader waits long */
const maxUnmoved = 50_000;

/**
 * Opens the journal and takes over what a process that was killed left in `directory`.
 * @throws {UnavailableError} the files or the state store cannot be used
 */
export async function openAuditJournal(options: AuditJournalOptions): Promise<AuditJournal> {
  const { directory, stateFile, chain, start, clock, logger, onStored } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const mover = startMover({ directory, stateFile });
  const writer = createSegmentWriter(directory, chain);
  /** durable bytes of each segment that is not moved whole */
  const ends = new Map<number, number>();
  let head: ChainHead = emptyChain;
  let pending: Waiting[] = [];
  let isWriting = false;
  let isScheduled = false;
  let lastAt = "";
  let idle: (() => void)[] = [];
  /** durable records that are not moved, and how many of them were when it was looked last */
  let unmoved = 0;
  let seenUnmoved = 0;
  let cancelMove: (() => void) | undefined;
  let moves: Promise<void> = Promise.resolve();

  const flush = (): void => {
    isScheduled = false;
    if (isWriting || pending.length === 0) return;
    const group = pending.length > maxGroup ? pending.splice(0, maxGroup) : pending;
    if (group === pending) pending = [];
    // INVARIANT: time does not go back within a chain, so that lists by time follow the chain
    const now = toTimestamp(clock.now());
    if (now > lastAt) lastAt = now;
    isWriting = true;
    const sealed = sealGroup(group, { chain, start, head, at: lastAt });
    writer.write(Buffer.from(sealed.lines), (error, segment, end) => {
      isWriting = false;
      if (!error) {
        head = sealed.head;
        ends.set(segment, end);
      }
      // WHY first: the next group is written while this one is answered
      flush();
      if (error) for (const { reject } of group) reject(toError(toFailure(error)));
      else {
        answer(group, sealed);
        unmoved += group.length;
        cancelMove ??= clock.schedule(moveAfterMs, moveWhenQuiet);
        onStored();
      }
      wakeIdle();
    });
  };
  const schedule = (): void => {
    if (isScheduled || isWriting) return;
    isScheduled = true;
    // WHY: one turn of the event loop lets the calls that arrived together into one group
    setImmediate(flush);
  };
  const wakeIdle = (): void => {
    if (isWriting || pending.length > 0) return;
    for (const wake of idle) wake();
    idle = [];
  };

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
    isWriting || pending.length > 0 ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve();

  try {
    const damaged = await order(mover, { do: "recover" });
    if (damaged.length > 0) {
      logger.error(
        { files: damaged },
        "the audit journal of a former process is damaged; what it held further is in these files",
      );
    }
  } catch (error) {
    await mover.terminate();
    throw error;
  }
  return {
    append(entry, resolve, reject) {
      pending.push({ entry, text: encodeEntry(entry), resolve, reject });
      schedule();
    },
    async settle() {
      await drain();
      await move();
    },
    async close() {
      try {
        await drain();
        await move();
        await writer.close();
        await order(mover, { do: "finish", chain });
      } finally {
        cancelMove?.();
        await mover.terminate();
      }
    },
  };
}

interface SealedGroup {
  /** what is written */
  readonly lines: string;
  /** number and hash of the record before the group's first */
  readonly before: ChainHead;
  readonly head: ChainHead;
  readonly hashes: readonly string[];
  readonly chain: string;
  readonly at: string;
}

/** @param to `start`: the chain's first record, which goes before the group where `head` is none */
function sealGroup(
  group: readonly Waiting[],
  to: { readonly chain: string; readonly start: AuditEntry; readonly head: ChainHead; readonly at: string },
): SealedGroup {
  const { chain, at } = to;
  let { seq, hash } = to.head;
  let lines = "";
  const seal = (text: string): string => {
    const content = completeEntry(text, chain, ++seq, at, hash);
    hash = sha256(content);
    lines += formatLine(hash, content);
    return hash;
  };
  if (seq === 0) seal(encodeEntry(to.start));
  const before = { seq, hash };
  const hashes = group.map(({ text }) => seal(text));
  return { lines, before, head: { seq, hash }, hashes, chain, at };
}

function answer(group: readonly Waiting[], { before, hashes, chain, at }: SealedGroup): void {
  let { seq, hash: prevHash } = before;
  for (const [place, { entry, resolve }] of group.entries()) {
    const hash = hashes[place] ?? "";
    resolve({ ...entry, chain, seq: ++seq, at, prevHash, hash });
    prevHash = hash;
  }
}

/** WHY: a thread starts from a file, which is TypeScript here and JavaScript where the package was built */
function startMover(workerData: MoverData): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./mover-thread.${extension}`, import.meta.url), {
    workerData,
    // WHY: the defaults reserve room for garbage that the thread does not make; an idle server is to stay small
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
