import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createProcessStack, endLeftProcesses } from "../../src/control/index.ts";
import type { ResourceType } from "../../src/control/ports.ts";
import { type Clock, systemClock } from "../../src/shared/clock.ts";
import type { StateDb } from "../../src/state/index.ts";
import type { ManualClock } from "../support/clock.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { describeOnStateEngines, stateEngines } from "../support/state.ts";
import { createTempDir } from "../support/temp-dir.ts";

const folder = createTempDir();
afterAll(() => folder.remove());
const node = process.execPath;
const isLinux = process.platform === "linux";
const realTime: ManualClock = { ...systemClock, advance: () => {}, set: () => {} };

function createStack(clock: Clock, workDir = join(folder.path, "jobs")) {
  return createProcessStack({
    ...{ allowedCommands: [node], environment: { PATH: "/usr/bin:/bin" }, workDir },
    clock,
  });
}

const workerOf = (script: string, more = "", health = "") =>
  `name: w\nversion: v1beta\ntype: worker\nworker: {stack: 'process:1.0'${more}, stackSpec: {command: [${JSON.stringify(node)}, -e, ${JSON.stringify(script)}]${health}}}`;
const serviceOf = (script: string, port: number, more = "", health = "") =>
  `name: s\nversion: v1\ntype: service\nservice: {stack: 'process:1.0', servicePort: ${port}${more}, stackSpec: {command: [${JSON.stringify(node)}, -e, ${JSON.stringify(script)}]${health}}}`;
const stays = "console.log('pid', process.pid); setInterval(() => {}, 1000)";
const answers =
  "require('http').createServer((q, a) => { console.log(q.url); a.end('ok') }).listen(Number(process.env.PORT)); console.log('pid', process.pid)";

