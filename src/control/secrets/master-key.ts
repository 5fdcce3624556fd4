import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BadInputError, UnavailableError } from "../../shared/errors.ts";

const keyBytes = 32;
const maxFileBytes = 256;
const putBack = "put it back from where you keep a copy, since stored secrets cannot be opened without it";

/**
 * Reads the master key: 32 bytes, raw or written in hex or base64, in a regular file that only this process's user can read.
 * @param create make a new one where there is no file
 * @param whereMissing what to do where there is no file, for the message
 * @throws {BadInputError} the file is a link, of another owner, open to others, or holds no such key; says how to mend it
 * @throws {UnavailableError} there is no file and none was to be made, or it cannot be read
 */
export function loadMasterKey(
  file: string,
  { create, whereMissing = putBack }: { readonly create: boolean; readonly whereMissing?: string },
): KeyObject {
  const handle = openKeyFile(file, create, whereMissing);
  try {
    assertPrivate(handle, file);
    const content = readFileSync(handle);
    const key = decodeKey(content);
    content.fill(0);
    if (!key) {
      throw new BadInputError(
        `\`${file}\` holds no master key; expected 32 bytes, raw, as 64 hexadecimal digits or as base64, e.g. from \`openssl rand -hex 32\``,
      );
    }
    return createSecretKey(key);
  } finally {
    closeSync(handle);
  }
}

function openKeyFile(file: string, create: boolean, whereMissing: string): number {
  try {
    // SECURITY: the checks are made on the opened file, so it cannot be exchanged between check and use
    return openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    switch (error instanceof Error && "code" in error ? error.code : undefined) {
      case "ENOENT":
        if (create) {
          createKeyFile(file);
          return openKeyFile(file, false, whereMissing);
        }
        throw new UnavailableError(`the master key \`${file}\` is missing; ${whereMissing}`, { cause: error });
      case "ELOOP":
        throw new BadInputError(`the master key \`${file}\` is a symbolic link; name the file itself`, {
          cause: error,
        });
      default:
        throw new UnavailableError(`the master key \`${file}\` cannot be read; check its permissions`, {
          cause: error,
        });
    }
  }
}

function createKeyFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(file, "wx", 0o600);
    try {
      writeFileSync(handle, `${randomBytes(keyBytes).toString("hex")}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    // another process of ours was faster: its key is as good
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    throw new UnavailableError(
      `the master key \`${file}\` cannot be made; give this process write permission on its folder, or name another file in DATAOS_MASTER_KEY_FILE`,
      { cause: error },
    );
  }
}

function assertPrivate(handle: number, file: string): void {
  const stat = fstatSync(handle);
  if (!stat.isFile() || stat.size > maxFileBytes) {
    throw new BadInputError(`the master key \`${file}\` must be a regular file of at most ${maxFileBytes} bytes`);
  }
  const user = process.getuid?.();
  if (user === undefined) return;
  if (stat.uid !== user) {
    throw new BadInputError(`the master key \`${file}\` belongs to another user; make this process's user its owner`);
  }
  if ((stat.mode & 0o077) !== 0) {
    throw new BadInputError(`the master key \`${file}\` can be read by other users; run \`chmod 600 ${file}\``);
  }
}

function decodeKey(content: Buffer): Buffer | undefined {
  const key = content.length === keyBytes ? Buffer.from(content) : decodeText(content.toString("latin1").trim());
  // a file of zeros is a disk fault or a placeholder
  return key?.length === keyBytes && key.some((byte) => byte !== 0) ? key : undefined;
}

function decodeText(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, "base64") : undefined;
}
