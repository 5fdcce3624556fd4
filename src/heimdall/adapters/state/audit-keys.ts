import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Clock, toTimestamp } from "../../../shared/clock.ts";
import { UnavailableError } from "../../../shared/errors.ts";
import type { StateDb } from "../../../state/index.ts";
import { fingerprint, formatPublicKey } from "../../audit/index.ts";
import type { AuditTables } from "./audit-tables.ts";

/** Seals the private signing key at rest; made from the vault. `name` binds what is sealed. */
export interface AuditKeySealer {
  seal(name: string, plain: Uint8Array): Promise<string>;
  /** Rejects when it was changed, moved or sealed by another vault. */
  open(name: string, sealed: string): Promise<Uint8Array>;
}

/** Key pairs that checkpoints are or were signed with. */
export interface AuditKeys {
  /** signs from now on */
  readonly privateKey: KeyObject;
  /** every public key whose private half this server holds, oldest first */
  readonly publicKeys: readonly KeyObject[];
}

/**
 * Opens the log's keys; makes the first pair.
 * @throws {UnavailableError} a stored key was exchanged
 */
export async function loadAuditKeys(state: StateDb, sealer: AuditKeySealer, clock: Clock): Promise<AuditKeys> {
  const db = state.kysely<AuditTables>();
  const readAll = () => db.selectFrom("audit_key").selectAll().orderBy("created_at").execute();
  let rows = await readAll();
  if (rows.length === 0) {
    await db
      .insertInto("audit_key")
      .values(await makeRow(sealer, clock))
      .execute();
    // another process may have made one at the same moment: both stay, the older one signs
    rows = await readAll();
  }
  const pairs: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }[] = [];
  for (const row of rows) {
    const plain = await sealer.open(row.fingerprint, row.sealed_private_key);
    const privateKey = createPrivateKey({ key: Buffer.from(plain), type: "pkcs8", format: "der" });
    const publicKey = createPublicKey(privateKey);
    // SECURITY: the public column alone proves nothing; only who holds the vault can make a private half that fits
    if (fingerprint(publicKey) !== row.fingerprint || formatPublicKey(publicKey) !== row.public_key) {
      throw new UnavailableError(
        `the audit log's signing key ${row.fingerprint} was exchanged outside the server; restore the state store from a backup`,
      );
    }
    pairs.push({ privateKey, publicKey });
  }
  const [first] = pairs;
  if (!first) throw new UnavailableError("the audit log's signing key vanished; see who else changes the state store");
  return { privateKey: first.privateKey, publicKeys: pairs.map((pair) => pair.publicKey) };
}

async function makeRow(sealer: AuditKeySealer, clock: Clock): Promise<AuditTables["audit_key"]> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const name = fingerprint(publicKey);
  return {
    fingerprint: name,
    public_key: formatPublicKey(publicKey),
    sealed_private_key: await sealer.seal(name, privateKey.export({ type: "pkcs8", format: "der" })),
    created_at: toTimestamp(clock.now()),
  };
}
