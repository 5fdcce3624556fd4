import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import { merkleRoot } from "./merkle-tree.ts";
import { type ChainHead, noHash, sha256 } from "./records.ts";

/** A signed statement of how far every chain was at one moment. */
export interface Checkpoint {
  /** 1, 2, 3… without gaps, over all server processes */
  readonly number: number;
  readonly at: string;
  /** hash of the checkpoint before; 64 zeros for the first */
  readonly previous: string;
  /** heads that changed since the checkpoint before, by chain */
  readonly heads: readonly (ChainHead & { readonly chain: string })[];
  /** RFC 6962 root over all heads, by chain */
  readonly root: string;
  /** records in all chains */
  readonly records: number;
  /** fingerprint of the public key */
  readonly key: string;
  /** Ed25519 over the canonical JSON of everything else, base64url */
  readonly signature: string;
}

export type Heads = ReadonlyMap<string, ChainHead>;

/** The checkpoint that follows `last`, which left the chains at `signed`; `undefined` when nothing changed. */
export function signCheckpoint(
  last: Checkpoint | undefined,
  signed: Heads,
  heads: Heads,
  at: string,
  privateKey: KeyObject,
): Checkpoint | undefined {
  const changed = sortedHeads(heads).filter(({ chain, seq }) => seq !== signed.get(chain)?.seq);
  if (changed.length === 0) return undefined;
  const unsigned = {
    number: (last?.number ?? 0) + 1,
    at,
    previous: last ? hashCheckpoint(last) : noHash,
    heads: changed,
    ...summarize(new Map([...signed, ...heads])),
    key: fingerprint(createPublicKey(privateKey)),
  };
  const signature = sign(null, Buffer.from(canonicalJson(unsigned)), privateKey).toString("base64url");
  return { ...unsigned, signature };
}

/** Chains after `checkpoint`, which must be the one after `last`; or what is wrong with it. */
export function followCheckpoint(
  last: Checkpoint | undefined,
  signed: Heads,
  checkpoint: Checkpoint,
  keys: ReadonlyMap<string, KeyObject>,
): { readonly heads: Heads } | { readonly problem: string } {
  const { signature, ...unsigned } = checkpoint;
  const wrong = (what: string) => ({ problem: `checkpoint ${checkpoint.number}: ${what}` });
  const expected = (last?.number ?? 0) + 1;
  if (checkpoint.number !== expected)
    return wrong(`expected number ${expected} here; checkpoints are missing, doubled or swapped`);
  const key = keys.get(checkpoint.key);
  if (!key) return wrong("signed with a key that is not trusted");
  const bytes = Buffer.from(signature, "base64url");
  const genuine =
    bytes.toString("base64url") === signature && verify(null, Buffer.from(canonicalJson(unsigned)), key, bytes);
  if (!genuine) return wrong("signature does not match its content");
  if (checkpoint.previous !== (last ? hashCheckpoint(last) : noHash))
    return wrong("does not follow the checkpoint before it");
  const heads = new Map(signed);
  for (const { chain, seq, hash } of checkpoint.heads) {
    if (seq <= (heads.get(chain)?.seq ?? 0)) return wrong(`chain ${chain} goes back to record ${seq}`);
    heads.set(chain, { seq, hash });
  }
  const { root, records } = summarize(heads);
  return root === checkpoint.root && records === checkpoint.records
    ? { heads }
    : wrong("root does not match the heads");
}

/** SHA-256 over the whole checkpoint with its signature. */
export function hashCheckpoint(checkpoint: Checkpoint): string {
  return sha256(canonicalJson(checkpoint));
}

/** First 32 hexadecimal digits of the SHA-256 of the key in SPKI form. */
export function fingerprint(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: "spki", format: "der" }).toString("base64url")).slice(0, 32);
}

function summarize(heads: Heads): { readonly root: string; readonly records: number } {
  const all = sortedHeads(heads);
  return {
    root: merkleRoot(all.map((head) => canonicalJson(head))),
    records: all.reduce((sum, { seq }) => sum + seq, 0),
  };
}

function sortedHeads(heads: Heads): (ChainHead & { readonly chain: string })[] {
  return [...heads]
    .map(([chain, { seq, hash }]) => ({ chain, seq, hash }))
    .sort((a, b) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0));
}
