import type { LineageEdge, LineageNode, LineageRequest } from "../ports.ts";

export type Direction = "UPSTREAM" | "DOWNSTREAM";
export type Granularity = LineageRequest["granularity"];

/**
 * What a walk reads of a graph. Edges may end at URNs that are no nodes (yet); the walk leaves those out.
 * At `COLUMN` only edges that start at columns count. One from a column to a dataset means that all of its rows depend on
 * the column: it leads to every column of the dataset.
 */
export interface LineageReader {
  /** The nodes of these URNs; what is unknown or removed is left out. In any order. */
  nodes(urns: readonly string[]): Promise<readonly LineageNode[]>;
  /** URNs of the columns of a dataset. In any order. */
  columns(dataset: string): Promise<readonly string[]>;
  /** Each distinct pair of one of `urns` and a neighbour of it in `direction`. In any order. */
  neighbours(
    urns: readonly string[],
    direction: Direction,
    granularity: Granularity,
  ): Promise<readonly { readonly urn: string; readonly neighbour: string }[]>;
  /** Edges that start and end in `urns`; at `COLUMN` also those that end at the dataset of a column in `urns`. At most `limit`. */
  edges(urns: readonly string[], granularity: Granularity, limit: number): Promise<readonly LineageEdge[]>;
}
