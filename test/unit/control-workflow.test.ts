import { afterEach, describe, expect, it } from "vitest";
import type { ControlOptions, StackCall, StackRunner } from "../../src/control/index.ts";
import { ForbiddenError, UnavailableError } from "../../src/shared/errors.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createTestControl, type TestControl, type TestControlOptions, until } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const [sqlite] = stateEngines();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: TestControlOptions = {}, given?: StateDb): Promise<TestControl> {
  const state = given ?? (await (await sqlite!.create()).open());
  const test = await createTestControl(state, options);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  return test;
}

/** A stack whose jobs do what the test says, by name of the job. */
function createTestStack(jobs: Record<string, (call: StackCall, attempt: number) => Promise<Record<string, unknown>>>) {
  const calls: string[] = [];
  const runner: StackRunner = {
    stack: "toolbox",
    version: "1.0",
    check: () => [],
    async run(call) {
      calls.push(call.job);
      const attempt = calls.filter((name) => name === call.job).length;
      return (await jobs[call.job]?.(call, attempt)) ?? {};
    },
  };
  return { runner, calls };
}

/** A job that ends when the test says so, or when it is told to. */
function createGate() {
  const waiting: { open: () => void }[] = [];
  return {
    waiting,
    pass: (call: StackCall): Promise<Record<string, unknown>> =>
      new Promise((resolve, reject) => {
        waiting.push({ open: () => resolve({}) });
        call.signal.addEventListener("abort", () => reject(call.signal.reason), { once: true });
      }),
  };
}

const job = (name: string, more = "") => `    - {name: ${name}, spec: {stack: toolbox:1.0}${more}}\n`;
const workflow = (jobs: string, schedule = "") =>
  `name: daily\nversion: v1\ntype: workflow\nworkflow:\n${schedule}  dag:\n${jobs}`;
const state = async (test: TestControl, index = 0) => (await test.runs("daily"))[index]?.state;
const ended = (test: TestControl, index = 0) =>
  until(async () => ["succeeded", "failed", "cancelled"].includes((await state(test, index)) ?? ""));

