import { randomBytes } from "node:crypto";
import { describe } from "vitest";
import { removeIndices } from "../support/elasticsearch.ts";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { removeNamespace } from "../support/neo4j.ts";
import { mainJob } from "./main-job.ts";

const { TEST_POSTGRES_URL, TEST_ELASTICSEARCH_URL, TEST_NEO4J_URL } = process.env;

if (TEST_POSTGRES_URL && TEST_ELASTICSEARCH_URL && TEST_NEO4J_URL) {
  mainJob("on PostgreSQL, Elasticsearch and Neo4j", TEST_POSTGRES_URL, async (dataDir) => {
    const namespace = `e2e-${randomBytes(6).toString("hex")}`;
    const state = await createFreshDatabase(TEST_POSTGRES_URL, "state");
    const inNamespace = (url: string): string => {
      const named = new URL(url);
      named.searchParams.set("namespace", namespace);
      return named.href;
    };
    return {
      dataDir,
      stateUrl: state.url,
      searchUrl: inNamespace(TEST_ELASTICSEARCH_URL),
      lineageUrl: inNamespace(TEST_NEO4J_URL),
      async drop() {
        await state.stop();
        await removeIndices(TEST_ELASTICSEARCH_URL, namespace);
        await removeNamespace(TEST_NEO4J_URL, namespace);
      },
    };
  });
} else {
  describe.skip("main job on PostgreSQL, Elasticsearch and Neo4j (set TEST_POSTGRES_URL, TEST_ELASTICSEARCH_URL, TEST_NEO4J_URL)", () => {});
}