/** Whether a process is there and not only waiting to be collected. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function eventually<T>(read: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let round = 0; round < 2000; round++) {
    const found = await read();
    if (found !== undefined && found !== false) return found;
    await wait(10);
  }
  throw new Error("what was waited for did not happen");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

const running: { control: { stop(): Promise<void> }; state: StateDb }[] = [];
afterEach(async () => {
  for (const { control, state } of running.splice(0)) {
    await control.stop();
    await state.close();
  }
});

async function start(
  state?: StateDb,
  { seed, stack = createStack(realTime) }: { seed?: string; stack?: ReturnType<typeof createStack> } = {},
): Promise<TestControl> {
  const [sqlite] = stateEngines();
  const opened = state ?? (await (await sqlite?.create())?.open());
  if (!opened) throw new Error("there is no engine");
  const test = await createTestControl(opened, {
    ...{ clock: realTime, stacks: [stack] },
    ...(seed === undefined ? {} : { seed }),
  });
  running.push({ control: test.control, state: opened });
  await test.control.start();
  return test;
}

const readyOf = async (test: TestControl, type: ResourceType, name: string) =>
  (await test.get(type, name, "public")).conditions.find((condition) => condition.type === "Ready");
const untilReady = (test: TestControl, type: ResourceType, name: string, generation = 1) =>
  eventually(async () => {
    const found = await test.get(type, name, "public");
    return found.phase === "Active" && found.observedGeneration === generation && found;
  });
const linesOf = async (test: TestControl, type: ResourceType, name: string) => {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "log.read");
  const lines = await test.control.logs(auth, { type, name, workspace: "public" }, { first: 5000 });
  return lines.map(({ job, message }) => `${job} ${message}`);
};
const pidsOf = async (test: TestControl, type: ResourceType, name: string) =>
  (await linesOf(test, type, name)).filter((line) => line.includes(" pid ")).map((line) => Number(line.split(" ")[2]));
const remove = async (test: TestControl, type: ResourceType, name: string) => {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
  await test.control.delete(auth, { type, name, workspace: "public" }, { force: false });
};
const isGone = (test: TestControl, type: ResourceType, name: string) =>
  test.get(type, name, "public").then(
    () => false,
    () => true,
  );

describe("a worker of the stack `process`", () => {
  it("runs as many replicas as it says, each told its number, and no more after it is deleted", async () => {
    const test = await start();
    await test.apply(
      "root",
      workerOf(
        `console.log('I am', process.env.DATAOS_SERVICE, process.env.DATAOS_REPLICA); ${stays}`,
        ", replicas: 3",
      ),
    );
    const found = await untilReady(test, "worker", "w");
    expect(found).toMatchObject({ status: "active", runtime: "running" });
    const pids = await eventually(async () => {
      const all = await pidsOf(test, "worker", "w");
      return all.length === 3 && all;
    });
    const lines = await linesOf(test, "worker", "w");
    for (const number of [0, 1, 2]) expect(lines).toContain(`replica-${number} I am public/w ${number}`);
    await remove(test, "worker", "w");
    await eventually(() => isGone(test, "worker", "w"));
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(folder.path, "jobs/services", found.uid, "0"))).toBe(false);
  });

  it("is started again when it ends, with growing pauses, and says that it loops", async () => {
    const test = await start();
    await test.apply("root", workerOf("console.log('born'); process.exit(3)"));
    const looping = await eventually(async () => {
      const found = await test.get("worker", "w", "public");
      return found.conditions.find(({ type }) => type === "CrashLooping");
    });
    expect(looping).toMatchObject({
      status: "True",
      reason: "CrashLoopBackOff",
      message: expect.stringMatching(/^replica 0 ended [3-9] times in a row: the program ended with code 3/),
    });
    expect((await test.get("worker", "w", "public")).status).toBe("error");
    await test.apply("root", workerOf(stays));
    await untilReady(test, "worker", "w", 2);
    expect((await test.get("worker", "w", "public")).conditions.map(({ type }) => type)).not.toContain("CrashLooping");
  }, 30_000);

  it("is asked to end first and has time for it; a new manifest takes its place without both running", async () => {
    const test = await start();
    const polite = `process.on('SIGTERM', () => { console.log('tidying'); setTimeout(() => process.exit(0), 100) }); ${stays}`;
    await test.apply("root", workerOf(polite));
    await untilReady(test, "worker", "w");
    const [first = 0] = await eventually(async () => {
      const all = await pidsOf(test, "worker", "w");
      return all.length === 1 && all;
    });
    await test.apply(
      "root",
      workerOf(`console.log('before me', require('fs').existsSync('/proc/${first}')); ${stays}`),
    );
    await untilReady(test, "worker", "w", 2);
    const lines = await eventually(async () => {
      const all = await linesOf(test, "worker", "w");
      return all.some((line) => line.includes("before me")) && all;
    });
    expect(lines.some((line) => line.includes("tidying"))).toBe(true);
    expect(lines.filter((line) => line.includes("before me"))).toEqual(["replica-0 before me false"]);
  });

  it("gets its variables and secrets, which its log and its manifest do not show", async () => {
    const test = await start();
    await test.apply(
      "root",
      "name: login\nversion: v1\ntype: secret\nsecret: {type: key-value, acl: r, data: {TOKEN: tok-12345}}",
    );
    const script = `console.log('got', process.env.REGION, process.env.TOKEN, process.env.MY_PASSWORD, process.env.MY_PASSWORD.length); ${stays}`;
    await test.apply(
      "root",
      workerOf(script, ", envs: {REGION: eu, MY_PASSWORD: hunter2hunter2}, dataosSecrets: [login]"),
    );
    await untilReady(test, "worker", "w");
    const line = await eventually(async () => (await linesOf(test, "worker", "w")).find((one) => one.includes("got")));
    expect(line).toBe("replica-0 got eu [redacted] [redacted] 14");
    expect(JSON.stringify(await test.get("worker", "w", "public"))).not.toContain("hunter2");
  });

  it("does not run what the operator has not allowed, and never by a shell", async () => {
    const test = await start();
    await test.apply(
      "root",
      "name: w\nversion: v1beta\ntype: worker\nworker: {stack: 'process:1.0', stackSpec: {command: [/bin/sh, -c, 'touch /tmp/never']}}",
    );
    await test.control.whenIdle();
    expect(await readyOf(test, "worker", "w")).toMatchObject({
      reason: "NoDriver",
      message:
        "the program `/bin/sh` is not allowed here; the operator allows programs by DATAOS_JOB_COMMANDS; it is kept and does not run",
    });
  });

  it("does not run when whoever applied it may not run it any more", async () => {
    const test = await start();
    await test.apply("dev", workerOf(stays));
    await untilReady(test, "worker", "w");
    await test.identity.putUser({
      ...{ id: "dev", name: "dev", type: "person", email: undefined, attributes: {} },
      tags: ["roles:id:user"],
    });
    const [pid = 0] = await eventually(async () => {
      const all = await pidsOf(test, "worker", "w");
      return all.length > 0 && all;
    });
    process.kill(pid, "SIGKILL");
    const ready = await eventually(async () => {
      const found = await readyOf(test, "worker", "w");
      return found?.message.includes("dev") && found;
    });
    expect(ready?.status).toBe("False");
  });

  it("waits for a place on its compute, which jobs and services share", async () => {
    const test = await start();
    await test.apply(
      "root",
      "name: small\nversion: v1beta\ntype: compute\ncompute: {dataplane: hub, purpose: runnable, limits: {maxParallelJobs: 1}}",
    );
    await test.apply("root", workerOf(stays, ", replicas: 2, compute: small"));
    await eventually(async () =>
      (await readyOf(test, "worker", "w"))?.message.includes("waits for a place on compute `small`"),
    );
    expect((await pidsOf(test, "worker", "w")).length).toBeLessThanOrEqual(1);
    await test.apply("root", workerOf(stays, ", replicas: 1, compute: small"));
    await untilReady(test, "worker", "w", 2);
  });

  it("of a stack without a runner says so and is deleted again", async () => {
    const test = await start();
    await test.apply("root", "name: w\nversion: v1beta\ntype: worker\nworker: {stack: 'bento-worker:3.0'}");
    await test.control.whenIdle();
    expect(await readyOf(test, "worker", "w")).toMatchObject({ reason: "NoDriver" });
    await remove(test, "worker", "w");
    await eventually(() => isGone(test, "worker", "w"));
  });

  it("is refused with its place when it asks for health in no known way", async () => {
    const test = await start();
    await expect(test.apply("root", workerOf(stays, "", ", health: {http: {path: /}}"))).rejects.toThrow(
      "there is no port to ask; name a `servicePort`, or ask by `exec`",
    );
    await expect(test.apply("root", workerOf(stays, "", ", health: {interval: 5s}"))).rejects.toThrow(
      "expected one of `http`, `tcp` and `exec`",
    );
  });
});

describe("a service of the stack `process`", () => {
  it("is ready when it answers on its port, and not before", async () => {
    const test = await start();
    const port = await freePort();
    await test.apply("root", serviceOf(`setTimeout(() => { ${answers} }, 300)`, port));
    const { conditions } = await untilReady(test, "service", "s");
    expect(conditions.find(({ type }) => type === "Ready")?.message).toBe(`1 of 1 ready: answers on port ${port}`);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("ok");
  });

  it("is asked by HTTP, and ended and started again when it does not answer any more", async () => {
    const test = await start();
    const port = await freePort();
    const script = `let sick = false; require('http').createServer((q, a) => { if (q.url === '/break') sick = true; a.statusCode = sick ? 500 : 200; a.end() }).listen(Number(process.env.PORT)); console.log('pid', process.pid)`;
    await test.apply(
      "root",
      serviceOf(
        script,
        port,
        "",
        ", health: {http: {path: /healthz}, interval: 100ms, timeout: 2s, failureThreshold: 2}",
      ),
    );
    await untilReady(test, "service", "s");
    await fetch(`http://127.0.0.1:${port}/break`);
    const lines = await eventually(async () => {
      const all = await linesOf(test, "service", "s");
      return all.filter((line) => line.includes(" pid ")).length >= 2 && all;
    });
    expect(lines.join("\n")).toContain(
      "it did not answer 2 times (HTTP status 500), so it was ended; it is started again",
    );
    await untilReady(test, "service", "s");
  });

  it("is asked by a program that the operator has allowed", async () => {
    const test = await start();
    const port = await freePort();
    const exec = `, health: {exec: {command: [${JSON.stringify(node)}, -e, "process.exit(require('fs').existsSync('well') ? 0 : 1)"]}, timeout: 5s}`;
    await test.apply(
      "root",
      serviceOf(`setTimeout(() => require('fs').writeFileSync('well', ''), 300); ${stays}`, port, "", exec),
    );
    await untilReady(test, "service", "s");
  });

  it("does not start on a port that somebody else has, and says so", async () => {
    const test = await start();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await test.apply("root", serviceOf(answers, port));
    await eventually(async () => (await readyOf(test, "service", "s"))?.message.includes(`port ${port} is in use`));
    await new Promise((resolve) => server.close(resolve));
    await untilReady(test, "service", "s");
  });

  it("gives each of several replicas a port of its own", async () => {
    const test = await start();
    await test.apply("root", serviceOf(`console.log('port', process.env.PORT); ${answers}`, 8080, ", replicas: 2"));
    await untilReady(test, "service", "s");
    const ports = await eventually(async () => {
      const lines = (await linesOf(test, "service", "s")).filter((line) => /^replica-. port /.test(line));
      return lines.length === 2 && lines.map((line) => line.split(" ")[2]);
    });
    expect(new Set(ports).size).toBe(2);
  });
});

describe("the log of a service", () => {
  it("leaves out what comes too fast, and says how much", async () => {
    const test = await start();
    await test.apply(
      "root",
      workerOf(`for (let i = 0; i < 5000; i++) console.log('line', i); setInterval(() => console.log('tick'), 500)`),
    );
    const told = await eventually(async () =>
      (await linesOf(test, "worker", "w")).find((line) => line.includes("were left out")),
    );
    expect(told).toMatch(/^replica-0 \d+ lines were left out: more than 500 in a second$/);
  });
});

describe.skipIf(!isLinux)(`what a killed server leaves${isLinux ? "" : " (needs Linux)"}`, () => {
  it("ends with its supervisor, and when that is killed too, before anything is started again", async () => {
    const workDir = join(folder.path, "left");
    const cwd = join(workDir, "services", "u", "0");
    const child = spawn(
      node,
      [
        "-e",
        "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {stdio: 'ignore'}); setInterval(() => {}, 1000)",
      ],
      {
        ...{ detached: true, stdio: "ignore" },
        env: { TMPDIR: cwd },
      },
    );
    child.unref();
    const pid = child.pid ?? 0;
    const group = await eventually(() => {
      const all = readdirSync("/proc").filter((name) => {
        try {
          return (
            /^\d+$/.test(name) &&
            readFileSync(`/proc/${name}/stat`, "utf8")
              .replace(/^.*\)\s/s, "")
              .split(" ")[2] === String(pid)
          );
        } catch {
          return false;
        }
      });
      return all.length === 2 && all.map(Number);
    });
    expect((await endLeftProcesses(workDir)).ended).toBe(2);
    for (const one of group) expect(isAlive(one)).toBe(false);
    expect((await endLeftProcesses(workDir)).ended).toBe(0);
  });

  it("is started again when its supervisor alone is killed, after it has ended", async () => {
    const test = await start();
    await test.apply("root", workerOf(stays));
    await untilReady(test, "worker", "w");
    const [first = 0] = await eventually(async () => {
      const all = await pidsOf(test, "worker", "w");
      return all.length === 1 && all;
    });
    const supervisor = Number(
      readFileSync(`/proc/${first}/stat`, "utf8")
        .replace(/^.*\)\s/s, "")
        .split(" ")[1],
    );
    process.kill(supervisor, "SIGKILL");
    const pids = await eventually(async () => {
      const all = await pidsOf(test, "worker", "w");
      return all.length === 2 && all;
    });
    expect(isAlive(first)).toBe(false);
    expect(isAlive(pids[1] ?? 0)).toBe(true);
  });
});

describeOnStateEngines("replicas of several server processes", (_open, engine) => {
  it.skipIf(engine.name === "SQLite")("are each run by one of them, and taken over when it goes", async () => {
    const store = await engine.create();
    const one = await start(await store.open(), { seed: "one" });
    const two = await start(await store.open(), {
      seed: "two",
      stack: createStack(realTime, join(folder.path, "jobs-two")),
    });
    await one.apply("root", workerOf(`console.log('in', process.cwd()); ${stays}`, ", replicas: 4"));
    await untilReady(one, "worker", "w");
    const first = await eventually(async () => {
      const all = await pidsOf(one, "worker", "w");
      return all.length === 4 && all;
    });
    await one.control.stop();
    const remaining = first.filter(isAlive);
    const alive = await eventually(async () => {
      const all = (await pidsOf(two, "worker", "w")).filter(isAlive);
      return all.length === 4 && all;
    });
    expect(new Set(alive).size).toBe(4);
    // what the other one runs went on undisturbed
    for (const pid of remaining) expect(alive).toContain(pid);
  });
});
