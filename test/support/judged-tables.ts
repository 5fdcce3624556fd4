import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SearchDocument } from "../../src/metis/ports.ts";
import { formatUrn } from "../../src/shared/urn.ts";
import { columnOf, tableDocument } from "./search-documents.ts";

const spiderTables = fileURLToPath(new URL("../../../shared/data/search/spider_tables/", import.meta.url));

/** Whether the judged set is there. */
export const hasJudgedTables = existsSync(spiderTables);

export interface JudgedQuery {
  readonly text: string;
  /** urn -> grade */
  readonly grades: ReadonlyMap<string, number>;
}

export interface JudgedTables {
  readonly documents: readonly SearchDocument[];
  readonly queries: readonly JudgedQuery[];
}

/**
 * Tables, and questions whose right tables are known; by default 876 tables of 166 databases.
 * @param folder with `corpus.jsonl`, `queries.tsv` and `qrels.tsv`
 */
export function readJudgedTables(folder = spiderTables): JudgedTables {
  interface Line {
    readonly id: string;
    readonly db: string;
    readonly name: string;
    readonly label: string;
    readonly columns: readonly { readonly name: string; readonly label: string }[];
  }
  const tables = readLines(join(folder, "corpus.jsonl")).map((line) => JSON.parse(line) as Line);
  const urnOf = new Map(
    tables.map(({ id, db, name }) => [id, formatUrn({ kind: "dataset", scope: "spider", path: [db, name] })]),
  );
  const documents = tables.map(({ id, db, name, label, columns }, at): SearchDocument => {
    const urn = urnOf.get(id);
    return {
      ...tableDocument(name, {
        ...(urn ? { urn } : {}),
        qualifiedName: `spider.${db}.${name}`,
        depot: "spider",
        schemaName: db,
        description: label === name ? "" : label,
        seq: at + 1,
      }),
      columns: columns.map((column) => columnOf(column.name, { description: column.label })),
    };
  });
  const grades = new Map<string, Map<string, number>>();
  for (const line of readLines(join(folder, "qrels.tsv"))) {
    const [query = "", , table = "", grade] = line.split("\t");
    const judged = grades.get(query) ?? new Map<string, number>();
    judged.set(urnOf.get(table) ?? table, Number(grade));
    grades.set(query, judged);
  }
  const queries = readLines(join(folder, "queries.tsv")).flatMap((line) => {
    const [id = "", text = ""] = line.split("\t");
    const judged = grades.get(id);
    return judged ? [{ text, grades: judged }] : [];
  });
  return { documents, queries };
}

/** nDCG@10 of a ranking: 1 where the best possible ten are in the best order. */
export function toNdcg(ranked: readonly string[], grades: ReadonlyMap<string, number>): number {
  const gain = (grade: number, at: number) => (2 ** grade - 1) / Math.log2(at + 2);
  const dcg = ranked.slice(0, 10).reduce((sum, urn, at) => sum + gain(grades.get(urn) ?? 0, at), 0);
  const ideal = [...grades.values()]
    .sort((a, b) => b - a)
    .slice(0, 10)
    .reduce((sum, grade, at) => sum + gain(grade, at), 0);
  return dcg / ideal;
}

/** 1 / place of the first right one, 0 where there is none in the ranking. */
export function toReciprocalRank(ranked: readonly string[], grades: ReadonlyMap<string, number>): number {
  const place = ranked.findIndex((urn) => (grades.get(urn) ?? 0) > 0);
  return place < 0 ? 0 : 1 / (place + 1);
}

function readLines(path: string): string[] {
  return readFileSync(path, "utf8").trim().split(/\r?\n/);
}
