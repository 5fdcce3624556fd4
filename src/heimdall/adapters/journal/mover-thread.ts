// The journal's moving thread: takes durable records from the segments into the state store's file, on a connection of its own.
import { closeSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openSqlite } from "../../../drivers/sqlite/index.ts";
import { type ChainHead, emptyChain } from "../../audit/index.ts";
import { toObjectsColumn } from "../state/objects-column.ts";
import { toFailure } from "./failure.ts";
import type { MoveAnswer, MoveOrder, MoverData } from "./messages.ts";
import { type Line, parseLines, parseSegmentName, readLeftLines, segmentName } from "./segment.ts";

/** WHY: the server's own writes wait for each transaction, and none may stop an answer for long. */
const rowsPerTransaction = 200;

const { directory, stateFile } = workerData as MoverData;
const port = parentPort as MessagePort;
const db = openSqlite(stateFile);
let position = { segment: 1, offset: 0 };

port.on("message", (order: MoveOrder) => port.postMessage(answer(order)));

function answer(order: MoveOrder): MoveAnswer {
  try {
    switch (order.do) {
      case "recover":
        return { damaged: recover() };
      case "move":
        move(order.chain, order.ends);
        return { damaged: [] };
      case "finish":
        rmSync(join(directory, segmentName(order.chain, position.segment)), { force: true });
        db.close();
        return { damaged: [] };
    }
  } catch (error) {
    return { failure: toFailure(error) };
  }
}

function move(chain: string, ends: readonly (readonly [number, number])[]): void {
  for (const [index, [segment, end]] of ends.entries()) {
    if (segment !== position.segment) position = { segment, offset: 0 };
    const path = join(directory, segmentName(chain, segment));
    if (end > position.offset) {
      store(chain, parseLines(readPart(path, position.offset, end)));
      position = { segment, offset: end };
    }
    if (index < ends.length - 1) rmSync(path, { force: true });
  }
}

function readPart(path: string, from: number, end: number): string {
  const bytes = Buffer.alloc(end - from);
  const fd = openSync(path, "r");
  try {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(fd, bytes, done, bytes.length - done, from + done);
      if (count === 0) throw new Error(`the journal's segment ends before byte ${end}`);
      done += count;
    }
  } finally {
    closeSync(fd);
  }
  return bytes.toString("utf8");
}

/** @returns files that hold more than what could be taken over; they are kept under another name */
function recover(): string[] {
  const damaged: string[] = [];
  const segments = readdirSync(directory).flatMap((name) => parseSegmentName(name) ?? []);
  segments.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { chain, name } of segments) {
    const path = join(directory, name);
    const left = readLeftLines(readFileSync(path, "utf8"), headOf(chain));
    store(chain, left.lines);
    if (left.damaged) {
      renameSync(path, `${path}.damaged`);
      damaged.push(`${name}.damaged`);
    } else rmSync(path);
  }
  return damaged;
}

function headOf(chain: string): ChainHead {
  const row = db
    .prepare("select seq, hash from audit_chain where chain = ?")
    .get<{ seq: number; hash: string }>([chain]);
  return row ?? emptyChain;
}

/** Lines that are stored already, because an earlier attempt was interrupted, are left as they are. */
function store(chain: string, lines: readonly Line[]): void {
  for (let start = 0; start < lines.length; start += rowsPerTransaction) {
    const some = lines.slice(start, start + rowsPerTransaction);
    db.transaction(() => {
      const insert = db.prepare(
        "insert or ignore into audit_record (chain, seq, at, type, actor, outcome, objects, content, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      );
      for (const { hash, content, record } of some) {
        const { seq, at, type, actor, outcome, object } = record;
        insert.run([chain, seq, at, type, actor, outcome, toObjectsColumn(object), content, hash]);
      }
      const last = some.at(-1);
      if (last) {
        db.prepare(
          "insert into audit_chain (chain, seq, hash) values (?, ?, ?) on conflict (chain) do update set seq = excluded.seq, hash = excluded.hash where excluded.seq > audit_chain.seq",
        ).run([chain, last.record.seq, last.hash]);
      }
    });
  }
}
