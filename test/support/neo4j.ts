import { removeGeneration } from "../../src/metis/adapters/neo4j/graph-schema.ts";
import { type Neo4jOptions, openNeo4j } from "../../src/metis/adapters/neo4j/neo4j-connection.ts";
import { Secret } from "../../src/shared/secret.ts";

/** How to reach the server of TEST_NEO4J_URL; TEST_NEO4J_USER and TEST_NEO4J_PASSWORD where it asks for them. */
export function neo4jOptions(url: string): Neo4jOptions {
  const username = process.env.TEST_NEO4J_USER;
  return username === undefined
    ? { url }
    : { url, username, password: new Secret(process.env.TEST_NEO4J_PASSWORD ?? "") };
}

/** Removes all graphs of a namespace. */
export async function removeNamespace(url: string, namespace: string): Promise<void> {
  const connection = openNeo4j(neo4jOptions(url));
  try {
    const graphs = await connection.read("match (g:DataosGraph {namespace: $namespace}) return g.key as key", {
      namespace,
    });
    for (const { key } of graphs) await removeGeneration(connection, String(key));
    await connection.write((run) => run("match (l:DataosLineage {namespace: $namespace}) delete l", { namespace }));
  } finally {
    await connection.close();
  }
}
