import { afterAll, beforeAll, describe, it } from "vitest";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { startRefusingPostgres } from "../support/refusing-postgres.ts";
import { freePort, startTcpServer } from "../support/tcp.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import { createTempDir } from "../support/temp-dir.ts";
import {
  type DepotSource,
  depotManifest,
  getStatus,
  joinManifests,
  messageOf,
  readRuns,
  runToEnd,
  scanManifest,
  waitForStatus,
} from "./support/resources.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

describe.concurrent("a source that cannot be reached", () => {
  const folder = createTempDir();
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ dataDir: folder.path });
  });
  afterAll(async () => {
    await server?.kill("SIGTERM");
    folder.remove();
  });

  /** Applies a depot and gives what a user is told: by `get`, and by `log`; ports read `PORT`. */
  async function connect(name: string, source: DepotSource, timeoutMs?: number): Promise<string> {
    const applied = await server.ctl(["apply", "-f", "-"], { input: depotManifest(name, source) });
    if (applied.exit !== 0) throw new Error(applied.stderr);
    await waitForStatus(server, "depot", name, "error", timeoutMs);
    const got = await server.ctl(["get", "-t", "depot", "-n", name]);
    const log = await server.ctl(["log", "-t", "depot", "-n", name]);
    const told = `${got.stdout}${got.stderr}${log.stdout.replace(/^\S+ /gm, "")}`;
    return told.replaceAll(String(source.port), "PORT").trim();
  }

  it("says that the password is wrong, and where to change it", async ({ expect }) => {
    const source = await startRefusingPostgres();
    const told = await connect("wrong-password", { host: "127.0.0.1", port: source.port, username: "reader" });
    await source.stop();
    const logged = server
      .output()
      .split("\n")
      .filter((line) => line.includes("`wrong-password`"));
    expect(logged.map((line) => JSON.parse(line))).toMatchObject([
      { level: "warn", message: "a resource is not ready", reason: "Refused" },
    ]);
    expect(told).toMatchInlineSnapshot(`
      "NAME            VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      wrong-password  v1       depot             error            operator
      warning: depot/wrong-password: 127.0.0.1:PORT refuses the password of user \`reader\`; check username and password in the depot and its secret
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Refused: 127.0.0.1:PORT refuses the password of user \`reader\`; check username and password in the depot and its secret"
    `);
  });

  it("says that nothing listens there", async ({ expect }) => {
    expect(await connect("closed-port", { host: "127.0.0.1", port: await freePort() })).toMatchInlineSnapshot(`
      "NAME         VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      closed-port  v1       depot             error            operator
      warning: depot/closed-port: nothing listens on 127.0.0.1:PORT; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Unreachable: nothing listens on 127.0.0.1:PORT; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections"
    `);
  });

  it("says that the host does not resolve", async ({ expect }) => {
    expect(await connect("no-such-host", { host: "db.does-not-exist.invalid", port: 5432 })).toMatchInlineSnapshot(`
      "NAME          VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      no-such-host  v1       depot             error            operator
      warning: depot/no-such-host: host \`db.does-not-exist.invalid\` does not resolve; check the depot's host and the name server of this machine
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Unreachable: host \`db.does-not-exist.invalid\` does not resolve; check the depot's host and the name server of this machine"
    `);
  });

  it("gives up on a host that takes the connection and never answers", async ({ expect }) => {
    const hole = await startTcpServer(() => {});
    const started = performance.now();
    expect(await connect("black-hole", { host: "127.0.0.1", port: hole.port }, 20_000)).toMatchInlineSnapshot(`
      "NAME        VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      black-hole  v1       depot             error            operator
      warning: depot/black-hole: 127.0.0.1:PORT did not answer in time; check host and port in the depot and its secret, and firewalls between this machine and it
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Unreachable: 127.0.0.1:PORT did not answer in time; check host and port in the depot and its secret, and firewalls between this machine and it"
    `);
    expect(performance.now() - started).toBeLessThan(20_000);
    await hole.stop();
  });

  it("says which setting opens a private network", async ({ expect }) => {
    expect(await connect("private", { host: "10.1.2.3", port: 5432 })).toMatchInlineSnapshot(`
      "NAME     VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      private  v1       depot             error            operator
      warning: depot/private: host \`10.1.2.3\` is on a network that is not public; to allow it, the operator adds its network, e.g. 10.0.0.0/8, to DATAOS_DEPOT_NETWORKS
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Refused: host \`10.1.2.3\` is on a network that is not public; to allow it, the operator adds its network, e.g. 10.0.0.0/8, to DATAOS_DEPOT_NETWORKS"
    `);
  });

  it("never connects to link-local and metadata addresses, however they are written", async ({ expect }) => {
    expect(await connect("metadata", { host: "169.254.169.254", port: 80 })).toMatchInlineSnapshot(`
      "NAME      VERSION  TYPE   WORKSPACE  STATUS  RUNTIME  OWNER
      metadata  v1       depot             error            operator
      warning: depot/metadata: host \`169.254.169.254\` is a link-local address, which depots never connect to; give the address of a database server
      INFO  Created: by \`operator\`, generation 1
      INFO  Provisioning: started
      WARN  Refused: host \`169.254.169.254\` is a link-local address, which depots never connect to; give the address of a database server"
    `);
    for (const host of ["fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254", "2852039166", "0xA9FEA9FE"]) {
      const name = `metadata-${Buffer.from(host).toString("hex").slice(0, 20)}`;
      expect(await connect(name, { host, port: 80 }), host).toMatch(/which depots never connect to|unusual spelling/);
    }
    const opened = startServer({ dataDir: folder.path, env: { DATAOS_DEPOT_NETWORKS: "10.0.0.0/8,169.254.0.0/16" } });
    await expect(opened).rejects.toThrow(
      "DATAOS_DEPOT_NETWORKS: `169.254.0.0/16` holds link-local or metadata addresses (169.254.0.0/16), which depots may never use; name smaller blocks",
    );
  });
});

