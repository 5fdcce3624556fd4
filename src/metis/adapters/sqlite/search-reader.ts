import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchRequest, SearchResult } from "../../ports.ts";
import {
  explainHit,
  facetNames,
  findDidYouMean,
  maxFacetValues,
  type QueryPlan,
  type SearchPosition,
  type ShownDocument,
  toCursor,
  toFacetFilters,
  type VisibleVocabulary,
} from "../../search/index.ts";
import { inList, joinSql, prefixSql, type Sql } from "./sql-parts.ts";
import type { Visibility } from "./visibility.ts";

interface Reading {
  readonly request: SearchRequest;
  readonly after: SearchPosition | undefined;
  readonly plan: QueryPlan;
  readonly visible: Visibility;
  readonly vocabulary: VisibleVocabulary;
}

interface HitRow {
  readonly doc: number;
  readonly score: number;
  readonly content: string;
}

/** Runs a planned search: all hits into a temporary table, then the page, the count and the facets from there. */
export async function readResult(db: SqliteDatabase, reading: Reading): Promise<SearchResult> {
  const { request, plan, visible } = reading;
  // INVARIANT: nothing is awaited between filling the table of hits and the last read of it
  collectHits(db, reading);
  const totalCount = db.prepare("select count(*) as n from hit").get<{ n: number }>()?.n ?? 0;
  const rows = readPage(db, request.first + 1, reading.after);
  const facets = readFacets(db, visible);
  db.exec("delete from hit");

  const isColumnVisible = visible.part("id");
  const columnAt = db.prepare(`select 1 from part where doc = ? and place = ? and ${isColumnVisible.text}`);
  const hits = rows.slice(0, request.first).map(({ doc, score, content }) => {
    const document = JSON.parse(content) as ShownDocument;
    const cursor = toCursor(request, { score, name: document.name, urn: document.urn });
    const isVisible = (place: number): boolean =>
      columnAt.get([doc, place, ...isColumnVisible.parameters]) !== undefined;
    return { urn: document.urn, score, ...explainHit(document, plan, isVisible), cursor };
  });
  const didYouMean = totalCount === 0 ? await findDidYouMean(plan, reading.vocabulary) : [];
  return { hits, hasNextPage: rows.length > request.first, totalCount, facets, didYouMean, staleBy: 0 };
}

function collectHits(db: SqliteDatabase, { request, plan, visible }: Reading): void {
  const filters = [...toFacetFilters(request)].map(([facet, values]): Sql => {
    const list = inList("f.value", values);
    const own: Sql = {
      text: `exists (select 1 from facet_value f where f.doc = d.id and f.facet = ? and ${list.text})`,
      parameters: [facet, ...list.parameters],
    };
    return facet === "tag" ? joinSql([own, hasColumnTag(values, visible)], "or") : own;
  });
  const where = joinSql([...filters, visible.document("d.id")], "and");
  db.exec("delete from hit");
  if (plan.browse) {
    db.prepare(`insert into hit select d.id, 0 from doc d where ${where.text}`).run(where.parameters);
    return;
  }
  const parts = [identityMatches(plan), ...plan.groups.map((group) => groupMatches(db, group, visible))].filter(
    (part) => part !== undefined,
  );
  // WHY cross join: it makes SQLite go from the matches to their documents, never through all documents
  db.prepare(
    `insert into hit
     select d.id, round(m.score, 6)
     from (select doc, sum(score) as score from (${parts.map(({ text }) => text).join(" union all ")}) group by doc) m
     cross join doc d on d.id = m.doc
     where ${where.text}`,
  ).run([...parts.flatMap(({ parameters }) => parameters), ...where.parameters]);
}

function hasColumnTag(tags: readonly string[], visible: Visibility): Sql {
  const list = inList("t.tag", tags);
  const part = visible.part("t.part");
  return {
    text: `exists (select 1 from column_tag t where t.doc = d.id and ${list.text} and ${part.text})`,
    parameters: [...list.parameters, ...part.parameters],
  };
}

function identityMatches(plan: QueryPlan): Sql {
  const stages = plan.identity.flatMap(({ stage, keys }): Sql[] => {
    if (keys.length === 0) return [];
    const match =
      stage === 1
        ? joinSql(
            keys.map((key) => prefixSql("key", key)),
            "or",
          )
        : inList("key", keys);
    return [
      {
        text: `select doc, ${stage} as stage from name_key where stage = ${stage} and (${match.text})`,
        parameters: match.parameters,
      },
    ];
  });
  return {
    text: `select doc, max(stage) as score from (${stages.map(({ text }) => text).join(" union all ")}) group by doc`,
    parameters: stages.flatMap(({ parameters }) => parameters),
  };
}

/** The best match of the group in each document, over its parts that are visible. */
function groupMatches(db: SqliteDatabase, group: QueryPlan["groups"][number], visible: Visibility): Sql | undefined {
  const part = visible.part("part");
  const postings = group.flatMap(({ term, weight }): Sql[] => {
    const id = db.prepare("select id from term where text = ?").get<{ id: number }>([term])?.id;
    if (id === undefined) return [];
    return [
      {
        // WHY grouped here: the postings of a term are in the order of their documents, so nothing is sorted
        text: `select doc, ? * max(impact) as score from posting where term = ? and ${part.text} group by doc`,
        parameters: [weight, id, ...part.parameters],
      },
    ];
  });
  const [only] = postings;
  if (only === undefined) return undefined;
  if (postings.length === 1) return only;
  return {
    text: `select doc, max(score) as score from (${postings.map(({ text }) => text).join(" union all ")}) group by doc`,
    parameters: postings.flatMap(({ parameters }) => parameters),
  };
}

function readPage(db: SqliteDatabase, limit: number, after: SearchPosition | undefined): HitRow[] {
  const position = after
    ? "where h.score < ?1 or (h.score = ?1 and (d.name > ?2 or (d.name = ?2 and d.urn > ?3)))"
    : "";
  const parameters = after ? [after.score, after.name, after.urn] : [];
  return db
    .prepare(
      `select h.doc, h.score, d.content from hit h cross join doc d on d.id = h.doc ${position}
       order by h.score desc, d.name, d.urn limit ${limit}`,
    )
    .all<HitRow>(parameters);
}

function readFacets(db: SqliteDatabase, visible: Visibility): SearchResult["facets"] {
  const part = visible.part("t.part");
  const facets = new Map<string, { value: string; count: number }[]>(facetNames.map((name) => [name, []]));
  const rows = db
    .prepare(
      // a document counts once for a tag that both it and its columns have
      `select facet, value, count(*) as count from (
         select f.facet, f.value from hit h cross join facet_value f on f.doc = h.doc
         union all
         select 'tag', value from (
           select distinct h.doc, t.tag as value from hit h
           cross join column_tag t on t.doc = h.doc where ${part.text}) c
         where not exists (select 1 from facet_value f where f.doc = c.doc and f.facet = 'tag' and f.value = c.value))
       group by facet, value order by count(*) desc, value`,
    )
    .iterate<{ facet: string; value: string; count: number }>(part.parameters);
  for (const { facet, value, count } of rows) {
    const values = facets.get(facet);
    if (values && values.length < maxFacetValues) values.push({ value, count });
  }
  return facets;
}
