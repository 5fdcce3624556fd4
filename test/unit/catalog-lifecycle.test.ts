import { describe, expect, it } from "vitest";
import { type LifecycleFacts, type Listing, missingRetentionMs, planLifecycle } from "../../src/metis/catalog/index.ts";
import type { EntityKind, LifecycleState } from "../../src/metis/ports.ts";

const now = Date.UTC(2026, 0, 31);
const entity = (
  name: string,
  kind: EntityKind = "dataset",
  state: LifecycleState = "active",
  ageMs = 0,
): LifecycleFacts => ({
  ...{ id: name, urn: `urn:${name}`, name, kind, parentId: "container", state, seq: 1 },
  stateSince: new Date(now - ageMs).toISOString(),
});
const many = (count: number, kind: EntityKind = "dataset") =>
  Array.from({ length: count }, (_, index) => entity(`t${index}`, kind));
const listing = (absent: readonly LifecycleFacts[], liveChildren: number, changes: Partial<Listing> = {}): Listing => ({
  ...{ container: "urn:container", childKind: "dataset", liveChildren, absent, excluded: () => false },
  ...changes,
});
const plan = (
  listings: readonly Listing[],
  failed: readonly LifecycleFacts[] = [],
  below: readonly LifecycleFacts[] = [],
) => {
  const { transitions, held } = planLifecycle(
    listings,
    failed,
    new Map(Map.groupBy(below, ({ parentId }) => parentId ?? "")),
    now,
  );
  return { states: transitions.map((transition) => `${transition.entity.name} ${transition.to}`), held: held?.reason };
};
const inside = (parent: string, name: string, kind: EntityKind, state: LifecycleState = "active") => ({
  ...entity(name, kind, state),
  parentId: parent,
});

describe("the end of a scan", () => {
  it("makes missing what is gone, with what is in it", () => {
    const below = [inside("a", "a#x", "column"), inside("a", "a#y", "column", "missing")];
    expect(plan([listing([entity("a")], 10)], [], below)).toEqual({
      states: ["a missing", "a#x missing"],
      held: undefined,
    });
  });

  it("keeps as it is what was missing before, until the retention is over and it is proven absent again", () => {
    expect(plan([listing([entity("a", "dataset", "missing", missingRetentionMs - 1)], 9)]).states).toEqual([]);
    expect(plan([listing([entity("a", "dataset", "missing", missingRetentionMs)], 9)]).states).toEqual(["a deleted"]);
    expect(plan([listing([entity("a", "dataset", "deleted", 2 * missingRetentionMs)], 9)]).states).toEqual([]);
  });

  it("takes out of scope what a filter leaves out, however much it is", () => {
    const excluded = { excluded: () => true };
    expect(plan([listing(many(60), 60, excluded)]).held).toBeUndefined();
    expect(
      plan([listing([entity("a", "dataset", "missing"), entity("b", "dataset", "deleted")], 9, excluded)]).states,
    ).toEqual(["a outOfScope"]);
    expect(plan([listing([entity("a", "dataset", "outOfScope")], 9)]).states).toEqual(["a missing"]);
  });

  it("makes unknown what is in a container that could not be listed, and nothing else of it", () => {
    const failed = [entity("a"), entity("b", "dataset", "missing")];
    expect(plan([], failed, [inside("a", "a#x", "column")])).toEqual({
      states: ["a unknown", "a#x unknown"],
      held: undefined,
    });
  });

  it("holds every removal when one container would lose too much, and only removals", () => {
    const small = listing([entity("x"), entity("y", "dataset", "missing", missingRetentionMs)], 100);
    const { states, held } = plan([small, listing(many(5), 20)], [entity("f")]);
    expect(states.sort()).toEqual(["f unknown", "y deleted"]);
    expect(held).toBe("5 of 20 datasets of `urn:container` would go, more than 20 %");
  });

  it.each([
    ["4 of 8", 4, 8, undefined],
    ["5 of 25", 5, 25, undefined],
    ["5 of 24", 5, 24, "5 of 24 datasets of `urn:container` would go, more than 20 %"],
    ["1 of 1", 1, 1, undefined],
    ["2 of 2", 2, 2, "2 of 2 datasets of `urn:container` would go, which is all of it"],
    ["50 of 1000", 50, 1000, undefined],
    ["51 of 1000", 51, 1000, "51 objects would go, more than 50"],
  ])("judges %s datasets", (_, removed, live, reason) => {
    expect(plan([listing(many(removed), live)]).held).toBe(reason);
  });

  it("judges columns by their table, and does not count those that go with it", () => {
    const columns = { childKind: "column" } as const;
    expect(plan([listing(many(4, "column"), 5, columns)]).held).toBeUndefined();
    expect(plan([listing(many(5, "column"), 5, columns)]).held).toBe(
      "5 of 5 columns of `urn:container` would go, more than 20 %",
    );
    const wide = Array.from({ length: 80 }, (_, index) => inside("a", `a#${index}`, "column"));
    expect(plan([listing([entity("a")], 10)], [], wide).held).toBeUndefined();
  });

  it("holds a schema that goes with its tables, and lets an empty one go", () => {
    const schemas = { childKind: "schema" } as const;
    expect(plan([listing([entity("s", "schema")], 10, schemas)], [], [inside("s", "t", "dataset")]).held).toBe(
      "schema `urn:s` would go with the object in it",
    );
    expect(plan([listing([entity("s", "schema")], 10, schemas)]).states).toEqual(["s missing"]);
  });
});
