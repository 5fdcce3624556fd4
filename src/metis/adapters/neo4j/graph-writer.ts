import { type Urn, withoutField } from "../../../shared/urn.ts";
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
    // WHY one pass: finding a vertex by its key is most of what a write costs
    const newestVertices = newest(
      vertices.map(({ urn, version, node }) => ({ key: key(urn), urn, seq: version, node })),
    );
    const changed = new Set(newestVertices.map(({ urn }) => urn));
    await inBatches(
      `unwind $rows as row
       merge (v:DataosVertex {key: row.key})
       on create set v.generation = $generation, v.urn = row.urn, v.version = -1
       with v, row where v.version <= row.seq
       set v.version = row.seq, v.node = row.node`,
      [
        ...newestVertices,
        // version -1 is only that of a vertex that nothing was said of yet
        ...[...urns]
          .filter((urn) => !changed.has(urn as Urn))
          .map((urn) => ({ key: key(urn), urn, seq: -1, node: null })),
      ],
    );
    await inBatches(
      `unwind $rows as row
       match (c:DataosVertex {key: row.key}) match (d:DataosVertex {key: row.dataset})
       merge (c)-[:IN_DATASET]->(d)`,
      [...urns].filter((urn) => urn.includes("#")).map((urn) => ({ key: key(urn), dataset: key(withoutField(urn)) })),
    );
    for (const [types, rows] of toRelationships(taken, key)) {
      await inBatches(
        `unwind $rows as row
         match (s:DataosVertex {key: row.source}) match (t:DataosVertex {key: row.target})
         ${types.map((type) => `create (s)-[:${type} {${properties}}]->(t)`).join(" ")}`,
        rows,
      );
    }
  });
}

const properties = ["type", "subtype", "expression", "masking", "confidence", "evidence"]
  .map((name) => `${name}: row.${name}`)
  .join(", ");

/** Rows by the relationships that they become: an edge that is given between datasets is both at once. */
function toRelationships(
  taken: Changes["replaced"],
  key: (name: string) => string,
): readonly (readonly [types: readonly ("FLOWS" | "FEEDS")[], rows: readonly Row[]])[] {
  const flows: Row[] = [];
  const feeds: Row[] = [];
  const both: Row[] = [];
  for (const { evidence, edges } of taken) {
    const toRow = ({ from, to, expression, ...edge }: LineageEdge): Row => ({
      ...edge,
      source: key(from),
      target: key(to),
      expression: expression ?? null,
      evidence: key(evidence),
    });
    const collapsed = new Set(collapseEdges(edges));
    for (const edge of edges) (collapsed.delete(edge) ? both : flows).push(toRow(edge));
    for (const edge of collapsed) feeds.push(toRow(edge));
  }
  return [
    [["FLOWS", "FEEDS"], both],
    [["FLOWS"], flows],
    [["FEEDS"], feeds],
  ];
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
