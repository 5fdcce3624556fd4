import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { withoutField } from "../../../shared/urn.ts";
import { collapseEdges } from "../../lineage/index.ts";
import type { LineageEdge, LineageNode, LineageStore } from "../../ports.ts";

type Changes = Parameters<LineageStore["apply"]>[0];

/**
 * Applies changes; what is older than what is stored is left out. INVARIANT: called in a transaction.
 * @returns ids of the vertices whose node, edges or columns may be others than before
 */
export function writeChanges(db: SqliteDatabase, { nodes, removedNodes, replaced }: Changes): ReadonlySet<number> {
  const vertices = createVertices(db);
  for (const node of nodes) putVertex(db, vertices.idOf(node.urn), 2 * node.seq, node);
  // WHY odd: of a change and a removal with one sequence number the removal wins, in whatever order they arrive
  for (const { urn, seq } of removedNodes) putVertex(db, vertices.idOf(urn), 2 * seq + 1, undefined);
  for (const { evidence, edges, seq } of replaced) replaceEdges(db, vertices, evidence, edges, seq);
  return vertices.touched;
}

interface Vertices {
  /** Makes the vertex where there is none. */
  idOf(urn: string): number;
  /** those asked for, and those added by the caller */
  readonly touched: Set<number>;
}

function createVertices(db: SqliteDatabase): Vertices {
  const find = db.prepare("select id from vertex where urn = ?");
  const insert = db.prepare("insert into vertex (urn, dataset) values (?, ?)");
  const known = new Map<string, number>();
  const touched = new Set<number>();
  const read = (urn: string): number => {
    const found = find.get<{ id: number }>([urn]);
    if (found) return found.id;
    // a new column touches its dataset
    const dataset = urn.includes("#") ? idOf(withoutField(urn)) : null;
    return Number(insert.run([urn, dataset]).lastInsertRowid);
  };
  const idOf = (urn: string): number => {
    const id = known.get(urn) ?? read(urn);
    known.set(urn, id);
    touched.add(id);
    return id;
  };
  return { idOf, touched };
}

function putVertex(db: SqliteDatabase, id: number, version: number, node: LineageNode | undefined): void {
  db.prepare("update vertex set version = ?1, node = ?2 where id = ?3 and version <= ?1").run([
    version,
    node ? JSON.stringify(node) : null,
    id,
  ]);
}

function replaceEdges(
  db: SqliteDatabase,
  vertices: Vertices,
  name: string,
  edges: readonly LineageEdge[],
  seq: number,
): void {
  const known = db.prepare("select id, seq from evidence where name = ?").get<{ id: number; seq: number }>([name]);
  if (known && known.seq > seq) return;
  const evidence =
    known?.id ?? Number(db.prepare("insert into evidence (name, seq) values (?, ?)").run([name, seq]).lastInsertRowid);
  if (known) {
    db.prepare("update evidence set seq = ? where id = ?").run([seq, evidence]);
    const gone = db.prepare("select source, target from edge where evidence = ?");
    for (const { source, target } of gone.all<{ source: number; target: number }>([evidence])) {
      vertices.touched.add(source).add(target);
    }
    db.prepare("delete from edge where evidence = ?").run([evidence]);
  }
  const insert = db.prepare(
    `insert into edge (evidence, collapsed, source, target, type, subtype, expression, masking, confidence)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const put = (edge: LineageEdge, collapsed: 0 | 1 | 2): void => {
    const { from, to, type, subtype, expression, masking, confidence } = edge;
    const ends = [vertices.idOf(from), vertices.idOf(to)];
    insert.run([evidence, collapsed, ...ends, type, subtype, expression ?? null, Number(masking), confidence]);
  };
  const collapsed = new Set(collapseEdges(edges));
  // one that is its own collapse is kept once
  for (const edge of edges) put(edge, collapsed.delete(edge) ? 2 : 0);
  for (const edge of collapsed) put(edge, 1);
}
