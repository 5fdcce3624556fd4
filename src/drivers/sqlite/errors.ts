import { basename } from "node:path";
import { ConflictError, StorageFullError, UnavailableError } from "../../shared/errors.ts";

const primary = { busy: 5, locked: 6, readonly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
const uniqueKey = 2067;
const primaryKey = 1555;
const rowId = 2579;

/**
 * The planned error for a failure of SQLite in the file `path`; anything that is not one comes back as it is.
 * SECURITY: callers read it, so it names the file and not where on the server it lies.
 * @see https://www.sqlite.org/rescode.html
 */
export function toPlannedError(error: unknown, path: string): unknown {
  const name = basename(path);
  const options = { cause: error };
  if (isClosed(error)) return new UnavailableError(`\`${name}\` is closed; the server is shutting down`, options);
  const code = resultCode(error);
  if (code === undefined) return error;
  switch (code & 0xff) {
    case primary.full:
      return new StorageFullError(
        `no room left to write \`${name}\`; free some space on its disk and try again`,
        options,
      );
    case primary.busy:
    case primary.locked:
      return new UnavailableError(
        `\`${name}\` is locked by another process; stop it or wait for it, then try again`,
        options,
      );
    case primary.corrupt:
      return new UnavailableError(
        `\`${name}\` is damaged; stop the server, keep a copy of the file and restore it from a backup`,
        options,
      );
    case primary.notADatabase:
      return new UnavailableError(`\`${name}\` is not a SQLite database; name another file or move it away`, options);
    case primary.readonly:
      return new UnavailableError(
        `\`${name}\` cannot be written; give this process write permission on the file and its directory`,
        options,
      );
    case primary.cannotOpen:
      return new UnavailableError(
        `\`${name}\` cannot be opened; its directory must exist and be readable and writable by this process`,
        options,
      );
    case primary.io:
      return new UnavailableError(
        `reading or writing \`${name}\` failed; check its disk (free space, quota, permissions, health) and try again`,
        options,
      );
    default:
      return code === uniqueKey || code === primaryKey || code === rowId
        ? new ConflictError(
            `${violatedKey(error)} exists already; choose another value or change the existing one`,
            options,
          )
        : error;
  }
}

/** Whether a planned error says that somebody else holds the lock. */
export function isLocked(error: unknown): boolean {
  const code = error instanceof UnavailableError ? resultCode(error.cause) : undefined;
  return code !== undefined && ((code & 0xff) === primary.busy || (code & 0xff) === primary.locked);
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE";
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
}

function violatedKey(error: unknown): string {
  const columns = /constraint failed: (.+)$/.exec(error instanceof Error ? error.message : "")?.[1];
  return columns ? `a row with the same \`${columns}\`` : "the same row";
}
