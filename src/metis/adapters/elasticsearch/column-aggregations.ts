import type { estypes } from "@elastic/elasticsearch";
import type { Visible } from "./visible-query.ts";

export type Aggregations = Record<string, estypes.AggregationsAggregationContainer>;
type Answers = Record<string, estypes.AggregationsAggregate>;

/** Aggregates over the visible columns of the documents that were found; read the answer with `columnsOf`. */
export function overColumns(visible: Visible, aggs: Aggregations): estypes.AggregationsAggregationContainer {
  return {
    nested: { path: "columns" },
    aggs: { visible: { filter: { bool: { filter: [...visible.columns] } }, aggs } },
  };
}

/** The answers of what was asked `overColumns` under the name `columns`. */
export function columnsOf(aggregations: Answers | undefined): Answers {
  const { visible } = (aggregations?.columns ?? {}) as { readonly visible?: Answers };
  return visible ?? {};
}

/** Counts the documents that the columns of a bucket are in. */
export const inDocuments: Aggregations = { documents: { reverse_nested: {} } };

/** How many documents a bucket with `inDocuments` is in. */
export function documentsIn(bucket: object | undefined): number {
  const { documents } = (bucket ?? {}) as { readonly documents?: estypes.AggregationsReverseNestedAggregate };
  return documents?.doc_count ?? 0;
}

/** The buckets of terms. */
export function bucketsOf(
  aggregate: estypes.AggregationsAggregate | undefined,
): estypes.AggregationsStringTermsBucket[] {
  const { buckets = [] } = (aggregate ?? {}) as estypes.AggregationsStringTermsAggregate;
  return Array.isArray(buckets) ? buckets : [];
}
