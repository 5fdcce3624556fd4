import type { Urn } from "../../shared/urn.ts";
import { type CatalogWriter, edgeKeyOf, type StoredEdge } from "../adapters/state/index.ts";
import type { LineageEdge } from "../ports.ts";

/** Replaces the edges of each evidence; nothing is written for those that are as they were. Answers how many edges there are now. */
export async function writeLineage(
  writer: CatalogWriter,
  byEvidence: ReadonlyMap<string, readonly LineageEdge[]>,
): Promise<number> {
  const live = groupByEvidence(await writer.findEdges([...byEvidence.keys()]));
  let count = 0;
  for (const [evidence, edges] of byEvidence) {
    const wanted = new Map(edges.map((edge) => [edgeKeyOf(edge), { ...edge, evidence }]));
    const there = live.get(evidence) ?? [];
    const known = new Set(there.map(({ key }) => key));
    const closed = there.filter(({ key }) => !wanted.has(key));
    const opened = [...wanted].filter(([key]) => !known.has(key)).map(([, edge]) => edge);
    if (closed.length > 0 || opened.length > 0) writer.putEdges(evidence, closed, opened);
    count += wanted.size;
  }
  return count;
}

/**
 * Brings edges along when what they touch is renamed, and closes those of definitions that are gone.
 * @param renames old URN -> new URN
 */
export async function followRenames(
  writer: CatalogWriter,
  renames: ReadonlyMap<string, string>,
  withdrawn: readonly string[],
): Promise<void> {
  for (const [evidence, edges] of groupByEvidence(await writer.findEdges(withdrawn))) {
    writer.putEdges(evidence, edges, []);
  }
  if (renames.size === 0) return;
  const now = (urn: string): Urn => (renames.get(urn) ?? urn) as Urn;
  const touched = await writer.findEdgesTouching([...renames.keys()]);
  const byEvidence = groupByEvidence(touched.filter(({ edge }) => !withdrawn.includes(edge.evidence)));
  const there = groupByEvidence(await writer.findEdges([...byEvidence.keys()].map(now)));
  for (const [evidence, closed] of byEvidence) {
    const target = now(evidence);
    const known = new Set((there.get(target) ?? []).map(({ key }) => key));
    const opened = closed
      .map(({ edge }): LineageEdge => ({ ...edge, from: now(edge.from), to: now(edge.to), evidence: target }))
      .filter((edge) => !known.has(edgeKeyOf(edge)));
    if (target === evidence) {
      writer.putEdges(evidence, closed, opened);
    } else {
      writer.putEdges(evidence, closed, []);
      writer.putEdges(target, [], opened);
    }
  }
}

function groupByEvidence(edges: readonly StoredEdge[]): Map<string, StoredEdge[]> {
  const groups = new Map<string, StoredEdge[]>();
  for (const stored of edges) {
    const group = groups.get(stored.edge.evidence);
    if (group) group.push(stored);
    else groups.set(stored.edge.evidence, [stored]);
  }
  return groups;
}
