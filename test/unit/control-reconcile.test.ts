import { afterEach, describe, expect, it } from "vitest";
import { BadInputError, UnavailableError } from "../../src/shared/errors.ts";
import { createTestControl, type TestControl, type TestControlOptions, until } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const [sqlite] = stateEngines();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: TestControlOptions = {}): Promise<TestControl> {
  const state = await (await sqlite!.create()).open();
  const test = await createTestControl(state, options);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  return test;
}

const secret =
  "name: sales-r\nversion: v1\ntype: instance-secret\ninstance-secret: {type: key-value, acl: r, data: {username: u, password: secret-1}}";
const depot =
  "name: sales\nversion: v2alpha\ntype: depot\ndepot: {type: postgresql, secrets: [{name: sales-r}], postgresql: {host: db, port: 5433, database: shop, params: {sslmode: require}}}";
const readyOf = async (test: TestControl, name = "sales") =>
  (await test.get("depot", name)).conditions.find(({ type }) => type === "Ready");

describe("a depot", () => {
  it("waits in Pending for its secret and says so, then connects with it", async () => {
    const test = await start();
    await test.apply("root", depot);
    await test.control.whenIdle();
    expect(await test.get("depot", "sales")).toMatchObject({
      phase: "Pending",
      status: "pending",
      observedGeneration: 1,
    });
    expect((await readyOf(test))?.message).toBe("waits for instance-secret `sales-r`, which does not exist; apply it");
    await test.apply("root", secret);
    await test.control.whenIdle();
    expect(await test.get("depot", "sales")).toMatchObject({ phase: "Active", status: "active" });
    expect(test.connections).toMatchObject([
      { engine: "postgresql", host: "db", port: 5433, database: "shop", username: "u", params: { sslmode: "require" } },
    ]);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const events = await test.control.events(auth, { type: "depot", name: "sales", workspace: undefined });
    expect(events.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      "Normal Created",
      "Normal WaitingForDependencies",
      "Normal Provisioning",
      "Normal Active",
    ]);
    expect(test.opened).toContain("health of depot sales");
  });

  it("is tried again with growing delays, keeps since when it fails, and recovers", async () => {
    let answers = false;
    const test = await start({
      health: async () => {
        if (!answers) throw new UnavailableError("`db:5433` does not answer; start it or correct the host");
        return { version: "18.1", latencyMs: 1 };
      },
    });
    await test.apply("root", `${secret}\n---\n${depot}`);
    await test.control.whenIdle();
    const failed = await readyOf(test);
    expect(failed).toMatchObject({
      status: "False",
      reason: "Unreachable",
      message: "`db:5433` does not answer; start it or correct the host",
    });
    expect((await test.get("depot", "sales")).status).toBe("error");
    const tried = async (ms: number): Promise<number> => {
      const before = test.connections.length;
      test.clock.advance(ms);
      await test.control.whenIdle();
      return test.connections.length - before;
    };
    expect(await tried(999)).toBe(0);
    expect(await tried(1)).toBe(1);
    expect(await tried(1999)).toBe(0);
    expect(await tried(1)).toBe(1);
    expect(await tried(4000)).toBe(1);
    expect(await readyOf(test)).toEqual(failed);
    answers = true;
    expect(await tried(8000)).toBe(1);
    expect(await readyOf(test)).toMatchObject({ status: "True", message: "connected to postgresql 18.1" });
    answers = false;
    expect(await tried(60_000)).toBe(1);
    expect(await test.get("depot", "sales")).toMatchObject({ phase: "Running", status: "error" });
  });

  it("that the network guard refuses says what to set and is not tried in a hurry", async () => {
    const test = await start({
      health: async () => {
        throw new BadInputError("`db` is in a private network; add it to DATAOS_DEPOT_NETWORKS");
      },
    });
    await test.apply("root", `${secret}\n---\n${depot}`);
    await test.control.whenIdle();
    expect(await readyOf(test)).toMatchObject({
      reason: "Refused",
      message: "`db` is in a private network; add it to DATAOS_DEPOT_NETWORKS",
    });
    test.clock.advance(200_000);
    await test.control.whenIdle();
    expect(test.connections).toHaveLength(1);
  });

  it("shows nothing of an unplanned error", async () => {
    const test = await start({
      health: async () => {
        throw new Error("connect postgresql://u:secret-1@db");
      },
    });
    await test.apply("root", `${secret}\n---\n${depot}`);
    await test.control.whenIdle();
    expect(await readyOf(test)).toMatchObject({
      reason: "InternalError",
      message: "an unplanned error; it is tried again, the server's log has the rest",
    });
  });

  it("without a driver is kept and waits", async () => {
    const test = await start();
    await test.apply("root", "name: lake\nversion: v1\ntype: depot\ndepot: {type: S3, spec: {bucket: b}}");
    await test.control.whenIdle();
    expect(await test.get("depot", "lake")).toMatchObject({ phase: "Pending", status: "pending" });
    expect((await readyOf(test, "lake"))?.message).toBe(
      "no driver configured for `s3` (there is one for `postgresql`); the depot is kept as it is",
    );
  });

  it("is connected again when its secret changes", async () => {
    const test = await start();
    await test.apply("root", `${secret}\n---\n${depot}`);
    await test.control.whenIdle();
    await test.apply("root", secret.replace("secret-1", "secret-2"));
    await test.control.whenIdle();
    expect(test.connections.map(({ password }) => password.reveal())).toEqual(["secret-1", "secret-2"]);
  });
});

