import { afterEach, describe, expect, it } from "vitest";
import type { ResourceType } from "../../src/control/ports.ts";
import { UnavailableError } from "../../src/shared/errors.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createTestControl, type TestControl, type TestControlOptions } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const depot = (name: string, host = "db") =>
  `{name: ${name}, version: v1, type: depot, depot: {type: POSTGRES, spec: {host: ${host}, port: 5432, database: shop}, connectionSecret: [{acl: r, type: key-value-properties, data: {username: u, password: secret-of-${name}}}]}}`;
const computeOf = (name: string) =>
  `{name: ${name}, version: v1beta, type: compute, compute: {dataplane: hub, purpose: runnable}}`;
const bundleOf = (resources: string, more = "") =>
  `name: shop\nversion: v1beta\ntype: bundle\nbundle:\n${more}  resources:\n${resources}`;

const [sqlite] = stateEngines();

async function open(): Promise<StateDb> {
  const state = await (await sqlite?.create())?.open();
  if (!state) throw new Error("there is no engine");
  return state;
}

describe("a bundle", () => {
  const running: TestControl[] = [];
  afterEach(async () => {
    for (const test of running.splice(0)) {
      await test.control.stop();
      await test.state.close();
    }
  });

  async function start(options: TestControlOptions = {}): Promise<TestControl> {
    const test = await createTestControl(await open(), options);
    running.push(test);
    await test.control.start();
    return test;
  }

  /** Lets time pass in steps, so that whatever waits is looked at. */
  async function pass(test: TestControl, seconds: number): Promise<void> {
    await test.control.whenIdle();
    for (let step = 0; step < seconds; step++) {
      test.clock.advance(1000);
      await test.control.whenIdle();
    }
  }

  const readyOf = async (test: TestControl, type: ResourceType = "bundle", name = "shop") =>
    (await test.get(type, name)).conditions.find((condition) => condition.type === "Ready");
  const exists = async (test: TestControl, type: ResourceType, name: string) =>
    test.get(type, name).then(
      ({ phase }) => phase !== "Terminating",
      () => false,
    );
  const remove = async (test: TestControl, user: string, force = false) => {
    const auth = await test.authorizer.authorizeList(await test.call(user), "resource.delete");
    await test.control.delete(auth, { type: "bundle", name: "shop", workspace: undefined }, { force });
  };

  it("makes its resources in order, with their secrets, and is active when all of them are", async () => {
    let answers = false;
    const test = await start({
      health: async ({ host }) => {
        if (host === "db" && !answers) throw new UnavailableError("`db` does not answer");
        return { version: "18.1", latencyMs: 1 };
      },
    });
    await test.apply(
      "root",
      bundleOf(
        `    - {id: second, spec: ${depot("two", "db2")}, dependencies: [first]}\n    - {id: first, spec: ${depot("one")}}\n`,
      ),
    );
    await pass(test, 3);
    expect(await exists(test, "depot", "one")).toBe(true);
    expect(await exists(test, "depot", "two")).toBe(false);
    expect(await readyOf(test)).toMatchObject({
      status: "Unknown",
      message: expect.stringContaining("`second` waits: `first` is error: `db` does not answer"),
    });
    answers = true;
    await pass(test, 12);
    expect(await readyOf(test)).toMatchObject({ status: "True", message: "all 2 parts are active" });
    expect((await test.get("bundle", "shop")).phase).toBe("Active");
    const two = test.connections.find(({ host }) => host === "db2");
    expect(two?.password.reveal()).toBe("secret-of-two");
    expect(JSON.stringify((await test.get("bundle", "shop")).manifest)).not.toContain("secret-of");
  });

  it("takes back what it made when a part does not succeed, and leaves what was there before", async () => {
    const test = await start({
      health: async () => {
        throw new UnavailableError("`db` does not answer");
      },
    });
    await test.apply(
      "root",
      `name: there\nversion: v1beta\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}`,
    );
    await test.apply(
      "root",
      bundleOf(
        `    - {id: place, spec: ${computeOf("there")}}\n    - {id: new, spec: ${computeOf("new")}}\n    - {id: source, spec: ${depot("one")}, dependencies: [new]}\n`,
      ),
    );
    await pass(test, 5);
    expect(await exists(test, "depot", "one")).toBe(true);
    await pass(test, 90);
    expect(await readyOf(test)).toMatchObject({
      status: "False",
      reason: "TakenBack",
      message: "`source` does not succeed: `db` does not answer; what it had made was taken back",
    });
    expect(await exists(test, "depot", "one")).toBe(false);
    expect(await exists(test, "compute", "new")).toBe(false);
    expect(await exists(test, "compute", "there")).toBe(true);
    await remove(test, "root");
    await pass(test, 3);
    expect(await exists(test, "compute", "there")).toBe(true);
  });

  it("puts back as it was what a generation that fails had changed", async () => {
    const test = await start({
      health: async ({ host }) => {
        if (host === "gone") throw new UnavailableError("`gone` does not answer");
        return { version: "18.1", latencyMs: 1 };
      },
    });
    await test.apply("root", bundleOf(`    - {id: place, spec: ${computeOf("place")}}\n`));
    await pass(test, 2);
    const changed = computeOf("place").replace("hub", "edge");
    await test.apply(
      "root",
      bundleOf(`    - {id: place, spec: ${changed}}\n    - {id: source, spec: ${depot("one", "gone")}}\n`),
    );
    await pass(test, 3);
    expect((await test.get("compute", "place")).manifest).toMatchObject({ compute: { dataplane: "edge" } });
    await pass(test, 90);
    expect((await readyOf(test))?.reason).toBe("TakenBack");
    expect((await test.get("compute", "place")).manifest).toMatchObject({ compute: { dataplane: "hub" } });
    expect(await exists(test, "depot", "one")).toBe(false);
  });

  it("makes nothing of anything that whoever applied it may not make, or that somebody else made otherwise", async () => {
    const test = await createTestControl(await open());
    running.push(test);
    const user = { id: "half", name: "half", type: "person", email: undefined, attributes: {} } as const;
    await test.identity.putUser({ ...user, tags: ["roles:id:operator"] });
    await test.apply(
      "half",
      bundleOf(`    - {id: a, spec: ${depot("one")}}\n    - {id: b, spec: ${computeOf("no")}}\n`),
    );
    // a developer may make depots, and no computes
    await test.identity.putUser({ ...user, tags: ["roles:id:data-dev"] });
    await test.control.start();
    await pass(test, 3);
    expect(await readyOf(test)).toMatchObject({ reason: "Forbidden" });
    expect(await exists(test, "depot", "one")).toBe(false);
    await test.apply("root", bundleOf(`    - {id: a, spec: ${depot("own")}}\n`).replace("name: shop", "name: other"));
    await pass(test, 3);
    await test.apply(
      "root",
      bundleOf(`    - {id: a, spec: ${depot("own", "elsewhere")}}\n`).replace("name: shop", "name: third"),
    );
    await pass(test, 3);
    expect(await readyOf(test, "bundle", "third")).toMatchObject({
      reason: "Conflict",
      message:
        "depot `own` is there already, is not of this bundle and differs; delete it, or take it out of the bundle",
    });
  });

  it("is deleted with its own parts in reverse order, by who may delete each of them", async () => {
    const test = await start();
    await test.apply(
      "root",
      bundleOf(
        `    - {id: a, spec: ${depot("one")}}\n    - {id: b, spec: ${computeOf("two")}, dependencies: [a]}\n`,
        "  workspaces: [{name: lab, layer: user}]\n",
      ),
    );
    await pass(test, 3);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "workspace.read");
    expect((await test.control.listWorkspaces(auth)).map(({ name }) => name)).toContain("lab");
    await remove(test, "root");
    await pass(test, 3);
    const order = test.audit
      .filter(({ type, action }) => type === "change" && action === "resource.delete")
      .flatMap(({ object }) => object);
    expect(order).toEqual([
      "urn:dataos:resource:bundle:shop",
      "urn:dataos:resource:compute:two",
      "urn:dataos:depot:one",
    ]);
    for (const [type, name] of [
      ["depot", "one"],
      ["compute", "two"],
    ] as const)
      expect(await exists(test, type, name)).toBe(false);
    expect(await exists(test, "bundle", "shop")).toBe(false);
    expect((await test.control.listWorkspaces(auth)).map(({ name }) => name)).not.toContain("lab");
  });

  it("is not deleted while something outside needs a part of it", async () => {
    const test = await start();
    await test.apply("root", bundleOf(`    - {id: a, spec: ${computeOf("place")}}\n`));
    await pass(test, 2);
    await test.apply(
      "root",
      "name: files\nversion: v1beta\ntype: volume\nvolume: {size: 1Mi, accessMode: ReadWriteMany, type: temp, compute: place}",
    );
    await expect(remove(test, "root")).rejects.toThrow("is needed by volume `public/files`");
    expect(await exists(test, "compute", "place")).toBe(true);
  });

  it("comes and goes by its schedule, on the clock of its time zone, and catches up on what it missed", async () => {
    const test = await start();
    // 2026-01-31T08:00Z is 09:00 in Berlin
    await test.apply(
      "root",
      bundleOf(
        `    - {id: a, spec: ${computeOf("place")}}\n`,
        "  schedule: {initialState: delete, timezone: Europe/Berlin, create: [{cron: '30 9 * * *'}], delete: [{cron: '0 18 * * *'}]}\n",
      ),
    );
    await pass(test, 2);
    expect(await exists(test, "compute", "place")).toBe(false);
    expect((await test.get("bundle", "shop")).runtime).toBe("next:2026-01-31T08:30:00.000Z");
    test.clock.advance(30 * 60_000);
    await pass(test, 3);
    expect(await exists(test, "compute", "place")).toBe(true);
    expect((await test.get("bundle", "shop")).runtime).toBe("next:2026-01-31T17:00:00.000Z");
    test.clock.advance(9 * 3_600_000);
    await pass(test, 3);
    expect(await exists(test, "compute", "place")).toBe(false);
    // three days later, only the last time that came counts
    test.clock.set(Date.UTC(2026, 1, 3, 12));
    await test.apply("root", "name: other\nversion: v1beta\ntype: compute\ncompute: {dataplane: hub, purpose: query}");
    test.clock.advance(3_600_000);
    await pass(test, 3);
    expect(await exists(test, "compute", "place")).toBe(true);
  });

  it("makes a part again that somebody deleted", async () => {
    const test = await start();
    await test.apply("root", bundleOf(`    - {id: a, spec: ${computeOf("place")}}\n`));
    await pass(test, 2);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
    await test.control.delete(auth, { type: "compute", name: "place", workspace: undefined }, { force: false });
    await pass(test, 1);
    expect(await exists(test, "compute", "place")).toBe(false);
    await pass(test, 35);
    expect(await exists(test, "compute", "place")).toBe(true);
  });

  it("deletes the part that a new generation leaves out", async () => {
    const test = await start();
    await test.apply(
      "root",
      bundleOf(`    - {id: a, spec: ${computeOf("one")}}\n    - {id: b, spec: ${computeOf("two")}}\n`),
    );
    await pass(test, 2);
    await test.apply("root", bundleOf(`    - {id: b, spec: ${computeOf("two")}}\n`));
    await pass(test, 4);
    expect(await exists(test, "compute", "one")).toBe(false);
    expect(await readyOf(test)).toMatchObject({ status: "True", message: "all 1 parts are active" });
  });

  it("whose manifest is in a file says that the server does not read it", async () => {
    const test = await start();
    await test.apply("root", bundleOf("    - {id: a, file: ./depot.yaml}\n"));
    await test.control.whenIdle();
    expect(await readyOf(test)).toMatchObject({ reason: "FileNotGiven" });
  });
});

describe("a bundle whose resources wait for each other", () => {
  it("is refused with the cycle named", async () => {
    const state = await open();
    const test = await createTestControl(state);
    const cyclic = bundleOf(
      `    - {id: a, spec: ${computeOf("one")}, dependencies: [b]}\n    - {id: b, spec: ${computeOf("two")}, dependencyConditions: [{resourceId: a, status: {is: [active]}}]}\n`,
    );
    await expect(test.apply("root", cyclic)).rejects.toThrow("resources wait for each other: `a` -> `b` -> `a`");
    await state.close();
  });
});
