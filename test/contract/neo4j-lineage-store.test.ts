import { randomUUID } from "node:crypto";
import { describe } from "vitest";
import { createNeo4jLineageStore } from "../../src/metis/adapters/neo4j/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { neo4jOptions, removeNamespace } from "../support/neo4j.ts";
import { lineageStoreContract } from "./lineage-store.contract.ts";

const url = process.env.TEST_NEO4J_URL;
const suite = url ? describe : describe.skip;

suite(`lineage store on Neo4j${url ? "" : " (set TEST_NEO4J_URL)"}`, () => {
  lineageStoreContract({
    async create() {
      const namespace = `test-${randomUUID()}`;
      return {
        open: (clock = systemClock) =>
          createNeo4jLineageStore({ ...neo4jOptions(url ?? ""), namespace }, { logger: silentLogger, clock }),
        remove: () => removeNamespace(url ?? "", namespace),
      };
    },
    openDown: () =>
      createNeo4jLineageStore(
        { url: "bolt://127.0.0.1:9", connectTimeoutMs: 500 },
        { logger: silentLogger, clock: systemClock },
      ),
  });
});
