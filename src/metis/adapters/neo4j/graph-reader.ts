import type { Direction, LineageReader } from "../../lineage/index.ts";
import type { LineageEdge, LineageNode } from "../../ports.ts";
import { toKey } from "./graph-writer.ts";
import type { Neo4jConnection } from "./neo4j-connection.ts";

/**
 * Reads one graph. Each call is one level: fixed patterns from indexed starting points, never a path of open length.
 * WHY no policy here: the objects come along and are matched by `matchesFilter` itself; attributes of any shape have no form in
 * Cypher that agrees with it in every corner, and a chunk of 500 objects costs less than planning a statement per policy.
 */
export function createGraphReader(connection: Neo4jConnection, generation: () => Promise<string>): LineageReader {
  const readBy = async <T>(
    statement: string,
    urns: readonly string[],
    more: Record<string, unknown> = {},
  ): Promise<T[]> => {
    const live = await generation();
    const parameters = { keys: urns.map((urn) => toKey(live, urn)), ...more };
    return (await connection.read(statement, parameters)) as T[];
  };
  return {
    async nodes(urns) {
      const rows = await readBy<{ node: string }>(
        "unwind $keys as key match (v:DataosVertex {key: key}) where v.node is not null return v.node as node",
        urns,
      );
      return rows.map(({ node }) => JSON.parse(node) as LineageNode);
    },
    async columns(dataset) {
      const rows = await readBy<{ urn: string }>(
        `unwind $keys as key match (d:DataosVertex {key: key})<-[:IN_DATASET]-(c)
         where c.node is not null return c.urn as urn`,
        [dataset],
      );
      return rows.map(({ urn }) => urn);
    },
    neighbours(urns, direction, granularity) {
      return readBy(granularity === "DATASET" ? datasetNeighbours[direction] : columnNeighbours[direction], urns);
    },
    async edges(urns, granularity, limit) {
      // a float would be refused where a count is expected
      const { int } = await import("neo4j-driver");
      const rows = await readBy<EdgeRow>(granularity === "DATASET" ? datasetEdges : columnEdges, urns, {
        urns,
        limit: int(limit),
      });
      return rows.map(toEdge);
    },
  };
}

const datasetNeighbours: Readonly<Record<Direction, string>> = {
  UPSTREAM: `
    unwind $keys as key match (v:DataosVertex {key: key})<-[:FEEDS]-(n)
    return distinct v.urn as urn, n.urn as neighbour`,
  DOWNSTREAM: `
    unwind $keys as key match (v:DataosVertex {key: key})-[:FEEDS]->(n)
    return distinct v.urn as urn, n.urn as neighbour`,
};

const columnNeighbours: Readonly<Record<Direction, string>> = {
  // what leads to the column, or to the rows that it is in
  UPSTREAM: `
    unwind $keys as key match (v:DataosVertex {key: key})
    call (v) {
      match (v)<-[:FLOWS]-(n) return n
      union
      match (v)-[:IN_DATASET]->()<-[:FLOWS]-(n) return n
    }
    with v, n where n.urn contains '#'
    return distinct v.urn as urn, n.urn as neighbour`,
  DOWNSTREAM: `
    unwind $keys as key match (v:DataosVertex {key: key}) where v.urn contains '#'
    call (v) {
      match (v)-[:FLOWS]->(n) where n.urn contains '#' return n
      union
      match (v)-[:FLOWS]->()<-[:IN_DATASET]-(n) return n
    }
    return distinct v.urn as urn, n.urn as neighbour`,
};

const edgeProperties = "s.urn as source, t.urn as target, properties(r) as edge";

// WHY `in $urns`: membership in a parameter is looked up in a set, in a collected list it is searched. By URN and not by key, which has
// an index: a plan made from the statistics of an empty database cannot look both ends up then and try each pair.
const datasetEdges = `
  unwind $keys as key match (t:DataosVertex {key: key})<-[r:FEEDS]-(s) where s.urn in $urns
  return ${edgeProperties} limit $limit`;

const columnEdges = `
  unwind $keys as key match (v:DataosVertex {key: key})
  call (v) { return v as t union match (v)-[:IN_DATASET]->(t) return t }
  with distinct t
  match (t)<-[r:FLOWS]-(s) where s.urn contains '#' and s.urn in $urns
  return ${edgeProperties} limit $limit`;

interface EdgeRow {
  readonly source: LineageEdge["from"];
  readonly target: LineageEdge["to"];
  readonly edge: Omit<LineageEdge, "from" | "to" | "expression"> & { readonly expression?: string };
}

function toEdge({ source, target, edge }: EdgeRow): LineageEdge {
  const { type, subtype, expression, masking, confidence, evidence } = edge;
  // generations have no `|` in them
  const name = evidence.slice(evidence.indexOf("|") + 1);
  return { from: source, to: target, type, subtype, expression, masking, confidence, evidence: name };
}
