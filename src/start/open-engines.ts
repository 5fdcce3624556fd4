import { join } from "node:path";
import type { ControlOptions } from "../control/index.ts";
import type { LineageStore, SearchStore } from "../metis/ports.ts";
import { systemClock } from "../shared/clock.ts";
import type { Config } from "../shared/config.ts";
import type { Logger } from "../shared/logger.ts";
import { Secret } from "../shared/secret.ts";

/** Loaded only where mail is configured. */
export async function openMail({ smtpUrl }: Config): Promise<ControlOptions["sendMail"]> {
  if (!smtpUrl) return undefined;
  const { createSmtpMailer } = await import("../drivers/smtp/index.ts");
  const mailer = createSmtpMailer(smtpUrl);
  return (mail, signal) => mailer.send(mail, signal);
}

/** The embedded one, or Elasticsearch; only what is used is loaded. */
export async function openSearch({ searchUrl, dataDir }: Config, logger: Logger): Promise<SearchStore> {
  const parts = { logger, clock: systemClock };
  if (searchUrl === "embedded") {
    const { createSqliteSearchStore } = await import("../metis/adapters/sqlite/index.ts");
    return createSqliteSearchStore({ path: join(dataDir, "search.db") }, parts);
  }
  const { createElasticsearchSearchStore } = await import("../metis/adapters/elasticsearch/index.ts");
  const { namespace, ...server } = readEngineUrl(searchUrl);
  return createElasticsearchSearchStore({ ...server, ...(namespace !== undefined && { prefix: namespace }) }, parts);
}

/** The embedded one, or Neo4j; only what is used is loaded. */
export async function openLineage({ lineageUrl, dataDir }: Config, logger: Logger): Promise<LineageStore> {
  const parts = { logger, clock: systemClock };
  if (lineageUrl === "embedded") {
    const { createSqliteLineageStore } = await import("../metis/adapters/sqlite/index.ts");
    return createSqliteLineageStore({ path: join(dataDir, "lineage.db") }, parts);
  }
  const { createNeo4jLineageStore } = await import("../metis/adapters/neo4j/index.ts");
  return createNeo4jLineageStore(readEngineUrl(lineageUrl), parts);
}

/** The parts of an engine's URL; `?namespace=…` keeps several installations in one engine apart. */
function readEngineUrl(secret: Secret): {
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly namespace?: string;
} {
  const url = new URL(secret.reveal());
  const username = decodeURIComponent(url.username);
  const password = new Secret(decodeURIComponent(url.password));
  const namespace = url.searchParams.get("namespace");
  url.username = "";
  url.password = "";
  url.search = "";
  return { url: url.href, ...(username && { username, password }), ...(namespace && { namespace }) };
}
