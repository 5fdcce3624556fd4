import { BadInputError } from "../../shared/errors.ts";
import { allowedEdits, editDistance } from "./edit-distance.ts";
import { foldText } from "./fold.ts";
import { type IdentityStage, maxImpact, toNameKeys, toNameStarts, toPair } from "./index-document.ts";
import { stem } from "./stem.ts";
import { askingWords, stopWords } from "./stop-words.ts";
import { findSynonyms, type SynonymGroups } from "./synonyms.ts";
import { toWords } from "./tokenize.ts";

/** What planning asks of an index. Only what the subject may see counts, so that nothing hidden moves an answer. */
export interface VisibleVocabulary {
  /** Visible documents that have each term; terms without any are left out. */
  countTerms(terms: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Words of visible documents at most `maxEdits` (0..2) away from `word`, and, where `prefix` is set, the first `maxPrefixWords`,
   * by code point, of those that start with it. The order of the answer does not matter.
   */
  nearWords(word: string, maxEdits: number, prefix: string | undefined): Promise<readonly string[]>;
}

/** How to score: `stage + sum over groups of max over variants of weight * impact`; the sum stays below 1. */
export interface QueryPlan {
  /** Nothing was typed: everything visible is a hit. */
  readonly browse: boolean;
  /** Whole-query keys by stage, for `IndexedDocument.names`. */
  readonly identity: readonly { readonly stage: IdentityStage; readonly keys: readonly string[] }[];
  readonly groups: readonly (readonly { readonly term: string; readonly weight: number }[])[];
  /** Words that are looked for, as typed (folded). */
  readonly words: readonly string[];
}

export const maxPrefixWords = 1_000;
const maxTextLength = 1_000;
const maxTokens = 64;
const maxVariants = 10;
const maxSuggestions = 5;
const sentenceLength = 4;
const pairWeight = 0.3;
const prefixFactor = 0.8;
const editFactors = [1, 0.7, 0.5] as const;
const synonymFactor = 0.8;
const maxSynonymTerms = 20;

/**
 * Reads what was typed and looks up what it may mean.
 * @param synonyms what else people call things; a word also finds what its synonyms find, for less
 * @throws {BadInputError} more than 1,000 characters
 */
export async function planQuery(
  text: string,
  vocabulary: VisibleVocabulary,
  synonyms: SynonymGroups = [],
): Promise<QueryPlan> {
  checkText(text);
  const trimmed = text.trim();
  if (trimmed === "") return { browse: true, identity: [], groups: [], words: [] };
  const words = toSearchWords(trimmed);
  const pairs = words.slice(1).map((word, at) => toPair(words[at] ?? "", word));
  const distinct = [...new Map(words.map((word) => [stem(word), word]))];
  const meant = toSynonymTerms(words, synonyms);
  const looked = [
    ...distinct.map(([term]) => term),
    ...pairs,
    ...[...meant.values()].flatMap((terms) => [...terms.keys()]),
  ];
  const counts = await vocabulary.countTerms([...new Set(looked)]);

  const groups = await Promise.all(
    distinct.map(async ([term, word]) => {
      const count = counts.get(term);
      const others = [...(meant.get(term) ?? [])].flatMap(([other, factor]) => {
        const uses = counts.get(other);
        return uses === undefined || other === term ? [] : [{ term: other, weight: rarity(uses) * factor }];
      });
      if (count !== undefined) return [{ term, weight: rarity(count) }, ...others];
      // a word that has synonyms is not misspelt
      return others.length > 0 ? others : findVariants(word, vocabulary);
    }),
  );
  const own = new Set(distinct.map(([term]) => term));
  for (const pair of new Set(pairs)) {
    const count = counts.get(pair);
    if (count !== undefined && !own.has(pair)) groups.push([{ term: pair, weight: rarity(count) * pairWeight }]);
  }
  return {
    browse: false,
    identity: [
      { stage: 4, keys: [trimmed] },
      { stage: 3, keys: [foldText(trimmed)] },
      { stage: 2, keys: toNameKeys(trimmed) },
      { stage: 1, keys: toNameStarts(trimmed) },
    ],
    groups: normalize(groups),
    words,
  };
}

/** Visible words that may have been meant, nearest first, where a query found nothing. */
export async function findDidYouMean(plan: QueryPlan, vocabulary: VisibleVocabulary): Promise<readonly string[]> {
  const found = new Map<string, number>();
  for (const word of plan.words) {
    const length = Array.from(word).length;
    if (length < 3) continue;
    const start = Array.from(word)
      .slice(0, Math.max(3, Math.ceil(length * 0.6)))
      .join("");
    for (const near of await vocabulary.nearWords(word, 2, start)) {
      const edits = editDistance(word, near, 2);
      if (near !== word && (edits < length - 1 || near.startsWith(start))) found.set(near, edits);
    }
  }
  return [...found]
    .sort(([a, x], [b, y]) => x - y || a.length - b.length || (a < b ? -1 : 1))
    .slice(0, maxSuggestions)
    .map(([word]) => word);
}

/** @throws {BadInputError} more than 1,000 characters */
export function checkText(text: string): void {
  if (text.length > maxTextLength) {
    throw new BadInputError(
      `the search text has ${text.length} characters; at most ${maxTextLength} are allowed: shorten it`,
    );
  }
}

function toSearchWords(text: string): readonly string[] {
  const all = toWords(text).slice(0, maxTokens);
  const meaning = all.filter((word) => !stopWords.has(word));
  const asked = all.length >= sentenceLength ? meaning.filter((word) => !askingWords.has(word)) : meaning;
  return asked.length > 0 ? asked : meaning.length > 0 ? meaning : all;
}

/**
 * By the term of a word, the terms that may stand for it, with the share of a whole match that each is worth. Of a phrase, the
 * first word stands for the first, and so on; where several stand for one word, each is worth a part and their pair the whole.
 */
function toSynonymTerms(words: readonly string[], groups: SynonymGroups): ReadonlyMap<string, Map<string, number>> {
  const meant = new Map<string, Map<string, number>>();
  const add = (word: string, term: string, factor: number): void => {
    const key = stem(word);
    const terms = meant.get(key) ?? new Map<string, number>();
    meant.set(key, terms);
    if (terms.has(term) || terms.size < maxSynonymTerms) terms.set(term, Math.max(terms.get(term) ?? 0, factor));
  };
  for (const { at, length, others } of findSynonyms(words, groups)) {
    for (const other of others) {
      for (const [place, word] of other.entries()) {
        const forWord = words[at + Math.min(place, length - 1)] ?? "";
        const sharing = place < length - 1 ? 1 : Math.max(1, other.length - length + 1);
        add(forWord, stem(word), synonymFactor / sharing);
        const next = other[place + 1];
        if (next !== undefined) add(forWord, toPair(word, next), synonymFactor);
      }
    }
  }
  return meant;
}

async function findVariants(word: string, vocabulary: VisibleVocabulary): Promise<{ term: string; weight: number }[]> {
  const edits = allowedEdits(word);
  const prefix = Array.from(word).length >= 3 ? word : undefined;
  if (edits === 0 && prefix === undefined) return [];
  const factors = new Map<string, number>();
  for (const near of await vocabulary.nearWords(word, edits, prefix)) {
    const distance = editDistance(word, near, edits);
    const byEdits = distance <= edits ? (editFactors[distance] ?? 0) : 0;
    const factor = Math.max(byEdits, prefix !== undefined && near.startsWith(prefix) ? prefixFactor : 0);
    const term = stem(near);
    if (factor > (factors.get(term) ?? 0)) factors.set(term, factor);
  }
  const counts = await vocabulary.countTerms([...factors.keys()]);
  return [...factors]
    .map(([term, factor]) => ({
      term,
      weight: factor * rarity(counts.get(term) ?? 0),
      factor,
      count: counts.get(term) ?? 0,
    }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.factor - a.factor || b.count - a.count || (a.term < b.term ? -1 : 1))
    .slice(0, maxVariants)
    .map(({ term, weight }) => ({ term, weight }));
}

/**
 * How much a term tells, from the number of visible documents that have it.
 * WHY not of all documents: hidden ones would move scores. The constant stands for the size of a catalog; for 876 tables any from
 * 2,000 to 100,000 was measured to rank within 0.005 of the best.
 */
function rarity(count: number): number {
  return Math.log(1 + 10_000 / count) ** 1.5;
}

function normalize(groups: readonly { term: string; weight: number }[][]): QueryPlan["groups"] {
  const heaviest = (group: readonly { weight: number }[]) => Math.max(0, ...group.map(({ weight }) => weight));
  // WHY the extra share: a whole match must stay below the next identity stage after rounding
  const total = groups.reduce((sum, group) => sum + heaviest(group), 0) * 1.001 * maxImpact;
  return groups
    .filter((group) => group.length > 0)
    .map((group) => group.map(({ term, weight }) => ({ term, weight: weight / total })));
}
