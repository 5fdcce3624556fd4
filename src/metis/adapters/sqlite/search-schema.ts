import { registerGlob } from "./object-condition-sql.ts";
import type { ProjectionSchema } from "./projection-file.ts";

/** Tables of the search projection. */
export const searchSchema: ProjectionSchema = {
  version: "search-1",
  prepare(db) {
    registerGlob(db);
    db.exec(`
      create virtual table if not exists temp.word_list using fts5vocab(main, word, row);
      create temp table if not exists hit (doc integer primary key, score real not null);`);
  },
  tables: `
    create table doc (
      id integer primary key,
      urn text not null unique,
      version integer not null,
      name text not null,
      kind text not null,
      document text not null,
      -- ids of its terms, to find its postings again
      terms text not null
    ) strict;
    create table tombstone (urn text primary key, version integer not null) without rowid, strict;

    create table term (id integer primary key, text text not null unique) strict;
    create table posting (
      term integer not null, doc integer not null, impact integer not null,
      primary key (term, doc)
    ) without rowid, strict;
    -- the words as they were written: what a misspelt word may mean
    create virtual table word using fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

    create table name_key (
      stage integer not null, key text not null, doc integer not null,
      primary key (stage, key, doc)
    ) without rowid, strict;
    create index name_key_doc on name_key (doc);
    create table column_name (
      folded text not null, doc integer not null, name text not null,
      primary key (folded, doc, name)
    ) without rowid, strict;
    create index column_name_doc on column_name (doc);

    create table facet_value (
      doc integer not null, facet text not null, value text not null,
      primary key (doc, facet, value)
    ) without rowid, strict;
    create table object_key (
      doc integer not null, field integer not null, value text not null,
      primary key (doc, field, value)
    ) without rowid, strict;`,
};
