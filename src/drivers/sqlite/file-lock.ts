import { readFileSync, writeFileSync } from "node:fs";
import { UnavailableError } from "../../shared/errors.ts";
import { isLocked } from "./errors.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite-database.ts";

/** A lock that this process holds until `release` or its end, however it ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock kept in the file `path` (created when absent) for `what`, without waiting.
 * WHY: SQLite's own file lock is the operating system's: it ends with the process, also after `kill -9`.
 * @param what named in the error, e.g. "the data directory `.data`"
 * @throws {UnavailableError} another process holds it
 */
export function acquireFileLock(path: string, what: string): FileLock {
  const holderFile = `${path}.holder`;
  const db = take(path, what, holderFile);
  writeFileSync(holderFile, `${process.pid}`, { mode: 0o600 });
  return { release: () => db.close() };
}

function take(path: string, what: string, holderFile: string): SqliteDatabase {
  let db: SqliteDatabase | undefined;
  try {
    db = openSqlite(path, { busyTimeoutMs: 0, durability: "off", journal: "delete" });
    db.exec("pragma locking_mode = exclusive; begin exclusive");
    return db;
  } catch (error) {
    db?.close();
    if (!isLocked(error)) throw error;
    throw new UnavailableError(
      `${what} is in use by another server process${describeHolder(holderFile)}; stop that one, or use another directory`,
      { cause: error },
    );
  }
}

function describeHolder(file: string): string {
  try {
    const pid = /^\d{1,10}$/.exec(readFileSync(file, "utf8"))?.[0];
    return pid ? ` (process ${pid})` : "";
  } catch {
    return "";
  }
}
