import { createHash, hash } from "node:crypto";

/**
 * Root of the Merkle tree over `leaves`, in hexadecimal.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
export function merkleRoot(leaves: readonly string[]): string {
  return rootOf(leaves, 0, leaves.length).toString("hex");
}

function rootOf(leaves: readonly string[], from: number, to: number): Buffer {
  const size = to - from;
  if (size === 0) return hash("sha256", "", "buffer");
  // SECURITY: the two prefixes keep a leaf from passing as an inner node
  if (size === 1)
    return createHash("sha256")
      .update("\x00")
      .update(leaves[from] ?? "")
      .digest();
  const split = from + 2 ** Math.ceil(Math.log2(size) - 1);
  return createHash("sha256")
    .update("\x01")
    .update(rootOf(leaves, from, split))
    .update(rootOf(leaves, split, to))
    .digest();
}
