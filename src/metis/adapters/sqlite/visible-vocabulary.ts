import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { editDistance, maxPrefixWords, type VisibleVocabulary } from "../../search/index.ts";
import { countDocuments } from "./search-matches.ts";
import type { SearchMemory } from "./search-memory.ts";
import { joinSql, prefixSql } from "./sql-parts.ts";
import type { Visibility } from "./visibility.ts";

/** Every word ever indexed in this process or found at the first question, by length. Deleted ones may linger: use is checked. */
export interface WordList {
  add(words: readonly string[]): void;
  /** Words at most `maxEdits` away. */
  near(word: string, maxEdits: number): string[];
}

/** Kept in memory, because finding near words means comparing with all of them. Read from the index when first asked. */
export function createWordList(load: () => Iterable<string>): WordList {
  let byLength: Map<number, Set<string>> | undefined;
  const put = (lists: Map<number, Set<string>>, word: string): void => {
    const list = lists.get(word.length);
    if (list) list.add(word);
    else lists.set(word.length, new Set([word]));
  };
  return {
    add(words) {
      if (byLength) for (const word of words) put(byLength, word);
    },
    near(word, maxEdits) {
      if (!byLength) {
        byLength = new Map();
        for (const known of load()) put(byLength, known);
      }
      const found: string[] = [];
      // a code point is one or two units, so words of one length in points differ in units
      for (const [length, words] of byLength) {
        if (Math.abs(length - word.length) > 2 * maxEdits) continue;
        for (const known of words) if (editDistance(word, known, maxEdits) <= maxEdits) found.push(known);
      }
      return found.sort();
    },
  };
}

/** The vocabulary of the documents and columns that are visible. */
export function createVisibleVocabulary(
  db: SqliteDatabase,
  memory: SearchMemory,
  visible: Visibility,
  words: WordList,
): VisibleVocabulary {
  const documentOfWord = joinSql([visible.part("w.rowid"), visible.document("p.doc")], "and");
  const usedBy = `select 1 from word w cross join part p on p.id = w.rowid
    where word match ? and ${documentOfWord.text} limit 1`;
  const isVisible = (word: string): boolean =>
    db.prepare(usedBy).get([`"${word}"`, ...documentOfWord.parameters]) !== undefined;
  return {
    async countTerms(terms) {
      const counts = new Map<string, number>();
      for (const text of terms) {
        const postings = memory.postings(text);
        const n = postings ? countDocuments(postings, visible) : 0;
        if (n > 0) counts.set(text, n);
      }
      return counts;
    },
    async nearWords(word, maxEdits, prefix) {
      const found = new Set(maxEdits === 0 ? [] : words.near(word, maxEdits).filter(isVisible));
      if (prefix !== undefined) {
        const range = prefixSql("term", prefix);
        const starting = db
          .prepare(`select term from word_list where ${range.text} order by term`)
          .iterate<{ term: string }>(range.parameters);
        let left = maxPrefixWords;
        for (const { term } of starting) {
          if (!isVisible(term)) continue;
          found.add(term);
          if (--left === 0) break;
        }
      }
      return [...found];
    },
  };
}
