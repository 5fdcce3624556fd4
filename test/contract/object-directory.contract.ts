import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { describeRegisteredObject } from "../../src/heimdall/objects/index.ts";
import type { ObjectDirectory, RegisteredObject } from "../../src/heimdall/ports.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { BadInputError, ConflictError } from "../../src/shared/errors.ts";
import { allObjects, matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { createManualClock } from "../support/clock.ts";

const todo = (id: string, more: Partial<RegisteredObject> = {}): RegisteredObject => ({
  type: "todo",
  id,
  tags: [],
  attributes: {},
  ...more,
});

interface Fixture {
  /** A directory that remembers nothing yet. */
  open(clock?: Clock): ObjectDirectory;
}

/** What every directory of services' objects promises. @param isShared several processes may use the store */
export function objectDirectoryContract(make: () => Promise<Fixture>, isShared: boolean): void {
  let fixture: Fixture;
  let directory: ObjectDirectory;
  beforeEach(async () => {
    fixture = await make();
    directory = fixture.open();
    await directory.putType({ name: "todo", description: "things to do", owner: "svc" });
  });
  const idsOf = async (filter: ObjectFilter, type = "todo"): Promise<string[]> => {
    const ids: string[] = [];
    for (let after: string | undefined; ; ) {
      const { items, hasNextPage } = await directory.list(type, filter, { first: 7, after });
      ids.push(...items.map(({ object }) => object.id));
      if (!hasNextPage) return ids;
      after = items.at(-1)?.cursor;
    }
  };

  it("keeps types, and refuses names that are the platform's own", async () => {
    await directory.putType({ name: "invoice", description: undefined, owner: "svc" });
    await directory.putType({ name: "todo", description: "renamed", owner: "other" });
    expect(await fixture.open().listTypes()).toEqual([
      { name: "invoice", description: undefined, owner: "svc" },
      { name: "todo", description: "renamed", owner: "other" },
    ]);
    for (const name of ["dataset", "Policy", "urn", "a:b", "", "-x"]) {
      await expect(directory.putType({ name, description: undefined, owner: "svc" })).rejects.toThrow(BadInputError);
    }
    await directory.put([todo("1")]);
    await expect(directory.deleteType("todo")).rejects.toThrow(ConflictError);
    await directory.deleteType("invoice");
    await directory.deleteType("invoice");
    expect((await directory.listTypes()).map(({ name }) => name)).toEqual(["todo"]);
  });

  it("remembers what was asked for, that it is not there too, until a change of its own, made or tried in vain", async () => {
    await directory.put([todo("1")]);
    expect([directory.recall("todo", "1"), directory.recall("todo", "2")]).toEqual([undefined, undefined]);
    await directory.get("todo", "1");
    await directory.get("todo", "2");
    expect([directory.recall("todo", "1"), directory.recall("todo", "2")]).toEqual([todo("1"), null]);
    expect(directory.recall("todo", "3")).toBeUndefined();

    await directory.put([todo("2", { tags: ["new"] })]);
    expect(directory.recall("todo", "2")).not.toBeNull();
    expect(await directory.get("todo", "2")).toEqual(todo("2", { tags: ["new"] }));
    await directory.delete([todo("2")]);
    expect(await directory.get("todo", "2")).toBeUndefined();
    await directory.put([todo("2")], { manifest: "m1" });
    expect(await directory.get("todo", "2")).toEqual(todo("2"));
    await directory.deleteOfManifest("m1", "todo", new Set());
    expect(await directory.get("todo", "2")).toBeUndefined();
    const inVain = () => {
      throw new ConflictError("changed meanwhile");
    };
    await expect(directory.put([todo("2")], { check: inVain })).rejects.toThrow(ConflictError);
    await directory.put([todo("2")], { dryRun: true });
    expect(await directory.get("todo", "2")).toBeUndefined();
    await directory.delete([todo("1")], { dryRun: true });
    expect(await directory.get("todo", "1")).toEqual(todo("1"));
  });

  it("never remembers what a change overtook while it was read", async () => {
    for (let round = 0; round < 20; round++) {
      const after = todo("1", { attributes: { round } });
      await Promise.all([directory.get("todo", "1"), directory.put([after]), directory.get("todo", "1")]);
      expect(directory.recall("todo", "1") ?? after).toEqual(after);
      expect(await directory.get("todo", "1")).toEqual(after);
    }
  });

  it.skipIf(!isShared)("remembers for a second at most what another process may change", async () => {
    const clock = createManualClock();
    const another = fixture.open(clock);
    expect(await another.get("todo", "1")).toBeUndefined();
    await directory.put([todo("1")]);
    clock.advance(999);
    expect(another.recall("todo", "1")).toBeNull();
    clock.advance(1);
    expect(another.recall("todo", "1")).toBeUndefined();
    expect(await another.get("todo", "1")).toEqual(todo("1"));
    expect(another.recall("todo", "1")).toEqual(todo("1"));
  });

  it("keeps objects as they were put, replaces them whole, and forgets them when told", async () => {
    const first = todo("1", { tags: ["red", "a:b"], attributes: { ownerID: "a@b.c", n: 3, deep: { list: [1, "x"] } } });
    await directory.put([first, todo("2", { attributes: { ownerID: "x" } }), todo("2")]);
    expect(await fixture.open().get("todo", "1")).toEqual(first);
    expect(await directory.get("todo", "2")).toEqual(todo("2"));
    await directory.put([todo("1", { tags: ["blue"] })]);
    expect(await directory.get("todo", "1")).toEqual(todo("1", { tags: ["blue"] }));
    expect(await idsOf({ op: "tag", glob: "red" })).toEqual([]);
    await directory.delete([
      { type: "todo", id: "1" },
      { type: "todo", id: "none" },
    ]);
    expect(await directory.get("todo", "1")).toBeUndefined();
    expect(await idsOf(allObjects)).toEqual(["2"]);
  });

  it("takes a call whole or not at all, and names what is wrong with which object", async () => {
    const wrong: [Partial<RegisteredObject>, RegExp][] = [
      [{ id: "" }, /the id must be/],
      [{ id: "//x" }, /reads like an address/],
      [{ id: "a\u0000" }, /the id must be/],
      [{ tags: ["dataos:type:dataset"] }, /platform's own/],
      [{ tags: ["roles:id:operator"] }, /platform's own/],
      [{ attributes: { tags: ["x"] } }, /hidden by/],
      [{ attributes: { a: "\ud800" } }, /well-formed/],
      [{ attributes: { a: "x".repeat(20_000) } }, /characters of JSON/],
      [{ type: "nothing" }, /no type `nothing`/],
    ];
    for (const [fault, message] of wrong) {
      await expect(directory.put([todo("1"), todo("2", fault)])).rejects.toThrow(message);
    }
    await expect(directory.put(Array.from({ length: 1_001 }, (_, index) => todo(String(index))))).rejects.toThrow(
      /at most 1000/,
    );
    expect(await idsOf(allObjects)).toEqual([]);
  });

  it("lets the caller look at what is stored before it changes, and changes nothing when the caller objects or rehearses", async () => {
    await directory.put([todo("1", { tags: ["old"] })]);
    const seen: unknown[] = [];
    const look = {
      check: (find: (ref: { type: string; id: string }) => unknown) => seen.push(find(todo("1")), find(todo("2"))),
    };
    const object = (): never => {
      throw new ConflictError("no");
    };
    const changed = [todo("1", { tags: ["new"] }), todo("2")];
    await directory.put(changed, { ...look, dryRun: true });
    await directory.delete(changed, { ...look, dryRun: true });
    await expect(directory.put(changed, { check: object })).rejects.toThrow(ConflictError);
    await expect(directory.delete(changed, { check: object })).rejects.toThrow(ConflictError);
    await expect(directory.put([todo("2", { type: "nothing" })], { dryRun: true })).rejects.toThrow(BadInputError);
    expect(seen).toEqual([todo("1", { tags: ["old"] }), undefined, todo("1", { tags: ["old"] }), undefined]);
    expect(await directory.getMany([...changed, todo("1", { type: "note" })])).toEqual([todo("1", { tags: ["old"] })]);

    const owners: unknown[] = [];
    await directory.putType({ name: "todo", description: undefined, owner: "b" }, (stored) =>
      owners.push(stored?.owner),
    );
    await directory.putType({ name: "note", description: undefined, owner: "b" }, (stored) =>
      owners.push(stored?.owner),
    );
    await expect(directory.putType({ name: "note", description: undefined, owner: "c" }, object)).rejects.toThrow("no");
    expect(owners).toEqual(["svc", undefined]);
    expect((await directory.listTypes()).map(({ owner }) => owner)).toEqual(["b", "b"]);
  });

  it("knows which objects a manifest put last, and forgets those alone", async () => {
    await directory.putType({ name: "note", description: undefined, owner: "svc" });
    await directory.put([todo("a"), todo("b"), todo("c"), todo("a", { type: "note" })], { manifest: "m1" });
    await directory.put([todo("d")], { manifest: "m2" });
    await directory.put([todo("b", { tags: ["mine"] })]);
    expect([await directory.hasObjects("todo"), await directory.hasObjects("todo", "m1")]).toEqual([true, true]);
    await directory.deleteOfManifest("m1", "todo", new Set(["a"]));
    expect(await idsOf(allObjects)).toEqual(["a", "b", "d"]);
    // what it put of another type goes, as it lists one type only
    expect(await idsOf(allObjects, "note")).toEqual([]);
    await directory.deleteOfManifest("m1", "todo", new Set());
    await directory.delete([todo("b")]);
    expect([await directory.hasObjects("todo", "m1"), await directory.hasObjects("todo", "m2")]).toEqual([true, false]);
    expect(await idsOf({ op: "tag", glob: "mine" })).toEqual([]);
  });

  it("of calls at once about the same objects lets each see what the one before left", async () => {
    const add = (tag: string) =>
      directory.put([todo("1", { tags: [tag] })], {
        check(find) {
          if (find(todo("1")) !== undefined) throw new ConflictError("there already");
        },
      });
    const outcomes = await Promise.allSettled(["a", "b", "c", "d"].map(add));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const made = await Promise.allSettled(
      ["x", "y", "z"].map((owner) =>
        directory.putType({ name: "note", description: undefined, owner }, (stored) => {
          if (stored) throw new ConflictError("there already");
        }),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of [...outcomes, ...made]) {
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(ConflictError);
    }
  });

  it("takes 1,000 objects in one call and pages through them by id", async () => {
    const objects = Array.from({ length: 1_000 }, (_, index) =>
      todo(String(index).padStart(4, "0"), { tags: [`t${index % 10}`], attributes: { n: index } }),
    );
    await directory.put(objects);
    expect(await idsOf(allObjects)).toEqual(objects.map(({ id }) => id));
    expect(await idsOf({ op: "tag", glob: "t3" })).toHaveLength(100);
    expect(await idsOf({ op: "compare", attribute: "n", comparison: "lt", value: 5 })).toHaveLength(5);
    await expect(directory.list("todo", allObjects, { first: 1, after: "?" })).rejects.toThrow(BadInputError);
  });

  it("lists what `matchesFilter` lets through, whatever the filter", async () => {
    const objects = [
      todo("a", { tags: ["x", "x:y"], attributes: { a: "x", b: { c: 1 }, list: ["x", 2] } }),
      todo("b", { tags: ["x:z:w"], attributes: { a: 1, b: null, flag: true } }),
      todo("é𝔘", { attributes: { a: "xy".repeat(80), flag: false } }),
      todo("a/b:c", { attributes: { a: "", n: -0 } }),
    ];
    await directory.put(objects);
    const glob = fc.constantFrom(
      "x",
      "x:*",
      "x:**",
      "**",
      "?",
      "todo:a",
      "todo:**",
      "todo:a/b:c",
      "dataos:type:todo",
      "y",
    );
    const attribute = fc.constantFrom("a", "b", "b.c", "list", "list.0", "list.length", "flag", "n", "none", "\u0000");
    const value = fc.constantFrom("x", "", "xy".repeat(80), "xy".repeat(50), 1, 0, true, false, "\ud800");
    const { filter } = fc.letrec<{ filter: ObjectFilter }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<ObjectFilter>({ op: "all" }, { op: "none" }),
        fc.record({ op: fc.constantFrom("path" as const, "tag" as const), glob }),
        fc.record({ op: fc.constant("hasAttribute" as const), attribute }),
        fc.record({
          op: fc.constant("compare" as const),
          attribute,
          comparison: fc.constantFrom("eq" as const, "ne" as const, "lt" as const, "ge" as const),
          value,
        }),
        fc.record({
          op: fc.constant("startsWith" as const),
          attribute,
          prefix: fc.constantFrom("", "x", "xy".repeat(60), "\ud800"),
        }),
        fc.record({ op: fc.constant("not" as const), of: tie("filter") }),
        fc.record({
          op: fc.constantFrom("and" as const, "or" as const),
          of: fc.array(tie("filter"), { maxLength: 3 }),
        }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(filter, async (asked) => {
        const expected = objects.filter((object) => matchesFilter(asked, describeRegisteredObject(object)));
        expect(await idsOf(asked)).toEqual(
          expected.map(({ id }) => id).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
      }),
      { numRuns: 200 },
    );
  });
}