describe("a workflow without a schedule", () => {
  it("runs once for each generation", async () => {
    const { runner, calls } = createTestStack({ a: async () => ({ tables: 3 }) });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a")));
    await ended(test);
    expect(await test.runs("daily")).toMatchObject([
      {
        workflow: "daily",
        workspace: "public",
        state: "succeeded",
        trigger: "apply",
        attempt: 1,
        jobs: [{ name: "a", stack: "toolbox:1.0", state: "succeeded", result: { tables: 3 } }],
      },
    ]);
    await test.apply("root", workflow(job("a")));
    await test.control.whenIdle();
    expect(calls).toEqual(["a"]);
    await test.apply("root", workflow(job("a") + job("b")));
    await until(async () => (await test.runs("daily")).length === 2);
    await ended(test);
    await until(async () => (await test.get("workflow", "daily", "public")).runtime === "succeeded");
    expect(await test.get("workflow", "daily", "public")).toMatchObject({ phase: "Active", status: "active" });
    expect(await test.logs("daily")).toEqual(
      expect.arrayContaining(["info - run started trigger=apply attempt=1", "info a succeeded tables=3"]),
    );
  });

  it("runs jobs in order of their dependencies, independent ones side by side", async () => {
    const gate = createGate();
    const { runner, calls } = createTestStack({ a: gate.pass, b: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("c", ", dependencies: [a, b]") + job("a") + job("b")));
    await until(() => gate.waiting.length === 2);
    expect(calls).toEqual(["a", "b"]);
    expect((await test.get("workflow", "daily", "public")).phase).toMatch(/Provisioning|Running/);
    for (const { open: pass } of gate.waiting) pass();
    await ended(test);
    expect(calls).toEqual(["a", "b", "c"]);
  });

  it("does not run what needs a failed job, and says which", async () => {
    const { runner, calls } = createTestStack({
      a: async () => {
        throw new ForbiddenError("`dev` may not `read` it");
      },
    });
    const test = await start({ stacks: [runner] });
    await test.apply(
      "root",
      workflow(job("a") + job("b", ", dependencies: a") + job("c", ", dependencies: [b]") + job("d")),
    );
    await ended(test);
    expect(calls.sort()).toEqual(["a", "d"]);
    const [run] = await test.runs("daily");
    expect(run).toMatchObject({ state: "failed", message: "job `a` failed: `dev` may not `read` it" });
    expect(run?.jobs.map(({ name, state: s, message }) => [name, s, message])).toEqual([
      ["a", "failed", "`dev` may not `read` it"],
      ["b", "cancelled", "not run, because `a` did not succeed"],
      ["c", "cancelled", "not run, because `b` did not succeed"],
      ["d", "succeeded", undefined],
    ]);
  });

  it("waits with a new generation until the run before has ended", async () => {
    const gate = createGate();
    const { runner, calls } = createTestStack({ a: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a")));
    await until(() => gate.waiting.length === 1);
    await test.apply("root", workflow(job("a") + job("b")));
    await test.control.whenIdle();
    expect(await test.runs("daily")).toHaveLength(1);
    gate.waiting[0]?.open();
    await until(() => gate.waiting.length === 2);
    expect(await test.runs("daily")).toHaveLength(2);
    gate.waiting[1]?.open();
    await ended(test);
    expect(calls).toContain("b");
  });
});

describe("retries", () => {
  const retry = (strategy: string) => `, retry: {count: 2, strategy: ${strategy}, duration: 10s}`;
  const failing = (times: number, error: Error) =>
    createTestStack({
      a: async (_call, attempt) => {
        if (attempt <= times) throw error;
        return {};
      },
    });

  it("come after growing delays, as often as it says", async () => {
    const { runner, calls } = failing(2, new UnavailableError("it does not answer"));
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a", retry("OnFailure"))));
    await until(() => calls.length === 1);
    const next = async (ms: number, count: number) => {
      await until(async () => (await test.logs("daily")).length >= 0);
      test.clock.advance(ms);
      await until(() => calls.length === count);
    };
    await next(10_000, 2);
    await next(20_000, 3);
    await ended(test);
    expect(await state(test)).toBe("succeeded");
    expect(await test.logs("daily")).toContain(
      'warn a did not succeed and is tried again err="it does not answer" delayMs=10000',
    );
  });

  it("are only for what time may mend with `OnTransientError`", async () => {
    const { runner, calls } = failing(9, new ForbiddenError("no"));
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a", retry("OnTransientError"))));
    await ended(test);
    expect(calls).toEqual(["a"]);
  });
});

describe("ending a run", () => {
  it("happens when its time is over", async () => {
    const gate = createGate();
    const { runner } = createTestStack({ a: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a", ", timeout: 90s")));
    await until(() => gate.waiting.length === 1);
    test.clock.advance(90_000);
    await ended(test);
    expect((await test.runs("daily"))[0]).toMatchObject({
      state: "failed",
      message: "job `a` failed: it took longer than 90s; raise `timeout` of the job or give it less to do",
    });
  });

  it("does not wait for ever for a job that does not end by itself", async () => {
    const { runner, calls } = createTestStack({ a: () => new Promise(() => {}) });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a", ", timeout: 90s")));
    await until(() => calls.length === 1);
    test.clock.advance(90_000);
    test.clock.advance(10_000);
    await ended(test);
    expect(await state(test)).toBe("failed");
  });

  it("happens when somebody cancels it", async () => {
    const gate = createGate();
    const { runner, calls } = createTestStack({ a: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a") + job("b", ", dependencies: [a]")));
    await until(() => gate.waiting.length === 1);
    const [run] = await test.runs("daily");
    const auth = await test.authorizer.authorizeList(await test.call("root"), "workflow.run");
    await test.control.cancelRun(auth, run?.id ?? "");
    await ended(test);
    expect(await test.runs("daily")).toMatchObject([
      { state: "cancelled", message: "cancelled", jobs: [{ state: "cancelled" }, { state: "cancelled" }] },
    ]);
    expect(calls).toEqual(["a"]);
    await expect(
      test.control.cancelRun(
        await test.authorizer.authorizeList(await test.call("guest"), "workflow.run"),
        run?.id ?? "",
      ),
    ).rejects.toThrow(`there is no run \`${run?.id}\``);
  });

  it("happens when its workflow is deleted", async () => {
    const gate = createGate();
    const { runner } = createTestStack({ a: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a")));
    await until(() => gate.waiting.length === 1);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    await test.control.delete(auth, { type: "workflow", name: "daily", workspace: "public" }, { force: false });
    await ended(test);
    await until(async () => {
      test.clock.advance(1000);
      return test.get("workflow", "daily", "public").then(
        () => false,
        () => true,
      );
    });
    expect(await state(test)).toBe("cancelled");
  });
});

describe("running again", () => {
  const rerun = async (test: TestControl, index: number, fromFailed: boolean, user = "root") => {
    const id = (await test.runs("daily"))[index]?.id ?? "";
    const auth = await test.authorizer.authorizeList(await test.call(user), "workflow.run");
    return test.control.rerun(auth, id, { fromFailed });
  };
  const failingOnce = (name: string) => {
    let times = 0;
    return createTestStack({
      a: async () => ({ tables: 3 }),
      [name]: async () => {
        if (++times === 1) throw new ForbiddenError("not yet");
        return {};
      },
    });
  };
  const dag = job("a") + job("b", ", dependencies: [a]") + job("c", ", dependencies: [b]") + job("d");

  it("from what failed does only that and what needs it, and keeps what the others left", async () => {
    const { runner, calls } = failingOnce("b");
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(dag));
    await ended(test);
    calls.splice(0);
    const made = await rerun(test, 0, true);
    expect(made).toMatchObject({ trigger: "rerun", requestedBy: "root", state: "pending" });
    await ended(test);
    const [again, first] = await test.runs("daily");
    expect(again).toMatchObject({ state: "succeeded", rerunOf: first?.id, attempt: 1 });
    expect(again?.jobs.map(({ name, state: s, tries }) => [name, s, tries])).toEqual([
      ["a", "succeeded", 0],
      ["b", "succeeded", 1],
      ["c", "succeeded", 1],
      ["d", "succeeded", 0],
    ]);
    expect(again?.jobs[0]).toMatchObject({ result: { tables: 3 }, startedAt: first?.jobs[0]?.startedAt });
    expect(await test.logs("daily")).toContain(
      `info - started again by \`root\` where run ${first?.id} failed; 2 of 4 jobs are not run again`,
    );
    await expect(rerun(test, 0, true)).rejects.toThrow(
      `all jobs of run ${again?.id} succeeded and none has changed since; run it again without \`fromFailed\``,
    );
  });

  it("from what failed does also what was changed since, and what needs that", async () => {
    const { runner, calls } = failingOnce("d");
    const test = await start({ stacks: [runner] });
    const scheduled = '  schedule: {cron: "0 0 1 1 *", timezone: UTC, concurrencyPolicy: Forbid}\n';
    await test.apply("root", workflow(dag, scheduled));
    await test.control.whenIdle();
    const auth = await test.authorizer.authorizeList(await test.call("root"), "workflow.run");
    await test.control.startRun(auth, { type: "workflow", name: "daily", workspace: "public" });
    await ended(test);
    await test.apply("root", workflow(dag.replace("name: b,", "name: b, timeout: 9m,"), scheduled));
    await test.control.whenIdle();
    calls.splice(0);
    expect(await rerun(test, 0, true)).toMatchObject({ generation: 2 });
    await ended(test);
    expect(calls.sort()).toEqual(["b", "c", "d"]);
  });

  it("as a whole does everything again, when the run has ended and by who may", async () => {
    const gate = createGate();
    const { runner, calls } = createTestStack({ a: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a")));
    await until(() => gate.waiting.length === 1);
    const [run] = await test.runs("daily");
    await expect(rerun(test, 0, false)).rejects.toThrow(`run ${run?.id} has not ended; wait for it or cancel it`);
    gate.waiting[0]?.open();
    await ended(test);
    await expect(rerun(test, 0, false, "guest")).rejects.toThrow(`there is no run \`${run?.id}\``);
    await rerun(test, 0, false);
    await until(() => gate.waiting.length === 2);
    expect(calls).toEqual(["a", "a"]);
    expect(await test.runs("daily", "running")).toMatchObject([{ trigger: "rerun", rerunOf: run?.id }]);
  });
});

describe("a compute", () => {
  const compute = (limits: string) =>
    `name: small\nversion: v1\ntype: compute\ncompute: {dataplane: hub, purpose: runnable, limits: ${limits}}\n`;
  const on = (name: string) => job(name).replace("toolbox:1.0", "toolbox:1.0, compute: small");

  it("lets no more jobs run at once than it says, whichever run they are of", async () => {
    const gate = createGate();
    const { runner, calls } = createTestStack({ a: gate.pass, b: gate.pass, c: gate.pass });
    const test = await start({ stacks: [runner] });
    await test.apply("root", `${compute("{maxParallelJobs: 2}")}---\n${workflow(on("a") + on("b") + on("c"))}`);
    await until(() => gate.waiting.length === 2);
    await until(async () => {
      test.clock.advance(300);
      return (await test.logs("daily")).some((line) => line.endsWith("waits for a place compute=small"));
    });
    expect(calls).toEqual(["a", "b"]);
    gate.waiting[0]?.open();
    await until(() => gate.waiting.length === 3);
    for (const { open: pass } of gate.waiting) pass();
    await ended(test);
    expect(await state(test)).toBe("succeeded");
  });

  it("limits the memory of its jobs, and a job's own limit may only be smaller", async () => {
    const seen: unknown[] = [];
    const keep = async (call: StackCall) => {
      seen.push(call.memoryBytes);
      return {};
    };
    const { runner } = createTestStack({ a: keep, b: keep, c: keep });
    const test = await start({ stacks: [runner] });
    const own = (name: string, memory: string) =>
      on(name).replace("compute: small", `compute: small, resources: {limits: {memory: ${memory}}}`);
    const jobs = on("a") + own("b", "256Mi") + own("c", "2Gi");
    await test.apply("root", `${compute("{memory: 1Gi}")}---\n${workflow(jobs)}`);
    await ended(test);
    expect(seen.sort()).toEqual([2 ** 30, 2 ** 30, 2 ** 28].sort());
  });
});

describe("a job's secrets", () => {
  const secret = (name: string, data: string) =>
    `name: ${name}\nversion: v1\ntype: secret\nsecret: {type: key-value, acl: r, data: ${data}}\n---\n`;
  const withSecrets = (uses: string) => job("a").replace("toolbox:1.0", `toolbox:1.0, dataosSecrets: ${uses}`);

  it("are those entries that it names, and no log shows them", async () => {
    const seen: [string, string][] = [];
    const { runner } = createTestStack({
      a: async ({ readSecrets, progress }) => {
        for (const [name, value] of await readSecrets()) seen.push([name, value.reveal()]);
        progress.log.info({}, `got ${seen.map(([, value]) => value).join(" ")}`);
        return {};
      },
    });
    const test = await start({ stacks: [runner] });
    const secrets = secret("one", "{TOKEN: canary-1, OTHER: canary-2}") + secret("two", "{KEY: canary-3}");
    await test.apply(
      "root",
      secrets + workflow(withSecrets("[{name: one, keys: [TOKEN]}, {name: two, allKeys: true}]")),
    );
    await ended(test);
    expect(seen).toEqual([
      ["TOKEN", "canary-1"],
      ["KEY", "canary-3"],
    ]);
    const logs = await test.logs("daily");
    expect(logs).toContain("info a got [redacted] [redacted]");
    expect(JSON.stringify(logs)).not.toContain("canary");
  });

  it("that lack an entry fail the job, which says so", async () => {
    const { runner } = createTestStack({ a: async ({ readSecrets }) => ({ entries: (await readSecrets()).size }) });
    const test = await start({ stacks: [runner] });
    await test.apply("root", secret("one", "{TOKEN: canary-1}") + workflow(withSecrets("[{name: one, key: GONE}]")));
    await ended(test);
    expect((await test.runs("daily"))[0]?.message).toBe("job `a` failed: secret `public/one` has no entry `GONE`");
  });
});

describe("a process that dies", () => {
  it("leaves runs that the next one takes up, without doing again what was done", async () => {
    const store = await sqlite!.create();
    const gate = createGate();
    const first = createTestStack({ b: gate.pass });
    const firstState = await store.open();
    const killed = await createTestControl(firstState, { stacks: [first.runner] });
    await killed.control.start();
    await killed.apply("root", workflow(job("a") + job("b", ", dependencies: [a]")));
    await until(() => gate.waiting.length === 1);
    // the store goes away under it, as with kill -9: nothing more is written
    await firstState.close();

    const second = createTestStack({});
    const next = await start({ stacks: [second.runner], clock: killed.clock, seed: "next" }, await store.open());
    await ended(next);
    expect(second.calls).toEqual(["b"]);
    expect(await next.runs("daily")).toMatchObject([
      { state: "succeeded", trigger: "resume", attempt: 2, jobs: [{ state: "succeeded" }, { state: "succeeded" }] },
    ]);
    expect(await next.logs("daily")).toContain("info - run started trigger=resume attempt=2");
  });

  it("that stops in order leaves them too", async () => {
    const store = await sqlite!.create();
    const gate = createGate();
    const first = createTestStack({ a: gate.pass });
    const firstState = await store.open();
    const stopped = await createTestControl(firstState, { stacks: [first.runner] });
    await stopped.control.start();
    await stopped.apply("root", workflow(job("a")));
    await until(() => gate.waiting.length === 1);
    await stopped.control.stop();
    expect(await state(stopped)).toBe("running");
    await firstState.close();
    const second = createTestStack({});
    const next = await start({ stacks: [second.runner], clock: stopped.clock, seed: "next" }, await store.open());
    await ended(next);
    expect((await next.runs("daily"))[0]).toMatchObject({ state: "succeeded", attempt: 2 });
  });
});

describe("a schedule", () => {
  const hourly = (policy: string) =>
    `  schedule: {cron: "0 * * * *", timezone: Europe/Berlin, concurrencyPolicy: ${policy}}\n`;
  const hour = 3_600_000;

  it("runs at its times and shows the next one", async () => {
    const { runner, calls } = createTestStack({});
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a"), hourly("Allow")));
    await test.control.whenIdle();
    expect(await test.get("workflow", "daily", "public")).toMatchObject({
      phase: "Active",
      runtime: "next:2026-01-31T09:00:00.000Z",
    });
    expect(calls).toEqual([]);
    test.clock.advance(hour);
    await until(() => calls.length === 1);
    await ended(test);
    expect((await test.runs("daily"))[0]).toMatchObject({ trigger: "schedule", state: "succeeded" });
    await until(
      async () => (await test.get("workflow", "daily", "public")).runtime === "next:2026-01-31T10:00:00.000Z",
    );
  });

  it("makes up for one missed time after the server was away, not for all", async () => {
    const { runner, calls } = createTestStack({});
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a"), hourly("Allow")));
    await test.control.whenIdle();
    await test.control.stop();
    test.clock.set(test.clock.now() + 5 * hour);
    const again = await createTestControl(test.state, { stacks: [runner], clock: test.clock, seed: "again" });
    await again.control.start();
    await until(() => calls.length === 1);
    await ended(again);
    await again.control.whenIdle();
    expect(await again.runs("daily")).toHaveLength(1);
    await again.control.stop();
  });

  it("leaves out what would overlap with `Forbid`, and ends the former with `Replace`", async () => {
    for (const [policy, states] of [
      ["Forbid", ["running"]],
      ["Replace", ["running", "cancelled"]],
      ["Allow", ["running", "running"]],
    ] as const) {
      const gate = createGate();
      const { runner } = createTestStack({ a: gate.pass });
      const test = await start({ stacks: [runner] });
      await test.apply("root", workflow(job("a"), hourly(policy)));
      await test.control.whenIdle();
      test.clock.advance(hour);
      await until(() => gate.waiting.length === 1);
      await test.control.whenIdle();
      test.clock.advance(hour);
      await until(async () => {
        await test.control.whenIdle();
        return (await test.runs("daily")).map((run) => run.state).join() === states.join();
      });
      if (policy === "Forbid") {
        expect(await test.logs("daily")).toContain(
          "warn - RunSkipped: the run of 2026-01-31T10:00:00.000Z was left out, because the one before has not ended (concurrencyPolicy: Forbid)",
        );
      }
    }
  });
});

describe("whose rights a job has", () => {
  it("is decided when it runs, for who applied it", async () => {
    const { runner, calls } = createTestStack({});
    const test = await start({ stacks: [runner] });
    await test.apply("dev", workflow(job("a"), '  schedule: {cron: "0 * * * *"}\n'));
    await test.control.whenIdle();
    await test.identity.setUserTags("dev", []);
    test.clock.advance(3_600_000);
    await ended(test);
    expect(calls).toEqual([]);
    expect((await test.runs("daily"))[0]?.message).toBe(
      "job `a` failed: `dev` may not `run` `urn:dataos:resource:workflow:public/daily`: no policy allows it",
    );
  });

  it("is that of `runAsUser` and of who applied it, both", async () => {
    const seen: string[][] = [];
    const { runner } = createTestStack({
      a: async ({ calls }) => {
        seen.push(calls.map(({ subject }) => subject.id));
        return {};
      },
    });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a").replace("toolbox:1.0", "toolbox:1.0, runAsUser: dev")));
    await ended(test);
    expect(seen).toEqual([["dev", "root"]]);
    await test.apply("root", workflow(job("a").replace("toolbox:1.0", "toolbox:1.0, runAsUser: nobody")));
    await until(async () => (await test.runs("daily")).length === 2);
    await ended(test);
    expect((await test.runs("daily"))[0]?.message).toBe(
      "job `a` failed: user `nobody`, in whose name the job runs, is not known (any more)",
    );
  });
});

describe("a job's log", () => {
  it("and messages do not show the secrets it was given", async () => {
    const { runner } = createTestStack({
      a: async ({ hide, progress }) => {
        hide(new Secret('pa"ss/canary'));
        progress.log.info({ dsn: 'postgresql://u:pa"ss/canary@db' }, "connecting");
        progress.log.info({}, `url postgresql://u:${encodeURIComponent('pa"ss/canary')}@db`);
        throw new UnavailableError('no answer for pa"ss/canary');
      },
    });
    const test = await start({ stacks: [runner] });
    await test.apply("root", workflow(job("a")));
    await ended(test);
    await until(async () => (await test.logs("daily")).some((line) => line.includes("run failed")));
    const seen = JSON.stringify([await test.logs("daily"), await test.runs("daily")]);
    expect(seen).not.toContain("canary");
    expect(seen).toContain("no answer for [redacted]");
  });
});

describe("a stack without a driver", () => {
  it("keeps the workflow waiting", async () => {
    const test = await start();
    await test.apply("root", workflow("    - {name: a, spec: {stack: flare:7.0}}\n"));
    await test.control.whenIdle();
    expect(await test.get("workflow", "daily", "public")).toMatchObject({ phase: "Pending", status: "pending" });
    const auth = await test.authorizer.authorizeList(await test.call("root"), "workflow.run");
    await expect(test.control.startRun(auth, { type: "workflow", name: "daily", workspace: "public" })).rejects.toThrow(
      "workflow `public/daily` cannot run now: no driver configured for stack `flare:7.0` (configured: `scanner:2.0`, `sql:1.0`); the workflow is kept and does not run",
    );
  });
});

describe("the scanner stack", () => {
  const resources = `
name: sales-r
version: v1
type: instance-secret
instance-secret: {type: key-value, acl: r, data: {username: u, password: canary-4711}}
---
name: sales
version: v2alpha
type: depot
depot: {type: postgresql, secrets: [{name: sales-r}], postgresql: {host: db, database: shop}}
---
name: daily
version: v1
type: workflow
workflow:
  dag:
    - name: scan
      spec:
        stack: scanner:2.0
        compute: runnable-default
        stackSpec:
          depot: dataos://sales
          sourceConfig: {config: {includeViews: true, tableFilterPattern: {includes: [orders]}}}
`;
  const facts = {
    ...{ version: "18.1", schemas: 1, tables: 2, views: 1, columns: 9, excluded: 0, queries: 12, warnings: ["w1"] },
    viewLineage: { exact: 1, partial: 0, dependencies: 0 },
  };
  const outcome = {
    ...{ created: 12, updated: 0, unchanged: 0, missing: 0, outOfScope: 0, restored: 0, lineageEdges: 4, seq: 7 },
    heldForApproval: undefined,
  };

  it("scans the depot with its secret, after deciding that it may", async () => {
    const scans: Parameters<ControlOptions["scan"]>[0][] = [];
    const test = await start({
      scan: async (request) => {
        scans.push(request);
        request.progress.log.info({ password: request.connection.password.reveal() }, "connecting");
        return { outcome, facts };
      },
    });
    await test.apply("root", resources);
    await ended(test);
    expect(scans[0]).toMatchObject({
      depot: "sales",
      connection: { host: "db", port: 5432, database: "shop", username: "u" },
      scope: { includeTables: true, includeViews: true, tables: { includes: ["orders"], excludes: [] } },
    });
    expect((await test.runs("daily"))[0]?.jobs[0]).toMatchObject({
      state: "succeeded",
      result: { tables: 2, created: 12, lineageEdges: 4, warnings: 1, viewLineageExact: 1, queries: 12 },
    });
    const decisions = test.audit.filter(({ requestId }) => requestId !== "request-1").map(({ action }) => action);
    expect(decisions).toEqual(["workflow.run", "resource.read", "entity.update"]);
    expect(JSON.stringify(await test.logs("daily"))).not.toContain("canary");
    expect(await test.logs("daily")).toContain("warn scan w1");
  });

  it("waits for the depot, and is not allowed what its user is not", async () => {
    const test = await start();
    const [, , scan] = resources.split("---\n");
    await test.apply("root", scan ?? "");
    await test.control.whenIdle();
    expect((await test.get("workflow", "daily", "public")).conditions.at(-1)?.message).toBe(
      "waits for depot `sales`, which does not exist; apply it",
    );
    expect(await test.runs("daily")).toEqual([]);
  });
});
