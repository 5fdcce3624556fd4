import { setImmediate as nextTurn } from "node:timers/promises";
import type { CatalogStore, LogRow, StoredEdge } from "../adapters/state/index.ts";
import { type EntityRecord, isTraced, toEntity, toLineageNode, tracedKinds, tracedStates } from "../catalog/index.ts";
import type { LineageEdge, LineageNode, LineageStore } from "../ports.ts";
import { createFeed, type Feed } from "./feed.ts";
import { findAffected } from "./spreading.ts";

const pageSize = 2_000;
const evidencePage = 500;
const maxEdges = 10_000;

type Replacement = { readonly evidence: string; readonly edges: readonly LineageEdge[]; readonly seq: number };

/**
 * Feeds the lineage graph. An edge is in it while both of its ends are nodes: what is missing or was never scanned
 * is left out, and its edges come (back) with it.
 */
export function createLineageFeed(store: CatalogStore, target: LineageStore): Feed {
  return createFeed(target, {
    apply: (to, changes) => applyChanges(store, to, changes),
    fill: (to, seq) => fill(store, to, seq),
    verify: async (to) => ({
      found: (await to.counts()).nodes,
      expected: await store.countEntities({ in: tracedKinds }, tracedStates),
    }),
  });
}

async function applyChanges(store: CatalogStore, target: LineageStore, changes: readonly LogRow[]): Promise<void> {
  const newest = changes.at(-1);
  if (!newest) return;
  const ids = new Set(changes.flatMap(({ entity_id }) => entity_id ?? []));
  const affected = (await findAffected(store, changes, tracedKinds)).filter((id) => !ids.has(id));
  const before = await target.appliedSeq();
  for (let start = 0; start < affected.length; start += pageSize) {
    const { nodes } = await readNodes(store, affected.slice(start, start + pageSize));
    await target.apply({ nodes, removedNodes: [], replaced: [], appliedSeq: before });
    await nextTurn();
  }
  const { nodes, records } = await readNodes(store, [...ids]);
  const removed = new Map<string, number>();
  for (const record of records) {
    if (tracedKinds.includes(record.kind) && !isTraced(record)) removed.set(record.urn, record.seq);
  }
  for (const { former_urn, seq } of changes) if (former_urn !== null) removed.set(former_urn, seq);
  const reused = await store.findByUrns([...removed.keys()]);
  for (const record of reused.values()) if (isTraced(record)) removed.delete(record.urn);

  const evidences = new Set(changes.flatMap(({ op, urn }) => (op === "lineage" ? urn : [])));
  // what comes, goes or moves takes its edges along
  const moved = changes.filter(({ op }) => op !== "lineage" && op !== "update");
  const touching = moved.flatMap(({ urn, former_urn }) => (former_urn === null ? [urn] : [urn, former_urn]));
  for (const { edge } of await store.readEdges({ touching: [...new Set(touching)] })) evidences.add(edge.evidence);

  const { replaced, ends } = await toReplacements(store, [...evidences], newest.seq);
  const removedNodes = [...removed].map(([urn, seq]) => ({ urn: urn as LineageNode["urn"], seq }));
  await send(target, { nodes: distinctNodes([...nodes, ...ends]), removedNodes, replaced }, newest.seq);
}

/** INVARIANT: containers are read first: a node with a number of theirs is never older than that change. */
async function readNodes(store: CatalogStore, ids: readonly string[]) {
  const containerSeqs = await store.readContainerSeqs(ids);
  const records = [...(await store.findByIds(ids)).values()];
  const nodes = records.filter(isTraced).map((record) => toNode(record, containerSeqs.get(record.id)));
  return { records, nodes };
}

async function fill(store: CatalogStore, target: LineageStore, seq: number): Promise<void> {
  for (let after = ""; ; ) {
    const page = await store.readPage(after, tracedKinds, pageSize);
    const last = page.at(-1);
    if (!last) break;
    await target.apply({
      nodes: page.filter(isTraced).map((record) => toNode(record)),
      removedNodes: [],
      replaced: [],
      appliedSeq: 0,
    });
    await nextTurn();
    after = last.id;
  }
  for (let after = ""; ; ) {
    const evidences = await store.readEvidences(after, evidencePage);
    const { replaced } = await toReplacements(store, evidences, seq);
    const last = evidences.at(-1);
    await send(target, { nodes: [], removedNodes: [], replaced }, last === undefined ? seq : 0);
    if (last === undefined) return;
    after = last;
  }
}

/** Edges whose ends are both traced, and those ends. */
async function toReplacements(
  store: CatalogStore,
  evidences: readonly string[],
  seq: number,
): Promise<{ readonly replaced: readonly Replacement[]; readonly ends: readonly LineageNode[] }> {
  const edges = await store.readEdges({ evidences });
  const urns = new Set(edges.flatMap(({ edge }) => [edge.from, edge.to]));
  const found = await store.findByUrns([...urns]);
  const isEnd = (urn: string): boolean => {
    const record = found.get(urn);
    return record !== undefined && isTraced(record);
  };
  const byEvidence = new Map<string, LineageEdge[]>(evidences.map((evidence) => [evidence, []]));
  for (const { edge } of edges as readonly StoredEdge[]) {
    if (isEnd(edge.from) && isEnd(edge.to)) byEvidence.get(edge.evidence)?.push(edge);
  }
  return {
    replaced: [...byEvidence].map(([evidence, ofIt]) => ({ evidence, edges: ofIt, seq })),
    ends: [...found.values()].filter(isTraced).map((record) => toNode(record)),
  };
}

/** In parts of at most `maxEdges` edges, nodes first; only the last part says how far it is. */
async function send(
  target: LineageStore,
  { nodes, removedNodes, replaced }: Omit<Parameters<LineageStore["apply"]>[0], "appliedSeq">,
  appliedSeq: number,
): Promise<void> {
  const before = await target.appliedSeq();
  const parts: Replacement[][] = [[]];
  let size = 0;
  for (const replacement of replaced) {
    if (size > 0 && size + replacement.edges.length > maxEdges) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(replacement);
    size += replacement.edges.length;
  }
  for (const [index, part] of parts.entries()) {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    await target.apply({
      nodes: isFirst ? nodes : [],
      removedNodes: isFirst ? removedNodes : [],
      replaced: part,
      appliedSeq: isLast ? Math.max(appliedSeq, before) : before,
    });
  }
}

function toNode(record: EntityRecord, containerSeq = 0): LineageNode {
  return toLineageNode(toEntity(record), containerSeq);
}

/** Of several forms of one node the newest. */
function distinctNodes(nodes: readonly LineageNode[]): LineageNode[] {
  const newest = new Map<string, LineageNode>();
  for (const node of nodes) if (node.seq >= (newest.get(node.urn)?.seq ?? 0)) newest.set(node.urn, node);
  return [...newest.values()];
}
