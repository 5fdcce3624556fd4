import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { type FacetName, facetNames } from "../../search/index.ts";

/** Where a term occurs, by document; entry `n` says that part `parts[n]` of document `docs[n]` has it. */
export interface Postings {
  readonly docs: Int32Array;
  readonly parts: Int32Array;
  readonly impacts: Uint8Array;
  /** How many documents have it. */
  readonly documents: number;
}

/** The facet values of a document, as numbers that `FacetValues.names` explains. */
export interface DocumentFacets {
  readonly own: readonly number[];
  /** tags of its columns that it does not have itself, each with the part that has it */
  readonly ofColumns: readonly { readonly value: number; readonly part: number }[];
}

/** What questions look at again and again, read from the database when first needed. */
export interface SearchMemory {
  postings(term: string): Postings | undefined;
  facets(doc: number): DocumentFacets;
  /** What a number of a facet value stands for. */
  valueOf(number: number): { readonly facet: FacetName; readonly value: string } | undefined;
  /** The number of a facet value that some document has or had. */
  numberOf(facet: FacetName, value: string): number | undefined;
  /** All numbers are below it, once the facets of a document were read. */
  valueCount(): number;
  /** Ids of all documents by name, then urn. */
  ordered(): Int32Array;
  /** By id, the place among `ordered`. */
  ranks(): Int32Array;
}

/** What a change took out of date. */
export interface Touched {
  readonly terms: Set<number>;
  readonly docs: Set<number>;
}

/** One memory for each connection. */
export interface SearchMemories {
  of(db: SqliteDatabase): SearchMemory;
  forget(db: SqliteDatabase, touched: Touched): void;
}

interface Kept {
  readonly memory: SearchMemory;
  readonly version: number;
  forget(touched: Touched): void;
}

// WHY: some 5 bytes for each place of a term; a million columns have about 4 million
const maxKeptPlaces = 20_000_000;

/** WHY in memory: a word that a quarter of 100,000 tables have took SQL 200 ms to add up, and takes 1 ms from arrays. */
export function createSearchMemories(): SearchMemories {
  const kept = new WeakMap<SqliteDatabase, Kept>();
  return {
    of(db) {
      // changes when another connection has written
      const version = db.prepare("pragma data_version").get<{ data_version: number }>()?.data_version ?? 0;
      const known = kept.get(db);
      if (known?.version === version) return known.memory;
      const fresh = { ...createMemory(db), version };
      kept.set(db, fresh);
      return fresh.memory;
    },
    forget(db, touched) {
      kept.get(db)?.forget(touched);
    },
  };
}

function createMemory(db: SqliteDatabase): Omit<Kept, "version"> {
  const lists = new Map<number, Postings>();
  let places = 0;
  const values: { readonly facet: FacetName; readonly value: string }[] = [];
  const numbers = new Map<string, number>();
  // by id of the document
  let facets: (DocumentFacets | undefined)[] | undefined;
  let ordered: Int32Array | undefined;
  let ranks: Int32Array | undefined;

  const toNumber = (facet: FacetName, value: string): number => {
    const key = `${facet}\n${value}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, values.length);
    return values.push({ facet, value }) - 1;
  };
  const isFacet = (name: string): name is FacetName => (facetNames as readonly string[]).includes(name);
  const readFacets = (where: string, parameters: readonly number[]): (DocumentFacets | undefined)[] => {
    const found: { own: number[]; ofColumns: { value: number; part: number }[] }[] = [];
    const entryOf = (doc: number) => {
      const known = found[doc];
      if (known) return known;
      const entry = { own: [], ofColumns: [] };
      found[doc] = entry;
      return entry;
    };
    const own = db.prepare(`select doc, facet, value from facet_value ${where}`);
    for (const { doc, facet, value } of own.iterate<{ doc: number; facet: string; value: string }>([...parameters])) {
      if (isFacet(facet)) entryOf(doc).own.push(toNumber(facet, value));
    }
    const tags = db.prepare(`select doc, tag, part from column_tag ${where}`);
    for (const { doc, tag, part } of tags.iterate<{ doc: number; tag: string; part: number }>([...parameters])) {
      const entry = entryOf(doc);
      const value = toNumber("tag", tag);
      if (!entry.own.includes(value)) entry.ofColumns.push({ value, part });
    }
    return found;
  };
  const readOrdered = (): Int32Array => {
    ordered ??= toNumbers(
      db.prepare("select group_concat(id) as ids from (select id from doc order by name, urn)").get<{ ids: string }>()
        ?.ids,
    );
    return ordered;
  };
  const memory: SearchMemory = {
    postings(text) {
      const term = db.prepare("select id from term where text = ?").get<{ id: number }>([text])?.id;
      if (term === undefined) return undefined;
      const known = lists.get(term);
      if (known) return known;
      const list = readPostings(db, term);
      if (places + list.docs.length > maxKeptPlaces) {
        lists.clear();
        places = 0;
      }
      lists.set(term, list);
      places += list.docs.length;
      return list;
    },
    facets(doc) {
      facets ??= readFacets("", []);
      const known = facets[doc];
      if (known) return known;
      const read = readFacets("where doc = ?", [doc])[doc] ?? { own: [], ofColumns: [] };
      facets[doc] = read;
      return read;
    },
    valueOf: (number) => values[number],
    valueCount: () => values.length,
    numberOf: (facet, value) => {
      facets ??= readFacets("", []);
      return numbers.get(`${facet}\n${value}`);
    },
    ordered: readOrdered,
    ranks() {
      if (!ranks) {
        const ids = readOrdered();
        ranks = new Int32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1);
        for (const [rank, id] of ids.entries()) ranks[id] = rank;
      }
      return ranks;
    },
  };
  return {
    memory,
    forget({ terms, docs }) {
      for (const term of terms) {
        places -= lists.get(term)?.docs.length ?? 0;
        lists.delete(term);
      }
      if (facets) {
        // read at once, so that filters can name the values that are new
        for (const doc of docs) facets[doc] = readFacets("where doc = ?", [doc])[doc];
      }
      if (docs.size > 0) {
        ordered = undefined;
        ranks = undefined;
      }
    },
  };
}

function readPostings(db: SqliteDatabase, term: number): Postings {
  // WHY as texts: three long ones are read ten times as fast as a row for each place
  const row = db
    .prepare(
      `select group_concat(doc) as docs, group_concat(part) as parts, group_concat(impact) as impacts
       from (select doc, part, impact from posting where term = ? order by doc, part)`,
    )
    .get<{ docs: string | null; parts: string | null; impacts: string | null }>([term]);
  const docs = toNumbers(row?.docs);
  let documents = 0;
  for (let at = 0; at < docs.length; at++) if (at === 0 || docs[at] !== docs[at - 1]) documents++;
  return { docs, parts: toNumbers(row?.parts), impacts: Uint8Array.from(toNumbers(row?.impacts)), documents };
}

function toNumbers(list: string | null | undefined): Int32Array {
  return list === null || list === undefined ? new Int32Array(0) : Int32Array.from(list.split(","), Number);
}
