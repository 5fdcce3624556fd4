import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPagila } from "../support/pagila.ts";
import { type ServerStores, startServer, type TestServer, waitFor } from "./support/server.ts";
import { readCatalog, type SourceCatalog } from "./support/source-catalog.ts";

const manifests = (source: URL): string => `name: pagila-r
version: v1
type: instance-secret
instance-secret:
  type: key-value-properties
  acl: r
  data:
    username: \${SOURCE_USERNAME}
    password: \${SOURCE_PASSWORD}
---
name: pagila
version: v2alpha
type: depot
depot:
  type: POSTGRESQL
  external: true
  secrets: [{name: pagila-r, allkeys: true}]
  postgresql: {host: ${source.hostname}, port: ${source.port}, database: ${source.pathname.slice(1)}}
---
name: alice
version: v1
type: user
user: {type: person, tags: ["roles:id:user", "roles:id:analyst"], attributes: {department: sales}}
---
name: analysts-read-films
version: v1
type: policy
policy:
  type: data
  rules:
    - resource: "urn:dataos:depot:pagila"
      actions: [read, select]
      subjects: ["users:dataos:analyst"]
      conditions: ["department == 'sales'"]
---
name: nobody-reads-payments
version: v1
type: policy
policy:
  access:
    description: payments are for accounting
    subjects: {tags: ["roles:id:analyst"]}
    predicates: [read, select]
    objects: {paths: ["dataos://pagila:public/payment*"]}
    allow: false
`;

const workflow = `name: scan-pagila
version: v1
type: workflow
workflow:
  dag:
    - name: scan
      spec:
        stack: scanner:2.0
        compute: runnable-default
        stackSpec:
          depot: dataos://pagila
          sourceConfig: {config: {type: DatabaseMetadata, includeViews: true, markDeletedTables: true}}
`;

interface EntityNode {
  readonly urn: string;
  readonly name: string;
  readonly datasetType: string | null;
  readonly description: string | null;
  readonly definition: string | null;
  readonly primaryKey: { readonly columns: readonly string[] } | null;
  readonly uniqueKeys: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly foreignKeys: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly references: string;
    readonly referencedColumns: readonly string[];
  }[];
  readonly indexes: readonly { readonly name: string }[];
  readonly columns: readonly {
    readonly name: string;
    readonly dataType: string;
    readonly nullable: boolean;
    readonly defaultValue: string | null;
    readonly description: string | null;
    readonly position: number;
  }[];
}

/** Stores of one server, and how to take them away. */
export interface TestStores extends ServerStores {
  drop?(): Promise<void>;
}

/**
 * The main job on real parts: a server process, a real PostgreSQL holding Pagila, `dataos-ctl` and the GraphQL API.
 * @param makeStores fresh, empty stores for one server; called once per server that the suite starts
 */
