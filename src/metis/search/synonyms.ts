import { stem } from "./stem.ts";
import { stopWords } from "./stop-words.ts";
import { toWords } from "./tokenize.ts";

/** Groups of phrases that stand for each other, such as `["customer", "client", "buyer"]`. */
export type SynonymGroups = readonly (readonly string[])[];

/** A phrase of a search, and what else may stand for it. */
export interface SynonymMatch {
  /** place of its first word among the words of the search */
  readonly at: number;
  /** how many words it has */
  readonly length: number;
  /** the words of each other phrase of its groups */
  readonly others: readonly (readonly string[])[];
}

interface Entry {
  readonly stems: readonly string[];
  readonly others: readonly (readonly string[])[];
}

const maxPhraseWords = 8;
/** How many groups are read. */
export const maxGroups = 10_000;
/** Characters of one phrase. */
export const maxPhraseLength = 200;
// WHY kept: the same list comes with every search until the glossary changes
const compiled = new WeakMap<SynonymGroups, ReadonlyMap<string, readonly Entry[]>>();

/** Where phrases of `groups` stand in the words of a search, whatever their endings; longest first at each place, apart. */
export function findSynonyms(words: readonly string[], groups: SynonymGroups): readonly SynonymMatch[] {
  const index = compile(groups);
  const stems = words.map(stem);
  const found: SynonymMatch[] = [];
  for (let at = 0; at < stems.length; ) {
    const entries = (index.get(stems[at] ?? "") ?? []).filter((entry) =>
      entry.stems.every((wanted, offset) => stems[at + offset] === wanted),
    );
    const length = Math.max(0, ...entries.map((entry) => entry.stems.length));
    if (length > 0) {
      const others = entries.filter((entry) => entry.stems.length === length).flatMap((entry) => entry.others);
      found.push({ at, length, others });
    }
    at += Math.max(1, length);
  }
  return found;
}

function compile(groups: SynonymGroups): ReadonlyMap<string, readonly Entry[]> {
  const known = compiled.get(groups);
  if (known) return known;
  const index = new Map<string, Entry[]>();
  for (const group of groups) {
    const phrases = group.map(toPhrase).filter(({ length }) => length > 0 && length <= maxPhraseWords);
    for (const [at, phrase] of phrases.entries()) {
      const stems = phrase.map(stem);
      const entry = { stems, others: phrases.filter((_, other) => other !== at) };
      const key = stems[0] ?? "";
      index.set(key, [...(index.get(key) ?? []), entry]);
    }
  }
  compiled.set(groups, index);
  return index;
}

/** Words that say nothing are left out, as they are of searches. */
function toPhrase(text: string): readonly string[] {
  const words = toWords(text);
  const meaning = words.filter((word) => !stopWords.has(word));
  return meaning.length > 0 ? meaning : words;
}
