import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { hasPagila, loadPagila, pagilaNeeds } from "../support/pagila.ts";
import { startPglite } from "../support/pglite.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { waitFor } from "./support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const postgresUrl = process.env.TEST_POSTGRES_URL;
const temp = createTempDir();
afterAll(() => temp.remove());

interface Demo {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | string | null>;
}

/** Starts the demo the way `npm run demo` does, on a free port and with a folder of its own for temporary files. */
function startDemo(...args: string[]): Demo {
  const child = spawn(process.execPath, ["scripts/run.mjs", "demo/demo.ts", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: temp.path, DATAOS_PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  const ended = new Promise<number | string | null>((resolve) =>
    child.on("close", (code, signal) => resolve(signal ?? code)),
  );
  return { child, output: () => output, ended };
}

async function run(...args: string[]): Promise<{ readonly exit: number | string | null; readonly output: string }> {
  const demo = startDemo(...args);
  return { exit: await demo.ended, output: demo.output() };
}

const leftBehind = (): string[] => readdirSync(temp.path).filter((name) => name.startsWith("dataos-demo-"));

/** A process's descendants with their command lines, from the kernel. */
function descendants(pid: number): { readonly pid: number; readonly command: string }[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [
    { pid: child, command: readFileSync(`/proc/${child}/cmdline`, "utf8").replaceAll("\0", " ") },
    ...descendants(child),
  ]);
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("npm run demo", { timeout: 180_000 }, () => {
  it("shows the main job of the sample shop, and leaves nothing behind", async () => {
    const { exit, output } = await run("--once");
    expect(exit, output).toBe(0);
    for (const wanted of [
      "13 created, 0 updated, 0 unchanged",
      "INFO  run succeeded",
      "21 found",
      "<- urn:dataos:dataset:shopdb:postgres/shop/order_total#total  aggregation",
      "allowed by rule `sales-analysts-read-the-shop/0`",
      "denied by rule `nobody-queries-bank-accounts/0`",
      "mask email: hash",
      'rows where region = "EMEA"',
      "sound: ",
    ])
      expect(output).toContain(wanted);
    expect(output).not.toContain("warning:");
    expect(leftBehind()).toEqual([]);
  });

  it("says what is wrong with its arguments", async () => {
    const [unknown, noUrl, nowhere] = await Promise.all([
      run("--twice"),
      run("--source", "mysql://x@y/z"),
      run("--source", "postgresql://u:p@host.invalid/db"),
    ]);
    expect(unknown.exit).toBe(1);
    expect(unknown.output).toContain("--twice");
    expect(unknown.output).toContain(
      "npm run demo -- [--once] [--source postgresql://user:password@host:5432/database]",
    );
    expect(noUrl.output).toContain("--source is no address of a PostgreSQL database with its user");
    expect(nowhere.exit).toBe(1);
    expect(nowhere.output).toContain("the host `host.invalid` is not known");
  });

  it("fails clearly when the database is empty", async () => {
    const source = await startPglite();
    try {
      const { exit, output } = await run("--once", "--source", source.url);
      expect(exit).toBe(1);
      expect(output).toContain("The demo failed: the database holds no table that its user may see");
    } finally {
      await source.stop();
    }
  });

  it("shows a mask and a row filter on a database of two small tables", async () => {
    const source = await startPglite();
    try {
      await source.exec("create table a (x int, y text); create table b (z int)");
      const { exit, output } = await run("--once", "--source", source.url);
      expect(exit, output).toBe(0);
      expect(output).toContain("  mask y: hash (demo-mask at ");
      expect(output).toContain("  rows where x = 1 (demo-filter at ");
      expect(output).toContain("denied by rule `demo-deny/0`");
    } finally {
      await source.stop();
    }
  });

  it.skipIf(process.platform !== "linux")(
    "stops everything on Ctrl-C, and reports a part that dies",
    async () => {
      const [stopped, server, source] = ["", "demo/server.ts", "demo/source.ts"].map((victim) => ({
        victim,
        demo: startDemo(),
      }));
      for (const one of [stopped, server, source]) {
        if (!one?.demo.child.pid) throw new Error("the demo did not start");
        const { demo, victim } = one;
        const { pid = 0 } = demo.child;
        await waitFor(
          async () => demo.output(),
          (text) => text.includes("Ctrl-C stops it"),
          120_000,
        );
        const family = descendants(pid);
        expect(family.filter(({ command }) => /demo\/(demo|server|source)\.ts/.test(command))).toHaveLength(3);
        if (victim === "") demo.child.kill("SIGINT");
        else process.kill(family.find(({ command }) => command.includes(victim))?.pid ?? 0, "SIGKILL");
        expect(await demo.ended, demo.output()).toBe(victim === "" ? 0 : 1);
        if (victim !== "")
          expect(demo.output()).toMatch(/The demo failed: the (server|sample shop) ended by itself \(SIGKILL\)/);
        expect(family.filter((member) => isAlive(member.pid))).toEqual([]);
      }
      expect(leftBehind()).toEqual([]);
    },
    180_000,
  );

  it.skipIf(process.platform !== "linux")(
    "leaves nothing running when it is killed itself",
    async () => {
      const demo = startDemo();
      await waitFor(
        async () => demo.output(),
        (text) => text.includes("Ctrl-C stops it"),
        120_000,
      );
      const family = descendants(demo.child.pid ?? 0);
      process.kill(family.find(({ command }) => command.includes("demo/demo.ts"))?.pid ?? 0, "SIGKILL");
      await demo.ended;
      await waitFor(
        async () => family.filter((member) => isAlive(member.pid)),
        (alive) => alive.length === 0,
      );
    },
    180_000,
  );
});

if (postgresUrl) {
  describe("npm run demo -- --source", { timeout: 180_000 }, () => {
    const expectStory = async (url: string): Promise<void> => {
      const { exit, output } = await run("--once", "--source", url);
      expect(exit, output).toBe(0);
      expect(output).toMatch(/ {2}mask \S+: hash/);
      expect(output).toMatch(/ {2}rows where /);
      expect(output).toMatch(/^ {2}<- urn:dataos:dataset:shopdb:/m);
    };

    it("shows the main job of a real database", async () => {
      const shop = await createFreshDatabase(postgresUrl, "demo");
      try {
        await shop.exec(readFileSync(join(root, "demo/shop.sql"), "utf8"));
        await expectStory(shop.url);
      } finally {
        await shop.stop();
      }
    });

    it.skipIf(!hasPagila)(`shows the main job of Pagila${hasPagila ? "" : ` (${pagilaNeeds})`}`, async () => {
      const pagila = await loadPagila(postgresUrl, { data: false });
      try {
        await expectStory(pagila.url);
      } finally {
        await pagila.drop();
      }
    });

    it("fails clearly when the password is wrong or there is no such database", async () => {
      const fresh = await createFreshDatabase(postgresUrl, "demo");
      await fresh.stop();
      const wrong = new URL(postgresUrl);
      wrong.password = "wrong";
      const [absent, refused] = await Promise.all([
        run("--once", "--source", fresh.url),
        run("--once", "--source", wrong.href),
      ]);
      expect(absent.exit).toBe(1);
      expect(absent.output).toContain("The demo failed: the source cannot be connected: ");
      expect(refused.exit).toBe(1);
      expect(refused.output).toContain("The demo failed: the source cannot be connected: ");
    });
  });
} else {
  describe.skip("npm run demo -- --source a real database (set TEST_POSTGRES_URL)", () => {});
}