describe("reconciling", () => {
  it("twice is once", async () => {
    const test = await start();
    await test.apply(
      "root",
      [
        secret,
        depot,
        "name: eve\nversion: v1\ntype: user\nuser: {type: person, tags: ['roles:id:user']}",
        "name: analyst\nversion: v1\ntype: role\nrole: {}",
        "name: big\nversion: v1\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}",
      ].join("\n---\n"),
    );
    await test.control.whenIdle();
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const all = async () => (await test.control.list(auth, {}, { first: 100, after: undefined })).items;
    const before = await all();
    expect(before.map(({ node }) => node.phase)).toEqual(["Active", "Active", "Active", "Active", "Active"]);
    await test.control.stop();
    const again = await createTestControl(test.state, { clock: test.clock, seed: "again" });
    await again.control.start();
    await again.control.whenIdle();
    expect(await all()).toEqual(before);
    await again.control.stop();
  });

  it("does not give back a role that somebody took away", async () => {
    const test = await start();
    await test.apply("root", "name: eve\nversion: v1\ntype: user\nuser: {type: person, tags: ['roles:id:operator']}");
    await test.identity.setUserTags("eve", []);
    await test.control.stop();
    const again = await createTestControl(test.state, { clock: test.clock, seed: "again" });
    await again.control.start();
    await again.control.whenIdle();
    expect((await again.identity.getUser("eve")).tags).toEqual([]);
    await again.control.stop();
  });

  it("goes on where a process was killed: what was stored is brought to its end", async () => {
    const state = await (await sqlite!.create()).open();
    const killed = await createTestControl(state);
    // never started: everything is stored, nothing done
    await killed.apply(
      "root",
      `${secret}\n---\n${depot}\n---\nname: eve\nversion: v1\ntype: user\nuser: {type: person}`,
    );
    expect(await killed.identity.findUser("eve")).toBeUndefined();
    const next = await createTestControl(state, { clock: killed.clock, seed: "next" });
    await next.control.start();
    await next.control.whenIdle();
    expect(await next.get("depot", "sales")).toMatchObject({ phase: "Active" });
    expect(await next.identity.findUser("eve")).toBeDefined();
    await next.control.stop();
    await state.close();
  });
});

describe("deleting", () => {
  it("takes the secret values along, and a user's identity", async () => {
    const test = await start();
    await test.apply("root", `${secret}\n---\nname: eve\nversion: v1\ntype: user\nuser: {type: person}`);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    await test.control.delete(
      auth,
      { type: "instance-secret", name: "sales-r", workspace: undefined },
      { force: false },
    );
    await test.control.delete(auth, { type: "user", name: "eve", workspace: undefined }, { force: false });
    await until(async () => (await test.identity.findUser("eve")) === undefined);
    const ref = { workspace: undefined, kind: "instance-secret", name: "sales-r" };
    expect(await test.secrets.fields(ref)).toBeUndefined();
  });
});

const postgres = stateEngines()[1]!;
const shared = postgres.missing ? describe.skip : describe;
shared(`two servers on one PostgreSQL${postgres.missing ? ` (set ${postgres.missing})` : ""}`, () => {
  it("do not both reconcile; when one is gone the other takes over", async () => {
    const engine = postgres;
    const store = await engine.create();
    const one = await createTestControl(await store.open(), { seed: "one" });
    const two = await createTestControl(await store.open(), { seed: "two", clock: one.clock });
    await one.control.start();
    await two.control.start();
    await two.apply("root", `${secret}\n---\n${depot}`);
    one.clock.advance(1000);
    await until(async () => (await two.get("depot", "sales")).phase === "Active");
    expect([one.connections.length, two.connections.length]).toEqual([1, 0]);
    await one.control.stop();
    one.clock.advance(5000);
    await until(async () => {
      one.clock.advance(1000);
      await two.control.whenIdle();
      return two.connections.length > 0;
    });
    await two.control.stop();
    await one.state.close();
    await two.state.close();
  });
});
