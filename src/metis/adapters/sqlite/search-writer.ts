import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchDocument } from "../../ports.ts";
import { indexDocument, toFacetValues } from "../../search/index.ts";
import { objectFields } from "./object-condition-sql.ts";

/** Puts `document` in the place of the one with its urn, unless a newer one is stored. Returns its new words. */
export function upsertDocument(db: SqliteDatabase, document: SearchDocument): readonly string[] {
  const version = 2 * document.seq;
  if (version < storedVersion(db, document.urn)) return [];
  removeRows(db, document.urn);
  db.prepare("delete from tombstone where urn = ?").run([document.urn]);
  const indexed = indexDocument(document);
  const terms = [...indexed.impacts].map(([text, impact]) => ({ id: termId(db, text), impact }));
  const inserted = db
    .prepare("insert into doc (urn, version, name, kind, document, terms) values (?, ?, ?, ?, ?, ?)")
    .run([
      document.urn,
      version,
      document.name,
      document.kind,
      JSON.stringify(document),
      JSON.stringify(terms.map(({ id }) => id)),
    ]);
  const doc = Number(inserted.lastInsertRowid);
  const addPosting = db.prepare("insert into posting (term, doc, impact) values (?, ?, ?)");
  for (const { id, impact } of terms) addPosting.run([id, doc, impact]);
  db.prepare("insert into word (rowid, words) values (?, ?)").run([doc, indexed.words.join(" ")]);
  const addName = db.prepare("insert or ignore into name_key (stage, key, doc) values (?, ?, ?)");
  for (const { stage, key } of indexed.names) addName.run([stage, key, doc]);
  const addColumn = db.prepare("insert or ignore into column_name (folded, doc, name) values (?, ?, ?)");
  for (const { folded, name } of indexed.columns) addColumn.run([folded, doc, name]);
  const addFacet = db.prepare("insert into facet_value (doc, facet, value) values (?, ?, ?)");
  for (const [facet, values] of Object.entries(toFacetValues(document, indexed))) {
    for (const value of values) addFacet.run([doc, facet, value]);
  }
  const addKey = db.prepare("insert into object_key (doc, field, value) values (?, ?, ?)");
  for (const field of ["paths", "tags", "attributes"] as const) {
    for (const value of indexed.object[field]) addKey.run([doc, objectFields[field], value]);
  }
  return indexed.words;
}

/** Removes the document, unless a newer one is stored, and remembers that, so that an older one does not bring it back. */
export function deleteDocument(db: SqliteDatabase, urn: string, seq: number): void {
  // WHY odd: of an upsert and a delete with one sequence number the delete wins, in whatever order they arrive
  const version = 2 * seq + 1;
  if (version < storedVersion(db, urn)) return;
  removeRows(db, urn);
  db.prepare(
    "insert into tombstone (urn, version) values (?, ?) on conflict do update set version = excluded.version",
  ).run([urn, version]);
}

function storedVersion(db: SqliteDatabase, urn: string): number {
  const row = db
    .prepare(
      "select max(version) as version from (select version from doc where urn = ?1 union all select version from tombstone where urn = ?1)",
    )
    .get<{ version: number | null }>([urn]);
  return row?.version ?? -1;
}

function removeRows(db: SqliteDatabase, urn: string): void {
  const row = db.prepare("select id, terms from doc where urn = ?").get<{ id: number; terms: string }>([urn]);
  if (row === undefined) return;
  const removePosting = db.prepare("delete from posting where term = ? and doc = ?");
  for (const term of JSON.parse(row.terms) as number[]) removePosting.run([term, row.id]);
  db.prepare("delete from word where rowid = ?").run([row.id]);
  for (const table of ["name_key", "column_name", "facet_value", "object_key"]) {
    db.prepare(`delete from ${table} where doc = ?`).run([row.id]);
  }
  db.prepare("delete from doc where id = ?").run([row.id]);
}

function termId(db: SqliteDatabase, text: string): number {
  const known = db.prepare("select id from term where text = ?").get<{ id: number }>([text]);
  return known?.id ?? Number(db.prepare("insert into term (text) values (?)").run([text]).lastInsertRowid);
}
