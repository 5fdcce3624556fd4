import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { ProjectionSchema } from "./projection-file.ts";
import type { Visibilities } from "./visibility.ts";

/** Tables of the search projection; its connections know the conditions of `visibilities`. */
export function createSearchSchema(visibilities: Visibilities): ProjectionSchema {
  return { version: "search-3", tables, prepare: (db) => prepare(db, visibilities) };
}

function prepare(db: SqliteDatabase, visibilities: Visibilities): void {
  visibilities.register(db);
  db.exec("create virtual table if not exists temp.word_list using fts5vocab(main, word, row)");
}

const tables = `
  create table doc (
    id integer primary key,
    urn text not null unique,
    version integer not null,
    name text not null,
    kind text not null,
    -- as JSON, without what policy decides on
    content text not null,
    -- what policy decides on, as JSON
    object text not null
  ) strict;
  create index doc_name on doc (name, urn);
  create table tombstone (urn text primary key, version integer not null) without rowid, strict;

  -- the document itself and each of its columns, which may be visible or not
  create table part (
    id integer primary key,
    doc integer not null,
    -- place among the columns; -1: the document itself
    place integer not null,
    -- of a column: its name, the same folded, and what policy decides on, as JSON
    name text,
    folded text,
    object text,
    -- ids of its terms, to find its postings again
    terms text not null
  ) strict;
  create unique index part_doc on part (doc, place);
  create index part_folded on part (folded) where folded is not null;

  create table term (id integer primary key, text text not null unique) strict;
  create table posting (
    term integer not null, doc integer not null, part integer not null, impact integer not null,
    primary key (term, doc, part)
  ) without rowid, strict;
  -- the words as they were written: what a misspelt word may mean
  create virtual table word using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

  create table name_key (
    stage integer not null, key text not null, doc integer not null,
    primary key (stage, key, doc)
  ) without rowid, strict;
  create index name_key_doc on name_key (doc);
  create table facet_value (
    doc integer not null, facet text not null, value text not null,
    primary key (doc, facet, value)
  ) without rowid, strict;
  create table column_tag (
    doc integer not null, tag text not null, part integer not null,
    primary key (doc, tag, part)
  ) without rowid, strict;`;