describe.concurrent("a source that comes back", () => {
  let source: PgliteServer;
  beforeAll(async () => {
    source = await startPglite();
    await source.exec("create table orders (id int primary key, placed timestamptz)");
  });
  afterAll(async () => {
    await source?.stop();
  });

  it("is unhealthy since it stopped answering, and healthy again by itself when it answers", async ({ expect }) => {
    using folder = createTempDir();
    const proxy = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(source.url).port) });
    const server = await startServer({ dataDir: folder.path });
    const applied = await server.ctl(["apply", "-f", "-"], {
      input: joinManifests(depotManifest("shop", { host: "127.0.0.1", port: proxy.port }), scanManifest("shop")),
    });
    expect(applied.exit, applied.stderr).toBe(0);
    await waitFor(
      () => readRuns(server, "scan-shop"),
      ([run]) => run?.state === "succeeded",
    );
    expect(await getStatus(server, "depot", "shop")).toMatchObject({ status: "active", phase: "Active" });

    const wentDown = Date.now();
    await proxy.goDown();
    const message = `nothing listens on 127.0.0.1:${proxy.port}; check host and port in the depot and its secret, and that PostgreSQL runs there and accepts connections`;
    expect(await runToEnd(server, "scan-shop")).toMatchObject({
      state: "failed",
      message: `job \`scan\` failed: ${message}`,
    });
    const down = await waitForStatus(server, "depot", "shop", "error", 10_000);
    expect(messageOf(down, "Healthy")).toBe(message);
    const since = down.conditions.find(({ type }) => type === "Healthy")?.lastTransitionTime ?? "";
    expect(Date.parse(since)).toBeGreaterThanOrEqual(wentDown);
    const got = await server.ctl(["get", "-t", "depot", "-n", "shop", "-o", "json"]);
    expect(got.stdout).toContain(`"lastTransitionTime": "${since}"`);

    await proxy.comeBack();
    await waitForStatus(server, "depot", "shop", "active", 20_000);
    // the sample source takes one connection at a time and is busy for a moment after the health check's has closed
    await waitFor(
      () => runToEnd(server, "scan-shop"),
      (run) => run.state === "succeeded",
      20_000,
    );
    await server.kill("SIGTERM");
    await proxy.stop();
  });

  it("is connected after a restart with the setting that its status named", async () => {
    using folder = createTempDir();
    const port = Number(new URL(source.url).port);
    const closed = await startServer({ dataDir: folder.path, env: { DATAOS_DEPOT_NETWORKS: "" } });
    await closed.ctl(["apply", "-f", "-"], { input: depotManifest("local", { host: "localhost", port }) });
    const refused = await waitForStatus(closed, "depot", "local", "error");
    const network = /e\.g\. (\S+), to DATAOS_DEPOT_NETWORKS/.exec(messageOf(refused) ?? "")?.[1];
    await closed.kill("SIGTERM");

    const open = await startServer({ dataDir: folder.path, env: { DATAOS_DEPOT_NETWORKS: network } }, closed.apiKey);
    await waitForStatus(open, "depot", "local", "active");
    await open.kill("SIGTERM");
  });
});
