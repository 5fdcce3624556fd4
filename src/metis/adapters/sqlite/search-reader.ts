import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchRequest, SearchResult } from "../../ports.ts";
import {
  compareCodePoints,
  explainHit,
  facetNames,
  findDidYouMean,
  maxFacetValues,
  type QueryPlan,
  type SearchPosition,
  type ShownDocument,
  toCursor,
  type VisibleVocabulary,
} from "../../search/index.ts";
import { collectMatches, type Matches } from "./search-matches.ts";
import type { SearchMemory } from "./search-memory.ts";
import type { Visibility } from "./visibility.ts";

interface Reading {
  readonly request: SearchRequest;
  readonly after: SearchPosition | undefined;
  readonly plan: QueryPlan;
  readonly visible: Visibility;
  readonly vocabulary: VisibleVocabulary;
  readonly memory: SearchMemory;
}

/** Runs a planned search: all that matches, then the page, the count and the facets of it. */
export async function readResult(db: SqliteDatabase, reading: Reading): Promise<SearchResult> {
  const { request, plan, visible, memory } = reading;
  // INVARIANT: nothing is awaited between adding up what matches and the last look into the memory
  const matches = collectMatches(db, memory, reading);
  const totalCount = matches.docs.length;
  const rows = readPage(db, reading, matches);
  const facets = countFacets(matches, memory, visible);

  const partsOf = db.prepare("select place, id from part where doc = ? and place >= 0");
  const hits = rows.slice(0, request.first).map(({ doc, score, content }) => {
    const document = JSON.parse(content) as ShownDocument;
    const cursor = toCursor(request, { score, name: document.name, urn: document.urn });
    const parts = visible.all ? [] : partsOf.all<{ place: number; id: number }>([doc]);
    const seen = new Set(parts.filter(({ id }) => visible.seesPart(id)).map(({ place }) => place));
    const isVisible = (place: number): boolean => visible.all || seen.has(place);
    return { urn: document.urn, score, ...explainHit(document, plan, isVisible), cursor };
  });
  const didYouMean = totalCount === 0 ? await findDidYouMean(plan, reading.vocabulary) : [];
  return { hits, hasNextPage: rows.length > request.first, totalCount, facets, didYouMean, staleBy: 0 };
}

interface HitRow {
  readonly doc: number;
  readonly score: number;
  readonly content: string;
}

/** The best after the cursor, one more than a page has. */
function readPage(db: SqliteDatabase, { request, after, memory }: Reading, { docs, scores }: Matches): HitRow[] {
  const ranks = memory.ranks();
  const limit = request.first + 1;
  // the first place behind the cursor, among documents with the same score
  const start = after === undefined ? 0 : firstRankAfter(db, ranks, after);
  const isBefore = (a: number, b: number): boolean => {
    const difference = (scores[b] ?? 0) - (scores[a] ?? 0);
    return difference < 0 || (difference === 0 && (ranks[docs[a] ?? 0] ?? 0) < (ranks[docs[b] ?? 0] ?? 0));
  };
  const page: number[] = [];
  for (let at = 0; at < docs.length; at++) {
    const score = scores[at] ?? 0;
    if (after && (score > after.score || (score === after.score && (ranks[docs[at] ?? 0] ?? 0) < start))) continue;
    const last = page.at(-1);
    if (page.length === limit && last !== undefined && !isBefore(at, last)) continue;
    let low = 0;
    for (let high = page.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (isBefore(page[middle] ?? 0, at)) low = middle + 1;
      else high = middle;
    }
    page.splice(low, 0, at);
    if (page.length > limit) page.pop();
  }
  const content = db.prepare("select content from doc where id = ?");
  return page.map((at) => {
    const doc = docs[at] ?? 0;
    return { doc, score: scores[at] ?? 0, content: content.get<{ content: string }>([doc])?.content ?? "{}" };
  });
}

function firstRankAfter(db: SqliteDatabase, ranks: Int32Array, { name, urn }: SearchPosition): number {
  const next = db
    .prepare("select id from doc where (name, urn) > (?, ?) order by name, urn limit 1")
    .get<{ id: number }>([name, urn]);
  return next ? (ranks[next.id] ?? 0) : Number.POSITIVE_INFINITY;
}

/** A document counts once for a tag that several of its visible columns have. */
function countFacets({ docs }: Matches, memory: SearchMemory, visible: Visibility): SearchResult["facets"] {
  if (docs[0] !== undefined) memory.facets(docs[0]);
  const counts = new Int32Array(memory.valueCount());
  for (const doc of docs) {
    const { own, ofColumns } = memory.facets(doc);
    for (let at = 0; at < own.length; at++) counts[own[at] ?? 0] = (counts[own[at] ?? 0] ?? 0) + 1;
    if (ofColumns.length === 0) continue;
    const tags = new Set(ofColumns.filter(({ part }) => visible.seesPart(part)).map(({ value }) => value));
    for (const value of tags) counts[value] = (counts[value] ?? 0) + 1;
  }
  const facets = new Map<string, { value: string; count: number }[]>(facetNames.map((name) => [name, []]));
  counts.forEach((count, number) => {
    const found = count > 0 ? memory.valueOf(number) : undefined;
    if (found) facets.get(found.facet)?.push({ value: found.value, count });
  });
  for (const [name, values] of facets) {
    values.sort((a, b) => b.count - a.count || compareCodePoints(a.value, b.value));
    facets.set(name, values.slice(0, maxFacetValues));
  }
  return facets;
}
