// A process that `decisions-http.ts` measures: `floor` (bare `node:http` + `JSON.parse`), or the server's own parts as `src/main.ts`
// puts them together, with the 1,000 rules and users of the workload; `unrecorded` is the same without its audit log.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBuiltInPolicies } from "../../src/heimdall/adapters/file/index.ts";
import {
  auditMigrations,
  createStateAuditLog,
  createStateIdentityStore,
  identityMigrations,
} from "../../src/heimdall/adapters/state/index.ts";
import { createAuthorizer, createLivePolicies, rememberObjects } from "../../src/heimdall/authorization/index.ts";
import type { AuditLog, AuditRecord } from "../../src/heimdall/ports.ts";
import { createHttpServer, type HttpServices } from "../../src/http/index.ts";
import { createSqliteLineageStore, createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { metisMigrations } from "../../src/metis/adapters/state/index.ts";
import { createCatalog } from "../../src/metis/service/index.ts";
import { systemClock as clock } from "../../src/shared/clock.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger as logger } from "../../src/shared/logger.ts";
import { Secret } from "../../src/shared/secret.ts";
import { openState } from "../../src/state/index.ts";
import { plainSealer } from "../support/audit.ts";
import { schemaText } from "../support/http-server.ts";
import { readDocuments, writeWorkload } from "./decisions-documents.ts";
import { createWorkload } from "./decisions-workload.ts";

const kind = process.argv[2];
const started = kind === "floor" ? await startFloor() : await startOwn(kind === "recorded");
process.send?.(started);

/** What any server pays that reads JSON and answers JSON. */
async function startFloor(): Promise<{ readonly url: string; readonly key: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { readonly subject: unknown };
      const answer = JSON.stringify({ decision: body.subject !== undefined });
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, key: "none" };
}

async function startOwn(recorded: boolean): Promise<{ readonly url: string; readonly key: string }> {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "dataos-bench-"));
  const ids = createIdSource(clock);
  const state = await openState(`sqlite:${join(folder, "state.db")}`, { logger, clock });
  await state.migrate([...identityMigrations, ...auditMigrations, ...metisMigrations]);
  const log = await createStateAuditLog(state, {
    logger,
    clock,
    ids,
    sealer: plainSealer,
    journal: join(folder, "journal"),
  });
  const audit: AuditLog = recorded ? log : { ...log, append: async (entry) => entry as AuditRecord };
  const identity = createStateIdentityStore(state, { logger, clock });
  const catalog = createCatalog({
    state,
    search: await createSqliteSearchStore({ path: join(folder, "search.db") }, { logger, clock }),
    lineage: await createSqliteLineageStore({ path: join(folder, "lineage.db") }, { logger, clock }),
    clock,
    ids,
    logger,
  });
  await writeWorkload(folder, 1_000);
  const documents = await readDocuments(folder, 1_000);
  const policies = createLivePolicies({
    builtIn: await loadBuiltInPolicies(join(import.meta.dirname, "../../policies")),
    source: { version: async () => "1", load: async () => documents },
    clock,
    logger,
  });
  await policies.refresh();
  const authorizer = createAuthorizer({
    policies,
    audit,
    objects: rememberObjects(catalog.objects, catalog.version),
    clock,
    ids,
  });
  for (const { id, department, roles } of createWorkload(1_000).users) {
    const tags = roles.map((role) => `roles:id:${role}`);
    await identity.putUser({ id, name: id, type: "person", email: undefined, tags, attributes: { department } });
  }
  await identity.putUser({
    id: "gateway",
    name: "Gateway",
    type: "application",
    email: undefined,
    tags: ["roles:id:operator"],
    attributes: {},
  });
  const { key } = await identity.createApiKey({ userId: "gateway", name: "bench", ttlSeconds: undefined });
  policies.start();
  const services = {
    authorizer,
    catalog,
    identity,
    audit,
    clock,
    ids,
    log: logger,
    engines: async () => [],
    policies: { list: async () => [] },
  } as unknown as HttpServices;
  const server = await createHttpServer(services, {
    port: 0,
    schema: schemaText,
    cursorKey: new Secret("0123456789abcdef0123456789abcdef"),
  });
  const { url } = await server.listen();
  // a reader's question waits until every record stands in the state store
  process.on("message", async () => {
    await log.list({}, { first: 1, after: undefined });
    process.send?.("settled");
  });
  process.on("SIGTERM", async () => {
    await server.close();
    await log.close();
    await state.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  return { url, key: key.reveal() };
}
