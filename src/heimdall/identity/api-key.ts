import { hash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 12;
/** 43 digits of base 62 hold 256 bits. */
const secretLength = 43;
const crcLength = 6;
const form = new RegExp(`^hmd_([0-9A-Za-z]{${idLength}})_([0-9A-Za-z]{${secretLength}})_([0-9A-Za-z]{${crcLength}})$`);

/** What of a presented key is looked up. */
export type PresentedKey =
  /** a key of ours: by its id, then compared */
  | { readonly kind: "issued"; readonly id: string; readonly hash: string }
  /** a key that was given to us: by its hash */
  | { readonly kind: "given"; readonly hash: string };

/** A new key `hmd_<id>_<43 base62>_<crc>` from the system's randomness. */
export function generateApiKey(random: (size: number) => Uint8Array = randomBytes): {
  readonly id: string;
  readonly key: string;
} {
  const id = randomText(idLength, random);
  const body = `hmd_${id}_${randomText(secretLength, random)}`;
  return { id, key: `${body}_${checksum(body)}` };
}

/** An id for a key that was given to us. */
export function generateApiKeyId(random: (size: number) => Uint8Array = randomBytes): string {
  return randomText(idLength, random);
}

/**
 * Reads what a caller presented; `undefined` for what cannot be a key, so that typing errors and scans for keys cost no look-up.
 */
export function parseApiKey(text: string): PresentedKey | undefined {
  if (!/^[\x21-\x7e]{16,200}$/.test(text)) return undefined;
  if (!text.startsWith("hmd_")) return { kind: "given", hash: hashApiKey(text) };
  const [, id, , crc] = form.exec(text) ?? [];
  if (id === undefined || crc !== checksum(text.slice(0, -crcLength - 1))) return undefined;
  return { kind: "issued", id, hash: hashApiKey(text) };
}

/** SHA-256 in hexadecimal. WHY: a key has 256 random bits, so a slow hash would protect nothing more. */
function hashApiKey(text: string): string {
  return hash("sha256", text, "hex");
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = "";
  for (let digit = 0; digit < crcLength; digit++) {
    text = (alphabet[rest % alphabet.length] ?? "") + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

function randomText(length: number, random: (size: number) => Uint8Array): string {
  let text = "";
  while (text.length < length) {
    for (const byte of random(length)) {
      // SECURITY: bytes above the last whole multiple of 62 would make some digits likelier
      if (byte < 248 && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
