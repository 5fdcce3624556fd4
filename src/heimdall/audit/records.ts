import { hash } from "node:crypto";
import type { AuditEntry, AuditRecord } from "../ports.ts";
import { canonicalJson } from "./canonical-json.ts";

/** What the first record of a chain follows. */
export const noHash = "0".repeat(64);

/** Type of the first record of each chain; its `details.chain` is the chain's id. */
export const chainStarted = "chain.started";

export interface ChainHead {
  /** number of the newest record; 0 for an empty chain */
  readonly seq: number;
  readonly hash: string;
}

export const emptyChain: ChainHead = { seq: 0, hash: noHash };

/** A record with the text its hash was taken of. */
export interface SealedRecord {
  readonly record: AuditRecord;
  /** canonical JSON of everything but `hash` */
  readonly content: string;
}

/** The record that follows `head` in `chain`. */
export function sealRecord(entry: AuditEntry, chain: string, head: ChainHead, at: string): SealedRecord {
  const unsealed = { ...entry, chain, seq: head.seq + 1, at, prevHash: head.hash };
  const content = canonicalJson(unsealed);
  return { record: { ...unsealed, hash: sha256(content) }, content };
}

/** The hash that the record's content must have. */
export function hashRecord({ hash: _hash, ...content }: AuditRecord): string {
  return sha256(canonicalJson(content));
}

/** SHA-256 of the UTF-8 text, in hexadecimal. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
