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
  // the words of each length with the letters they have
  let byLength: Map<number, Map<string, number>> | undefined;
  const put = (lists: Map<number, Map<string, number>>, word: string): void => {
    const list = lists.get(word.length);
    if (list) list.set(word, toLetters(word));
    else lists.set(word.length, new Map([[word, toLetters(word)]]));
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
      const letters = toLetters(word);
      // a code point is one or two units, so words of one length in points differ in units
      for (const [length, words] of byLength) {
        if (Math.abs(length - word.length) > 2 * maxEdits) continue;
        for (const [known, own] of words) {
          // WHY: an edit takes away one letter and adds one at most, and most words differ in more; editDistance costs 50 times this
          if (countBits(letters & ~own) > maxEdits || countBits(own & ~letters) > maxEdits) continue;
          if (editDistance(word, known, maxEdits) <= maxEdits) found.push(known);
        }
      }
      return found.sort();
    },
  };
}

/** Which letters a word has, as bits; several letters share one. */
function toLetters(word: string): number {
  let letters = 0;
  for (const letter of word) letters |= 1 << ((letter.codePointAt(0) ?? 0) % 32);
  return letters;
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
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
