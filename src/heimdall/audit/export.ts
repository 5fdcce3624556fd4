import { createPublicKey, type KeyObject } from "node:crypto";
import { BadInputError } from "../../shared/errors.ts";
import type { AuditRecord, AuditVerification } from "../ports.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Checkpoint } from "./checkpoints.ts";
import { type AuditVerifier, createVerifier } from "./verifier.ts";

/** One line of an export, in this order: keys, checkpoints by number, records by chain and number. */
export type ExportLine =
  | { readonly key: string }
  | { readonly checkpoint: Checkpoint }
  | { readonly record: AuditRecord };

export function formatExportLine(line: ExportLine): string {
  return canonicalJson("record" in line ? line.record : line);
}

/**
 * Verifies an export without the server: every hash, every link, every signature.
 * @param lines as `AuditLog.export` gives them
 * @param publicKey the key that was noted when the log was set up (base64url of SPKI, or PEM). Without it the export's own keys are
 * believed, which shows every change except one made by somebody who signed the whole log anew.
 * @throws {BadInputError} `publicKey` cannot be read
 */
export async function verifyAuditExport(
  lines: AsyncIterable<string> | Iterable<string>,
  publicKey?: string,
): Promise<AuditVerification> {
  const trusted = publicKey === undefined ? [] : [parsePublicKey(publicKey)];
  let verifier: AuditVerifier | undefined;
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() === "") continue;
    const line = parseLine(text);
    if (line && "key" in line && !verifier) {
      const key = publicKey === undefined ? tryPublicKey(line.key) : undefined;
      if (key) trusted.push(key);
      continue;
    }
    verifier ??= createVerifier(trusted);
    if (line && "checkpoint" in line) verifier.checkpoint(line.checkpoint);
    else if (line && "record" in line) verifier.record(line.record);
    else verifier.fault(`line ${number}: neither a record nor a checkpoint`);
  }
  return (verifier ?? createVerifier(trusted)).finish();
}

/** @throws {BadInputError} no Ed25519 public key */
function parsePublicKey(text: string): KeyObject {
  const key = tryPublicKey(text);
  if (!key) throw new BadInputError("expected an Ed25519 public key, as the first line of an export or in PEM");
  return key;
}

/** Base64url of the SPKI form. */
export function formatPublicKey(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64url");
}

function tryPublicKey(text: string): KeyObject | undefined {
  try {
    const key = text.startsWith("-----BEGIN")
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, "base64url"), type: "spki", format: "der" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

function parseLine(text: string): ExportLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("checkpoint" in value) return isCheckpoint(value.checkpoint) ? { checkpoint: value.checkpoint } : undefined;
  if ("key" in value) return typeof value.key === "string" ? { key: value.key } : undefined;
  return isRecord(value) ? { record: value } : undefined;
}

// INVARIANT: what passes has every value that the verifier compares; the hashes hold the rest

function isRecord(value: object): value is AuditRecord {
  return (
    hasTexts(value, ["chain", "at", "type", "prevHash", "hash"]) &&
    "seq" in value &&
    Number.isSafeInteger(value.seq) &&
    isCanonical(value)
  );
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    typeof value === "object" &&
    value !== null &&
    hasTexts(value, ["at", "previous", "root", "key", "signature"]) &&
    "number" in value &&
    Number.isSafeInteger(value.number) &&
    "heads" in value &&
    Array.isArray(value.heads) &&
    value.heads.every(
      (head) =>
        typeof head === "object" &&
        head !== null &&
        hasTexts(head, ["chain", "hash"]) &&
        Number.isSafeInteger(head.seq),
    ) &&
    isCanonical(value)
  );
}

function hasTexts(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}

function isCanonical(value: unknown): boolean {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
}
