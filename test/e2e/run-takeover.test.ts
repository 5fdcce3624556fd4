import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createFreshDatabase, type FreshDatabase } from "../support/fresh-database.ts";
import { createTempDir } from "../support/temp-dir.ts";
import { startServer, type TestServer, waitFor } from "./support/server.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

if (!postgresUrl) describe.skip("three server processes that die (set TEST_POSTGRES_URL)", () => {});
else if (process.platform !== "linux") describe.skip("three server processes that die (needs Linux)", () => {});
else takeover(postgresUrl);

interface ShownRun {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly trigger: string;
}

function takeover(serverUrl: string): void {
  describe("three server processes on one PostgreSQL", () => {
    const folder = createTempDir();
    let state: FreshDatabase;
    let servers: TestServer[] = [];
    let started = 0;
    const start = (apiKey?: string): Promise<TestServer> =>
      startServer(
        {
          dataDir: join(folder.path, String(++started)),
          stateUrl: state.url,
          env: {
            DATAOS_MASTER_KEY_FILE: join(folder.path, "1", "master.key"),
            DATAOS_JOB_COMMANDS: process.execPath,
          },
        },
        apiKey,
      );
    beforeAll(async () => {
      state = await createFreshDatabase(serverUrl, "takeover");
      const first = await start();
      servers = [first, await start(first.apiKey), await start(first.apiKey)];
    });
    afterEach(async () => {
      // one came to nothing in each test
      for (const server of servers)
        if (server.child.exitCode !== null || server.child.signalCode !== null) {
          servers = [...servers.filter((other) => other !== server), await start(server.apiKey)];
        }
    });
    afterAll(async () => {
      for (const server of servers) {
        server.child.kill("SIGCONT");
        await server.kill("SIGTERM");
      }
      await state?.stop();
      folder.remove();
    });

    async function apply(server: TestServer, text: string): Promise<void> {
      const { applyResources } = await server.query<{ applyResources: { userErrors: readonly unknown[] } }>(
        "mutation ($input: ApplyResourcesInput!) { applyResources(input: $input) { userErrors { message } } }",
        { input: { documents: [{ file: "m.yaml", text }] } },
      );
      expect(applyResources.userErrors).toEqual([]);
    }

    /** A job that says with each breath, in a file, which process it is and when; it ends after `breaths`. */
    const breathing = (name: string, breaths: number, schedule = ""): string => {
      const file = join(folder.path, `${name}.txt`);
      const code = `const fs = require('fs'); let left = ${breaths}; setInterval(() => { fs.appendFileSync('${file}', process.pid + ' ' + Date.now() + '\\n'); if (--left <= 0) process.exit(0); }, 50)`;
      return `name: ${name}
version: v1
type: workflow
workflow:
${schedule}  dag:
    - name: breathe
      spec: {stack: "process:1.0", stackSpec: {command: ["${process.execPath}", "-e", ${JSON.stringify(code)}]}}
`;
    };
    /** By process: when it breathed first and last. */
    function breathsOf(name: string): readonly { pid: number; first: number; last: number }[] {
      const found = new Map<number, { pid: number; first: number; last: number }>();
      let text = "";
      try {
        text = readFileSync(join(folder.path, `${name}.txt`), "utf8");
      } catch {
        // it has not begun
      }
      for (const line of text.split("\n").slice(0, -1)) {
        const [pid = 0, at = 0] = line.split(" ").map(Number);
        const known = found.get(pid);
        if (known) known.last = at;
        else found.set(pid, { pid, first: at, last: at });
      }
      return [...found.values()].sort((a, b) => a.first - b.first);
    }
    const parentOf = (pid: number): number =>
      Number(
        readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\)\s/s, "")
          .split(" ")[1],
      );
    const runsOf = async (server: TestServer, workflow: string): Promise<readonly ShownRun[]> => {
      const { runs } = await server.query<{ runs: { edges: readonly { node: ShownRun }[] } }>(
        "query ($workflow: String!) { runs(workflow: $workflow, first: 100) { edges { node { id state attempt trigger } } } }",
        { workflow },
      );
      return runs.edges.map(({ node }) => node);
    };

    /** Starts a job and finds who carries it out. */
    async function begin(name: string, breaths: number): Promise<{ owner: TestServer; others: TestServer[] }> {
      await apply(servers[0] as TestServer, breathing(name, breaths));
      const [breath] = await waitFor(
        async () => breathsOf(name),
        (seen) => seen.length > 0,
      );
      const pid = parentOf(parentOf(breath?.pid ?? 0));
      const owner = servers.find(({ child }) => child.pid === pid);
      if (!owner) throw new Error(`no server ${pid} of ${readdirSync(folder.path).join()}`);
      return { owner, others: servers.filter((server) => server !== owner) };
    }

    it.each(["SIGKILL", "SIGSTOP"] as const)(
      "carry out each run once at a time, when its owner gets %s",
      async (signal) => {
        const name = `owner-${signal.toLowerCase()}`;
        const { owner, others } = await begin(name, 100);
        const [heir] = others as [TestServer];
        owner.child.kill(signal);
        const since = Date.now();
        await waitFor(
          async () => breathsOf(name),
          (seen) => seen.length === 2,
        );
        const [before, heirs] = breathsOf(name);
        if (!before || !heirs) throw new Error("two processes were seen");
        // nothing of the former is left when the next begins
        expect(before.last).toBeLessThan(heirs.first);
        // ten seconds, and what a busy machine adds
        expect(heirs.first - since).toBeLessThan(20_000);
        const runs = await waitFor(
          () => runsOf(heir, name),
          ([run]) => run?.state === "succeeded",
        );
        expect(runs).toMatchObject([{ state: "succeeded", attempt: 2, trigger: "resume" }]);
        expect(breathsOf(name)).toHaveLength(2);

        if (signal === "SIGSTOP") {
          const logs = () => state.query("select id, message from control_logs where run_id is not null order by id");
          const [rows, lines] = [await state.query("select * from control_runs order by id"), await logs()];
          owner.child.kill("SIGCONT");
          // it answers again, and has had its turn
          await waitFor(
            () => runsOf(owner, name),
            ([run]) => run?.state === "succeeded",
          );
          await apply(owner, breathing(`${name}-later`, 1));
          await waitFor(
            () => runsOf(owner, `${name}-later`),
            ([run]) => run?.state === "succeeded",
          );
          const after = await state.query("select * from control_runs order by id");
          expect(after.slice(0, rows.length)).toEqual(rows);
          expect((await logs()).slice(0, lines.length)).toEqual(lines);
        }
      },
      120_000,
    );

    it("start each time of a schedule once, whoever of them stops or dies", async () => {
      await apply(
        servers[0] as TestServer,
        breathing("ticking", 1, '  schedule: {cron: "*/2 * * * * *", concurrencyPolicy: Allow}\n'),
      );
      const leader = async (): Promise<TestServer> => {
        for (const server of servers) {
          const lines = server.output().match(/runs the control loop|took over the control loop/g) ?? [];
          if (lines.at(-1) === "runs the control loop") return server;
        }
        throw new Error("nobody runs the control loop");
      };
      const [one] = servers as [TestServer];
      await waitFor(
        () => runsOf(one, "ticking"),
        (runs) => runs.length >= 2,
      );
      const paused = await leader();
      const other = servers.find((server) => server !== paused) as TestServer;
      paused.child.kill("SIGSTOP");
      const before = (await runsOf(other, "ticking")).length;
      await waitFor(
        () => runsOf(other, "ticking"),
        (runs) => runs.length >= before + 2,
        60_000,
      );
      paused.child.kill("SIGCONT");
      await waitFor(
        () => runsOf(paused, "ticking"),
        (runs) => runs.length >= before + 4,
      );
      const rows = await state.query<{ trigger_key: string }>(
        "select trigger_key from control_runs where workflow = 'ticking'",
      );
      expect(new Set(rows.map((row) => row.trigger_key)).size).toBe(rows.length);
      await waitFor(
        () => runsOf(other, "ticking"),
        (runs) => runs.filter(({ state: is }) => is === "succeeded").length >= before + 4,
      );
      // what the paused one had begun was taken up once; nothing else was started twice
      const again = (await runsOf(other, "ticking")).filter(({ attempt }) => attempt > 1);
      expect(again.every(({ attempt, trigger }) => attempt === 2 && trigger === "resume")).toBe(true);
      expect(again.length).toBeLessThanOrEqual(4);
    }, 120_000);
  });
}
