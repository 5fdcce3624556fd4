import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempDir } from "../support/temp-dir.ts";
import { applyBundle, type BundleAnswer, findTorn, readBundles } from "./support/bundles.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

interface ExportedLine {
  readonly type?: string;
  readonly action?: string;
  readonly object?: readonly string[];
}

/** URNs of resources whose creation is on record, and of those that are on record as about to be written. */
async function readRecordedCreations(
  server: TestServer,
): Promise<{ readonly made: ReadonlySet<string>; readonly begun: ReadonlySet<string> }> {
  const exported = await server.ctl(["audit", "export"]);
  expect(exported.exit, exported.stderr).toBe(0);
  const lines = exported.stdout.trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as ExportedLine);
  const urnsOf = (wanted: string): Set<string> =>
    new Set(records.flatMap(({ action, type, object = [] }) => (action === wanted || type === wanted ? object : [])));
  return { made: urnsOf("resource.create"), begun: urnsOf("change.begun") };
}

/** Sends bundles from several callers at once until the server is gone; gives all answers, and tells each as it comes. */
async function applyUntilGone(
  server: TestServer,
  from: number,
  onAnswer: (answers: readonly BundleAnswer[]) => void = () => {},
): Promise<BundleAnswer[]> {
  const answers: BundleAnswer[] = [];
  let index = from;
  const send = async (): Promise<void> => {
    for (;;) {
      const answer = await applyBundle(server, index++);
      answers.push(answer);
      onAnswer(answers);
      if (answer.status === 0) return;
    }
  };
  await Promise.all([send(), send(), send()]);
  return answers;
}

describe("what was acknowledged", () => {
  it("is there after kill -9 at any moment, with its audit record, and each bundle is whole or absent", async () => {
    using folder = createTempDir();
    let server = await startServer({ dataDir: folder.path });
    const acknowledged: number[] = [];
    let sent = 0;
    for (let round = 0; round < 5; round++) {
      const doomed = server;
      const enough = randomInt(2, 8);
      const answers = await applyUntilGone(doomed, sent, ({ length }) => {
        if (length === enough) setTimeout(() => void doomed.kill("SIGKILL"), randomInt(0, 50));
      });
      sent = Math.max(...answers.map(({ index }) => index)) + 1;
      acknowledged.push(...answers.filter((answer) => answer.isAcknowledged).map(({ index }) => index));
      server = await startServer({ dataDir: folder.path }, server.apiKey);
      const bundles = await readBundles(server);
      expect(acknowledged.filter((index) => !bundles.has(index))).toEqual([]);
      expect(findTorn(bundles)).toEqual([]);
      const verified = await server.ctl(["audit", "verify"]);
      expect(verified.exit, verified.stdout + verified.stderr).toBe(0);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(10);
    const recorded = await readRecordedCreations(server);
    const wanted = acknowledged.flatMap((index) =>
      ["a", "b", "c"].map((member) => `urn:dataos:resource:user:bundle-${index}-${member}`),
    );
    expect(wanted.filter((urn) => !recorded.made.has(urn))).toEqual([]);
    // what is there was on record before it was, acknowledged or not
    const members = [...(await readBundles(server)).keys()].flatMap((index) =>
      ["a", "b", "c"].map((member) => `urn:dataos:resource:user:bundle-${index}-${member}`),
    );
    expect(members.filter((urn) => !recorded.begun.has(urn))).toEqual([]);
    await server.kill("SIGTERM");
  }, 120_000);

  it("is answered before a server that is told to end ends", async () => {
    using folder = createTempDir();
    const server = await startServer({ dataDir: folder.path });
    const stream = applyUntilGone(server, 0);
    await waitFor(
      async () => (await readBundles(server)).size,
      (size) => size > 0,
    );
    const asked = performance.now();
    await server.kill("SIGTERM");
    expect(server.child.exitCode).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    const answers = await stream;
    const again = await startServer({ dataDir: folder.path }, server.apiKey);
    const bundles = await readBundles(again);
    const answered = answers.filter((answer) => answer.isAcknowledged).map(({ index }) => index);
    // every call that was taken was answered: what is there is exactly what was acknowledged
    expect([...bundles.keys()].sort((a, b) => a - b)).toEqual(answered.sort((a, b) => a - b));
    await again.kill("SIGTERM");
  });
});

describe("a data folder", () => {
  it("is used by one server at a time; the second says so and ends", async () => {
    using folder = createTempDir();
    const first = await startServer({ dataDir: folder.path });
    const second = await startServer({ dataDir: folder.path }).catch((error: unknown) => String(error));
    expect(String(second).replace(folder.path, "DIR").replace(String(first.child.pid), "PID")).toBe(
      "Error: the server ended (1) before it listened:\nthe server cannot start: the data directory `DIR` is in use by another server process (process PID); stop that one, or use another directory\n",
    );
    expect(await first.ctl(["auth", "whoami"])).toMatchObject({ exit: 0 });
    await first.kill("SIGKILL");
    const third = await startServer({ dataDir: folder.path }, first.apiKey);
    expect(await third.ctl(["auth", "whoami"])).toMatchObject({ exit: 0 });
    await third.kill("SIGTERM");
  });

  it("is left as it is by a server with another master key, which does not start", async () => {
    using folder = createTempDir();
    const server = await startServer({ dataDir: folder.path });
    expect((await applyBundle(server, 0)).isAcknowledged).toBe(true);
    await server.kill("SIGTERM");
    const key = join(folder.path, "master.key");
    renameSync(key, `${key}.kept`);

    const files = (): string[] => readdirSync(folder.path).filter((name) => !name.startsWith("state.db.lock"));
    const before = readFileSync(join(folder.path, "state.db"));
    const without = await startServer({ dataDir: folder.path }, server.apiKey).catch((error: unknown) => String(error));
    expect(String(without).replaceAll(folder.path, "DIR")).toMatchInlineSnapshot(`
      "Error: the server ended (1) before it listened:
      the server cannot start: the master key \`DIR/master.key\` is missing; put it back from where you keep a copy, since stored secrets cannot be opened without it
      "
    `);
    expect(existsSync(key)).toBe(false);

    writeFileSync(key, Buffer.alloc(32, 7).toString("base64"), { mode: 0o600 });
    const other = await startServer({ dataDir: folder.path }, server.apiKey).catch((error: unknown) => String(error));
    expect(String(other).replaceAll(folder.path, "DIR")).toMatchInlineSnapshot(`
      "Error: the server ended (1) before it listened:
      the server cannot start: the master key is not the one that this store's secrets are sealed with; set DATAOS_MASTER_KEY_FILE to the right file
      "
    `);
    expect(readFileSync(join(folder.path, "state.db")).equals(before)).toBe(true);
    expect(files().filter((name) => name.endsWith("-wal"))).toEqual([]);

    renameSync(`${key}.kept`, key);
    const again = await startServer({ dataDir: folder.path }, server.apiKey);
    expect([...(await readBundles(again)).keys()]).toEqual([0]);
    expect(await again.ctl(["audit", "verify"])).toMatchObject({ exit: 0 });
    await again.kill("SIGTERM");
  });
});
