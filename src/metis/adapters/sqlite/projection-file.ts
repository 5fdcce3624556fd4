import { renameSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { openSqlite, type SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { UnavailableError } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/logger.ts";

/** Tables of a projection. */
export interface ProjectionSchema {
  /** Changes whenever tables or what is put in them change; a file of another version is emptied and fed again. */
  readonly version: string;
  readonly tables: string;
  /** Settings and functions of each new connection. */
  prepare?(db: SqliteDatabase): void;
}

/** A SQLite file that can be built anew beside itself. */
export interface ProjectionFile {
  /** @throws {UnavailableError} it was closed */
  db(): SqliteDatabase;
  appliedSeq(): number;
  /** Raises the applied sequence number. INVARIANT: called in the transaction that applies the content. */
  setAppliedSeq(seq: number): void;
  /** An empty file beside this one; `swap` puts it in the place of this one. */
  beginRebuild(): { readonly file: ProjectionFile; swap(): void; abandon(): void };
  close(): void;
}

const meta = "create table if not exists meta (key text primary key, value text not null) without rowid, strict;";

/** Opens the file, emptying it when it is damaged or of another version: everything in it can be had from the catalog log. */
export function openProjection(path: string, schema: ProjectionSchema, logger: Logger): ProjectionFile {
  let live: SqliteDatabase | undefined = openCurrent(path, schema, logger);
  const db = (): SqliteDatabase => {
    if (live === undefined) throw new UnavailableError(`the projection \`${basename(path)}\` is closed`);
    return live;
  };
  const file: ProjectionFile = {
    db,
    appliedSeq: () => Number(readMeta(db(), "appliedSeq") ?? 0),
    setAppliedSeq(seq) {
      if (seq > file.appliedSeq()) writeMeta(db(), "appliedSeq", String(seq));
    },
    beginRebuild() {
      const besides = path === ":memory:" ? path : `${path}.rebuild`;
      remove(besides);
      const fresh = openProjection(besides, schema, logger);
      return {
        file: fresh,
        swap() {
          if (path === ":memory:") {
            db().close();
            live = fresh.db();
            return;
          }
          // closing the last connection moves the write-ahead log into the file, so that one rename is the whole swap
          fresh.close();
          db().close();
          live = undefined;
          renameSync(besides, path);
          live = openCurrent(path, schema, logger);
        },
        abandon() {
          fresh.close();
          remove(besides);
        },
      };
    },
    close() {
      live?.close();
      live = undefined;
    },
  };
  return file;
}

function openCurrent(path: string, schema: ProjectionSchema, logger: Logger): SqliteDatabase {
  try {
    const db = open(path, schema);
    if (readMeta(db, "version") === schema.version) return db;
    const isNew = readMeta(db, "version") === undefined;
    db.close();
    if (!isNew) logger.warn({ path, version: schema.version }, "projection is of another version and is built anew");
  } catch (error) {
    if (!isDamaged(error)) throw error;
    logger.warn({ path, error }, "projection is damaged and is built anew");
  }
  remove(path);
  const db = open(path, schema);
  db.transaction(() => {
    db.exec(schema.tables);
    writeMeta(db, "version", schema.version);
  });
  return db;
}

function open(path: string, schema: ProjectionSchema): SqliteDatabase {
  const db = openSqlite(path, { durability: "normal" });
  try {
    db.exec(`pragma temp_store = memory; ${meta}`);
    schema.prepare?.(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function remove(path: string): void {
  if (path !== ":memory:") for (const part of ["", "-wal", "-shm"]) rmSync(path + part, { force: true });
}

function readMeta(db: SqliteDatabase, key: string): string | undefined {
  return db.prepare("select value from meta where key = ?").get<{ value: string }>([key])?.value;
}

function writeMeta(db: SqliteDatabase, key: string, value: string): void {
  db.prepare("insert into meta (key, value) values (?, ?) on conflict do update set value = excluded.value").run([
    key,
    value,
  ]);
}

/** @see https://www.sqlite.org/rescode.html — SQLITE_CORRUPT, SQLITE_NOTADB */
function isDamaged(error: unknown): boolean {
  const cause = error instanceof UnavailableError ? error.cause : undefined;
  if (!(cause instanceof Error) || !("errcode" in cause) || typeof cause.errcode !== "number") return false;
  return [11, 26].includes(cause.errcode & 0xff);
}
