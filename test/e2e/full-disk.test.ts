import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { applyBundle, type BundleAnswer, findTorn, readBundles } from "./support/bundles.ts";
import { depotManifest, joinManifests, readRuns, runToEnd, scanManifest } from "./support/resources.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";
import { canLimitFileSizes, canMount, limitFileSizes, mountSmallDisk, type SmallDisk } from "./support/small-disk.ts";

const roomBytes = 3_000_000;
const paddingBytes = 500;

if (canMount()) fullDisk("a file system without room", mountSmallDisk);
else describe.skip("a server on a file system without room (needs the right to mount a tmpfs)", () => {});

if (canLimitFileSizes()) fullDisk("a limit on the size of files", limitFileSizes);
else describe.skip("a server on a limit on the size of files (needs prlimit of util-linux)", () => {});

function fullDisk(name: string, makeDisk: () => SmallDisk): void {
  describe(`a server on ${name}`, () => {
    let disk: SmallDisk;
    let source: PgliteServer;
    let server: TestServer;
    const answers: BundleAnswer[] = [];
    const acknowledged = (): number[] => answers.filter((one) => one.isAcknowledged).map(({ index }) => index);
    const refusals = (): BundleAnswer[] => answers.filter((one) => !one.isAcknowledged);

    beforeAll(async () => {
      disk = makeDisk();
      source = await startPglite();
      await source.exec(await readFile(new URL("../../demo/shop.sql", import.meta.url), "utf8"));
      server = await startServer({ dataDir: disk.dataDir });
      const at = { host: "127.0.0.1", port: Number(new URL(source.url).port) };
      await server.ctl(["apply", "-f", "-"], { input: joinManifests(depotManifest("shop", at), scanManifest("shop")) });
      await waitFor(
        () => readRuns(server, "scan-shop"),
        ([run]) => run?.state === "succeeded",
      );
      disk.fill(server, roomBytes);
      while (refusals().length < 20 && answers.length < 1_000) {
        answers.push(await applyBundle(server, answers.length, paddingBytes));
      }
    });
    afterAll(async () => {
      await server?.kill("SIGKILL");
      await source?.stop();
      disk?.remove();
    });

    it("refuses what it cannot keep, and says what to do", async () => {
      expect(acknowledged().length).toBeGreaterThan(5);
      expect(refusals()).toHaveLength(20);
      const kinds = new Set(refusals().map(({ status, refusal }) => `${status} ${refusal}`));
      const wanted = [
        /^503 AUDIT_UNAVAILABLE: the audit record could not be stored, so the call was refused; (the disk of the state store is full; free some space|see the state store) and try again$/,
        /^507 STORAGE_FULL: no room left to write `.*state\.db`; free some space on its disk and try again$/,
        /^503 UNAVAILABLE: reading or writing `.*state\.db` failed; check its disk \(free space, quota, permissions, health\) and try again$/,
      ];
      for (const kind of kinds)
        expect(
          wanted.some((pattern) => pattern.test(kind)),
          kind,
        ).toBe(true);
      const applied = await server.ctl(["apply", "-f", "-"], { input: scanManifest("other") });
      expect({ exit: applied.exit, stdout: applied.stdout }).toEqual({ exit: 7, stdout: "" });
      expect(applied.stderr).toMatch(/^error: (the audit record could not be stored|no room left|reading or writing)/);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    });

    it("goes on without a restart when there is room, with everything that it acknowledged", async () => {
      disk.makeRoom(server);
      // nobody calls it while it is not ready
      await waitFor(
        async () => (await fetch(`${server.url}/readyz`)).status,
        (status) => status === 200,
        10_000,
      );
      expect(await applyBundle(server, 100_000)).toMatchObject({ status: 200, isAcknowledged: true });
      const bundles = await readBundles(server);
      expect(acknowledged().filter((index) => !bundles.has(index))).toEqual([]);
      expect(findTorn(bundles)).toEqual([]);
      expect(await server.ctl(["audit", "verify"])).toMatchObject({ exit: 0 });
    });

    it("scans and finds again", async () => {
      await source.exec("create table shop.quokka (id int)");
      expect(await runToEnd(server, "scan-shop")).toMatchObject({ state: "succeeded" });
      await waitFor(
        async () => (await server.ctl(["search", "quokka"])).stdout,
        (found) => found.includes("shop/quokka"),
        40_000,
      );
    });

    it("holds the same after a restart", async () => {
      const before = await readBundles(server);
      await server.kill("SIGTERM");
      server = await startServer({ dataDir: disk.dataDir }, server.apiKey);
      expect(await readBundles(server)).toEqual(before);
      expect(await server.ctl(["audit", "verify"])).toMatchObject({ exit: 0 });
    });
  });
}
