import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { SearchStore } from "../../ports.ts";
import { columnSuggestion, type Suggestion, toSuggestionQuery } from "../../search/index.ts";
import { joinSql, prefixSql, type Sql } from "./object-condition-sql.ts";

/** Names of visible documents that start with `prefix`, shortest first, then columns that do, most used first. */
export async function suggestNames(
  db: SqliteDatabase,
  prefix: string,
  first: number,
  visible: Sql,
): ReturnType<SearchStore["suggest"]> {
  const query = toSuggestionQuery(prefix, first);
  if (query === undefined) return [];
  const starts = joinSql(
    query.starts.map((start) => prefixSql("n.key", start)),
    "or",
  );
  const names = db
    .prepare(
      `select distinct d.name as text, d.urn, d.kind from name_key n cross join doc d on d.id = n.doc
       where n.stage = 1 and (${starts.text}) and ${visible.text}
       order by length(d.name), d.name, d.urn limit ?`,
    )
    .all<Suggestion>([...starts.parameters, ...visible.parameters, query.first]);
  if (names.length === query.first) return names.map((name) => ({ ...name }));

  const range = prefixSql("c.folded", query.folded);
  const columns = db
    .prepare(
      // a bare column beside min() comes from the row that has the minimum
      `select min(d.urn) as urn, c.name as text from column_name c cross join doc d on d.id = c.doc
       where ${range.text} and ${visible.text}
       group by c.folded order by count(distinct c.doc) desc, c.folded limit ?`,
    )
    .all<{ urn: string; text: string }>([...range.parameters, ...visible.parameters, query.first - names.length]);
  return [...names.map((name) => ({ ...name })), ...columns.map(({ urn, text }) => columnSuggestion(urn, text))];
}
