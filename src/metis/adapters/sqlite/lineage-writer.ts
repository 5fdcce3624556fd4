import type { SqliteDatabase } from "../../../drivers/sqlite/index.ts";
import { withoutField } from "../../../shared/urn.ts";
import { collapseEdges } from "../../lineage/index.ts";
import type { LineageEdge, LineageNode, LineageStore } from "../../ports.ts";

type Changes = Parameters<LineageStore["apply"]>[0];

/** Applies changes; what is older than what is stored is left out. INVARIANT: called in a transaction. */
export function writeChanges(db: SqliteDatabase, { nodes, removedNodes, replaced }: Changes): void {
  for (const node of nodes) putVertex(db, node.urn, 2 * node.seq, node);
  // WHY odd: of a change and a removal with one sequence number the removal wins, in whatever order they arrive
  for (const { urn, seq } of removedNodes) putVertex(db, urn, 2 * seq + 1, undefined);
  for (const { evidence, edges, seq } of replaced) replaceEdges(db, evidence, edges, seq);
}

function putVertex(db: SqliteDatabase, urn: string, version: number, node: LineageNode | undefined): void {
  db.prepare("update vertex set version = ?1, node = ?2 where id = ?3 and version <= ?1").run([
    version,
    node ? JSON.stringify(node) : null,
    vertexId(db, urn),
  ]);
}

function replaceEdges(db: SqliteDatabase, name: string, edges: readonly LineageEdge[], seq: number): void {
  const known = db.prepare("select id, seq from evidence where name = ?").get<{ id: number; seq: number }>([name]);
  if (known && known.seq > seq) return;
  const evidence =
    known?.id ?? Number(db.prepare("insert into evidence (name, seq) values (?, ?)").run([name, seq]).lastInsertRowid);
  if (known) {
    db.prepare("update evidence set seq = ? where id = ?").run([seq, evidence]);
    db.prepare("delete from edge where evidence = ?").run([evidence]);
  }
  const insert = db.prepare(
    `insert into edge (evidence, collapsed, source, target, type, subtype, expression, masking, confidence)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const [collapsed, list] of [edges, collapseEdges(edges)].entries()) {
    for (const { from, to, type, subtype, expression, masking, confidence } of list) {
      const ends = [vertexId(db, from), vertexId(db, to)];
      insert.run([evidence, collapsed, ...ends, type, subtype, expression ?? null, Number(masking), confidence]);
    }
  }
}

function vertexId(db: SqliteDatabase, urn: string): number {
  const known = db.prepare("select id from vertex where urn = ?").get<{ id: number }>([urn]);
  if (known) return known.id;
  const dataset = urn.includes("#") ? vertexId(db, withoutField(urn)) : null;
  return Number(db.prepare("insert into vertex (urn, dataset) values (?, ?)").run([urn, dataset]).lastInsertRowid);
}
