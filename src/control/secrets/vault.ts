import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import type { Transaction } from "kysely";
import { BadInputError } from "../../shared/errors.ts";
import { openBytes, sealBytes } from "./aead.ts";
import { SecretBrokenError } from "./ports.ts";

/** What a sealed value is bound to; it opens nowhere else. */
export interface SealPlace {
  /** whose key seals it; `undefined`: the instance's */
  readonly workspace: string | undefined;
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly field: string;
}

/** Envelope encryption: each workspace has a key of its own, wrapped by the master key. */
export interface Vault {
  /** Text that only `open` with the same place turns back. `tx`: takes part in the caller's transaction. */
  seal<Tables>(place: SealPlace, plain: Uint8Array, tx?: Transaction<Tables>): Promise<string>;
  /** @throws {SecretBrokenError} changed, moved, or its key was destroyed */
  open(place: SealPlace, sealed: string): Promise<Buffer>;
  /** Destroys the workspace's keys. Idempotent. */
  destroyKeys<Tables>(workspace: string, tx?: Transaction<Tables>): Promise<void>;
}

export interface WrappedKey {
  readonly id: string;
  readonly workspace: string;
  readonly wrapped: string;
}

/** Keeps wrapped keys and the check value. All methods see the caller's transaction where one is given. */
export interface VaultKeyStore {
  readCheck(): Promise<string | undefined>;
  /** Stores `check` unless there is one; gives the one that is stored. */
  keepCheck(check: string): Promise<string>;
  /** The workspace's newest key. */
  newestKey<Tables>(workspace: string, tx?: Transaction<Tables>): Promise<WrappedKey | undefined>;
  findKey(id: string): Promise<WrappedKey | undefined>;
  /** Stores the workspace's first key unless there is one; gives the one that is stored. */
  keepKey<Tables>(key: WrappedKey, tx?: Transaction<Tables>): Promise<WrappedKey>;
  deleteKeys<Tables>(workspace: string, tx?: Transaction<Tables>): Promise<void>;
}

/** Stands for the instance where others name their workspace; no workspace may be called so. */
const instance = "";
const checkBinding = bind(["check"]);
const checkText = Buffer.from("dataos");

/**
 * Opens the vault with `masterKey`.
 * @throws {BadInputError} it is not the key that the store was sealed with; nothing is changed
 */
export async function createVault({
  masterKey,
  keys,
}: {
  readonly masterKey: KeyObject;
  readonly keys: VaultKeyStore;
}): Promise<Vault> {
  const stored =
    (await keys.readCheck()) ?? (await keys.keepCheck(encode(sealBytes(masterKey, checkText, checkBinding))));
  if (!openEncoded(masterKey, stored, checkBinding)?.equals(checkText)) {
    throw new BadInputError(
      "the master key is not the one that this store's secrets are sealed with; set DATAOS_MASTER_KEY_FILE to the right file",
    );
  }
  // INVARIANT: holds only keys that are committed, so nothing is ever sealed with a key that a rollback took away
  const cache = new Map<string, KeyObject>();

  const unwrap = ({ id, workspace, wrapped }: WrappedKey): KeyObject => {
    const plain = openEncoded(masterKey, wrapped, bind(["key", workspace, id]));
    if (!plain)
      throw new SecretBrokenError(
        `the key of ${describe(workspace)} was changed outside the server; restore the state store from a backup`,
      );
    const key = createSecretKey(plain);
    plain.fill(0);
    return key;
  };

  return {
    async seal(place, plain, tx) {
      const workspace = place.workspace ?? instance;
      const wrapped = (await keys.newestKey(workspace, tx)) ?? (await keys.keepKey(makeKey(masterKey, workspace), tx));
      const key = cache.get(wrapped.id) ?? unwrap(wrapped);
      if (!tx) cache.set(wrapped.id, key);
      return `v1.${wrapped.id}.${encode(sealBytes(key, plain, bindPlace(place, wrapped.id)))}`;
    },
    async open(place, sealed) {
      const [form, id = "", text = "", ...rest] = sealed.split(".");
      const wrapped = form === "v1" && rest.length === 0 ? await keys.findKey(id) : undefined;
      if (wrapped && wrapped.workspace === (place.workspace ?? instance)) {
        const key = cache.get(id) ?? unwrap(wrapped);
        cache.set(id, key);
        const plain = openEncoded(key, text, bindPlace(place, id));
        if (plain) return plain;
      }
      throw new SecretBrokenError(
        `the stored ${place.kind} \`${place.name}\` does not open: it was changed or moved outside the server, or its key was destroyed; apply it again`,
      );
    },
    async destroyKeys(workspace, tx) {
      if (workspace === instance) throw new TypeError("the instance's key cannot be destroyed");
      await keys.deleteKeys(workspace, tx);
      cache.clear();
    },
  };
}

function makeKey(masterKey: KeyObject, workspace: string): WrappedKey {
  const id = randomBytes(9).toString("base64url");
  const plain = randomBytes(32);
  const wrapped = encode(sealBytes(masterKey, plain, bind(["key", workspace, id])));
  plain.fill(0);
  return { id, workspace, wrapped };
}

function bindPlace(place: SealPlace, keyId: string): string {
  return bind([place.workspace ?? instance, place.kind, place.name, String(place.version), place.field, keyId]);
}

/** `v1|a|b|…`, unambiguous whatever the parts hold. */
function bind(parts: readonly string[]): string {
  return ["v1", ...parts.map(encodeURIComponent)].join("|");
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64url");
}

function openEncoded(key: KeyObject, text: string, boundTo: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  // SECURITY: one spelling only; the decoder skips what it does not know
  return encode(bytes) === text ? openBytes(key, bytes, boundTo) : undefined;
}

function describe(workspace: string): string {
  return workspace === instance ? "the instance" : `workspace \`${workspace}\``;
}
