// The journal's writing thread: hashes, writes and syncs groups of records, one sync for all groups that wait.
import { closeSync, constants, fdatasyncSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type ChainHead, emptyChain, sha256 } from "../../audit/index.ts";
import { completeEntry } from "./encode-entry.ts";
import { toFailure } from "./failure.ts";
import type { WriteAnswer, WriteGroup, WriterData } from "./messages.ts";
import { formatLine, segmentName } from "./segment.ts";

const segmentBytes = 4 * 1024 * 1024;

const { directory, chain, start } = workerData as WriterData;
const port = parentPort as MessagePort;
let head: ChainHead = emptyChain;
let segment: { readonly fd: number; readonly number: number; readonly size: number } | undefined;
let offset = 0;

port.on("message", (first: WriteGroup) => {
  const groups = [first];
  for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) groups.push(more.message);
  for (const answer of writeAll(groups)) port.postMessage(answer);
});

/** INVARIANT: a group that could not be written leaves head and offset as they were, so that the next one is written over it. */
function writeAll(groups: readonly WriteGroup[]): readonly WriteAnswer[] {
  let next = head;
  let text = "";
  const sealed = groups.map(({ id, at, entries }) => {
    const seal = (entry: string): string => {
      const content = completeEntry(entry, chain, next.seq + 1, at, next.hash);
      const hash = sha256(content);
      text += formatLine(hash, content);
      next = { seq: next.seq + 1, hash };
      return hash;
    };
    if (next.seq === 0) seal(start);
    const before = next;
    return { id, seq: before.seq + 1, prevHash: before.hash, hashes: entries.split("\n").map(seal).join("") };
  });
  try {
    const bytes = Buffer.from(text);
    const { fd, number } = roomFor(bytes.length);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
    }
    fdatasyncSync(fd);
    head = next;
    offset += bytes.length;
    return sealed.map((group) => ({ ...group, segment: number, end: offset }));
  } catch (error) {
    const failure = toFailure(error);
    return groups.map(({ id }) => ({ id, failure }));
  }
}

function roomFor(bytes: number) {
  // the byte after the last line stays zero, which ends the reading of what is left
  if (segment && offset + bytes < segment.size) return segment;
  const size = Math.max(segmentBytes, bytes + 1);
  const number = (segment?.number ?? 0) + 1;
  const path = join(directory, segmentName(chain, number));
  const fd = openSync(path, constants.O_CREAT | constants.O_RDWR | constants.O_TRUNC, 0o600);
  try {
    // WHY: a sync within blocks that exist costs a third of one that makes the file longer
    const zeros = Buffer.alloc(size);
    for (let done = 0; done < size; ) done += writeSync(fd, zeros, done, size - done, done);
    fsyncSync(fd);
    syncDirectory();
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  if (segment) closeSync(segment.fd);
  segment = { fd, number, size };
  offset = 0;
  return segment;
}

/** So that the file's name outlives a crash as well. */
function syncDirectory(): void {
  const fd = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
