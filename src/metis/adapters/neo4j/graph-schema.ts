import type { Neo4jConnection } from "./neo4j-connection.ts";

/*
 * (:DataosLineage {namespace, generation})           which graph of a namespace is the live one
 * (:DataosGraph {key: generation, namespace, createdAt, appliedSeq})   how far a graph is; `createdAt` in ms since 1970
 * (:DataosVertex {key: generation|urn, urn, generation, version, node})     `node`: JSON; absent: no node, or removed
 * (:DataosVertex)-[:IN_DATASET]->(:DataosVertex)      a column and its dataset
 * (:DataosVertex)-[:FLOWS {evidence: generation|name, …}]->(:DataosVertex)  edges as given
 * (:DataosVertex)-[:FEEDS {evidence: generation|name, …}]->(:DataosVertex)  edges between datasets, made from those
 * (:DataosEvidence {key: generation|name, generation, seq})
 */
const statements = [
  "create constraint dataos_lineage if not exists for (l:DataosLineage) require l.namespace is unique",
  "create constraint dataos_graph if not exists for (g:DataosGraph) require g.key is unique",
  "create constraint dataos_vertex if not exists for (v:DataosVertex) require v.key is unique",
  "create constraint dataos_evidence if not exists for (e:DataosEvidence) require e.key is unique",
  "create index dataos_vertex_generation if not exists for (v:DataosVertex) on (v.generation)",
  "create index dataos_evidence_generation if not exists for (e:DataosEvidence) on (e.generation)",
  "create index dataos_flows_evidence if not exists for ()-[r:FLOWS]-() on (r.evidence)",
  "create index dataos_feeds_evidence if not exists for ()-[r:FEEDS]-() on (r.evidence)",
];

/** Makes constraints and indexes; those that are there stay. */
export async function createGraphSchema(connection: Neo4jConnection): Promise<void> {
  for (const statement of statements) await connection.run(statement);
  await connection.run("call db.awaitIndexes(60)");
}

/** A graph that may be made. */
export interface NewGraph {
  readonly namespace: string;
  readonly generation: string;
  /** ms since 1970 */
  readonly createdAt: number;
}

/** The generation of the namespace that is live; `fresh` becomes it where there is none. */
export async function findLiveGeneration(connection: Neo4jConnection, fresh: NewGraph): Promise<string> {
  const { namespace } = fresh;
  const found = await connection.read(
    "match (l:DataosLineage {namespace: $namespace}) return l.generation as generation",
    {
      namespace,
    },
  );
  const known = found[0]?.generation;
  if (typeof known === "string") return known;
  const [row] = await connection.write((run) =>
    run(
      `merge (l:DataosLineage {namespace: $namespace}) on create set l.generation = $generation
       merge (g:DataosGraph {key: l.generation})
       on create set g.namespace = $namespace, g.createdAt = $createdAt, g.appliedSeq = 0
       return l.generation as generation`,
      { ...fresh },
    ),
  );
  return String(row?.generation);
}

/** Makes an empty graph that is not live. */
export async function createGeneration(connection: Neo4jConnection, fresh: NewGraph): Promise<void> {
  await connection.write((run) =>
    run("create (:DataosGraph {key: $generation, namespace: $namespace, createdAt: $createdAt, appliedSeq: 0})", {
      ...fresh,
    }),
  );
}

/** Graphs of the namespace that are not live and were begun before `createdBefore`: rebuilds whose process ended. */
export async function findLeftGenerations(
  connection: Neo4jConnection,
  namespace: string,
  createdBefore: number,
): Promise<readonly string[]> {
  const rows = await connection.read(
    `match (l:DataosLineage {namespace: $namespace}) match (g:DataosGraph {namespace: $namespace})
     where g.key <> l.generation and g.createdAt < $createdBefore return g.key as generation`,
    { namespace, createdBefore },
  );
  return rows.map(({ generation }) => String(generation));
}

/** Makes `generation` the live one. */
export async function setLiveGeneration(
  connection: Neo4jConnection,
  namespace: string,
  generation: string,
): Promise<void> {
  await connection.write((run) =>
    run("match (l:DataosLineage {namespace: $namespace}) set l.generation = $generation", { namespace, generation }),
  );
}

const removalBatch = 5_000;

/** Removes a graph in small transactions, so that one of any size fits in the server's memory. */
export async function removeGeneration(connection: Neo4jConnection, generation: string): Promise<void> {
  const batches = [
    `match (v:DataosVertex {generation: $generation})-[r:FLOWS|FEEDS]->() with r limit ${removalBatch} delete r return count(*) as n`,
    `match (v:DataosVertex {generation: $generation}) with v limit ${removalBatch} detach delete v return count(*) as n`,
    `match (e:DataosEvidence {generation: $generation}) with e limit ${removalBatch} delete e return count(*) as n`,
    "match (g:DataosGraph {key: $generation}) with g limit 1 delete g return count(*) as n",
  ];
  for (const batch of batches) {
    for (let removed = removalBatch; removed === removalBatch; ) {
      const [row] = await connection.write((run) => run(batch, { generation }));
      removed = Number(row?.n ?? 0);
    }
  }
}
