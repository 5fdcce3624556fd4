import type { KeyObject } from "node:crypto";
import type { AuditRecord, AuditVerification } from "../ports.ts";
import { type Checkpoint, fingerprint, followCheckpoint, type Heads } from "./checkpoints.ts";
import { type ChainHead, chainStarted, emptyChain, hashRecord } from "./records.ts";

/** Checks a log piece by piece: first all checkpoints by number, then the records, each chain in order. */
export interface AuditVerifier {
  checkpoint(checkpoint: Checkpoint): void;
  record(record: AuditRecord): void;
  /** Adds a fault found elsewhere; the first one is kept. */
  fault(problem: string): void;
  finish(): AuditVerification;
}

/** @param trusted public keys that checkpoints may be signed with */
export function createVerifier(trusted: readonly KeyObject[]): AuditVerifier {
  const keys = new Map(trusted.map((key) => [fingerprint(key), key]));
  const heads = new Map<string, ChainHead>();
  /** chain -> record number -> hash that a checkpoint signed, and which one */
  const expected = new Map<string, Map<number, { readonly hash: string; readonly checkpoint: number }>>();
  let signed: Heads = new Map();
  let last: Checkpoint | undefined;
  let checkpoints = 0;
  let records = 0;
  let problem: string | undefined;
  const fault = (text: string) => {
    problem ??= text;
  };

  return {
    fault,
    checkpoint(checkpoint) {
      const followed = followCheckpoint(last, signed, checkpoint, keys);
      last = checkpoint;
      if ("problem" in followed) return fault(followed.problem);
      if (records > 0)
        return fault(`checkpoint ${checkpoint.number}: stands behind records, but all checkpoints come first`);
      signed = followed.heads;
      checkpoints++;
      for (const { chain, seq, hash } of checkpoint.heads) {
        const wanted = expected.get(chain) ?? new Map();
        expected.set(chain, wanted.set(seq, { hash, checkpoint: checkpoint.number }));
      }
    },
    record(record) {
      const { chain, seq } = record;
      const head = heads.get(chain) ?? emptyChain;
      const wrong = (what: string) => fault(`chain ${chain}: record ${seq}: ${what}`);
      records++;
      heads.set(chain, { seq, hash: record.hash });
      if (seq !== head.seq + 1)
        return wrong(`expected record ${head.seq + 1} here; records are missing, doubled or swapped`);
      if (record.prevHash !== head.hash) return wrong("does not follow the record before it");
      if (record.hash !== hashRecord(record)) return wrong("hash does not match its content");
      if (seq === 1 && (record.type !== chainStarted || record.details?.chain !== chain)) {
        return wrong("is not the start of this chain");
      }
      const wanted = expected.get(chain)?.get(seq);
      if (wanted && wanted.hash !== record.hash)
        return wrong(`is not the one that checkpoint ${wanted.checkpoint} signed`);
      expected.get(chain)?.delete(seq);
    },
    finish() {
      for (const [chain, wanted] of expected) {
        for (const [seq, { checkpoint }] of wanted)
          fault(`chain ${chain}: record ${seq} is missing, which checkpoint ${checkpoint} signed`);
      }
      const state = problem !== undefined ? "tampered" : records > 0 && checkpoints === 0 ? "incomplete" : "sound";
      const unsigned = state === "incomplete" ? "no checkpoint: nothing is signed yet" : undefined;
      return { state, records, chains: heads.size, checkpoints, problem: problem ?? unsigned, heads };
    },
  };
}
