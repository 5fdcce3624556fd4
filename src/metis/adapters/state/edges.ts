import type { Kysely } from "kysely";
import type { Urn } from "../../../shared/urn.ts";
import { fingerprint } from "../../catalog/index.ts";
import type { LineageEdge } from "../../ports.ts";
import type { EdgeRow, MetisTables } from "./tables.ts";

/** A live edge with its row. */
export interface StoredEdge {
  readonly edge: LineageEdge;
  readonly key: string;
  readonly row: EdgeRow;
}

/** Equal for edges that say the same. */
export function edgeKeyOf(edge: LineageEdge): string {
  return fingerprint([edge.from, edge.to, edge.type, edge.subtype, edge.expression, edge.masking, edge.confidence]);
}

export function toEdgeRow(edge: LineageEdge, runId: string | undefined, seq: number, at: string): EdgeRow {
  return {
    evidence: edge.evidence,
    edge_key: edgeKeyOf(edge),
    from_urn: edge.from,
    to_urn: edge.to,
    type: edge.type,
    subtype: edge.subtype,
    expression: edge.expression ?? null,
    masking: edge.masking ? 1 : 0,
    confidence: edge.confidence,
    run_id: runId ?? null,
    seq,
    valid_from: at,
    valid_to: null,
    to_seq: null,
  };
}

const maxKeysPerQuery = 2_000;

/** Live edges by evidence, or by what they touch (from, to or evidence); sorted by evidence, from, to, key. */
export async function readLiveEdges(
  db: Kysely<MetisTables>,
  by: { readonly evidences: readonly string[] } | { readonly touching: readonly string[] },
): Promise<readonly StoredEdge[]> {
  const found = new Map<string, StoredEdge>();
  const read = async (column: "evidence" | "from_urn" | "to_urn", keys: readonly string[]): Promise<void> => {
    for (let start = 0; start < keys.length; start += maxKeysPerQuery) {
      const rows = await db
        .selectFrom("metis_edge")
        .selectAll()
        .where("to_seq", "is", null)
        .where(column, "in", keys.slice(start, start + maxKeysPerQuery))
        .execute();
      for (const row of rows) found.set(`${row.evidence}\n${row.edge_key}`, toStoredEdge(row));
    }
  };
  if ("evidences" in by) await read("evidence", by.evidences);
  else for (const column of ["evidence", "from_urn", "to_urn"] as const) await read(column, by.touching);
  return [...found.values()].sort((a, b) => compareEdges(a.row, b.row));
}

function toStoredEdge(row: EdgeRow): StoredEdge {
  const edge: LineageEdge = {
    from: row.from_urn as Urn,
    to: row.to_urn as Urn,
    type: row.type === "INDIRECT" ? "INDIRECT" : "DIRECT",
    subtype: row.subtype,
    expression: row.expression ?? undefined,
    masking: row.masking === 1,
    confidence: row.confidence,
    evidence: row.evidence,
  };
  return { edge, key: row.edge_key, row };
}

function compareEdges(a: EdgeRow, b: EdgeRow): number {
  for (const column of ["evidence", "from_urn", "to_urn", "edge_key"] as const) {
    if (a[column] !== b[column]) return a[column] < b[column] ? -1 : 1;
  }
  return 0;
}
