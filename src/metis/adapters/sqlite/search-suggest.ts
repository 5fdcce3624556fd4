import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchStore } from "../../ports.ts";
import { columnSuggestion, type Suggestion, toSuggestionQuery } from "../../search/index.ts";
import { joinSql, prefixSql } from "./sql-parts.ts";
import type { Visibility } from "./visibility.ts";

/** Names of visible documents that start with `prefix`, shortest first, then columns that do, most used first. */
export async function suggestNames(
  db: SqliteDatabase,
  prefix: string,
  first: number,
  visible: Visibility,
): ReturnType<SearchStore["suggest"]> {
  const query = toSuggestionQuery(prefix, first);
  if (query === undefined) return [];
  const starts = joinSql(
    query.starts.map((start) => prefixSql("n.key", start)),
    "or",
  );
  const document = visible.document("d.id");
  const names = db
    .prepare(
      `select distinct d.name as text, d.urn, d.kind from name_key n cross join doc d on d.id = n.doc
       where n.stage = 1 and (${starts.text}) and ${document.text}
       order by length(d.name), d.name, d.urn limit ?`,
    )
    .all<Suggestion>([...starts.parameters, ...document.parameters, query.first]);
  if (names.length === query.first) return names.map((name) => ({ ...name }));

  const range = prefixSql("p.folded", query.folded);
  const seen = joinSql([visible.part("p.id"), document], "and");
  const columns = db
    .prepare(
      // the dataset that comes first, and of its columns the one that does
      `select min(d.urn || char(10) || p.name) as first from part p cross join doc d on d.id = p.doc
       where ${range.text} and ${seen.text}
       group by p.folded order by count(distinct p.doc) desc, p.folded limit ?`,
    )
    .all<{ first: string }>([...range.parameters, ...seen.parameters, query.first - names.length]);
  return [
    ...names.map((name) => ({ ...name })),
    ...columns.map(({ first: found }) => {
      const end = found.indexOf("\n");
      return columnSuggestion(found.slice(0, end), found.slice(end + 1));
    }),
  ];
}
