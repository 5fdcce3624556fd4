import { close, constants, fdatasync, fsync, open, unlink, write } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { segmentName } from "./segment.ts";

/** Called when bytes are durable, with the segment they stand in and how much of it is durable; or with what went wrong. */
export type Written = (error: unknown, segment: number, end: number) => void;

/** Writes into preallocated segments. INVARIANT: one call at a time. */
export interface SegmentWriter {
  /** After an error nothing counts as written, and the next bytes go to the same place. */
  write(bytes: Buffer, done: Written): void;
  /** Closes the files. What is in them stays to be moved. */
  close(): Promise<void>;
}

interface Segment {
  readonly fd: number;
  readonly number: number;
  readonly size: number;
}

const segmentBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(256 * 1024);
/** WHY: one call to the system where a write and a sync would be two; elsewhere it promises less than a sync */
const writesAreDurable = process.platform === "linux";
const openFile = promisify(open);
const closeFile = promisify(close);
const syncFile = promisify(fsync);
const removeFile = promisify(unlink);

/** @param directory exists */
export function createSegmentWriter(directory: string, chain: string): SegmentWriter {
  let current: Segment | undefined;
  let offset = 0;
  let lastNumber = 0;
  /** made before it is needed, so that nobody waits for it */
  let reserve: Promise<Segment> | undefined;
  const pathOf = (number: number): string => join(directory, segmentName(chain, number));

  const create = async (size: number): Promise<Segment> => {
    const number = ++lastNumber;
    const path = pathOf(number);
    const made = await openFile(path, constants.O_CREAT | constants.O_RDWR | constants.O_TRUNC, 0o600);
    try {
      // WHY: a sync within blocks that exist costs a third of one that makes the file longer
      for (let done = 0; done < size; ) done += await writeZeros(made, done, size);
      await syncFile(made);
    } finally {
      await closeFile(made);
    }
    await syncDirectory(directory);
    const fd = await openFile(path, writesAreDurable ? constants.O_RDWR | constants.O_DSYNC : constants.O_RDWR);
    return { fd, number, size };
  };

  const prepare = (): void => {
    const made = create(segmentBytes);
    reserve = made;
    made.catch(() => {
      // it is made again, and its fault told, when it is needed
      if (reserve === made) reserve = undefined;
    });
  };

  const takeReserve = async (): Promise<Segment | undefined> => {
    const taken = reserve;
    reserve = undefined;
    return taken?.catch(() => undefined);
  };

  const roomFor = async (bytes: number): Promise<Segment> => {
    const prepared = await takeReserve();
    if (prepared && bytes < prepared.size) return prepared;
    if (prepared) await remove(prepared);
    return create(Math.max(segmentBytes, bytes + 1));
  };

  const remove = async ({ fd, number }: Segment): Promise<void> => {
    await closeFile(fd);
    await removeFile(pathOf(number));
  };

  const writeFrom = (from: number, bytes: Buffer, segment: Segment, done: Written): void => {
    write(segment.fd, bytes, from, bytes.length - from, offset + from, (error, count) => {
      if (error) done(error, segment.number, offset);
      else if (from + count < bytes.length) writeFrom(from + count, bytes, segment, done);
      else if (writesAreDurable) finish(undefined, bytes.length, segment, done);
      else fdatasync(segment.fd, (unsynced) => finish(unsynced, bytes.length, segment, done));
    });
  };

  const finish = (error: unknown, length: number, segment: Segment, done: Written): void => {
    if (!error) offset += length;
    if (offset > segment.size / 2 && !reserve) prepare();
    done(error, segment.number, offset);
  };

  return {
    write(bytes, done) {
      // the byte after the last line stays zero, which ends the reading of what is left
      if (current && offset + bytes.length < current.size) {
        writeFrom(0, bytes, current, done);
        return;
      }
      const former = current;
      roomFor(bytes.length).then(
        (segment) => {
          current = segment;
          offset = 0;
          if (former) close(former.fd, () => {});
          writeFrom(0, bytes, segment, done);
        },
        (error: unknown) => done(error, former?.number ?? 0, offset),
      );
    },
    async close() {
      const prepared = await takeReserve();
      if (prepared) await remove(prepared);
      if (current) await closeFile(current.fd);
      current = undefined;
    },
  };
}

/** So that the file's name outlives a crash as well. */
async function syncDirectory(directory: string): Promise<void> {
  const fd = await openFile(directory, constants.O_RDONLY);
  try {
    await syncFile(fd);
  } finally {
    await closeFile(fd);
  }
}

function writeZeros(fd: number, position: number, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const length = Math.min(size - position, zeros.length);
    write(fd, zeros, 0, length, position, (error, count) => (error ? reject(error) : resolve(count)));
  });
}
