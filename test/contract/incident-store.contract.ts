import { expect, it } from "vitest";
import { describeResource } from "../../src/control/index.ts";
import type { Incident, IncidentChanges } from "../../src/control/monitor/ports.ts";
import type { Delivery, NewDelivery } from "../../src/control/pager/ports.ts";
import type { Lease, ResourceChange } from "../../src/control/stores.ts";
import { allObjects, noObjects } from "../../src/shared/object-filter.ts";
import type { ControlStoresFixture } from "./control-stores.contract.ts";

const everything = { first: 100, after: undefined };
const nothing: IncidentChanges = { opened: [], seen: [], resolved: [], deliveries: [] };
const ref = { type: "monitor", name: "cpu", workspace: "public" } as const;

const incident = (id: string, more: Partial<Incident> = {}): Incident => ({
  ...{
    id,
    uid: "m1",
    monitor: "cpu",
    workspace: "public",
    key: "",
    state: "open",
    name: "cpualerts",
    severity: "high",
  },
  ...{ message: "93 is greater than 80", document: { properties: { name: "cpualerts" } }, count: 1 },
  openedAt: "2026-01-31T08:00:00.000Z",
  lastSeenAt: "2026-01-31T08:00:00.000Z",
  lastDueAt: "2026-01-31T08:00:00.000Z",
  ...{ resolvedAt: undefined, resolution: undefined, acknowledgedBy: undefined, acknowledgedAt: undefined },
  notes: undefined,
  ...more,
});

const delivery = (id: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
  ...{ id, uid: "p1", incident: "i1", output: "webHook", event: "opened", document: { id: "i1" } },
  ...more,
});

