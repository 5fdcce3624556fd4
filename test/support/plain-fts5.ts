import { openSqlite } from "../../src/drivers/sqlite/index.ts";
import type { SearchDocument } from "../../src/metis/ports.ts";
import { stopWords } from "../../src/metis/search/stop-words.ts";

/** A search over FTS5; it gives urns, best first. */
export interface PlainSearch {
  search(text: string, first: number): readonly string[];
  close(): void;
}

/**
 * FTS5 with its own `bm25()` over name, columns, database and descriptions, any of the words.
 * @param tuned names split at humps and underscores, Porter stemming, stop words dropped, field weights 3, 1, 0.5; else as FTS5 comes
 */
export function createPlainFts5(documents: readonly SearchDocument[], tuned: boolean): PlainSearch {
  const split = tuned ? splitNames : (text: string) => text;
  const db = openSqlite(":memory:");
  db.exec(
    `create virtual table plain using fts5(urn unindexed, name, columns, path, description${tuned ? ", tokenize = 'porter'" : ""})`,
  );
  const insert = db.prepare("insert into plain values (?, ?, ?, ?, ?)");
  db.transaction(() => {
    for (const { urn, name, columns, schemaName, description } of documents) {
      insert.run([
        urn,
        split(name),
        split(columns.map((column) => column.name).join(" ")),
        split(schemaName),
        [description, ...columns.map((column) => column.description)].join(" "),
      ]);
    }
  });
  const select = db.prepare(
    `select urn from plain where plain match ? order by bm25(plain${tuned ? ", 0, 3, 1, 0.5, 1" : ""}), urn limit ?`,
  );
  return {
    search(text, first) {
      const words = split(text).match(/[\p{L}\p{N}]+/gu) ?? [];
      const asked = tuned ? words.filter((word) => !stopWords.has(word.toLowerCase())) : words;
      if (asked.length === 0) return [];
      const query = asked.map((word) => `"${word}"`).join(" OR ");
      return select.all<{ urn: string }>([query, first]).map(({ urn }) => urn);
    },
    close: () => db.close(),
  };
}

function splitNames(text: string): string {
  return text.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ").replaceAll("_", " ");
}
