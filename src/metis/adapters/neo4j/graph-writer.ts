import { withoutField } from "../../../shared/urn.ts";
import { collapseEdges } from "../../lineage/index.ts";
import type { LineageEdge, LineageStore } from "../../ports.ts";
import type { Neo4jConnection, Row } from "./neo4j-connection.ts";

type Changes = Parameters<LineageStore["apply"]>[0];

const batchSize = 2_000;

/** Applies changes in one transaction, in as many statements as they need; nothing that is there is read back. */
export async function writeChanges(connection: Neo4jConnection, generation: string, changes: Changes): Promise<void> {
  const { nodes, removedNodes, replaced, appliedSeq } = changes;
  const key = (name: string): string => toKey(generation, name);
  // WHY odd: of a change and a removal with one sequence number the removal wins, in whatever order they arrive
  const vertices = [
    ...nodes.map((node) => ({ urn: node.urn, version: 2 * node.seq, node: JSON.stringify(node) })),
    ...removedNodes.map(({ urn, seq }) => ({ urn, version: 2 * seq + 1, node: null })),
  ];
  await connection.write(async (run) => {
    const inBatches = async (statement: string, rows: readonly Row[]): Promise<Row[]> => {
      const answers: Row[] = [];
      for (let at = 0; at < rows.length; at += batchSize) {
        answers.push(...(await run(statement, { generation, rows: rows.slice(at, at + batchSize) })));
      }
      return answers;
    };
    // INVARIANT: writing to the graph's own node first lets one call in at a time, so that versions can be compared
    const graph = await run(
      `match (g:DataosGraph {key: $generation})
       set g.appliedSeq = case when g.appliedSeq < $appliedSeq then $appliedSeq else g.appliedSeq end
       return g.key`,
      { generation, appliedSeq },
    );
    if (graph.length === 0) return;

    const current = await inBatches(
      `unwind $rows as row
       merge (e:DataosEvidence {key: row.key}) on create set e.generation = $generation, e.seq = -1
       with e, row where e.seq <= row.seq
       set e.seq = row.seq
       return row.at as at`,
      newest(replaced.map(({ evidence, seq }, at) => ({ key: key(evidence), seq, at }))),
    );
    const taken = current.flatMap(({ at }) => replaced[Number(at)] ?? []);
    for (const type of ["FLOWS", "FEEDS"]) {
      await inBatches(
        `unwind $rows as row match ()-[r:${type} {evidence: row.key}]->() delete r`,
        taken.map(({ evidence }) => ({ key: key(evidence) })),
      );
    }

    const ends = new Set(taken.flatMap(({ edges }) => edges.flatMap(({ from, to }) => [from, to])));
    const urns = new Set([...vertices.map(({ urn }) => urn), ...ends].flatMap((urn) => [urn, withoutField(urn)]));
    await inBatches(
      `unwind $rows as row
       merge (v:DataosVertex {key: row.key})
       on create set v.generation = $generation, v.urn = row.urn, v.version = -1`,
      [...urns].map((urn) => ({ key: key(urn), urn })),
    );
    await inBatches(
      `unwind $rows as row
       match (c:DataosVertex {key: row.key}) match (d:DataosVertex {key: row.dataset})
       merge (c)-[:IN_DATASET]->(d)`,
      [...urns].filter((urn) => urn.includes("#")).map((urn) => ({ key: key(urn), dataset: key(withoutField(urn)) })),
    );
    await inBatches(
      `unwind $rows as row
       match (v:DataosVertex {key: row.key}) where v.version <= row.version
       set v.version = row.version, v.node = row.node`,
      vertices.map(({ urn, version, node }) => ({ key: key(urn), version, node })),
    );
    for (const [type, edgesOf] of [
      ["FLOWS", (edges: readonly LineageEdge[]) => edges],
      ["FEEDS", collapseEdges],
    ] as const) {
      await inBatches(
        `unwind $rows as row
         match (s:DataosVertex {key: row.source}) match (t:DataosVertex {key: row.target})
         create (s)-[r:${type}]->(t) set r = row.properties`,
        taken.flatMap(({ evidence, edges }) =>
          edgesOf(edges).map(({ from, to, ...edge }) => ({
            source: key(from),
            target: key(to),
            properties: { ...edge, expression: edge.expression ?? null, evidence: key(evidence) },
          })),
        ),
      );
    }
  });
}

/** The key of a URN or evidence within one graph. */
export function toKey(generation: string, name: string): string {
  return `${generation}|${name}`;
}

/** Of several replacements of one evidence, the newest; the last of those that are equally new. */
function newest<T extends { readonly key: string; readonly seq: number }>(rows: readonly T[]): T[] {
  const byKey = new Map<string, T>();
  for (const row of rows) {
    const other = byKey.get(row.key);
    if (other === undefined || other.seq <= row.seq) byKey.set(row.key, row);
  }
  return [...byKey.values()];
}