/** What every store of incidents and deliveries keeps to: `make` gives empty ones. */
export function incidentStoreContract(make: () => Promise<ControlStoresFixture>): void {
  async function open() {
    const fixture = await make();
    const { stores } = fixture;
    const object = describeResource({ ref, owner: "alice", layer: "user", version: "v1alpha", tags: [], uid: "m1" });
    const change: ResourceChange = {
      ...{ uid: "m1", ref, version: "v1alpha", description: undefined, owner: "alice", layer: "user", tags: [] },
      ...{
        manifest: {},
        file: "m.yaml",
        positions: new Map(),
        specHash: "h",
        actor: "alice",
        object,
        dependencies: [],
      },
      fromGeneration: undefined,
      event: { type: "Normal", reason: "Created", message: "by `alice`" },
    };
    await stores.resources.commit([change], async () => {});
    const lease = await stores.leases.acquire("control-loop", "one", 6000);
    if (!lease) throw new Error("the lease is taken");
    return { ...fixture, lease, incidents: stores.incidents, deliveries: stores.deliveries };
  }

  const written = (states: readonly { readonly node: Delivery }[]) =>
    states.map(({ node: { id, state, tries } }) => `${id} ${state} ${tries}`);

  it("has one incident of a key until it is resolved, and then another", async () => {
    const { incidents, lease } = await open();
    expect(await incidents.write({ ...nothing, opened: [incident("i1")] }, lease)).toBe(true);
    expect(await incidents.write({ ...nothing, opened: [incident("i2")] }, lease)).toBe(false);
    const resolved = incident("i1", { state: "resolved", resolvedAt: "2026-01-31T08:02:00.000Z", count: 2 });
    expect(await incidents.write({ ...nothing, resolved: [resolved] }, lease)).toBe(true);
    expect(await incidents.unresolved("m1")).toEqual([]);
    expect(await incidents.write({ ...nothing, opened: [incident("i2"), incident("i3", { key: "a" })] }, lease)).toBe(
      true,
    );
    expect(await incidents.unresolved("m1")).toEqual([incident("i2"), incident("i3", { key: "a" })]);
    expect(await incidents.find("i1")).toEqual(resolved);
  });

  it("writes nothing for who lost the lease, deliveries included", async () => {
    const { incidents, deliveries, lease, stores, clock } = await open();
    await stores.leases.release(lease);
    await stores.leases.acquire("control-loop", "two", 6000);
    const changes = { ...nothing, opened: [incident("i1")], deliveries: [delivery("d1")] };
    expect(await incidents.write(changes, lease)).toBe(false);
    expect(await incidents.unresolved("m1")).toEqual([]);
    clock.advance(1000);
    expect(await deliveries.claim("one", 1000, 10, true)).toEqual([]);
  });

  it("keeps who acknowledged one while it is found again", async () => {
    const { incidents, lease, clock } = await open();
    await incidents.write({ ...nothing, opened: [incident("i1")] }, lease);
    clock.advance(60_000);
    const by = {
      state: "acknowledged",
      acknowledgedBy: "bob",
      acknowledgedAt: "2026-01-31T08:01:00.000Z",
      notes: "on it",
    } as const;
    expect(await incidents.acknowledge("i1", "bob", "on it")).toEqual(incident("i1", by));
    const seen = { count: 2, message: "95 is greater than 80", lastSeenAt: "2026-01-31T08:02:00.000Z" };
    await incidents.write({ ...nothing, seen: [incident("i1", seen)] }, lease);
    expect(await incidents.find("i1")).toEqual(incident("i1", { ...by, ...seen }));
    await incidents.write(
      { ...nothing, resolved: [incident("i1", { state: "resolved", resolvedAt: "2026-01-31T08:04:00.000Z" })] },
      lease,
    );
    expect(await incidents.acknowledge("i1", "carl", undefined)).toBeUndefined();
    expect(await incidents.acknowledge("i9", "carl", undefined)).toBeUndefined();
    expect((await incidents.find("i1"))?.acknowledgedBy).toBe("bob");
  });

  it("lists the newest first, page by page, and only what may be seen", async () => {
    const { incidents, lease } = await open();
    const three = ["i1", "i2", "i3"].map((id) => incident(id, { key: id }));
    await incidents.write({ ...nothing, opened: three }, lease);
    const first = await incidents.list({ monitor: "cpu" }, allObjects, { first: 2, after: undefined });
    expect(first.items.map(({ node }) => node.id)).toEqual(["i3", "i2"]);
    expect(first.hasNextPage).toBe(true);
    const rest = await incidents.list({}, allObjects, { first: 2, after: first.items[1]?.cursor });
    expect(rest).toMatchObject({ items: [{ node: { id: "i1" } }], hasNextPage: false });
    expect((await incidents.list({}, noObjects, everything)).items).toEqual([]);
    expect((await incidents.list({ state: "resolved" }, allObjects, everything)).items).toEqual([]);
    expect((await incidents.list({ workspace: "other" }, allObjects, everything)).items).toEqual([]);
  });

  it("resolves all of a monitor that goes, and forgets old ones", async () => {
    const { incidents, lease, state } = await open();
    const three = ["i1", "i2", "i3"].map((id) => incident(id, { key: id }));
    await incidents.write({ ...nothing, opened: three }, lease);
    await state.transaction(async (tx) => incidents.resolveAll("m1", "the monitor was deleted")(tx as never));
    const { items } = await incidents.list({ state: "resolved" }, allObjects, everything);
    expect(items.map(({ node }) => node.resolution)).toEqual(Array(3).fill("the monitor was deleted"));
    await incidents.prune("m1", 1, "2020-01-01T00:00:00.000Z");
    expect((await incidents.list({}, allObjects, everything)).items.map(({ node }) => node.id)).toEqual(["i3"]);
    await incidents.prune("m1", 1, "2030-01-01T00:00:00.000Z");
    expect((await incidents.list({}, allObjects, everything)).items).toEqual([]);
  });

  it("makes one delivery for each pager, incident, output and event, however often it is written", async () => {
    const { incidents, deliveries, lease } = await open();
    await incidents.write({ ...nothing, deliveries: [delivery("d1"), delivery("d2", { output: "email" })] }, lease);
    await incidents.write({ ...nothing, deliveries: [delivery("d3"), delivery("d4", { event: "resolved" })] }, lease);
    expect(written((await deliveries.list("p1", everything)).items)).toEqual([
      "d4 pending 0",
      "d2 pending 0",
      "d1 pending 0",
    ]);
  });

  it("gives a delivery to one process, again when it is due, and never takes what a former holder writes late", async () => {
    const { incidents, deliveries, lease, clock } = await open();
    await incidents.write({ ...nothing, deliveries: [delivery("d1")] }, lease);
    const [both] = await Promise.all([
      Promise.all([deliveries.claim("one", 30_000, 10, false), deliveries.claim("two", 30_000, 10, false)]),
    ]);
    const [first, ...others] = both.flat();
    expect(others).toEqual([]);
    const holder = first?.lease.holder ?? "";
    const other = holder === "one" ? "two" : "one";
    expect(
      await deliveries.settle(first?.lease as Lease, {
        state: "pending",
        message: "it answered 503",
        nextAt: "2026-01-31T08:00:05.000Z",
      }),
    ).toBe(true);
    expect(await deliveries.claim(other, 30_000, 10, false)).toEqual([]);
    expect(await deliveries.nextDue()).toBe("2026-01-31T08:00:05.000Z");
    clock.advance(5000);
    const [again] = await deliveries.claim(holder, 30_000, 10, false);
    expect(again?.delivery).toMatchObject({ id: "d1", state: "sending", tries: 2 });
    // the other one watches for as long as the claim lasts, and then takes it
    expect(await deliveries.claim(other, 30_000, 10, false)).toEqual([]);
    clock.advance(30_000);
    const [taken] = await deliveries.claim(other, 30_000, 10, false);
    expect(taken?.delivery).toMatchObject({ id: "d1", tries: 3 });
    expect(await deliveries.settle(again?.lease as Lease, { state: "delivered", message: "answered 200" })).toBe(false);
    expect(await deliveries.settle(taken?.lease as Lease, { state: "delivered", message: "answered 204" })).toBe(true);
    const { items } = await deliveries.list("p1", everything);
    expect(items[0]?.node).toMatchObject({
      state: "delivered",
      message: "answered 204",
      deliveredAt: "2026-01-31T08:00:35.000Z",
    });
    expect(await deliveries.nextDue()).toBeUndefined();
  });

  it("takes up at once what a process gave up, or left behind where it was the only one", async () => {
    const { incidents, deliveries, lease } = await open();
    await incidents.write({ ...nothing, deliveries: [delivery("d1"), delivery("d2", { output: "email" })] }, lease);
    const [first] = await deliveries.claim("one", 30_000, 10, false);
    await deliveries.release(first?.lease as Lease);
    expect((await deliveries.claim("two", 30_000, 10, false)).map(({ delivery }) => delivery.id)).toEqual(["d1"]);
    expect((await deliveries.claim("three", 30_000, 10, true)).map(({ delivery }) => delivery.id)).toEqual([
      "d1",
      "d2",
    ]);
  });

  it("keeps the newest ended deliveries of a pager, and what waits", async () => {
    const { incidents, deliveries, lease } = await open();
    const all = ["d1", "d2", "d3"].map((id) => delivery(id, { incident: id }));
    await incidents.write({ ...nothing, deliveries: all }, lease);
    for (const claimed of await deliveries.claim("one", 1000, 2, false))
      await deliveries.settle(claimed.lease, { state: "dead", message: "given up" });
    await deliveries.prune("p1", 1);
    expect(written((await deliveries.list("p1", everything)).items)).toEqual(["d3 pending 0", "d2 dead 1"]);
  });
}
