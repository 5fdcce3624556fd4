import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { createTempDir } from "../support/temp-dir.ts";
import {
  depotManifest,
  getStatus,
  joinManifests,
  readDatasets,
  readRuns,
  scanManifest,
  waitForStatus,
} from "./support/resources.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

if (!postgresUrl) describe.skip("several server processes on one PostgreSQL (set TEST_POSTGRES_URL)", () => {});
else severalProcesses(postgresUrl);

function severalProcesses(serverUrl: string): void {
  describe("several server processes on one PostgreSQL", () => {
    const folder = createTempDir();
    let state: FreshDatabase;
    let source: FreshDatabase;
    let proxy: TcpProxy;
    let servers: [TestServer, TestServer];
    let started = 0;
    const start = (apiKey?: string): Promise<TestServer> =>
      startServer(
        {
          dataDir: `${folder.path}/${++started}`,
          stateUrl: state.url,
          env: { DATAOS_MASTER_KEY_FILE: `${folder.path}/1/master.key` },
        },
        apiKey,
      );
    beforeAll(async () => {
      state = await createFreshDatabase(serverUrl, "shared_state");
      source = await createFreshDatabase(serverUrl, "shared_source");
      await source.exec("create table orders (id int primary key); create view recent as select id from orders");
      const { hostname, port } = new URL(serverUrl);
      proxy = await startTcpProxy({ host: hostname, port: Number(port || 5432) });
      const first = await start();
      servers = [first, await start(first.apiKey)];
    });
    afterAll(async () => {
      for (const server of servers ?? []) await server.kill("SIGTERM");
      await proxy?.stop();
      await state?.stop();
      await source?.stop();
      folder.remove();
    });
    const depot = (name: string): string => {
      const { username, password } = new URL(serverUrl);
      const credentials = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
      return depotManifest(name, { host: "127.0.0.1", port: proxy.port, database: source.database, ...credentials });
    };
    const apply = async (server: TestServer, input: string): Promise<void> => {
      const applied = await server.ctl(["apply", "-f", "-"], { input });
      expect(applied.exit, applied.stderr).toBe(0);
    };
    /** Both ways round: whichever process it is asked of. */
    const eachWay = async (check: (from: TestServer, to: TestServer, name: string) => Promise<void>): Promise<void> => {
      const [one, other] = servers;
      await check(one, other, `a${randomBytes(3).toString("hex")}`);
      await check(other, one, `b${randomBytes(3).toString("hex")}`);
    };

    it("show on each what was applied on another, at once, and bring it to its state", async () => {
      await eachWay(async (from, to, name) => {
        await apply(from, depot(name));
        expect((await getStatus(to, "depot", name)).status).toMatch(/pending|active/);
        await waitForStatus(to, "depot", name, "active", 5_000);
      });
    });

    it("scan once, whoever takes the run, and find and trace on each", async () => {
      await eachWay(async (from, to, name) => {
        await apply(from, joinManifests(depot(name), scanManifest(name)));
        const runs = await waitFor(
          () => readRuns(to, `scan-${name}`),
          ([run]) => run?.state === "succeeded",
        );
        expect(runs).toHaveLength(1);
        for (const server of servers) {
          const found = await waitFor(
            () => server.ctl(["search", "recent", "--depot", name]),
            ({ stdout }) => stdout.includes("1 found"),
            5_000,
          );
          expect(found.stdout).toContain(`urn:dataos:dataset:${name}:`);
          expect((await server.ctl(["lineage", `dataos://${name}:public/recent`])).stdout).toContain("/public/orders");
        }
      });
    });

    it("decide on each by what was changed on another, within two seconds", async () => {
      await eachWay(async (from, to, name) => {
        const user = `name: ${name}\nversion: v1\ntype: user\nuser: {type: person, tags: ["roles:id:user"]}\n`;
        const policy = `name: allow-${name}
version: v1
type: policy
policy: {access: {subjects: {tags: ["users:id:${name}"]}, predicates: [select], objects: {paths: ["dataos://x:y/${name}"]}, allow: true}}
`;
        const input = { subject: name, predicate: "select", object: { path: `dataos://x:y/${name}` } };
        const ask = async (): Promise<boolean> => {
          const question = "query ($input: AuthorizeInput!) { authorize(input: $input) { allowed } }";
          return (await to.query<{ authorize: { allowed: boolean } }>(question, { input })).authorize.allowed;
        };
        expect(await ask()).toBe(false);
        await apply(from, joinManifests(user, policy));
        await waitFor(ask, (allowed) => allowed, 2_500);
        expect((await from.ctl(["delete", "-t", "policy", "-n", `allow-${name}`])).exit).toBe(0);
        await waitFor(ask, (allowed) => !allowed, 2_500);
      });
    });

    it("decide on each by an object that was registered, changed or forgotten on another, within two seconds", async () => {
      await eachWay(async (from, to, name) => {
        const user = `name: ${name}\nversion: v1\ntype: user\nuser: {type: person, tags: ["roles:id:user"]}\n`;
        const type = `name: todo-${name}\nversion: v1\ntype: object-type\nobject-type: {}\n`;
        const policy = `name: own-${name}
version: v1
type: policy
policy:
  access: {subjects: {tags: ["users:id:**"]}, predicates: [tick], objects: {tags: ["dataos:type:todo-${name}"]}, allow: true, conditions: ["object.ownerID == subject.id"]}
`;
        await apply(from, joinManifests(user, type, policy));
        // the process that reconciles may be the other one
        await waitForStatus(from, "object-type", `todo-${name}`, "active");
        const question = "query Q($input: AuthorizeInput!) { authorize(input: $input) { allowed } }";
        const input = { subject: name, predicate: "tick", object: { path: `todo-${name}:1` } };
        const ask = async (): Promise<boolean> =>
          (await to.query<{ authorize: { allowed: boolean } }>(question, { input })).authorize.allowed;
        // what is not there is remembered too
        for (let round = 0; round < 3; round++) expect(await ask()).toBe(false);
        const send = async (method: string, path: string, body?: object): Promise<void> => {
          const headers = { apikey: from.apiKey, ...(body && { "content-type": "application/json" }) };
          const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
          const response = await fetch(`${from.url}/heimdall/api/v1/${path}`, request);
          expect(response.ok, await response.text()).toBe(true);
        };
        const register = (ownerID: string): Promise<void> =>
          send("POST", "objects", { objects: [{ type: `todo-${name}`, id: "1", attributes: { ownerID } }] });
        await register(name);
        await waitFor(ask, (allowed) => allowed, 2_000);
        await register("somebody-else");
        await waitFor(ask, (allowed) => !allowed, 2_000);
        await register(name);
        await waitFor(ask, (allowed) => allowed, 2_000);
        await send("DELETE", `objects/todo-${name}/1`);
        await waitFor(ask, (allowed) => !allowed, 2_000);
      });
    });

    it("refuse a key on each within five seconds after it was revoked on another", async () => {
      await eachWay(async (from, to, name) => {
        const made = await from.ctl(["user", "apikey", "create", "-n", name]);
        const key = made.stdout.trim();
        const status = async (server: TestServer): Promise<number> =>
          (await fetch(`${server.url}/audit/export`, { headers: { apikey: key } })).status;
        for (const server of [from, to])
          await waitFor(
            () => status(server),
            (seen) => seen === 200,
            2_000,
          );
        const id = /^key (\S+) of/m.exec(made.stderr)?.[1] ?? "";
        expect(await from.ctl(["user", "apikey", "delete", id])).toMatchObject({ exit: 0 });
        expect(await status(from)).toBe(401);
        await waitFor(
          () => status(to),
          (seen) => seen === 401,
          5_000,
        );
      });
    });

    it("carry out no run twice, however many are started on both at once", async () => {
      const names = Array.from({ length: 6 }, (_, index) => `many${index}-${randomBytes(3).toString("hex")}`);
      await apply(servers[0], depot("many"));
      await waitForStatus(servers[0], "depot", "many", "active");
      const workflow = (name: string): string => scanManifest("many").replace("scan-many", name);
      await Promise.all(names.map((name, index) => apply(servers[index % 2] as TestServer, workflow(name))));
      for (const name of names) {
        const runs = await waitFor(
          () => readRuns(servers[1], name),
          ([run]) => run?.state === "succeeded",
        );
        expect(runs).toMatchObject([{ attempt: 1 }]);
        const { stdout } = await servers[0].ctl(["log", "-t", "workflow", "-n", name]);
        expect(stdout.match(/run started/g)).toHaveLength(1);
        expect(stdout.match(/scan started/g)).toHaveLength(1);
      }
    });

    it("finish a scan whose process is killed, and keep one sound audit log", async () => {
      const [doomed, leaving] = servers;
      await apply(doomed, joinManifests(depot("orphan"), scanManifest("orphan")));
      const runsOf = (server: TestServer) => readRuns(server, "scan-orphan");
      await waitFor(
        () => runsOf(doomed),
        ([run]) => run?.state === "succeeded",
      );
      const before = await readDatasets(doomed, "orphan");
      await leaving.kill("SIGTERM");
      proxy.stallAfter(2_000);
      expect((await doomed.ctl(["run", "-n", "scan-orphan"])).exit).toBe(0);
      await waitFor(
        () => doomed.ctl(["log", "-t", "workflow", "-n", "scan-orphan"]),
        ({ stdout }) => stdout.match(/scan started/g)?.length === 2,
      );
      const heir = await start(doomed.apiKey);
      servers = [heir, heir];
      await doomed.kill("SIGKILL");
      proxy.stallAfter(undefined);
      const runs = await waitFor(
        () => runsOf(heir),
        ([run]) => run?.state !== "running" && run?.state !== "pending",
      );
      expect(runs[0]).toMatchObject({ state: "succeeded", attempt: 2 });
      expect(await readDatasets(heir, "orphan")).toEqual(before);
      const verified = await heir.ctl(["audit", "verify"]);
      expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
      expect(verified.stdout).toMatch(/^sound: \d+ records in 3 chains/);
    });
  });
}
