import type { SearchDocument } from "../ports.ts";
import { foldText } from "./fold.ts";
import { type ObjectKeys, toObjectKeys } from "./object-keys.ts";
import { stem } from "./stem.ts";
import { stopWords } from "./stop-words.ts";
import { toWords } from "./tokenize.ts";

/** How a whole query can be a name: 4 as written, 3 but for case and accents, 2 but for separators and endings, 1 its start. */
export type IdentityStage = 1 | 2 | 3 | 4;

/** What a search engine stores of a document; the same for every engine. */
export interface IndexedDocument {
  /** Keys by which the whole query finds the document; stage 1 keys are matched by prefix. */
  readonly names: readonly { readonly stage: IdentityStage; readonly key: string }[];
  /** Term -> how much the document is about it, an integer 1..255. */
  readonly impacts: ReadonlyMap<string, number>;
  /** Words as written (folded, not stemmed), to find what a misspelt word means; sorted. */
  readonly words: readonly string[];
  /** Column names, folded for prefix matching; as written for display. */
  readonly columns: readonly { readonly folded: string; readonly name: string }[];
  /** The document's tags and those of its columns; sorted. */
  readonly tags: readonly string[];
  readonly object: ObjectKeys;
}

/** Highest impact. WHY: 8 significant bits are what Lucene's feature fields keep exactly, so that scores are the same everywhere. */
export const maxImpact = 255;

// Measured with the judged set of test/contract/search-store.contract.ts; the neighbourhood is flat, so none of them is worth tuning further
const weights = { name: 3, column: 1, description: 1, path: 0.5 } as const;
const saturation = 0.9;
const lengthPenalty = 0.4;
/** WHY fixed: a mean over the corpus would let documents that a subject may not see move the scores of those it may. */
const referenceLength = 25;
const nameShare = 0.1;
const maxWords = 20_000;
const maxKeyLength = 1_000;

/** Analyses a document for any search engine. */
export function indexDocument(document: SearchDocument): IndexedDocument {
  const field = new Map<string, number>();
  const words = new Set<string>();
  let length = 0;
  let budget = maxWords;
  const add = (text: string, weight: number, identifier: boolean): void => {
    if (budget <= 0) return;
    const found = toWords(text).slice(0, budget);
    budget -= found.length;
    length += found.length * weight;
    for (const [at, word] of found.entries()) {
      words.add(word);
      raise(field, stem(word), weight);
      const next = found[at + 1];
      if (identifier && next !== undefined) raise(field, toPair(word, next), weight);
    }
  };
  add(document.name, weights.name, true);
  for (const container of toContainers(document)) add(container, weights.path, false);
  // names first, so that no description uses up the room for them
  for (const column of document.columns) add(column.name, weights.column, true);
  add(document.description, weights.description, false);
  for (const column of document.columns) add(column.description, weights.description, false);

  const inName = new Set(toWords(document.name).map(stem));
  const impacts = new Map<string, number>();
  const norm = saturation * (1 - lengthPenalty + (lengthPenalty * length) / referenceLength);
  for (const [term, frequency] of field) {
    const share = inName.has(term) ? nameShare / inName.size : 0;
    const impact = (frequency / (frequency + norm) + share) / (1 + nameShare);
    impacts.set(term, Math.max(1, Math.round(impact * maxImpact)));
  }
  return {
    names: toNames(document),
    impacts,
    words: [...words].sort(),
    columns: document.columns.map(({ name }) => ({ folded: foldText(name).slice(0, maxKeyLength), name })),
    tags: [...new Set([...document.tags, ...document.columns.flatMap(({ tags }) => tags)])].sort(),
    object: toObjectKeys(document.object),
  };
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

function raise(field: Map<string, number>, term: string, by: number): void {
  field.set(term, (field.get(term) ?? 0) + by);
}
