import type { ObjectFilter } from "../../../shared/object-filter.ts";
import { type ObjectCondition, toObjectCondition } from "../../search/index.ts";
import { type Query, toConditionQuery } from "./object-condition-query.ts";

/** What one question may see. */
export interface Visible {
  /** live documents that are visible */
  readonly documents: readonly Query[];
  /** columns that are visible, on the nested documents `columns`; of documents that are */
  readonly columns: readonly Query[];
  /** How many clauses `columns` has. */
  readonly columnClauses: number;
}

export function toVisible(filter: ObjectFilter): Visible {
  const condition = toObjectCondition(filter);
  if (condition.op === "all") return { documents: [isLive], columns: [], columnClauses: 0 };
  return {
    documents: [isLive, toConditionQuery(condition)],
    columns: [toConditionQuery(condition, "columns.")],
    columnClauses: countClauses(condition),
  };
}

/** Leaves out what was deleted and what is no document. */
export const isLive: Query = { term: { live: { value: true } } };

/** Documents with a visible column for which `query` holds, scored as the best of them is. */
export function inColumns(visible: Visible, query: Query): Query {
  return {
    nested: { path: "columns", score_mode: "max", query: { bool: { filter: [...visible.columns], must: [query] } } },
  };
}

function countClauses(condition: ObjectCondition): number {
  switch (condition.op) {
    case "and":
    case "or":
      return condition.of.reduce((sum, part) => sum + countClauses(part), 0);
    case "not":
      return countClauses(condition.of);
    default:
      return 1;
  }
}
