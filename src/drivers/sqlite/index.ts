export { acquireFileLock, type FileLock } from "./file-lock.ts";
export {
  openSqlite,
  type SqliteDatabase,
  type SqliteOptions,
  type SqliteStatement,
  type SqliteValue,
} from "./sqlite-database.ts";
