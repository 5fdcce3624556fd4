import { randomUUID } from "node:crypto";
import type { Clock } from "../../../shared/clock.ts";
import type { Logger } from "../../../shared/logger.ts";
import { countImpact, toCompactReader, walkLineage } from "../../lineage/index.ts";
import type { LineageStore } from "../../ports.ts";
import { createGraphReader } from "./graph-reader.ts";
import {
  createGeneration,
  createGraphSchema,
  findLeftGenerations,
  findLiveGeneration,
  type NewGraph,
  removeGeneration,
  setLiveGeneration,
} from "./graph-schema.ts";
import { writeChanges } from "./graph-writer.ts";
import { type Neo4jConnection, type Neo4jOptions, openNeo4j } from "./neo4j-connection.ts";

/** A rebuild that takes longer was given up. */
const leftAfterMs = 24 * 3_600_000;

/**
 * The lineage projection in Neo4j 5. Connects when first used, and again after every failure: a server that is down delays
 * what is asked of it and nothing else.
 *
 * @param options `namespace` keeps several platforms in one database apart; default `dataos`
 */
export function createNeo4jLineageStore(
  options: Neo4jOptions & { readonly namespace?: string },
  { logger, clock }: { readonly logger: Logger; readonly clock: Clock },
): LineageStore {
  const connection = openNeo4j(options);
  const namespace = options.namespace ?? "dataos";
  const newGraph = (): NewGraph => ({ namespace, generation: randomUUID(), createdAt: clock.now() });
  let prepared: Promise<void> | undefined;
  const prepare = (): Promise<void> => {
    prepared ??= createGraphSchema(connection).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  };
  // WHY asked each time: another server process may have swapped in a rebuilt graph
  const live = async (): Promise<string> => {
    await prepare();
    return findLiveGeneration(connection, newGraph());
  };
  return {
    ...overGeneration(connection, live, clock),
    async beginRebuild() {
      await live();
      for (const left of await findLeftGenerations(connection, namespace, clock.now() - leftAfterMs)) {
        await removeGeneration(connection, left);
      }
      const graph = newGraph();
      await createGeneration(connection, graph);
      const fresh = graph.generation;
      return {
        store: overGeneration(connection, async () => fresh, clock),
        async swap() {
          const old = await live();
          await setLiveGeneration(connection, namespace, fresh);
          // the answer does not depend on it: what stays behind only takes room
          await removeGeneration(connection, old).catch((error: unknown) =>
            logger.warn({ error, generation: old }, "old lineage graph could not be removed"),
          );
        },
        abandon: () => removeGeneration(connection, fresh),
      };
    },
    close: () => connection.close(),
  };
}

function overGeneration(connection: Neo4jConnection, generation: () => Promise<string>, clock: Clock): LineageStore {
  const count = async (statement: string): Promise<number> =>
    Number((await connection.read(statement, { generation: await generation() }))[0]?.n ?? 0);
  return {
    appliedSeq: () => count("match (g:DataosGraph {key: $generation}) return g.appliedSeq as n"),
    apply: async (changes) => writeChanges(connection, await generation(), changes),
    async walk(request, visible, traceable) {
      const current = await generation();
      const reader = createGraphReader(connection, async () => current);
      return walkLineage(reader, request, visible, traceable, clock);
    },
    async impact(request, visible, traceable) {
      const current = await generation();
      const reader = createGraphReader(connection, async () => current);
      return countImpact(toCompactReader(reader, visible, traceable), request, clock);
    },
    beginRebuild: () => Promise.reject(new TypeError("a graph that is being built has none beside it")),
    counts: async () => ({
      nodes: await count(
        "match (v:DataosVertex {generation: $generation}) where v.node is not null return count(*) as n",
      ),
      edges: await count("match (v:DataosVertex {generation: $generation})-[:FLOWS]->() return count(*) as n"),
    }),
    ping: () => connection.ping(),
    close: async () => {},
  };
}
