import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { depotManifest, joinManifests, readDatasets, readRuns, runToEnd, scanManifest } from "./support/resources.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

describe("a connection that drops in the middle of a scan", () => {
  const folder = createTempDir();
  let source: PgliteServer;
  let proxy: TcpProxy;
  let server: TestServer;
  /** what a whole scan brings from the source */
  let scanBytes: number;
  let before: ReadonlyMap<string, string>;

  beforeAll(async () => {
    source = await startPglite();
    await source.exec(await readFile(new URL("../../demo/shop.sql", import.meta.url), "utf8"));
    proxy = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(source.url).port) });
    server = await startServer({ dataDir: folder.path });
    const applied = await server.ctl(["apply", "-f", "-"], {
      input: joinManifests(depotManifest("shop", { host: "127.0.0.1", port: proxy.port }), scanManifest("shop")),
    });
    expect(applied.exit, applied.stderr).toBe(0);
    await waitFor(
      () => readRuns(server, "scan-shop"),
      ([run]) => run?.state === "succeeded",
    );
    scanBytes = Math.max(...proxy.received);
    before = await readDatasets(server, "shop");
    expect([...new Set(before.values())]).toEqual(["active"]);
    await source.exec("drop view shop.customer_value cascade; create table shop.later (id int)");
  }, 60_000);

  afterAll(async () => {
    await server?.kill("SIGTERM");
    await proxy?.stop();
    await source?.stop();
    folder.remove();
  });

  it.each([2, 30, 60, 90])(
    "after %i hundredths of it ends the run failed, and takes nothing for gone",
    async (percent) => {
      proxy.cutAfter(Math.floor((scanBytes * percent) / 100));
      const run = await runToEnd(server, "scan-shop");
      proxy.cutAfter(undefined);
      const lost = new RegExp(
        `^(the connection to 127.0.0.1:${proxy.port} was lost; see whether PostgreSQL runs there, then try again|what listens on .*)$`,
      );
      expect(run.state).toBe("failed");
      expect(run.message?.replace("job `scan` failed: ", "")).toMatch(lost);
      const followed = await server.ctl(["log", "-t", "workflow", "-n", "scan-shop", "--run", run.id, "-f"]);
      expect(followed.exit).toBe(1);
      expect(followed.stderr).toBe(`error: the run failed: ${run.message}\n`);
      const got = await server.ctl(["get", "-t", "workflow", "-n", "scan-shop"]);
      expect(`${got.stdout}${got.stderr}`).toContain(run.message);
      const after = await readDatasets(server, "shop");
      expect([...before].map(([urn]) => [urn, after.get(urn)])).toEqual([...before]);
    },
  );

  it("ends well when the next run gets through, with what has changed meanwhile", async () => {
    expect(await runToEnd(server, "scan-shop")).toMatchObject({ state: "succeeded" });
    const after = await readDatasets(server, "shop");
    expect([...after.keys()].filter((urn) => !before.has(urn)).map((urn) => urn.split("/").at(-1))).toEqual(["later"]);
    expect(
      [...before.keys()].filter((urn) => (after.get(urn) ?? "gone") !== "active").map((urn) => urn.split("/").at(-1)),
    ).toContain("customer_value");
    const got = await server.ctl(["get", "-t", "workflow", "-n", "scan-shop"]);
    expect(got.stderr).toBe("");
  });

  it("is hidden by a retry, where the job has one", async () => {
    proxy.cutAfter(Math.floor(scanBytes / 2));
    const retry = { count: 3, strategy: "OnTransientError", duration: "1s" };
    const manifest = scanManifest("shop", { retry }).replace("scan-shop", "scan-with-retry");
    expect((await server.ctl(["apply", "-f", "-"], { input: manifest })).exit).toBe(0);
    const readLog = async (): Promise<string> =>
      (await server.ctl(["log", "-t", "workflow", "-n", "scan-with-retry"])).stdout;
    await waitFor(readLog, (log) => log.includes("is tried again"));
    proxy.cutAfter(undefined);
    const runs = await waitFor(
      () => readRuns(server, "scan-with-retry"),
      ([run]) => run !== undefined && !["pending", "running"].includes(run.state),
    );
    expect(runs.map(({ state }) => state)).toEqual(["succeeded"]);
    expect(await readLog()).toContain(`the connection to 127.0.0.1:${proxy.port} was lost`);
  });
});
