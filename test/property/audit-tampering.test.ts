import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type ChainHead,
  type Checkpoint,
  chainStarted,
  type ExportLine,
  emptyChain,
  formatExportLine,
  formatPublicKey,
  type Heads,
  hashRecord,
  sealRecord,
  signCheckpoint,
  verifyAuditExport,
} from "../../src/heimdall/audit/index.ts";
import type { AuditRecord } from "../../src/heimdall/ports.ts";

const owner = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519");
const runs = { numRuns: 500 };

/** A log of `chains` processes, `perChain` records each, signed every `every` records and at the end. */
function makeLog(
  privateKey: KeyObject,
  chains: number,
  perChain: number,
  every: number,
): Exclude<ExportLine, { key: string }>[] {
  const heads = new Map<string, ChainHead>();
  const records: AuditRecord[] = [];
  const checkpoints: Checkpoint[] = [];
  let signed: Heads = new Map();
  const sign = () => {
    const checkpoint = signCheckpoint(checkpoints.at(-1), signed, heads, "2026-01-01T00:00:00.000Z", privateKey);
    if (!checkpoint) return;
    checkpoints.push(checkpoint);
    signed = new Map(heads);
  };
  for (let index = 0; index < perChain; index++) {
    for (let c = 0; c < chains; c++) {
      const chain = `chain-${c}`;
      const entry =
        index === 0
          ? {
              type: chainStarted,
              actor: "system",
              action: "start",
              object: [],
              outcome: "success" as const,
              details: { chain },
            }
          : {
              type: "decision",
              actor: `user-${index % 3}`,
              action: "read",
              object: [`urn:x:${index}`],
              outcome: "allow" as const,
            };
      const { record } = sealRecord(entry, chain, heads.get(chain) ?? emptyChain, "2026-01-01T00:00:00.000Z");
      heads.set(chain, record);
      records.push(record);
      if (records.length % every === 0) sign();
    }
  }
  sign();
  records.sort((a, b) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : a.seq - b.seq));
  return [...checkpoints.map((checkpoint) => ({ checkpoint })), ...records.map((record) => ({ record }))];
}

const publicKey = formatPublicKey(owner.publicKey);
const verify = async (lines: readonly ExportLine[]) =>
  (await verifyAuditExport(lines.map(formatExportLine), publicKey)).state;