export function mainJob(
  title: string,
  postgresUrl: string,
  makeStores: (dataDir: string) => Promise<TestStores>,
): void {
  describe(`main job ${title}`, () => {
    let source: URL;
    let server: TestServer;
    let folder: string;
    let catalog: SourceCatalog;
    let dropSource: () => Promise<void>;
    const made: TestStores[] = [];
    const makeNext = async (name: string): Promise<TestStores> => {
      const stores = await makeStores(join(folder, name));
      made.push(stores);
      return stores;
    };

    const sourceEnv = (): NodeJS.ProcessEnv => ({
      SOURCE_USERNAME: decodeURIComponent(source.username),
      SOURCE_PASSWORD: decodeURIComponent(source.password),
    });
    const applyAll = async (target: TestServer): Promise<void> => {
      const applied = await target.ctl(["apply", "-f", "-"], {
        env: sourceEnv(),
        input: `${manifests(source)}---\n${workflow}`,
      });
      expect(applied.exit, applied.stderr).toBe(0);
    };

    beforeAll(async () => {
      const pagila = await loadPagila(postgresUrl);
      source = new URL(pagila.url);
      dropSource = pagila.drop;
      const client = new pg.Client({ connectionString: pagila.url });
      await client.connect();
      catalog = await readCatalog(client);
      await client.end();
      folder = await mkdtemp(join(tmpdir(), "dataos-e2e-"));
      server = await startServer(await makeNext("first"));
      await applyAll(server);
      const followed = await server.ctl(["log", "-t", "workflow", "-n", "scan-pagila", "-f"]);
      expect(followed.exit, followed.stdout + followed.stderr).toBe(0);
    }, 240_000);

    afterAll(async () => {
      await server?.kill("SIGTERM");
      await dropSource?.();
      for (const { drop } of made) await drop?.();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    it("holds every table, column, key and comment as the database's own catalog tells them", async () => {
      const entities = await readEntities(server);
      const base = `urn:dataos:dataset:pagila:${source.pathname.slice(1)}/`;
      expect([...entities.keys()].sort()).toEqual(
        [...catalog.datasets.keys()].map((name) => base + name.replace(".", "/")).sort(),
      );
      for (const [name, expected] of catalog.datasets) {
        const entity = entities.get(base + name.replace(".", "/"));
        expect(entity, name).toBeDefined();
        expect({
          name,
          type: entity?.datasetType,
          comment: entity?.description ?? null,
          primaryKey: entity?.primaryKey?.columns ?? [],
        }).toEqual({
          name,
          type: expected.type,
          comment: expected.comment,
          primaryKey: expected.primaryKey,
        });
        expect(
          entity?.columns.map(({ name, dataType, nullable, defaultValue, description, position }) => ({
            name,
            dataType,
            nullable,
            defaultValue,
            comment: description,
            position,
          })),
          name,
        ).toEqual(expected.columns);
        expect(
          entity?.foreignKeys.map((key) => ({
            name: key.name,
            columns: key.columns,
            references: key.references.slice(base.length).replace("/", "."),
            referencedColumns: key.referencedColumns,
          })),
          name,
        ).toEqual(expected.foreignKeys);
        expect(
          entity?.uniqueKeys.map((key) => ({ name: key.name, columns: key.columns })),
          name,
        ).toEqual(expected.uniqueKeys);
        expect(entity?.indexes.map((index) => index.name).sort(), name).toEqual(expected.indexes);
      }
    });

    it("finds `film` by a misspelt word", async () => {
      const found = await waitFor(
        () =>
          server.query<{ search: { edges: { node: { entity: { name: string } } }[] } }>(
            '{ search(query: "flim", first: 5) { edges { node { entity { name } } } } }',
          ),
        (answer) => answer.search.edges.length > 0,
      );
      expect(found.search.edges.map(({ node }) => node.entity.name)).toContain("film");
    });

    it("traces film_list.actors to the columns it is made of", async () => {
      const { lineage } = await server.query<{
        lineage: { edges: { from: string; to: string; type: string }[]; completeness: { state: string } };
      }>(
        "query ($of: String!) { lineage(of: $of, direction: UPSTREAM) { edges { from to type } completeness { state } } }",
        { of: "dataos://pagila:public/film_list#actors" },
      );
      const column = (name: string): string =>
        `urn:dataos:dataset:pagila:${source.pathname.slice(1)}/public/${name.replace(".", "#")}`;
      const direct = lineage.edges
        .filter((edge) => edge.type === "DIRECT" && edge.to === column("film_list.actors"))
        .map((edge) => edge.from);
      expect(direct.sort()).toEqual([column("actor.first_name"), column("actor.last_name")]);
      expect(lineage.completeness.state).toBe("complete");
    });

    it("allows and denies by policy, in decisions and in lists", async () => {
      const allowed = await server.ctl([
        "can-i",
        "select",
        "dataos://pagila:public/film",
        "--as",
        "alice",
        "-o",
        "json",
      ]);
      expect(JSON.parse(allowed.stdout)).toMatchObject({
        effect: "allow",
        because: [{ policy: "analysts-read-films" }],
      });
      const denied = await server.ctl([
        "can-i",
        "select",
        "dataos://pagila:public/payment",
        "--as",
        "alice",
        "-o",
        "json",
      ]);
      expect(denied.exit).toBe(4);
      expect(JSON.parse(denied.stdout)).toMatchObject({
        effect: "deny",
        denyReason: "denied-by-rule",
        because: [{ policy: "nobody-reads-payments" }],
      });
      const unknown = await server.ctl([
        "can-i",
        "select",
        "dataos://pagila:public/film",
        "--as",
        "nobody",
        "-o",
        "json",
      ]);
      expect(JSON.parse(unknown.stdout)).toMatchObject({ effect: "deny", denyReason: "unknown-subject" });

      const key = (await server.ctl(["user", "apikey", "create", "-i", "alice", "-n", "e2e"])).stdout.trim();
      const asAlice = await server.query<{
        search: {
          edges: { node: { entity: { name: string } } }[];
          facets: { field: string; values: { value: string; count: number }[] }[];
        };
      }>(
        '{ search(query: "payment", first: 50) { edges { node { entity { name } } } facets { field values { value count } } } }',
        {},
        key,
      );
      const names = asAlice.search.edges.map(({ node }) => node.entity.name);
      expect(names.filter((name) => name.startsWith("payment"))).toEqual([]);
      const hidden = await server.query<{ entity: unknown }>(
        '{ entity(urn: "dataos://pagila:public/payment") { urn } }',
        {},
        key,
      );
      expect(hidden.entity).toBeNull();
    });

    it("verifies the audit log, which holds the decisions", async () => {
      const verified = await server.ctl(["audit", "verify", "-o", "json"]);
      expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({ state: "sound" });
      const listed = await server.ctl(["audit", "list", "--outcome", "deny", "--first", "50", "-o", "json"]);
      expect(
        (JSON.parse(listed.stdout) as { rules: string[] }[]).some(({ rules }) =>
          rules.some((rule) => rule.includes("nobody-reads-payments")),
        ),
      ).toBe(true);
    });

    it("ends in the same state when it is killed in the middle of a scan and started again", async () => {
      const expected = comparable(await readEntities(server));
      for (const killAfterMs of [0, 150, 400]) {
        const stores = await makeNext(`killed-${killAfterMs}`);
        const doomed = await startServer(stores);
        await applyAll(doomed);
        await waitFor(
          () => readRuns(doomed),
          (runs) => runs.some((run) => run.state !== "pending"),
        );
        await new Promise((resolve) => setTimeout(resolve, killAfterMs));
        await doomed.kill("SIGKILL");
        const again = await startServer(stores, doomed.apiKey);
        try {
          const runs = await waitFor(
            () => readRuns(again),
            (all) => all.length > 0 && all.every((run) => run.state !== "running" && run.state !== "pending"),
          );
          expect(runs.map((run) => run.state)).toEqual(["succeeded"]);
          expect(comparable(await readEntities(again))).toEqual(expected);
          expect(await again.ctl(["audit", "verify"])).toMatchObject({ exit: 0 });
        } finally {
          await again.kill("SIGTERM");
        }
      }
    }, 240_000);
  });
}

async function readRuns(server: TestServer): Promise<readonly { readonly state: string }[]> {
  const { runs } = await server.query<{ runs: { edges: { node: { state: string } }[] } }>(
    '{ runs(workflow: "scan-pagila", first: 10) { edges { node { state } } } }',
  );
  return runs.edges.map((edge) => edge.node);
}

async function readEntities(server: TestServer): Promise<Map<string, EntityNode>> {
  const entities = new Map<string, EntityNode>();
  for (let after: string | null = null; ; ) {
    const page: {
      entities: { edges: { node: EntityNode }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
    } = await server.query(
      `query ($after: String) {
        entities(filter: {kind: dataset, depot: "pagila"}, first: 50, after: $after) {
          edges { node {
            urn name datasetType description definition primaryKey { columns } uniqueKeys { name columns }
            foreignKeys { name columns references referencedColumns } indexes { name }
            columns { name dataType nullable defaultValue description position }
          } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    for (const { node } of page.entities.edges) entities.set(node.urn, node);
    if (!page.entities.pageInfo.hasNextPage) return entities;
    after = page.entities.pageInfo.endCursor;
  }
}

/** What must be the same however often the scan was begun. */
function comparable(entities: ReadonlyMap<string, EntityNode>): unknown {
  return [...entities.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1));
}
