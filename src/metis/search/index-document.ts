import type { SearchDocument } from "../ports.ts";
import { foldText } from "./fold.ts";
import { stem } from "./stem.ts";
import { stopWords } from "./stop-words.ts";
import { toWords } from "./tokenize.ts";

/** How a whole query can be a name: 4 as written, 3 but for case and accents, 2 but for separators and endings, 1 its start. */
export type IdentityStage = 1 | 2 | 3 | 4;

/**
 * What a search engine stores of a document; the same for every engine.
 * SECURITY: nothing in one part depends on another, so that what a hidden column holds moves no score of what is visible.
 */
export interface IndexedDocument extends IndexedPart {
  /** Keys by which the whole query finds the document; stage 1 keys are matched by prefix. */
  readonly names: readonly { readonly stage: IdentityStage; readonly key: string }[];
  /** in the document's order */
  readonly columns: readonly IndexedColumn[];
}

/** The document without its columns, or one column. A document matches a term as well as its best visible part does. */
export interface IndexedPart {
  /** Term -> how much the part is about it, an integer 1..255. */
  readonly impacts: ReadonlyMap<string, number>;
  /** Words as written (folded, not stemmed), to find what a misspelt word means; sorted. */
  readonly words: readonly string[];
}

export interface IndexedColumn extends IndexedPart {
  readonly name: string;
  /** the name, folded for prefix matching */
  readonly folded: string;
}

/** Highest impact. WHY: 8 significant bits are what Lucene's feature fields keep exactly, so that scores are the same everywhere. */
export const maxImpact = 255;

/** How a part is weighed: BM25 with a fixed length. */
interface Weighing {
  readonly saturation: number;
  readonly lengthPenalty: number;
  /** WHY fixed: a mean over the corpus would let documents that a subject may not see move the scores of those it may. */
  readonly referenceLength: number;
  /** what of the highest impact is kept for words of the name */
  readonly nameShare: number;
  readonly maxWords: number;
}

// Measured with the judged set of test/contract/search-store.contract.ts; the neighbourhood is flat, so none of them is worth tuning further
const weights = { name: 3, path: 1, description: 0.5 } as const;
const ofDocument: Weighing = {
  ...{ saturation: 0.5, lengthPenalty: 0.3, referenceLength: 25 },
  ...{ nameShare: 0.2, maxWords: 20_000 },
};
const ofColumn: Weighing = {
  ...{ saturation: 0.7, lengthPenalty: 0.2, referenceLength: 4 },
  ...{ nameShare: 0, maxWords: 500 },
};
const maxKeyLength = 1_000;

/** Analyses a document for any search engine. */
export function indexDocument(document: SearchDocument): IndexedDocument {
  const { name, description, columns } = document;
  const own: Field[] = [
    { text: name, weight: weights.name, identifier: true },
    ...toContainers(document).map((text) => ({ text, weight: weights.path, identifier: false })),
    { text: description, weight: weights.description, identifier: false },
  ];
  return { names: toNames(document), ...toPart(own, name, ofDocument), columns: columns.map(indexColumn) };
}

function indexColumn({ name, description }: SearchDocument["columns"][number]): IndexedColumn {
  const fields: Field[] = [
    { text: name, weight: 1, identifier: true },
    { text: description, weight: 1, identifier: false },
  ];
  return { name, folded: foldColumnName(name), ...toPart(fields, name, ofColumn) };
}

/** A column name as prefixes are matched with it. */
export function foldColumnName(name: string): string {
  return foldText(name).slice(0, maxKeyLength);
}

interface Field {
  readonly text: string;
  readonly weight: number;
  /** its neighbouring words are a term too */
  readonly identifier: boolean;
}

function toPart(fields: readonly Field[], name: string, weighing: Weighing): IndexedPart {
  const { saturation, lengthPenalty, referenceLength, nameShare, maxWords } = weighing;
  const frequencies = new Map<string, number>();
  const words = new Set<string>();
  let length = 0;
  let budget = maxWords;
  for (const { text, weight, identifier } of fields) {
    if (budget <= 0) break;
    const found = toWords(text).slice(0, budget);
    budget -= found.length;
    length += found.length * weight;
    for (const [at, word] of found.entries()) {
      words.add(word);
      raise(frequencies, stem(word), weight);
      const next = found[at + 1];
      if (identifier && next !== undefined) raise(frequencies, toPair(word, next), weight);
    }
  }
  const inName = new Set(toWords(name).map(stem));
  const norm = saturation * (1 - lengthPenalty + (lengthPenalty * length) / referenceLength);
  const impacts = new Map<string, number>();
  for (const [term, frequency] of frequencies) {
    const share = inName.has(term) ? nameShare / inName.size : 0;
    const impact = (frequency / (frequency + norm) + share) / (1 + nameShare);
    impacts.set(term, Math.max(1, Math.round(impact * maxImpact)));
  }
  return { impacts, words: [...words].sort() };
}

/** The term for two neighbouring words: `film_actor` and `filmactor` meet in it. */
export function toPair(first: string, second: string): string {
  return stem(first + second);
}

/** A name regardless of the order, the number and the endings of its words, with and without words that say nothing. */
export function toNameKeys(name: string): readonly string[] {
  const words = toWords(name);
  const inAnyOrder = (some: readonly string[]): string => [...new Set(some.map(stem))].sort().join(" ");
  const keys = [inAnyOrder(words), inAnyOrder(words.filter((word) => !stopWords.has(word))), words.join("")];
  return [...new Set(keys)].filter((key) => key !== "").map((key) => key.slice(0, maxKeyLength));
}

/** The forms of which a query may be the start: as written but folded, and its words. */
export function toNameStarts(name: string): readonly string[] {
  const starts = new Set([foldText(name).trim(), toWords(name).join(" ")]);
  return [...starts].filter((start) => start !== "").map((start) => start.slice(0, maxKeyLength));
}

function toNames(document: SearchDocument): IndexedDocument["names"] {
  const { name, qualifiedName, urn } = document;
  const stages: readonly (readonly [IdentityStage, readonly string[]])[] = [
    [4, [name, qualifiedName, urn]],
    [3, [foldText(name), foldText(qualifiedName)]],
    [2, toNameKeys(name)],
    [1, toNameStarts(name)],
  ];
  return stages.flatMap(([stage, keys]) =>
    [...new Set(keys)].filter((key) => key !== "" && key.length <= maxKeyLength * 8).map((key) => ({ stage, key })),
  );
}

/** What the document is in: depot, database and schema, without its own name. */
function toContainers(document: SearchDocument): readonly string[] {
  const { name, qualifiedName, depot, schemaName } = document;
  const path = qualifiedName.endsWith(name) ? qualifiedName.slice(0, -name.length) : qualifiedName;
  const known = new Set(toWords(path));
  return [path, ...[depot, schemaName].filter((container) => toWords(container).some((word) => !known.has(word)))];
}

function raise(frequencies: Map<string, number>, term: string, by: number): void {
  frequencies.set(term, (frequencies.get(term) ?? 0) + by);
}
