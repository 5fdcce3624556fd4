import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { createProcessStack, type StackCall } from "../../src/control/index.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { Secret } from "../../src/shared/secret.ts";
import { createTempDir } from "../support/temp-dir.ts";

const folder = createTempDir();
afterAll(() => folder.remove());
const node = process.execPath;
const isLinux = process.platform === "linux";

interface Job extends Partial<Omit<StackCall, "stackSpec">> {
  readonly allowed?: readonly string[];
}

/** Runs a job of the stack for real; what it prints is kept. */
function start(command: readonly string[], { allowed = [node], ...more }: Job = {}) {
  const lines: string[] = [];
  const write = (level: string) => (_fields: unknown, message: string) => void lines.push(`${level} ${message}`);
  const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  const stack = createProcessStack({
    ...{ allowedCommands: allowed, environment: { PATH: "/usr/bin:/bin" }, workDir: join(folder.path, "jobs") },
    clock: systemClock,
  });
  const ending = new AbortController();
  const done = stack.run({
    stackSpec: { command },
    calls: [],
    runId: "run-1",
    job: "etl",
    envs: {},
    readSecrets: async () => new Map(),
    mounted: { volumes: [], findOver: async () => undefined },
    memoryBytes: undefined,
    progress: { log: { ...log, child: () => ({ ...log, child: () => log as never }) }, progress: () => {} },
    hide: () => {},
    assertHeld: async () => {},
    sureForMs: () => Number.POSITIVE_INFINITY,
    signal: ending.signal,
    ...more,
  });
  const told = async (text: string): Promise<void> => {
    while (!lines.some((line) => line.includes(text))) {
      await Promise.race([wait(5), done]);
    }
  };
  return { done, lines, told, end: () => ending.abort(new Error("cancelled")), stack };
}

const script = (text: string): string[] => [node, "-e", text];

/** Whether a process is there and not only waiting to be collected. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await wait(10);
}

describe("a job of the stack `process`", () => {
  it("gets its arguments as they are written, and nothing reads them as a shell would", async () => {
    const job = start([
      ...script("console.log(process.argv.slice(1).join('|'))"),
      "a b",
      "$(id)",
      "; rm -rf /",
      "`x`",
      "*",
    ]);
    expect(await job.done).toEqual({ exitCode: 0, lines: 1 });
    expect(job.lines).toEqual(["info a b|$(id)|; rm -rf /|`x`|*"]);
  });

  it("sees its own variables and secrets, and none of the server's", async () => {
    process.env.CANARY_OF_THE_SERVER = "canary";
    const job = start(script("console.log(Object.keys(process.env).sort().join()); console.error(process.env.TOKEN)"), {
      envs: { REGION: "eu" },
      readSecrets: async () => new Map([["TOKEN", new Secret("t0ken")]]),
    });
    await job.done;
    delete process.env.CANARY_OF_THE_SERVER;
    expect(job.lines.sort()).toEqual(["info DATAOS_JOB,DATAOS_RUN,HOME,PATH,REGION,TMPDIR,TOKEN", "warn t0ken"]);
  });

  it("starts in an empty folder of its own, which is gone afterwards", async () => {
    const job = start(script("require('fs').writeFileSync('x', '1'); console.log(process.cwd())"));
    await job.done;
    const cwd = job.lines[0]?.replace("info ", "") ?? "";
    expect(cwd).toContain(join("jobs", "run-1", "etl"));
    expect(existsSync(cwd)).toBe(false);
    expect(readdirSync(join(folder.path, "jobs", "run-1"))).toEqual([]);
  });

  it.each([
    [
      ["/bin/sh", "-c", "id"],
      "the program `/bin/sh` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS",
    ],
    [["node"], "the program `node` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS"],
  ])("does not start what the operator did not allow: %j", async (command, message) => {
    const job = start(command);
    await expect(job.done).rejects.toThrow(message);
    expect(job.stack.cannotRun?.({ command })).toBe(message);
  });

  it.each(["LD_PRELOAD", "NODE_OPTIONS", "PATH", "BASH_ENV", "A=B"])("may not set `%s`", async (name) => {
    await expect(start(script(""), { envs: { [name]: "x" } }).done).rejects.toThrow(`a job may not set \`${name}\``);
  });

  it("fails with the code that the program ends with, and says when it cannot be started", async () => {
    await expect(start(script("process.exit(3)")).done).rejects.toThrow(
      "the program ended with code 3; its log says why",
    );
    const gone = join(folder.path, "gone");
    await expect(start([gone], { allowed: [gone] }).done).rejects.toThrow(
      `the program \`${gone}\` cannot be started (ENOENT)`,
    );
  });

  it("is cut into lines however it writes them, without filling the memory", async () => {
    const job = start(script("process.stdout.write('x'.repeat(20000) + '\\nä\\r\\nlast')"));
    expect(await job.done).toMatchObject({ exitCode: 0 });
    expect(job.lines.map((line) => line.slice(5)).join("")).toBe(`${"x".repeat(20_000)}älast`);
    expect(Math.max(...job.lines.map((line) => line.length))).toBeLessThan(8100);
  });
});

describe.skipIf(!isLinux)(`the end of a job${isLinux ? "" : " (needs Linux)"}`, () => {
  const family =
    "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'inherit'}); console.log('pids', process.pid, c.pid); setInterval(() => {}, 1000)";
  const pidsOf = (lines: readonly string[]): number[] =>
    (lines.find((line) => line.includes("pids")) ?? "").split(" ").slice(2).map(Number);

  it("ends what it has started, when it is cancelled", async () => {
    const job = start(script(family));
    await job.told("pids");
    const pids = pidsOf(job.lines);
    job.end();
    await expect(job.done).rejects.toThrow("cancelled");
    for (const pid of pids) await untilGone(pid);
  });

  it("is made where it does not follow", async () => {
    const job = start(script(`process.on('SIGTERM', () => console.log('asked')); ${family}`));
    await job.told("pids");
    job.end();
    await expect(job.done).rejects.toThrow("cancelled");
    expect(job.lines).toContain("info asked");
    for (const pid of pidsOf(job.lines)) await untilGone(pid);
  });

  it("leaves nothing behind that it had started", async () => {
    const job = start(script(`${family}; setTimeout(() => process.exit(0), 200)`));
    await job.done;
    for (const pid of pidsOf(job.lines)) await untilGone(pid);
  });

  it("comes when the server is not sure of the run any more", async () => {
    const until = Date.now() + 1500;
    const job = start(script(family), { sureForMs: () => until - Date.now() });
    await expect(job.done).rejects.toThrow("the server stood still, so the program was ended");
    for (const pid of pidsOf(job.lines)) await untilGone(pid);
  });

  it("comes when it and what it started use more memory than they may", async () => {
    const job = start(script("const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 20)"), {
      memoryBytes: 150e6,
    });
    await expect(job.done).rejects.toThrow("it used more than 150000000 bytes of memory and was ended");
  });
});
