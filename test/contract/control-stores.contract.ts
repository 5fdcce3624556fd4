import { expect, it } from "vitest";
import { describeResource } from "../../src/control/index.ts";
import type { ResourceRef, ResourceType, RunJob } from "../../src/control/ports.ts";
import type {
  BundleRecord,
  ControlStores,
  Lease,
  NewLogLine,
  NewRun,
  ResourceChange,
  ResourceRemoval,
  StoredResource,
} from "../../src/control/stores.ts";
import { ConflictError } from "../../src/shared/errors.ts";
import { allObjects, matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import type { StateDb } from "../../src/state/index.ts";
import type { ManualClock } from "../support/clock.ts";

export interface ControlStoresFixture {
  readonly stores: ControlStores;
  readonly clock: ManualClock;
  readonly state: StateDb;
}

const nothing = async (): Promise<void> => {};
const everything = { first: 100, after: undefined };

/** Makes a change that creates, or updates `from`. */
function change(ref: ResourceRef, more: Partial<ResourceChange> = {}, from?: StoredResource): ResourceChange {
  const { owner = "alice", layer = "user", version = "v1", tags = [] } = more;
  const uid = from?.uid ?? `uid-${ref.type}-${ref.workspace ?? ""}-${ref.name}`;
  return {
    uid,
    ref,
    version,
    description: undefined,
    owner,
    layer,
    tags,
    manifest: { name: ref.name },
    file: "m.yaml",
    positions: new Map([["policy", { line: 3, column: 9 }]]),
    specHash: "hash",
    actor: "alice",
    object: describeResource({ ref, owner, layer, version, tags, uid }),
    dependencies: [],
    fromGeneration: from?.generation,
    event: { type: "Normal", reason: from ? "Updated" : "Created", message: "by `alice`" },
    ...more,
  };
}

const removal = ({ uid, ref, generation }: StoredResource, more: Partial<ResourceRemoval> = {}): ResourceRemoval => ({
  uid,
  ref,
  fromGeneration: generation,
  force: false,
  event: { type: "Normal", reason: "Terminating", message: "" },
  ...more,
});

const refOf = (type: ResourceType, name: string, workspace?: string): ResourceRef => ({ type, name, workspace });

/** What every store of Control keeps to: `make` gives an empty one. */
export function controlStoresContract(make: () => Promise<ControlStoresFixture>): void {
  const sales = refOf("depot", "sales");

  const find = async (stores: ControlStores, ref: ResourceRef): Promise<StoredResource> => {
    const resource = await stores.resources.find(ref);
    if (!resource) throw new Error("absent");
    return resource;
  };
  const lead = async (stores: ControlStores, holder = "one"): Promise<Lease> => {
    const lease = await stores.leases.acquire("loop", holder, 1000);
    if (!lease) throw new Error("not free");
    return lease;
  };
  const status = { phase: "Active", observedGeneration: 1, conditions: [], runtime: "", nextRunAt: undefined } as const;

  it("gives each replica of a service to one holder at a time, and forgets those that nobody wants", async () => {
    const { stores, clock } = await make();
    const lease = await lead(stores);
    const { replicas } = stores;
    expect(await replicas.want("s1", 2, 1, { ...lease, token: 99 })).toBe(false);
    expect(await replicas.want("s1", 2, 1, lease)).toBe(true);
    const [zero, one] = await replicas.claim("a", 1000, 10, false);
    if (!zero || !one) throw new Error("both are free");
    expect([zero.replica.replica, one.replica.replica]).toEqual([0, 1]);
    expect(await replicas.claim("b", 1000, 10, false)).toEqual([]);
    expect(await replicas.renew(zero.lease, 1000)).toBe(1);
    await replicas.want("s1", 1, 2, lease);
    expect(await replicas.renew(zero.lease, 1000)).toBe(2);
    expect(await replicas.renew(one.lease, 1000)).toBe(0);
    const ready = { generation: 2, state: "ready", restarts: 1, failures: 0, message: "runs" } as const;
    expect(await replicas.write(zero.lease, ready)).toBe(true);
    await replicas.release(one.lease);
    expect(await replicas.of("s1")).toMatchObject([{ ...ready, replica: 0, holder: "a", wanted: 2 }]);
    // it falls silent
    await replicas.claim("b", 1000, 10, false);
    clock.advance(1000);
    const [taken] = await replicas.claim("b", 1000, 10, false);
    expect(taken?.replica).toMatchObject({ replica: 0, restarts: 1 });
    expect(await replicas.isHeld(zero.lease)).toBe(false);
    expect(await replicas.write(zero.lease, ready)).toBe(false);
    expect(await replicas.renew(zero.lease, 1000)).toBeUndefined();
    await replicas.release(zero.lease);
    if (!taken) throw new Error("it was free");
    await replicas.want("s1", 0, 3, lease);
    expect(await replicas.of("s1")).toHaveLength(1);
    await replicas.release(taken.lease);
    expect(await replicas.of("s1")).toEqual([]);
  });

  it("keeps the newest lines of what does not run by runs", async () => {
    const { stores } = await make();
    const lines = Array.from({ length: 5 }, (_, index): NewLogLine => {
      const at = "2026-01-31T08:00:00.000Z";
      return { uid: "s1", level: "info", run: undefined, job: "replica-0", message: `line ${index}`, at };
    });
    await stores.logs.append(lines);
    await stores.logs.trim("s1", 2);
    await stores.logs.trim("s2", 0);
    expect((await stores.logs.read("s1", { first: 10 })).map(({ message }) => message)).toEqual(["line 3", "line 4"]);
  });

  it("keeps what a bundle has made, for who holds the lease only", async () => {
    const { stores } = await make();
    const lease = await lead(stores);
    const record: BundleRecord = {
      generation: 1,
      wanted: "create",
      followedMs: 5,
      isChecked: true,
      isComplete: false,
      failure: undefined,
      parts: [],
      workspaces: ["lab"],
    };
    expect(await stores.bundles.find("b1")).toBeUndefined();
    expect(await stores.bundles.write("b1", record, lease)).toBe(true);
    expect(await stores.bundles.write("b1", { ...record, wanted: "delete" }, { ...lease, token: 99 })).toBe(false);
    expect(await stores.bundles.find("b1")).toEqual(record);
    const ref = refOf("compute", "place");
    await stores.resources.commit([change(ref)], async (tx) => {
      expect(await stores.bundles.writeIn(tx, "b1", { ...record, generation: 2 }, { ...lease, token: 99 })).toBe(false);
      expect(await stores.bundles.writeIn(tx, "b1", { ...record, generation: 3 }, lease)).toBe(true);
    });
    expect((await stores.bundles.find("b1"))?.generation).toBe(3);
    await stores.resources.commit([change(refOf("compute", "other"))], (tx) => stores.bundles.remove(tx, "b1"));
    expect(await stores.bundles.find("b1")).toBeUndefined();
  });

  it("gives a resource back as it was written, one generation after the other", async () => {
    const { stores, clock } = await make();
    await stores.resources.commit([change(sales, { tags: ["a:b"] })], nothing);
    const first = await find(stores, sales);
    expect(first).toMatchObject({
      ref: sales,
      generation: 1,
      observedGeneration: 0,
      resourceVersion: 1,
      phase: "Pending",
      tags: ["a:b"],
      positions: new Map([["policy", { line: 3, column: 9 }]]),
      createdAt: "2026-01-31T08:00:00.000Z",
    });
    clock.advance(1000);
    await stores.resources.commit([change(sales, { manifest: { name: "sales", x: 1 } }, first)], nothing);
    const second = await find(stores, sales);
    expect(second).toMatchObject({ uid: first.uid, generation: 2, resourceVersion: 2, tags: [] });
    expect(await stores.resources.versions(first.uid)).toEqual([
      { generation: 2, at: "2026-01-31T08:00:01.000Z", actor: "alice", manifest: { name: "sales", x: 1 } },
      { generation: 1, at: "2026-01-31T08:00:00.000Z", actor: "alice", manifest: { name: "sales" } },
    ]);
    expect((await stores.resources.events(first.uid)).map(({ reason }) => reason)).toEqual(["Created", "Updated"]);
  });

  it("writes all changes and what comes alongside, or nothing", async () => {
    const { stores } = await make();
    const changes = [change(sales), change(refOf("depot", "other"))];
    await expect(
      stores.resources.commit(changes, async () => {
        throw new Error("the disk is full");
      }),
    ).rejects.toThrow("the disk is full");
    expect((await stores.resources.list({}, allObjects, everything)).items).toEqual([]);

    await stores.resources.commit([change(sales)], nothing);
    await expect(stores.resources.commit([change(refOf("depot", "x")), change(sales)], nothing)).rejects.toThrow();
    expect(await stores.resources.find(refOf("depot", "x"))).toBeUndefined();
  });

  it("refuses a change that was made from an older version", async () => {
    const { stores } = await make();
    await stores.resources.commit([change(sales)], nothing);
    const read = await find(stores, sales);
    await stores.resources.commit([change(sales, {}, read)], nothing);
    await expect(stores.resources.commit([change(sales, {}, read)], nothing)).rejects.toBeInstanceOf(ConflictError);
    await expect(stores.resources.commit([], nothing, [removal(read)])).rejects.toBeInstanceOf(ConflictError);
    const lease = await lead(stores);
    expect(await stores.resources.writeStatus(read, status, [], lease)).toBe(false);
  });

  it("takes a change from the newest generation whatever was written about it meanwhile, unless a version is asked for", async () => {
    const { stores } = await make();
    await stores.resources.commit([change(sales)], nothing);
    const read = await find(stores, sales);
    const lease = await lead(stores);
    expect(await stores.resources.writeStatus(read, status, [], lease)).toBe(true);
    const old = { ...change(sales, {}, read), ifVersion: 1 };
    const message = "depot `sales` has version 2, not 1; read it again and repeat the call";
    await expect(stores.resources.commit([old], nothing)).rejects.toThrow(message);
    await expect(stores.resources.commit([], nothing, [removal(read, { ifVersion: 1 })])).rejects.toThrow(message);
    await stores.resources.commit([change(sales, {}, read)], nothing);
    expect(await find(stores, sales)).toMatchObject({ generation: 2, resourceVersion: 3, phase: "Active" });
  });

  it("refuses circles of needs and deletions of what is needed, whoever else writes at the same time", async () => {
    const { stores } = await make();
    const [a, b, c] = [refOf("product", "a"), refOf("product", "b"), refOf("product", "c")];
    await stores.resources.commit([change(a, { dependencies: [b] }), change(b, { dependencies: [c] })], nothing);
    const closing = change(c, { dependencies: [a] });
    expect(await stores.resources.findCycle([closing])).toEqual([c, a, b, c]);
    await expect(stores.resources.commit([closing], nothing)).rejects.toThrow(
      "product `c` needs product `a`, which needs product `b`, which needs product `c`: nothing of this circle could come first; take one of these references out",
    );
    expect(await stores.resources.find(c)).toBeUndefined();
    expect(await stores.resources.findCycle([change(c, { dependencies: [refOf("depot", "sales")] })])).toBeUndefined();

    const stored = await find(stores, b);
    await expect(stores.resources.commit([], nothing, [removal(stored)])).rejects.toThrow(
      "product `b` is needed by product `a`; delete that first, or force the deletion",
    );
    // what stops needing it in the same step, or goes with it, does not hold it
    await stores.resources.commit([], nothing, [removal(stored), removal(await find(stores, a))]);
    expect((await find(stores, b)).phase).toBe("Terminating");
  });

  it("keeps the newest 100 manifests and 200 events of a resource", async () => {
    const { stores } = await make();
    await stores.resources.commit([change(sales)], nothing);
    for (let round = 0; round < 210; round++) {
      await stores.resources.commit([change(sales, {}, await find(stores, sales))], nothing);
    }
    const { uid } = await find(stores, sales);
    const generations = (await stores.resources.versions(uid)).map(({ generation }) => generation);
    expect([generations.length, generations[0], generations.at(-1)]).toEqual([100, 211, 112]);
    expect(await stores.resources.events(uid)).toHaveLength(200);
    expect(await stores.logs.read(uid, { first: 1000 })).toHaveLength(200);
  });

  it("takes statuses only from the holder of the lease", async () => {
    const { stores, clock } = await make();
    await stores.resources.commit([change(sales)], nothing);
    const old = await lead(stores, "one");
    await stores.leases.acquire("loop", "two", 1000);
    clock.advance(1000);
    const fresh = await lead(stores, "two");
    expect(fresh.token).toBe(old.token + 1);
    const resource = await find(stores, sales);
    expect(await stores.resources.writeStatus(resource, status, [], old)).toBe(false);
    expect(await stores.resources.terminate(resource, old, nothing)).toBe(false);
    expect(await stores.resources.writeStatus(resource, status, [], fresh)).toBe(true);
    expect(await find(stores, sales)).toMatchObject({ phase: "Active", observedGeneration: 1, resourceVersion: 2 });
  });

  it("lends a lease to one at a time, until it ends or is given up", async () => {
    const { stores, clock } = await make();
    const { leases } = stores;
    const one = await lead(stores, "one");
    expect(await leases.acquire("loop", "two", 1000)).toBeUndefined();
    expect(await leases.acquire("other", "two", 1000)).toBeDefined();
    clock.advance(900);
    expect(await leases.renew(one, 1000)).toBe(true);
    clock.advance(900);
    expect(await leases.acquire("loop", "two", 1000)).toBeUndefined();
    await leases.release(one);
    const two = await leases.acquire("loop", "two", 1000);
    expect(two?.token).toBe(one.token + 1);
    expect(await leases.renew(one, 1000)).toBe(false);
  });

  it("keeps what is gone out of lists, its history, and its name free", async () => {
    const { stores } = await make();
    await stores.resources.commit([change(sales)], nothing);
    const resource = await find(stores, sales);
    await stores.resources.commit([], nothing, [removal(resource)]);
    expect(await stores.resources.listUnsettled()).toEqual([resource.uid]);
    const lease = await lead(stores);
    // whatever the loop had read, what is being deleted does not come back
    expect(await stores.resources.writeStatus(await find(stores, sales), status, [], lease)).toBe(false);
    expect(await stores.resources.terminate(await find(stores, sales), lease, nothing)).toBe(true);
    expect(await stores.resources.find(sales)).toBeUndefined();
    expect(await stores.resources.findByUid(resource.uid)).toMatchObject({ phase: "Terminated" });
    expect((await stores.resources.events(resource.uid)).map(({ reason }) => reason)).toEqual([
      "Created",
      "Terminating",
      "Terminated",
    ]);
    await stores.resources.commit([change(sales, { uid: "uid-next" })], nothing);
    expect((await find(stores, sales)).uid).toBe("uid-next");
  });

  it("names what needs a resource, until it does not any more", async () => {
    const { stores } = await make();
    const secret = refOf("instance-secret", "sales-r");
    await stores.resources.commit([change(secret), change(sales, { dependencies: [secret, secret] })], nothing);
    expect(await stores.resources.dependents(secret)).toEqual([sales]);
    await stores.resources.commit([change(sales, { dependencies: [] }, await find(stores, sales))], nothing);
    expect(await stores.resources.dependents(secret)).toEqual([]);
  });

  it("counts what changes policies", async () => {
    const { stores } = await make();
    const before = await stores.resources.policyVersion();
    await stores.resources.commit([change(sales)], nothing);
    expect(await stores.resources.policyVersion()).toBe(before);
    await stores.resources.commit([change(refOf("policy", "p"))], nothing);
    expect(await stores.resources.policyVersion()).toBeGreaterThan(before);
  });

  it("lists in pages what the filter lets through, exactly as `matchesFilter` says", async () => {
    const { stores } = await make();
    const all = [
      ...["a", "b", "c", "d"].map((name) => change(refOf("depot", name), { owner: name === "a" ? "bob" : "alice" })),
      change(refOf("workflow", "w", "public"), { tags: ["team:x"] }),
      change(refOf("workflow", "w", "lab"), { layer: "system" }),
      change(refOf("secret", "s", "lab"), { tags: ["team:y", "dataos:workspace:public"] }),
    ];
    await stores.resources.commit(all, nothing);
    const filters: ObjectFilter[] = [
      { op: "all" },
      { op: "none" },
      { op: "path", glob: "urn:dataos:depot:**" },
      { op: "path", glob: "dataos://[ab]" },
      { op: "path", glob: "urn:dataos:resource:workflow:lab/*" },
      { op: "path", glob: "**" },
      { op: "tag", glob: "dataos:workspace:public" },
      { op: "tag", glob: "team:*" },
      { op: "not", of: { op: "tag", glob: "team:?" } },
      { op: "not", of: { op: "tag", glob: "dataos:workspace:lab" } },
      { op: "compare", attribute: "owner", comparison: "eq", value: "bob" },
      { op: "compare", attribute: "owner", comparison: "ne", value: "bob" },
      { op: "compare", attribute: "workspace", comparison: "eq", value: "lab" },
      { op: "compare", attribute: "workspace", comparison: "ne", value: "lab" },
      { op: "compare", attribute: "workspace", comparison: "eq", value: "" },
      { op: "not", of: { op: "compare", attribute: "workspace", comparison: "eq", value: "lab" } },
      { op: "compare", attribute: "name", comparison: "gt", value: "b" },
      { op: "hasAttribute", attribute: "workspace" },
      { op: "startsWith", attribute: "type", prefix: "work" },
      {
        op: "or",
        of: [
          {
            op: "and",
            of: [
              { op: "tag", glob: "dataos:resource:depot" },
              { op: "path", glob: "**c" },
            ],
          },
          { op: "compare", attribute: "layer", comparison: "eq", value: "system" },
        ],
      },
      { op: "and", of: [] },
      { op: "or", of: [] },
    ];
    for (const filter of filters) {
      const expected = all
        .filter(({ object }) => matchesFilter(filter, object))
        .map(({ ref: { type, workspace, name } }) => [type, workspace ?? "", name])
        .sort((a, b) => (a.join("\0") < b.join("\0") ? -1 : 1));
      const found: string[][] = [];
      let after: string | undefined;
      do {
        const page = await stores.resources.list({}, filter, { first: 2, after });
        found.push(...page.items.map(({ node: { ref } }) => [ref.type, ref.workspace ?? "", ref.name]));
        after = page.hasNextPage ? page.items.at(-1)?.cursor : undefined;
      } while (after !== undefined);
      expect(found, JSON.stringify(filter)).toEqual(expected);
    }
    const names = async (filter: Parameters<typeof stores.resources.list>[0]) =>
      (await stores.resources.list(filter, allObjects, everything)).items.map(({ node }) => node.ref.name);
    expect(await names({ type: "workflow", workspace: "lab" })).toEqual(["w"]);
    expect(await names({ owner: "bob" })).toEqual(["a"]);
    expect(await names({ tags: ["team:x"] })).toEqual(["w"]);
    await expect(stores.resources.list({}, allObjects, { first: 1, after: "x" })).rejects.toThrow(/is not a cursor/);
  });

  it("keeps workspaces, of which `public` is always there", async () => {
    const { stores } = await make();
    const { workspaces } = stores;
    await workspaces.create({ name: "lab", description: "for trying" });
    expect((await workspaces.list()).map(({ name }) => name)).toEqual(["lab", "public"]);
    await expect(workspaces.create({ name: "lab", description: undefined })).rejects.toThrow(
      "workspace `lab` exists already; choose another name",
    );
    await stores.resources.commit([change(refOf("workflow", "w", "lab"))], nothing);
    await expect(workspaces.delete("lab", nothing)).rejects.toThrow(
      "workspace `lab` holds workflow `w`; delete these first",
    );
    await expect(workspaces.delete("none", nothing)).rejects.toThrow("there is no workspace `none`");
  });

  const newRun = (id: string, more: Partial<NewRun> = {}): NewRun => ({
    id,
    uid: "uid-workflow-public-w",
    workflow: "w",
    workspace: "public",
    generation: 1,
    trigger: "apply",
    triggerKey: id,
    actor: "alice",
    jobs: [
      { name: "a", stack: "s:1" },
      { name: "b", stack: "s:1" },
    ],
    ...more,
  });
  const withWorkflow = async () => {
    const fixture = await make();
    await fixture.stores.resources.commit([change(refOf("workflow", "w", "public"))], nothing);
    return fixture;
  };

  it("makes one run of one trigger", async () => {
    const { stores } = await withWorkflow();
    expect(await stores.runs.create(newRun("r1", { triggerKey: "generation:1" }))).toBe("created");
    expect(await stores.runs.create(newRun("r2", { triggerKey: "generation:1" }))).toBe("exists");
    expect(await stores.runs.find("r1")).toMatchObject({
      state: "pending",
      trigger: "apply",
      attempt: 1,
      jobs: [{ name: "a" }, { name: "b" }],
    });
  });

  it("makes no run beside an open one where that is asked, and none for who has lost the lease", async () => {
    const { stores, clock } = await withWorkflow();
    const { runs } = stores;
    const old = await lead(stores, "one");
    expect(await runs.create(newRun("r1"), { lease: old, onlyIfIdle: true })).toBe("created");
    expect(await runs.create(newRun("r2"), { lease: old, onlyIfIdle: true })).toBe("busy");
    const both = await Promise.all(["r3", "r4"].map((id) => runs.create(newRun(id), { lease: old })));
    expect(both).toEqual(["created", "created"]);
    await stores.leases.acquire("loop", "two", 1000);
    clock.advance(1000);
    const fresh = await lead(stores, "two");
    expect(await runs.create(newRun("r5"), { lease: old })).toBe("lost");
    expect(await runs.find("r5")).toBeUndefined();
    expect(await runs.create(newRun("r5"), { lease: fresh })).toBe("created");
  });

  it("makes one run of several asked for at once, where it may be the only one", async () => {
    const { stores } = await withWorkflow();
    const made = await Promise.all(
      ["r1", "r2", "r3", "r4"].map((id) => stores.runs.create(newRun(id), { onlyIfIdle: true })),
    );
    expect(made.sort()).toEqual(["busy", "busy", "busy", "created"]);
  });

  it("keeps what a run does again, and what need not be done again", async () => {
    const { stores } = await withWorkflow();
    const kept: RunJob = {
      ...{ name: "a", stack: "s:1", state: "succeeded", tries: 1, message: undefined, result: { tables: 3 } },
      ...{ startedAt: "2026-01-31T07:00:00.000Z", finishedAt: "2026-01-31T07:00:05.000Z" },
    };
    const jobs = [
      { name: "a", stack: "s:1", kept },
      { name: "b", stack: "s:1" },
    ];
    await stores.runs.create(newRun("r2", { trigger: "rerun", rerunOf: "r1", requestedBy: "bob", jobs }));
    expect(await stores.runs.find("r2")).toMatchObject({
      ...{ trigger: "rerun", rerunOf: "r1", requestedBy: "bob", createdAt: "2026-01-31T08:00:00.000Z" },
      jobs: [
        { ...kept, tries: 0 },
        { name: "b", state: "pending", tries: 0 },
      ],
    });
    const { items } = await stores.runs.list({ state: "running" }, allObjects, everything);
    expect(items).toEqual([]);
    expect((await stores.runs.list({ state: "pending" }, allObjects, everything)).items).toHaveLength(1);
  });

  it("gives a run to one process at a time, and to the next one when it stays away", async () => {
    const { stores, clock } = await withWorkflow();
    const { runs } = stores;
    await runs.create(newRun("r1"));
    const [first] = await runs.claim("one", 1000, 10, false);
    expect(first?.run).toMatchObject({ id: "r1", state: "running", trigger: "apply", attempt: 1 });
    if (!first) throw new Error("not claimed");
    expect(await runs.claim("two", 1000, 10, false)).toEqual([]);
    const job = { tries: 1, startedAt: undefined, finishedAt: undefined, message: undefined, result: undefined };
    await runs.writeJob(first.lease, { ...job, name: "a", state: "succeeded", result: { tables: 3 } });
    await runs.writeJob(first.lease, { ...job, name: "b", state: "running" });
    clock.advance(900);
    expect(await runs.renew(first.lease, 1000)).toBe("held");
    clock.advance(900);
    expect(await runs.claim("two", 1000, 10, false)).toEqual([]);
    clock.advance(900);
    expect(await runs.claim("two", 1000, 10, false)).toEqual([]);
    clock.advance(100);

    const [second] = await runs.claim("two", 1000, 10, false);
    expect(second?.run).toMatchObject({ id: "r1", trigger: "resume", attempt: 2 });
    expect(second?.run.jobs.map(({ state }) => state)).toEqual(["succeeded", "pending"]);
    expect(second?.run.jobs[0]?.result).toEqual({ tables: 3 });
    expect(await runs.renew(first.lease, 1000)).toBe("lost");
    expect(await runs.writeJob(first.lease, { ...job, name: "b", state: "succeeded" })).toBe(false);
    expect(await runs.finish(first.lease, "succeeded", undefined)).toBe(false);
    expect((await runs.find("r1"))?.state).toBe("running");
  });

  it("goes by its own clock only, so that a clock that is wrong takes nothing away", async () => {
    const { stores, clock } = await withWorkflow();
    await stores.runs.create(newRun("r1"));
    await stores.runs.claim("one", 1000, 10, false);
    await lead(stores, "one");
    clock.advance(5000);
    // five seconds ahead of the holder's clock, which wrote until when it holds them
    expect(await stores.runs.claim("two", 1000, 10, false)).toEqual([]);
    expect(await stores.leases.acquire("loop", "two", 1000)).toBeUndefined();
    clock.advance(60_000);
    expect(await stores.runs.claim("three", 1000, 10, false)).toHaveLength(1);
    expect(await stores.leases.acquire("loop", "three", 1000)).toBeDefined();
  });

  it("writes log lines of a run for who has it only", async () => {
    const { stores } = await withWorkflow();
    await stores.runs.create(newRun("r1"));
    const [old] = await stores.runs.claim("one", 1000, 10, false);
    const [fresh] = await stores.runs.claim("two", 1000, 10, true);
    if (!old || !fresh) throw new Error("not claimed");
    expect([await stores.runs.isHeld(old.lease), await stores.runs.isHeld(fresh.lease)]).toEqual([false, true]);
    const line = (message: string): NewLogLine => ({
      ...{ uid: "uid-workflow-public-w", level: "info", run: "r1", job: undefined, message },
      at: "2026-01-31T08:00:00.000Z",
    });
    expect(await stores.logs.append([line("late")], old.lease)).toBe(false);
    expect(await stores.logs.append([line("mine")], fresh.lease)).toBe(true);
    const lines = await stores.logs.read("uid-workflow-public-w", { first: 10 });
    expect(lines.map(({ message }) => message)).toEqual(["Created: by `alice`", "mine"]);
  });

  it("gives what a former process left at once, where there can be no other", async () => {
    const { stores } = await withWorkflow();
    await stores.runs.create(newRun("r1"));
    await stores.runs.claim("one", 60_000, 10, false);
    expect(await stores.runs.claim("two", 60_000, 10, false)).toEqual([]);
    expect(await stores.runs.claim("two", 60_000, 10, true)).toHaveLength(1);
  });

  it("does not give a process what it has already, but what it gave up", async () => {
    const { stores, clock } = await withWorkflow();
    await stores.runs.create(newRun("r1"));
    const [claimed] = await stores.runs.claim("one", 1000, 10, false);
    clock.advance(60_000);
    expect(await stores.runs.claim("one", 1000, 10, false)).toEqual([]);
    expect(await stores.runs.claim("one", 1000, 10, true)).toEqual([]);
    if (claimed) await stores.runs.release(claimed.lease);
    expect((await stores.runs.claim("one", 1000, 10, false)).map(({ run }) => [run.id, run.attempt])).toEqual([
      ["r1", 2],
    ]);
  });

  it("ends a run with its open jobs", async () => {
    const { stores } = await withWorkflow();
    await stores.runs.create(newRun("r1"));
    const [claimed] = await stores.runs.claim("one", 1000, 10, false);
    if (!claimed) throw new Error("not claimed");
    expect(await stores.runs.finish(claimed.lease, "failed", "job `a` failed")).toBe(true);
    expect(await stores.runs.find("r1")).toMatchObject({
      state: "failed",
      message: "job `a` failed",
      finishedAt: "2026-01-31T08:00:00.000Z",
      jobs: [{ state: "failed" }, { state: "failed" }],
    });
    expect(await stores.runs.active("uid-workflow-public-w")).toEqual([]);
  });

  it("cancels a waiting run at once and tells the holder of a running one", async () => {
    const { stores } = await withWorkflow();
    const { runs } = stores;
    await runs.create(newRun("r1"));
    expect((await runs.requestCancel("r1")).state).toBe("cancelled");
    await runs.create(newRun("r2"));
    const [claimed] = await runs.claim("one", 1000, 10, false);
    expect(await runs.requestCancel("r2")).toMatchObject({ state: "running", cancelRequested: true });
    expect(claimed && (await runs.renew(claimed.lease, 1000))).toBe("cancel");
    await expect(runs.requestCancel("none")).rejects.toThrow("there is no run `none`");
  });

  it("lists runs newest first, of visible workflows only, and forgets old ones", async () => {
    const { stores } = await withWorkflow();
    const { runs } = stores;
    await stores.resources.commit([change(refOf("workflow", "hidden", "lab"))], nothing);
    for (const id of ["r1", "r2", "r3"]) await runs.create(newRun(id));
    await runs.create(newRun("r4", { uid: "uid-workflow-lab-hidden", workflow: "hidden", workspace: "lab" }));
    const visible: ObjectFilter = { op: "tag", glob: "dataos:workspace:public" };
    const first = await runs.list({}, visible, { first: 2, after: undefined });
    expect(first.items.map(({ node }) => node.id)).toEqual(["r3", "r2"]);
    expect(first.hasNextPage).toBe(true);
    const second = await runs.list({}, visible, { first: 2, after: first.items[1]?.cursor });
    expect(second.items.map(({ node }) => node.id)).toEqual(["r1"]);
    expect(second.hasNextPage).toBe(false);
    const inLab = await runs.list({ workspace: "lab" }, allObjects, { first: 2, after: undefined });
    expect(inLab.items.map(({ node }) => node.id)).toEqual(["r4"]);
    for (const id of ["r1", "r2", "r3"]) await runs.requestCancel(id);
    await runs.prune("uid-workflow-public-w", 1);
    expect((await runs.ofWorkflow("uid-workflow-public-w", 10)).map(({ id }) => id)).toEqual(["r3"]);
  });

  it("gives log lines in order, from a time or a cursor on", async () => {
    const { stores } = await make();
    const line = (message: string, at: string, run?: string) => ({
      uid: "u",
      level: "info" as const,
      run,
      job: undefined,
      message,
      at,
    });
    await stores.logs.append([
      line("one", "2026-01-31T08:00:00.000Z"),
      line("two", "2026-01-31T08:00:01.000Z", "r"),
      line("three", "2026-01-31T08:00:02.000Z", "r"),
    ]);
    const read = async (options: Parameters<typeof stores.logs.read>[1]) => stores.logs.read("u", options);
    const texts = async (options: Parameters<typeof stores.logs.read>[1]) =>
      (await read(options)).map((l) => l.message);
    expect(await texts({ first: 10 })).toEqual(["one", "two", "three"]);
    expect(await texts({ first: 10, since: "2026-01-31T08:00:01.000Z" })).toEqual(["two", "three"]);
    expect(await texts({ first: 10, run: "r" })).toEqual(["two", "three"]);
    const [first] = await read({ first: 1 });
    expect(await texts({ first: 1, after: first?.cursor ?? "" })).toEqual(["two"]);
  });

  it("keeps one decision for each generation of a grant, and lets one caller use it up", async () => {
    const { stores } = await make();
    const { resources, grants } = stores;
    const ref = refOf("grant", "g");
    await resources.commit([change(ref)], nothing);
    const first = await find(stores, ref);
    const decision = { state: "approved", by: "bob", at: "2026-01-01T00:00:00.000Z", notes: "fine" } as const;
    expect(await grants.consume(first.uid, 1, "d")).toBe(false);
    expect(await grants.decide(first.uid, 2, decision)).toBe(false);
    const before = await resources.policyVersion();
    const both = await Promise.all([1, 2].map(() => grants.decide(first.uid, 1, decision)));
    expect(both.toSorted()).toEqual([false, true]);
    expect(await resources.policyVersion()).toBeGreaterThan(before);
    expect(await grants.find(first.uid, 1)).toEqual({ ...decision, usedAt: undefined });
    expect([...(await grants.decisions()).keys()]).toEqual([`${first.uid}/1`]);
    const uses = await Promise.all(["a", "b", "c"].map((by) => grants.consume(first.uid, 1, by)));
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect((await grants.find(first.uid, 1))?.usedAt).toBeDefined();
    // what was approved is one generation, and a decision on a version that is past is none
    await resources.commit([change(ref, {}, await find(stores, ref))], nothing);
    expect(await grants.decisions()).toEqual(new Map());
    expect(await grants.decide(first.uid, 1, decision)).toBe(false);
    await resources.commit([change(ref, {}, await find(stores, ref))], (tx) =>
      grants.record(tx, first.uid, 3, { ...decision, notes: undefined }),
    );
    expect([...(await grants.decisions()).keys()]).toEqual([`${first.uid}/3`]);
    expect(await grants.consume(first.uid, 1, "late")).toBe(false);
  });
}
