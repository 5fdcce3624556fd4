import type { RowFilter, RowFilterClause } from "../shared/decision.ts";
import { formatPlace } from "./errors/user-errors.ts";

/** A row filter as the API shows it, with one line that says it. */
export function toRowFilter({ all, any }: RowFilter) {
  return { text: describeRowFilter({ all, any }), all: all.map(toClause), any: any.map(toClause) };
}

function toClause(clause: RowFilterClause) {
  return { policy: clause.policy, at: formatPlace(clause) ?? "", comparisons: clause.comparisons };
}

function describeRowFilter({ all, any }: RowFilter): string {
  const parts = all.map(describeClause);
  if (any.length > 0)
    parts.push(any.length === 1 ? any.map(describeClause).join() : `(${any.map(describeClause).join(" or ")})`);
  return parts.join(" and ");
}

function describeClause({ comparisons }: RowFilterClause): string {
  const text = comparisons
    .map(({ column, operator, value }) => `${column} ${operator === "equals" ? "=" : "<>"} ${JSON.stringify(value)}`)
    .join(" and ");
  return comparisons.length === 1 ? text : `(${text})`;
}
