import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { startRefusingPostgres } from "../support/refusing-postgres.ts";
import type { TcpServer } from "../support/tcp.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { queryFields, selectEverything } from "./support/ask-everything.ts";
import { findCanaries, type Place, readFolder } from "./support/canary.ts";
import {
  canaries,
  candidatePolicy,
  marker,
  misplacedManifests,
  plantedManifests,
  plantedSecret,
} from "./support/planted-secrets.ts";
import { readRuns, waitForStatus } from "./support/resources.ts";
import { type CtlResult, startServer, type TestServer, waitFor } from "./support/server.ts";

describe("secrets", () => {
  const folder = createTempDir();
  const dataDir = join(folder.path, "data");
  let source: PgliteServer;
  let refusing: TcpServer;
  let server: TestServer;
  let createdKey: string;
  const seen: Place[] = [];
  const ctl = async (args: readonly string[], input?: string): Promise<CtlResult> => {
    const result = await server.ctl(args, { env: { ...canaries, MARKER: marker }, ...(input && { input }) });
    seen.push({ name: `dataos-ctl ${args.join(" ")}`, content: result.stdout + result.stderr });
    return result;
  };
  const ask = async (name: string, path: string, init: RequestInit = {}): Promise<void> => {
    const response = await fetch(`${server.url}${path}`, {
      ...init,
      headers: { apikey: server.apiKey, "content-type": "application/json", ...init.headers },
    });
    seen.push({ name, content: JSON.stringify([...response.headers]) + (await response.text()) });
  };

  beforeAll(async () => {
    source = await startPglite();
    await source.exec(
      "create schema shop; create table shop.orders (id int primary key, note text); create view shop.v as select id from shop.orders",
    );
    refusing = await startRefusingPostgres();
    server = await startServer({ dataDir, env: { DATAOS_LOG_LEVEL: "debug" } }, canaries.OPERATOR_KEY);
    const port = Number(new URL(source.url).port);
    const applied = await ctl(["apply", "-f", "-"], plantedManifests(port, refusing.port));
    expect(applied.exit, applied.stderr).toBe(0);
    await waitForStatus(server, "depot", "refused", "error");
    await waitForStatus(server, "depot", "unreached", "error");
    for (const workflow of ["scan-shop", "scan-inline"]) {
      await waitFor(
        () => readRuns(server, workflow),
        ([run]) => run?.state === "succeeded",
      );
    }
  });
  afterAll(async () => {
    await server?.kill("SIGKILL");
    await refusing?.stop();
    await source?.stop();
    folder.remove();
  });

  it("show in no output of the command line, dry runs and refusals included", async () => {
    await ctl(["apply", "-f", "-", "--dry-run"], plantedSecret("SECRET_DATA"));
    expect((await ctl(["apply", "-f", "-"], plantedSecret("SECRET_DATA"))).stdout).toContain("updated");
    for (const misplaced of misplacedManifests) {
      expect(await ctl(["apply", "-f", "-"], misplaced)).toMatchObject({ exit: 2, stdout: "" });
    }
    const looks = ["table", "yaml", "json"].map((output) => ["get", "-a", "-o", output]);
    for (const [type, name] of [
      ["instance-secret", "shop-r"],
      ["depot", "inline"],
      ["depot", "refused"],
      ["depot", "unreached"],
      ["secret", "typed"],
      ["workflow", "scan-shop"],
      ["workflow", "job"],
    ] as const) {
      looks.push(["log", "-t", type, "-n", name], ["get", "-t", type, "-n", name, "-o", "yaml"]);
    }
    looks.push(["run", "-n", "scan-refused"], ["runs", "-o", "json"], ["audit", "export"]);
    looks.push(["audit", "list", "--first", "100", "-o", "json"]);
    await Promise.all(looks.map((args) => ctl(args)));
    createdKey = (await server.ctl(["user", "apikey", "create", "-n", "canary"])).stdout.trim();
    await ctl(["user", "apikey", "get", "-o", "json"]);
    expect(findCanaries(canaries, seen)).toEqual([]);
    expect(findCanaries({ marker }, seen).length).toBeGreaterThan(2);
  }, 120_000);

  it("show in no answer of the API, whatever is asked for", async () => {
    seen.length = 0;
    const { resources, runs, entities } = await server.query<
      Record<string, { edges: { node: { id: string; urn: string; type: string; name: string; workspace: string } }[] }>
    >(
      "{ resources(first: 100) { edges { node { id type name workspace } } } runs { edges { node { id } } } entities(filter: {}, first: 50) { edges { node { id urn } } } }",
    );
    const nodes = (list: typeof resources) => (list?.edges ?? []).map(({ node }) => node);
    const refs = nodes(resources).map(({ type, name, workspace }) => ({ type, name, workspace }));
    const urns = nodes(entities).map(({ urn }) => urn);
    const input = { predicate: "read", object: { path: "dataos://shop:shop/orders" } };
    const candidate = { file: "candidate.yaml", text: candidatePolicy };
    const calls: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
      me: [{}],
      node: [...nodes(resources), ...nodes(runs), ...nodes(entities)].map(({ id }) => ({ id })),
      entity: urns.map((urn) => ({ urn })),
      entities: [{ first: 100 }],
      entityCounts: [{}],
      search: [{ query: "" }, { query: "orders" }],
      suggest: [{ prefix: "or" }],
      lineage: urns.filter((urn) => urn.includes(":dataset:")).map((of) => ({ of, direction: "BOTH" })),
      authorize: [{ input }],
      authorizeMany: [{ inputs: [input] }],
      whoCan: [input],
      searchResources: [{ predicate: "read" }],
      searchActions: [{ object: input.object }],
      whatCan: [{}],
      dataPolicyDecision: [{ dataset: input.object.path }],
      policies: [{ first: 100 }],
      policyDiff: [{ after: [candidate] }],
      policyReplay: [{ candidate: [candidate] }],
      policyShadow: [{}],
      grants: [{}],
      grantRequests: [{}],
      resources: [{ first: 100 }],
      resource: refs,
      workspaces: [{}],
      runs: [{ first: 100 }],
      logs: refs.map((ref) => ({ ...ref, first: 100 })),
      users: [{ first: 100 }],
      apiKeys: [{}],
      auditEvents: [{ first: 100 }],
      auditVerification: [{}],
      impact: urns.filter((urn) => urn.includes(":dataset:")).map((of) => ({ of })),
      policyVersions: [{}],
      incidents: [{}],
      deliveries: refs.flatMap(({ type, name, workspace }) => (type === "pager" ? [{ pager: name, workspace }] : [])),
      objectTypes: [{}],
      registeredObjects: [{ type: "todo" }],
      registeredObject: [{ type: "todo", id: "1" }],
    };
    expect(Object.keys(calls).sort(), "a new field is asked too").toEqual([...queryFields].sort());
    for (const [field, variants] of Object.entries(calls)) {
      for (const variables of variants) {
        for (const query of selectEverything(field, Object.keys(variables))) {
          const body = JSON.stringify({ query, variables });
          await ask(`${field} ${JSON.stringify(variables)}`, "/graphql", { method: "POST", body });
        }
      }
    }
    const refused = seen.filter(({ content }) => content.includes('"errors"'));
    expect(refused.map(({ name, content }) => [name, /"errors":(.*)/.exec(String(content))?.[1]])).toEqual([]);
    for (const path of ["/healthz", "/readyz", "/metrics", "/audit/export", "/.well-known/authzen-configuration"])
      await ask(path, path);
    await ask("wrong key", "/graphql", { method: "POST", headers: { apikey: canaries.WRONG_KEY }, body: "{}" });
    await ask("wrong bearer", "/audit/export", {
      headers: { authorization: `Bearer ${canaries.WRONG_KEY}`, apikey: "" },
    });
    await ask("key in the URL", `/healthz?apikey=${canaries.URL_KEY}`);
    const broken = `mutation { applyResources(input: {documents: [{file: "x", text: ${JSON.stringify(canaries.MISPLACED)} }]}) { nothing } }`;
    await ask("broken mutation", "/graphql", { method: "POST", body: JSON.stringify({ query: broken }) });
    await ask("broken body", "/graphql", { method: "POST", body: `{"query": ${JSON.stringify(canaries.MISPLACED)}` });
    expect(findCanaries({ ...canaries, createdKey }, seen)).toEqual([]);
    expect(findCanaries({ marker }, seen).length).toBeGreaterThanOrEqual(3);
  });

  it("show in no line of the server's log, and in no file of its data folder", async () => {
    const masterKey = (await readFile(join(dataDir, "master.key"), "utf8")).trim();
    const all = { ...canaries, createdKey, masterKey };
    const files = readFolder(dataDir, ["master.key"]);
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["state.db", "state.db-wal", "search.db", "lineage.db"]),
    );
    expect(findCanaries(all, [{ name: "log", content: server.output() }, ...files])).toEqual([]);
    expect(findCanaries({ marker }, files).length).toBeGreaterThan(0);
    await server.kill("SIGTERM");
    expect(
      findCanaries(all, [{ name: "log at the end", content: server.output() }, ...readFolder(dataDir, ["master.key"])]),
    ).toEqual([]);
  });

  it("show in nothing that a server says that cannot start or reach its engines", async () => {
    const password = encodeURIComponent(canaries.INLINE);
    const start = (env: NodeJS.ProcessEnv) =>
      startServer(
        { dataDir: join(folder.path, "other"), env: { DATAOS_LOG_LEVEL: "debug", ...env } },
        canaries.OPERATOR_KEY,
      );
    const state = `postgresql://reader:${password}@127.0.0.1:${refusing.port}/state`;
    const refused = await start({ DATAOS_STATE_URL: state }).catch((error: unknown) => String(error));
    expect(refused).toContain("refuses the password of user `reader`");
    const wrong = await start({ DATAOS_STATE_URL: `mysql://reader:${password}@h/db` }).catch((error: unknown) =>
      String(error),
    );
    expect(wrong).toContain("DATAOS_STATE_URL");
    const alone = await start({
      DATAOS_SEARCH_URL: `http://reader:${password}@127.0.0.1:9`,
      DATAOS_LINEAGE_URL: `bolt://reader:${password}@127.0.0.1:9`,
    }).catch((error: unknown) => String(error));
    const said = typeof alone === "string" ? alone : alone.output();
    if (typeof alone !== "string") await alone.kill("SIGTERM");
    expect(said).not.toBe("");
    expect(findCanaries({ ...canaries, password }, [{ name: "output", content: `${refused}${wrong}${said}` }])).toEqual(
      [],
    );
  });
});
