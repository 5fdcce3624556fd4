import { beforeEach, expect, it } from "vitest";
import type { IdentityStore, User } from "../../src/heimdall/ports.ts";
import { BadInputError, ConflictError, NotFoundError, UnauthenticatedError } from "../../src/shared/errors.ts";
import { Secret } from "../../src/shared/secret.ts";
import type { ManualClock } from "../support/clock.ts";

export interface IdentityStoreFixture {
  readonly clock: ManualClock;
  /** As one more process sees it, on the same data. */
  open(): IdentityStore;
}

const alice: User = {
  id: "alice",
  name: "Alice",
  type: "person",
  email: "alice@example.com",
  tags: ["dataos:team:sales", "roles:id:data-dev"],
  attributes: { department: "sales", level: 3, "it's": [true, null, { deep: "é" }] },
};
const robot: User = { id: "robot-1", name: "Robot", type: "application", email: undefined, tags: [], attributes: {} };

/** What every identity store promises. */
export function identityStoreContract(make: () => Promise<IdentityStoreFixture>): void {
  let fixture: IdentityStoreFixture;
  let store: IdentityStore;
  beforeEach(async () => {
    fixture = await make();
    store = fixture.open();
  });
  const createKey = (more: Partial<Parameters<IdentityStore["createApiKey"]>[0]> = {}) =>
    store.createApiKey({ userId: "alice", name: "laptop", ttlSeconds: undefined, ...more });

  it("keeps users as they were put and replaces them whole", async () => {
    await store.putUser(robot);
    await store.putUser({ ...alice, name: "Old", tags: [] });
    await store.putUser(alice);
    expect(await store.getUser("alice")).toEqual(alice);
    expect(await store.listUsers()).toEqual([alice, robot]);
    expect(await store.findUser("nobody")).toBeUndefined();
    await expect(store.getUser("nobody")).rejects.toThrow(NotFoundError);
    await store.deleteUser("alice");
    await store.deleteUser("alice");
    expect(await store.listUsers()).toEqual([robot]);
  });

  it("refuses ids, names and attributes that are not fit", async () => {
    await expect(store.putRole({ id: "Admin", name: "x", description: undefined })).rejects.toThrow(BadInputError);
    for (const id of ["", "-a", "a b", "a:b", "a/b", "é", "a".repeat(129)]) {
      await expect(store.putUser({ ...alice, id }), id).rejects.toThrow(BadInputError);
      await expect(store.putRole({ id, name: "x", description: undefined }), id).rejects.toThrow(BadInputError);
    }
    await expect(store.putUser({ ...alice, name: " " })).rejects.toThrow(BadInputError);
    await expect(store.putUser({ ...alice, attributes: { text: "x".repeat(20_000) } })).rejects.toThrow(BadInputError);
    expect(await store.listUsers()).toEqual([]);
  });

  it("keeps ids as they were given, and no two that differ in upper and lower case only", async () => {
    await store.putUser({ ...alice, id: "CiRmZDA2" });
    expect(await store.findUser("CiRmZDA2")).toMatchObject({ id: "CiRmZDA2" });
    expect(await store.findUser("cirmzda2")).toBeUndefined();
    await expect(store.putUser({ ...alice, id: "cirmzda2" })).rejects.toThrow(ConflictError);
    await store.putUser({ ...alice, id: "CiRmZDA2", name: "Again" });
    expect((await store.listUsers()).map(({ name }) => name)).toEqual(["Again"]);
  });

  it("takes tags of the known namespaces only, and names the nearest one", async () => {
    await store.putUser(alice);
    const tags = [
      "role:id:operator",
      "users:id:bob",
      "users:id:alice",
      "roles:id:user",
      "PII.Email",
      "roles:*",
      "zebra:x",
    ];
    await expect(store.setUserTags("alice", tags)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BadInputError: the tags of \`alice\` cannot be used: \`PII.Email\` is not a tag; expected words joined by \`:\` without spaces and wildcards, e.g. \`roles:id:data-dev\`, at most 256 characters; \`role:id:operator\` is in no tag namespace; nearest is \`roles:**\`; \`roles:*\` is not a tag; expected words joined by \`:\` without spaces and wildcards, e.g. \`roles:id:data-dev\`, at most 256 characters; \`users:id:bob\` is the identity of another user; each user has their own without asking; \`zebra:x\` is in no tag namespace; known are \`users:**\`, \`roles:**\`, \`dataos:**\`]`,
    );
    expect(await store.getUser("alice")).toEqual(alice);
    const changed = await store.setUserTags("alice", [
      "roles:id:user",
      "users:id:alice",
      "roles:id:user",
      "dataos:a:b:c",
    ]);
    expect(changed.tags).toEqual(["dataos:a:b:c", "roles:id:user"]);
    await expect(store.setUserTags("nobody", [])).rejects.toThrow(NotFoundError);
  });

  it("takes tags of a namespace that was added, until it is removed", async () => {
    await store.putUser(alice);
    await store.putTagNamespace({ glob: "cost:**", description: "cost centres" });
    await store.putTagNamespace({ glob: "cost:**", description: undefined });
    expect((await store.listTagNamespaces()).map(({ glob }) => glob)).toEqual([
      "users:**",
      "roles:**",
      "dataos:**",
      "cost:**",
    ]);
    expect((await store.setUserTags("alice", ["cost:eu:42"])).tags).toEqual(["cost:eu:42"]);
    await store.deleteTagNamespace("cost:**");
    await store.deleteTagNamespace("cost:**");
    await expect(store.setUserTags("alice", ["cost:eu:43"])).rejects.toThrow(BadInputError);
    await expect(store.deleteTagNamespace("roles:**")).rejects.toThrow(ConflictError);
    for (const glob of ["**", "*:x", "{a,b}:x", "", "cost", "cost:[", "a b:*"]) {
      await expect(store.putTagNamespace({ glob, description: undefined }), glob).rejects.toThrow(BadInputError);
    }
  });

  it("has the default roles, which stay", async () => {
    const ids = async () => (await store.listRoles()).map((role) => role.id);
    expect(await ids()).toEqual(["data-dev", "operator", "system-dev", "user"]);
    await store.putRole({ id: "analyst", name: "Analyst", description: undefined });
    await store.putRole({ id: "analyst", name: "Analyst 2", description: "reads" });
    expect((await store.listRoles())[0]).toEqual({ id: "analyst", name: "Analyst 2", description: "reads" });
    await store.deleteRole("analyst");
    await expect(store.deleteRole("operator")).rejects.toThrow(ConflictError);
    expect(await ids()).toEqual(["data-dev", "operator", "system-dev", "user"]);
  });

  it("changes its version with every change and not otherwise", async () => {
    const versions = [await store.version(), await store.version()];
    expect(versions[0]).toBe(versions[1]);
    const steps = [
      () => store.putUser(alice),
      () => store.setUserTags("alice", []),
      () => store.putRole({ id: "x", name: "x", description: undefined }),
      () => store.deleteRole("x"),
      () => store.deleteUser("alice"),
    ];
    for (const step of steps) {
      await step();
      versions.push(await store.version());
    }
    expect(new Set(versions).size).toBe(steps.length + 1);
  });

  it("gives a key once and knows its user by it", async () => {
    await store.putUser(alice);
    const { info, key } = await createKey();
    expect(key.reveal()).toMatch(/^hmd_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(info).toEqual({
      id: key.reveal().split("_")[1],
      name: "laptop",
      userId: "alice",
      createdAt: "2026-01-31T08:00:00.000Z",
      expiresAt: undefined,
      lastUsedAt: undefined,
      revokedAt: undefined,
    });
    expect(await store.authenticate(key)).toEqual(alice);
    expect(await fixture.open().authenticate(key)).toEqual(alice);
    await expect(createKey({ userId: "nobody" })).rejects.toThrow(NotFoundError);
  });

  it("answers every wrong key with the same refusal", async () => {
    await store.putUser(alice);
    const { key } = await createKey();
    const expired = (await createKey({ ttlSeconds: 1 })).key;
    const revoked = await createKey();
    await store.revokeApiKey(revoked.info.id);
    fixture.clock.advance(1_000);
    const text = key.reveal();
    const wrong = [
      "",
      "x",
      `${text}x`,
      `${text} `,
      text.slice(0, -1),
      text.replace(/_.{12}_/, "_000000000000_"),
      `hmd_${"0".repeat(12)}_${"0".repeat(43)}_${"0".repeat(6)}`,
      "some-other-key-0123456789",
      "x".repeat(10_000),
      expired.reveal(),
      revoked.key.reveal(),
    ];
    const messages = new Set<string>();
    for (const presented of wrong) {
      const refusal = await store.authenticate(new Secret(presented)).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(UnauthenticatedError);
      messages.add((refusal as Error).message);
    }
    expect(messages.size).toBe(1);
    expect(await store.authenticate(key)).toEqual(alice);
  });

  it("ends a key at its very second", async () => {
    await store.putUser(alice);
    const { key, info } = await createKey({ ttlSeconds: 60 });
    expect(info.expiresAt).toBe("2026-01-31T08:01:00.000Z");
    fixture.clock.advance(59_999);
    expect((await store.authenticate(key)).id).toBe("alice");
    fixture.clock.advance(1);
    await expect(store.authenticate(key)).rejects.toThrow(UnauthenticatedError);
    for (const ttlSeconds of [0, -1, 1.5, Number.NaN, 1e12]) {
      await expect(createKey({ ttlSeconds }), String(ttlSeconds)).rejects.toThrow(BadInputError);
    }
  });

  it("ends a revoked key at once here and within 5 seconds elsewhere", async () => {
    await store.putUser(alice);
    const { key, info } = await createKey();
    const elsewhere = fixture.open();
    await elsewhere.authenticate(key);
    await store.authenticate(key);
    const revoked = await store.revokeApiKey(info.id);
    fixture.clock.advance(5_000);
    expect(await store.revokeApiKey(info.id)).toEqual(revoked);
    expect(revoked.revokedAt).toBe("2026-01-31T08:00:00.000Z");
    await expect(store.authenticate(key)).rejects.toThrow(UnauthenticatedError);
    await expect(elsewhere.authenticate(key)).rejects.toThrow(UnauthenticatedError);
    await expect(store.revokeApiKey("unknown")).rejects.toThrow(NotFoundError);
  });

  it("shows a user's new tags to their key at once, and none after the user is gone", async () => {
    await store.putUser(alice);
    const { key } = await createKey();
    await store.authenticate(key);
    await store.setUserTags("alice", ["roles:id:user"]);
    expect((await store.authenticate(key)).tags).toEqual(["roles:id:user"]);
    await store.deleteUser("alice");
    await expect(store.authenticate(key)).rejects.toThrow(UnauthenticatedError);
    expect(await store.listApiKeys()).toEqual([]);
    await store.putUser(alice);
    await expect(store.authenticate(key)).rejects.toThrow(UnauthenticatedError);
  });

  it("takes a given key of any form, again and again, until it is revoked", async () => {
    await store.putUser(alice);
    await store.putUser(robot);
    const given = new Secret("bootstrap-0123456789");
    const first = await createKey({ given });
    expect(first.key.reveal()).toBe("bootstrap-0123456789");
    expect((await createKey({ given })).info).toEqual(first.info);
    expect(await store.authenticate(given)).toEqual(alice);
    await expect(createKey({ given, userId: "robot-1" })).rejects.toThrow(ConflictError);
    await store.revokeApiKey(first.info.id);
    await expect(createKey({ given })).rejects.toThrow(ConflictError);
    await expect(createKey({ given: new Secret("short") })).rejects.toThrow(BadInputError);
    await expect(createKey({ given: new Secret("hmd_not-one-of-ours") })).rejects.toThrow(BadInputError);
  });

  it("notes the last use at most once a minute", async () => {
    await store.putUser(alice);
    const { key } = await createKey();
    const lastUsed = async () => (await store.listApiKeys("alice"))[0]?.lastUsedAt;
    fixture.clock.advance(10_000);
    await store.authenticate(key);
    await expect.poll(lastUsed).toBe("2026-01-31T08:00:10.000Z");
    fixture.clock.advance(59_999);
    await store.authenticate(key);
    expect(await lastUsed()).toBe("2026-01-31T08:00:10.000Z");
    fixture.clock.advance(1);
    await store.authenticate(key);
    await expect.poll(lastUsed).toBe("2026-01-31T08:01:10.000Z");
  });

  it("lists keys by user, oldest first, without the keys themselves", async () => {
    await store.putUser(alice);
    await store.putUser(robot);
    const first = await createKey({ name: "one" });
    fixture.clock.advance(1);
    const other = await createKey({ name: "two", userId: "robot-1" });
    expect((await store.listApiKeys()).map(({ name }) => name)).toEqual(["one", "two"]);
    expect(await store.listApiKeys("robot-1")).toEqual([other.info]);
    expect(JSON.stringify([await store.listApiKeys(), first])).not.toContain(first.key.reveal());
  });
}
