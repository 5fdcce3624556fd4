import { type Urn, withoutField } from "../../shared/urn.ts";
import type { LineageEdge } from "../ports.ts";
import { compareEdges, compareText, mergeEdges } from "./collapse.ts";
import type { Cut, Walk, WalkResult } from "./walk-state.ts";

/** The answer of a walk that found what `walk.hopsOf` holds: its nodes and all edges among them. */
export async function toAnswer(walk: Walk, root: Urn, cut: Cut | undefined): Promise<WalkResult> {
  const { reader, request, sightings, hopsOf } = walk;
  const sorted = [...hopsOf].sort(([a, x], [b, y]) => x - y || compareText(a, b));
  const shown = nameNodes(
    sorted.map(([urn]) => urn),
    walk,
  );
  const limit = 1_000 + 20 * request.maxNodes;
  const edges = await reader.edges([...hopsOf.keys()], request.granularity, limit + 1);
  const frontier = [...(cut?.at ?? [])].flatMap((urn) => shown.get(urn) ?? []).sort(compareText);
  return {
    root,
    nodes: sorted.flatMap(([urn, hops]) => {
      const node = sightings.node(urn);
      const stub = sightings.of(urn) === "stub";
      return node
        ? [{ urn: shown.get(urn) ?? node.urn, kind: node.kind, name: stub ? "" : node.name, hops, stub }]
        : [];
    }),
    edges: await showEdges(asWalked(edges.slice(0, limit), walk), shown, walk),
    completeness: cut
      ? { state: "truncated", reason: cut.reason, frontier }
      : edges.length > limit
        ? { state: "truncated", reason: "maxNodes", frontier: [] }
        : { state: "complete" },
  };
}

/** SECURITY: a stub's URN would name it; a number says no more than that there is something. */
function nameNodes(urns: readonly string[], { sightings }: Walk): ReadonlyMap<string, Urn> {
  let stubs = 0;
  return new Map(urns.map((urn) => [urn, (sightings.of(urn) === "stub" ? `urn:dataos:stub:${++stubs}` : urn) as Urn]));
}

/** Between datasets one edge for each pair and type; between columns an edge to a dataset is one to each of its columns. */
function asWalked(edges: readonly LineageEdge[], { request, hopsOf }: Walk): readonly LineageEdge[] {
  if (request.granularity === "DATASET") return mergeEdges(edges);
  const columns = new Map<string, Urn[]>();
  for (const urn of hopsOf.keys()) {
    const dataset = withoutField(urn);
    const list = columns.get(dataset) ?? [];
    if (dataset !== urn) list.push(urn as Urn);
    columns.set(dataset, list);
  }
  return edges.flatMap((edge) => {
    const inside = edge.to.includes("#") ? undefined : columns.get(edge.to);
    return inside && inside.length > 0 ? inside.map((to) => ({ ...edge, to })) : [edge];
  });
}

/** SECURITY: what touches a stub, and evidence that the subject may not see, is not told. */
async function showEdges(
  edges: readonly LineageEdge[],
  shown: ReadonlyMap<string, Urn>,
  { sightings }: Walk,
): Promise<readonly LineageEdge[]> {
  await sightings.look([...new Set(edges.map(({ evidence }) => evidence))]);
  const isSecret = (urn: string): boolean => ["stub", "hidden"].includes(sightings.of(urn));
  return edges
    .map((edge): LineageEdge => {
      const touchesStub = sightings.of(edge.from) === "stub" || sightings.of(edge.to) === "stub";
      return {
        ...edge,
        from: shown.get(edge.from) ?? edge.from,
        to: shown.get(edge.to) ?? edge.to,
        expression: touchesStub ? undefined : edge.expression,
        evidence: touchesStub || isSecret(edge.evidence) ? "" : edge.evidence,
      };
    })
    .sort(compareEdges);
}
