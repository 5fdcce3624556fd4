import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import type { Direction, LineageReader } from "../../lineage/index.ts";
import type { LineageEdge, LineageNode } from "../../ports.ts";

/** Reads the graph in `db()`. Lists of URNs go as one JSON parameter, so that they may be of any length. */
export function createLineageReader(db: () => SqliteDatabase): LineageReader {
  return {
    async nodes(urns) {
      return db()
        .prepare(`select v.node from json_each(?) f cross join vertex v on v.urn = f.value where v.node is not null`)
        .all<{ node: string }>([JSON.stringify(urns)])
        .map(({ node }) => JSON.parse(node) as LineageNode);
    },
    async columns(dataset) {
      return db()
        .prepare(
          `select c.urn from vertex d cross join vertex c on c.dataset = d.id where d.urn = ? and c.node is not null`,
        )
        .all<{ urn: string }>([dataset])
        .map(({ urn }) => urn);
    },
    async neighbours(urns, direction, granularity) {
      const sql = granularity === "DATASET" ? datasetNeighbours[direction] : columnNeighbours[direction];
      return db()
        .prepare(sql)
        .all<{ urn: string; neighbour: string }>([JSON.stringify(urns)]);
    },
    async edges(urns, granularity, limit) {
      return db()
        .prepare(granularity === "DATASET" ? datasetEdges : columnEdges)
        .all<EdgeRow>([JSON.stringify(urns), limit])
        .map(toEdge);
    },
  };
}

const datasetNeighbours: Readonly<Record<Direction, string>> = {
  UPSTREAM: `
    select distinct f.value as urn, n.urn as neighbour
    from json_each(?) f cross join vertex v on v.urn = f.value
    cross join edge e on e.target = v.id and e.collapsed >= 1 cross join vertex n on n.id = e.source`,
  DOWNSTREAM: `
    select distinct f.value as urn, n.urn as neighbour
    from json_each(?) f cross join vertex v on v.urn = f.value
    cross join edge e on e.source = v.id and e.collapsed >= 1 cross join vertex n on n.id = e.target`,
};

const columnNeighbours: Readonly<Record<Direction, string>> = {
  // what leads to the column, or to the rows that it is in
  UPSTREAM: `
    select distinct f.value as urn, n.urn as neighbour
    from json_each(?) f cross join vertex v on v.urn = f.value
    cross join edge e on e.target in (v.id, v.dataset) and e.collapsed = 0
    cross join vertex n on n.id = e.source and n.dataset is not null`,
  DOWNSTREAM: `
    with reached as materialized (
      select f.value as urn, n.id, n.urn as neighbour, n.dataset
      from json_each(?) f cross join vertex v on v.urn = f.value and v.dataset is not null
      cross join edge e on e.source = v.id and e.collapsed = 0 cross join vertex n on n.id = e.target)
    select urn, neighbour from reached where dataset is not null
    union
    select r.urn, c.urn from reached r cross join vertex c on c.dataset = r.id where r.dataset is null`,
};

const edgeColumns = `
  s.urn as source, t.urn as target, e.type, e.subtype, e.expression, e.masking, e.confidence, x.name as evidence`;

// WHY `+`: without it SQLite seeks every pair of found nodes in the index instead of checking the edges that are there
const datasetEdges = `
  with found as materialized (select v.id from json_each(?) f cross join vertex v on v.urn = f.value)
  select ${edgeColumns}
  from found f cross join edge e on e.target = f.id and e.collapsed >= 1
  cross join vertex s on s.id = e.source cross join vertex t on t.id = e.target
  cross join evidence x on x.id = e.evidence
  where +e.source in (select id from found)
  limit ?`;

const columnEdges = `
  with found as materialized (select v.id, v.dataset from json_each(?) f cross join vertex v on v.urn = f.value),
    ends as materialized (select id from found union select dataset from found where dataset is not null)
  select ${edgeColumns}
  from ends f cross join edge e on e.target = f.id and e.collapsed = 0
  cross join vertex s on s.id = e.source and s.dataset is not null cross join vertex t on t.id = e.target
  cross join evidence x on x.id = e.evidence
  where +e.source in (select id from found)
  limit ?`;

interface EdgeRow {
  readonly source: LineageEdge["from"];
  readonly target: LineageEdge["to"];
  readonly type: LineageEdge["type"];
  readonly subtype: string;
  readonly expression: string | null;
  readonly masking: number;
  readonly confidence: number;
  readonly evidence: string;
}

function toEdge(row: EdgeRow): LineageEdge {
  const { source, target, type, subtype, expression, masking, confidence, evidence } = row;
  return {
    from: source,
    to: target,
    type,
    subtype,
    expression: expression ?? undefined,
    masking: masking === 1,
    confidence,
    evidence,
  };
}
