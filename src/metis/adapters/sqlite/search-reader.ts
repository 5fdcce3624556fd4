import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchDocument, SearchRequest, SearchResult } from "../../ports.ts";
import {
  explainHit,
  facetNames,
  findDidYouMean,
  maxFacetValues,
  type QueryPlan,
  type SearchPosition,
  toCursor,
  toFacetFilters,
  type VisibleVocabulary,
} from "../../search/index.ts";
import { inList, joinSql, prefixSql, type Sql } from "./object-condition-sql.ts";

interface Reading {
  readonly request: SearchRequest;
  readonly after: SearchPosition | undefined;
  readonly plan: QueryPlan;
  /** on the row `d` of `doc` */
  readonly visible: Sql;
  readonly vocabulary: VisibleVocabulary;
}

interface HitRow {
  readonly score: number;
  readonly document: string;
}

/** Runs a planned search: all hits into a temporary table, then the page, the count and the facets from there. */
export async function readResult(db: SqliteDatabase, reading: Reading): Promise<SearchResult> {
  const { request, plan } = reading;
  // INVARIANT: nothing is awaited between filling the table of hits and the last read of it
  collectHits(db, reading);
  const totalCount = db.prepare("select count(*) as n from hit").get<{ n: number }>()?.n ?? 0;
  const rows = readPage(db, request.first + 1, reading.after);
  const facets = readFacets(db);
  db.exec("delete from hit");

  const hits = rows.slice(0, request.first).map(({ score, document: json }) => {
    const document = JSON.parse(json) as SearchDocument;
    const cursor = toCursor(request, { score, name: document.name, urn: document.urn });
    return { urn: document.urn, score, ...explainHit(document, plan), cursor };
  });
  const didYouMean = totalCount === 0 ? await findDidYouMean(plan, reading.vocabulary) : [];
  return { hits, hasNextPage: rows.length > request.first, totalCount, facets, didYouMean, staleBy: 0 };
}

function collectHits(db: SqliteDatabase, { request, plan, visible }: Reading): void {
  const filters = [...toFacetFilters(request)].map(([facet, values]): Sql => {
    const list = inList("f.value", values);
    return {
      text: `exists (select 1 from facet_value f where f.doc = d.id and f.facet = ? and ${list.text})`,
      parameters: [facet, ...list.parameters],
    };
  });
  const where = joinSql([visible, ...filters], "and");
  db.exec("delete from hit");
  if (plan.browse) {
    db.prepare(`insert into hit select d.id, 0 from doc d where ${where.text}`).run(where.parameters);
    return;
  }
  const parts = [identityMatches(plan), ...plan.groups.map((group) => groupMatches(db, group))].filter(
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

function groupMatches(db: SqliteDatabase, group: QueryPlan["groups"][number]): Sql | undefined {
  const postings = group.flatMap(({ term, weight }): Sql[] => {
    const id = db.prepare("select id from term where text = ?").get<{ id: number }>([term])?.id;
    if (id === undefined) return [];
    return [{ text: "select doc, ? * impact as score from posting where term = ?", parameters: [weight, id] }];
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
      `select h.score, d.document from hit h cross join doc d on d.id = h.doc ${position}
       order by h.score desc, d.name, d.urn limit ${limit}`,
    )
    .all<HitRow>(parameters);
}

function readFacets(db: SqliteDatabase): SearchResult["facets"] {
  const facets = new Map<string, { value: string; count: number }[]>(facetNames.map((name) => [name, []]));
  const rows = db
    .prepare(
      `select f.facet, f.value, count(*) as count from hit h cross join facet_value f on f.doc = h.doc
       group by f.facet, f.value order by count(*) desc, f.value`,
    )
    .iterate<{ facet: string; value: string; count: number }>();
  for (const { facet, value, count } of rows) {
    const values = facets.get(facet);
    if (values && values.length < maxFacetValues) values.push({ value, count });
  }
  return facets;
}