describe("tampering with an exported audit log", () => {
  let log: Exclude<ExportLine, { key: string }>[];
  let firstRecord: number;
  beforeAll(() => {
    log = makeLog(owner.privateKey, 3, 15, 7);
    firstRecord = log.findIndex((line) => "record" in line);
  });
  const anyLine = fc.nat().map((n) => n % log.length);
  const anyRecord = fc.nat().map((n) => firstRecord + (n % (log.length - firstRecord)));
  const recordAt = (index: number): AuditRecord => {
    const line = log[index];
    if (!line || !("record" in line)) throw new Error("no record there");
    return line.record;
  };

  it("raises no false alarm, whatever the shape of the log", async () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(shape, async ([chains, perChain, every]) => {
        expect(await verify(makeLog(owner.privateKey, chains, perChain, every))).toBe("sound");
      }),
      runs,
    );
  });

  it("is seen when one byte of any line is changed", async () => {
    const lines = log.map(formatExportLine);
    await fc.assert(
      fc.asyncProperty(anyLine, fc.nat(), fc.integer({ min: 32, max: 126 }), async (index, at, code) => {
        const line = lines[index] ?? "";
        const position = at % line.length;
        const changed = line.slice(0, position) + String.fromCharCode(code) + line.slice(position + 1);
        fc.pre(changed !== line);
        const { state } = await verifyAuditExport(lines.with(index, changed), publicKey);
        expect(state).toBe("tampered");
      }),
      runs,
    );
  });

  it("is seen when a line is deleted, doubled or put elsewhere", async () => {
    await fc.assert(
      fc.asyncProperty(anyLine, anyLine, fc.constantFrom("delete", "double", "move"), async (index, to, how) => {
        fc.pre(
          how !== "move" ||
            (to !== index && formatExportLine(log[to] as ExportLine) !== formatExportLine(log[index] as ExportLine)),
        );
        const changed =
          how === "delete"
            ? log.toSpliced(index, 1)
            : how === "double"
              ? log.toSpliced(index, 0, log[index] as (typeof log)[0])
              : log.toSpliced(index, 1).toSpliced(to, 0, log[index] as (typeof log)[0]);
        // an export without its newest checkpoint is an older statement about the same records; the copy outside shows that
        fc.pre(how !== "delete" || index !== firstRecord - 1);
        // whole chains may stand in any order: moving the last record of one behind the next chain's says the same
        fc.pre(how !== "move" || !samePerChain(log, changed));
        expect(await verify(changed)).toBe("tampered");
      }),
      runs,
    );
  });

  it("is seen when two records are swapped", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, anyRecord, async (left, right) => {
        fc.pre(left !== right);
        const changed = log.with(left, { record: recordAt(right) }).with(right, { record: recordAt(left) });
        fc.pre(!samePerChain(log, changed));
        expect(await verify(changed)).toBe("tampered");
      }),
      runs,
    );
  });

  it("is seen when the end is cut off, of one chain or of the whole log", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, fc.boolean(), async (index, whole) => {
        const { chain, seq } = recordAt(index);
        const changed = log.filter(
          (line, at) =>
            !("record" in line) || (whole ? at < index : line.record.chain !== chain || line.record.seq < seq),
        );
        expect(await verify(changed)).toBe("tampered");
      }),
      runs,
    );
  });

  it("is seen when a record is changed or inserted and everything after it hashed anew", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, fc.boolean(), async (index, insert) => {
        const from = recordAt(index);
        const changed = log.filter(
          (line) => !("record" in line) || line.record.chain !== from.chain || line.record.seq < from.seq,
        );
        const rest = log.flatMap((line) =>
          "record" in line && line.record.chain === from.chain && line.record.seq >= from.seq ? line.record : [],
        );
        const forged = insert ? [rest[0] as AuditRecord, ...rest] : rest;
        let { prevHash } = from;
        let { seq } = from;
        for (const [at, record] of forged.entries()) {
          const draft = { ...record, seq, prevHash, ...(at === 0 && { actor: "mallory" }) };
          const hash = hashRecord(draft);
          changed.push({ record: { ...draft, hash } });
          prevHash = hash;
          seq++;
        }
        expect(await verify(changed)).toBe("tampered");
      }),
      runs,
    );
  });

  it("is seen when the whole log is forged and signed with another key", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }), async (chains, perChain) => {
        const forged = makeLog(stranger.privateKey, chains, perChain, 5);
        expect(await verify([{ key: formatPublicKey(stranger.publicKey) }, ...forged])).toBe("tampered");
        const own = await verifyAuditExport(
          [{ key: formatPublicKey(stranger.publicKey) }, ...forged].map(formatExportLine),
        );
        expect(own.state).toBe("sound");
      }),
      { numRuns: 50 },
    );
  });

  it("is seen when a checkpoint of another log is put in, or one is altered and signed by a stranger", async () => {
    const checkpoints = log.flatMap((line, index) =>
      "checkpoint" in line ? [{ index, checkpoint: line.checkpoint }] : [],
    );
    const others = makeLog(owner.privateKey, 2, 30, 7).flatMap((line) => ("checkpoint" in line ? line.checkpoint : []));
    for (const { index, checkpoint } of checkpoints) {
      const other = others[index];
      if (other) expect(await verify(log.with(index, { checkpoint: other }))).toBe("tampered");
      const before = checkpoints[index - 1]?.checkpoint;
      const forged = signCheckpoint(
        before,
        new Map(),
        new Map([["chain-0", { seq: 1, hash: "0".repeat(64) }]]),
        checkpoint.at,
        stranger.privateKey,
      );
      if (forged) expect(await verify(log.with(index, { checkpoint: forged }))).toBe("tampered");
    }
    expect(checkpoints.length).toBeGreaterThan(5);
  });

  it("is told apart from a log that nobody has signed yet", async () => {
    expect(await verify(log.filter((line) => "record" in line))).toBe("incomplete");
    expect(await verify([])).toBe("sound");
  });
});

function samePerChain(left: readonly ExportLine[], right: readonly ExportLine[]): boolean {
  return project(left) === project(right);
}

function project(lines: readonly ExportLine[]): string {
  const recordsBegin = lines.findIndex((line) => "record" in line);
  const early = lines.findLastIndex((line) => "checkpoint" in line) > recordsBegin && recordsBegin >= 0;
  const chains = new Map<string, string[]>();
  for (const line of lines) {
    const chain = "record" in line ? line.record.chain : "checkpoints";
    chains.set(chain, [...(chains.get(chain) ?? []), formatExportLine(line)]);
  }
  return JSON.stringify([early, [...chains].sort()]);
}
