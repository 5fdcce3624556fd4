import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchDocument } from "../../ports.ts";
import { type IndexedColumn, type IndexedPart, indexDocument, toFacetValues } from "../../search/index.ts";
import type { Touched } from "./search-memory.ts";

/** Puts `document` in the place of the one with its urn, unless a newer one is stored. Returns words that may be new. */
export function upsertDocument(db: SqliteDatabase, document: SearchDocument, touched: Touched): readonly string[] {
  const version = 2 * document.seq;
  if (version < storedVersion(db, document.urn)) return [];
  const content = toContent(document);
  db.prepare("delete from tombstone where urn = ?").run([document.urn]);
  const known = db
    .prepare("select id, content from doc where urn = ?")
    .get<{ id: number; content: string }>([document.urn]);
  if (known?.content === content) {
    updateObjects(db, known.id, version, document);
    return [];
  }
  if (known) removeRows(db, known.id, touched);
  return insertRows(db, document, { version, content, touched });
}

/** Removes the document, unless a newer one is stored, and remembers that, so that an older one does not bring it back. */
export function deleteDocument(db: SqliteDatabase, urn: string, seq: number, touched: Touched): void {
  // WHY odd: of an upsert and a delete with one sequence number the delete wins, in whatever order they arrive
  const version = 2 * seq + 1;
  if (version < storedVersion(db, urn)) return;
  const known = db.prepare("select id from doc where urn = ?").get<{ id: number }>([urn]);
  if (known) removeRows(db, known.id, touched);
  db.prepare(
    "insert into tombstone (urn, version) values (?, ?) on conflict do update set version = excluded.version",
  ).run([urn, version]);
}

/** What of a document can be found and shown; equal where nothing but policy's view of it changed. */
function toContent(document: SearchDocument): string {
  const { object: _, seq: __, columns, ...rest } = document;
  return JSON.stringify({
    ...rest,
    columns: columns.map(({ name, description, tags }) => ({ name, description, tags })),
  });
}

/** WHY apart: a tag on a depot changes what policy decides on for everything in it, and no word. */
function updateObjects(db: SqliteDatabase, doc: number, version: number, { object, columns }: SearchDocument): void {
  db.prepare("update doc set version = ?, object = ? where id = ?").run([version, JSON.stringify(object), doc]);
  const update = db.prepare("update part set object = ?1 where doc = ?2 and place = ?3 and object <> ?1");
  for (const [place, column] of columns.entries()) update.run([JSON.stringify(column.object), doc, place]);
}

function insertRows(
  db: SqliteDatabase,
  document: SearchDocument,
  { version, content, touched }: { readonly version: number; readonly content: string; readonly touched: Touched },
): readonly string[] {
  const { urn, name, kind, object, columns } = document;
  const indexed = indexDocument(document);
  const inserted = db
    .prepare("insert into doc (urn, version, name, kind, content, object) values (?, ?, ?, ?, ?, ?)")
    .run([urn, version, name, kind, content, JSON.stringify(object)]);
  const doc = Number(inserted.lastInsertRowid);
  touched.docs.add(doc);
  insertPart(db, doc, -1, indexed, undefined, touched);
  const addTag = db.prepare("insert or ignore into column_tag (doc, tag, part) values (?, ?, ?)");
  for (const [place, column] of columns.entries()) {
    const found = indexed.columns[place];
    if (!found) continue;
    const part = insertPart(db, doc, place, found, JSON.stringify(column.object), touched);
    for (const tag of column.tags) addTag.run([doc, tag, part]);
  }
  const addName = db.prepare("insert or ignore into name_key (stage, key, doc) values (?, ?, ?)");
  for (const { stage, key } of indexed.names) addName.run([stage, key, doc]);
  const addFacet = db.prepare("insert into facet_value (doc, facet, value) values (?, ?, ?)");
  for (const [facet, values] of Object.entries(toFacetValues(document))) {
    for (const value of values) addFacet.run([doc, facet, value]);
  }
  return [...indexed.words, ...indexed.columns.flatMap(({ words }) => words)];
}

function insertPart(
  db: SqliteDatabase,
  doc: number,
  place: number,
  indexed: IndexedPart & Partial<IndexedColumn>,
  object: string | undefined,
  touched: Touched,
): number {
  const { name = null, folded = null, impacts, words } = indexed;
  const terms = [...impacts].map(([text, impact]) => ({ id: termId(db, text), impact }));
  const ofColumn = object === undefined ? [null, null, null] : [name, folded, object];
  const inserted = db
    .prepare("insert into part (doc, place, name, folded, object, terms) values (?, ?, ?, ?, ?, ?)")
    .run([doc, place, ...ofColumn, JSON.stringify(terms.map(({ id }) => id))]);
  const part = Number(inserted.lastInsertRowid);
  const addPosting = db.prepare("insert into posting (term, doc, part, impact) values (?, ?, ?, ?)");
  for (const { id, impact } of terms) {
    addPosting.run([id, doc, part, impact]);
    touched.terms.add(id);
  }
  db.prepare("insert into word (rowid, words) values (?, ?)").run([part, words.join(" ")]);
  return part;
}

function storedVersion(db: SqliteDatabase, urn: string): number {
  const row = db
    .prepare(
      "select max(version) as version from (select version from doc where urn = ?1 union all select version from tombstone where urn = ?1)",
    )
    .get<{ version: number | null }>([urn]);
  return row?.version ?? -1;
}

function removeRows(db: SqliteDatabase, doc: number, touched: Touched): void {
  touched.docs.add(doc);
  const removePosting = db.prepare("delete from posting where term = ? and doc = ? and part = ?");
  const removeWords = db.prepare("delete from word where rowid = ?");
  const parts = db.prepare("select id, terms from part where doc = ?").all<{ id: number; terms: string }>([doc]);
  for (const { id, terms } of parts) {
    for (const term of JSON.parse(terms) as number[]) {
      removePosting.run([term, doc, id]);
      touched.terms.add(term);
    }
    removeWords.run([id]);
  }
  for (const table of ["part", "name_key", "facet_value", "column_tag"]) {
    db.prepare(`delete from ${table} where doc = ?`).run([doc]);
  }
  db.prepare("delete from doc where id = ?").run([doc]);
}

function termId(db: SqliteDatabase, text: string): number {
  const known = db.prepare("select id from term where text = ?").get<{ id: number }>([text]);
  return known?.id ?? Number(db.prepare("insert into term (text) values (?)").run([text]).lastInsertRowid);
}
