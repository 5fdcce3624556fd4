import { afterEach, describe, expect, it } from "vitest";
import type { ResourceRef } from "../../src/control/ports.ts";
import type { DataOsError } from "../../src/shared/errors.ts";
import { formatProblem } from "../../src/shared/errors.ts";
import { createTestControl, type TestControl, type TestControlOptions } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const [sqlite] = stateEngines();
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: TestControlOptions = {}): Promise<TestControl> {
  if (!sqlite) throw new Error("no engine");
  const state = await (await sqlite.create()).open();
  const test = await createTestControl(state, options);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  return test;
}

const failure = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work;
  } catch (error) {
    const { code, message, problems } = error as DataOsError;
    return [`${code}: ${message}`, ...problems.map(formatProblem)];
  }
  return ["it did not fail"];
};

const refOf = (type: ResourceRef["type"], name: string): ResourceRef => ({ type, name, workspace: undefined });
const role = (name: string, description: string, tags = "[]"): string =>
  `name: ${name}\nversion: v1\ntype: role\ntags: ${tags}\ndescription: ${description}\nrole: {}\n`;
const product = (name: string, needs: string): string =>
  `name: ${name}\nversion: v1beta\ntype: product\nproduct: {v1beta: {data: {resources: [{ref: "product:v1beta:${needs}"}]}}}\n`;
const secret = (tags = "[]"): string =>
  `name: sales-r\nversion: v1\ntype: instance-secret\ntags: ${tags}\ninstance-secret: {type: key-value-properties, acl: r, data: {username: u, password: secret-1}}\n`;
const depot = (host = "db", tags = "[]"): string =>
  `name: sales\nversion: v2alpha\ntype: depot\ntags: ${tags}\ndepot: {type: postgresql, secrets: [{name: sales-r}], postgresql: {host: ${host}, port: 5432, database: shop}}\n`;

describe("needs", () => {
  it("in a circle are refused with the circle, within a call and over what is stored", async () => {
    const { apply } = await start();
    expect(await failure(apply("root", `${product("a", "b")}---\n${product("b", "a")}`))).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: product \`a\` needs product \`b\`, which needs product \`a\`: nothing of this circle could come first; take one of these references out",
        "m.yaml:4:10: product \`a\` needs product \`b\`, which needs product \`a\`: nothing of this circle could come first; take one of these references out",
      ]
    `);
    await apply("root", product("a", "b"));
    await apply("root", product("b", "c"));
    const closing = failure(apply("root", product("c", "a"), { dryRun: true }));
    expect(await closing).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: product \`c\` needs product \`a\`, which needs product \`b\`, which needs product \`c\`: nothing of this circle could come first; take one of these references out",
        "m.yaml:4:10: product \`c\` needs product \`a\`, which needs product \`b\`, which needs product \`c\`: nothing of this circle could come first; take one of these references out",
      ]
    `);
  });

  it("that are hidden from who deletes are counted and not named", async () => {
    const { apply, control, authorizer, call } = await start();
    await apply("root", `${secret()}---\n${depot()}`);
    await apply(
      "root",
      "name: blind\nversion: v1\ntype: policy\npolicy: {access: {subjects: {tags: ['users:id:dev']}, predicates: [read], objects: {tags: ['dataos:resource:depot']}, allow: false}}",
    );
    const auth = await authorizer.authorizeList(await call("dev"), "resource.delete");
    expect(
      await failure(control.delete(auth, refOf("instance-secret", "sales-r"), { force: false })),
    ).toMatchInlineSnapshot(`
      [
        "CONFLICT: instance-secret \`sales-r\` is needed by one that you may not see; delete that first, or force the deletion",
      ]
    `);
  });
});

describe("a version that the caller has seen", () => {
  it("must be the present one when it is applied, deleted or rolled back; both are told", async () => {
    const { apply, control, authorizer, call, get } = await start();
    await apply("root", role("team", "one"));
    const { resourceVersion } = await get("role", "team");
    await apply("root", role("team", "two"));
    const now = (await get("role", "team")).resourceVersion;
    const ref = refOf("role", "team");
    const stale = [{ ref, resourceVersion }];
    const message = `CONFLICT: role \`team\` has version ${now}, not ${resourceVersion}; read it again and repeat the call`;
    expect((await failure(apply("root", role("team", "three"), { ifVersions: stale })))[0]).toBe(message);
    // also where nothing would change
    expect((await failure(apply("root", role("team", "two"), { ifVersions: stale })))[0]).toBe(message);
    const request = { ref, to: 1, ifVersion: resourceVersion, dryRun: false };
    expect((await failure(control.rollback(await call("root"), request)))[0]).toBe(message);
    const auth = await authorizer.authorizeList(await call("root"), "resource.delete");
    expect((await failure(control.delete(auth, ref, { force: false, ifVersion: resourceVersion })))[0]).toBe(message);
    const absent = [{ ref, resourceVersion: 0 }];
    expect((await failure(apply("root", role("team", "three"), { ifVersions: absent })))[0]).toMatchInlineSnapshot(
      `"CONFLICT: role \`team\` has version 4, and was taken for absent; read it again and repeat the call"`,
    );
    const other = [{ ref: refOf("role", "other"), resourceVersion: 1 }];
    expect((await failure(apply("root", role("team", "three"), { ifVersions: other })))[0]).toMatchInlineSnapshot(
      `"BAD_USER_INPUT: \`ifVersions\` names role \`other\`, which none of the documents is about; leave it out"`,
    );
    expect((await get("role", "team")).description).toBe("two");
    const seen = [{ ref, resourceVersion: now }];
    expect(await apply("root", role("team", "three"), { ifVersions: seen })).toMatchObject([{ outcome: "updated" }]);
  });
});

describe("history", () => {
  it("gives the difference of any two generations", async () => {
    const { apply, control, authorizer, call } = await start();
    for (const text of ["one", "two", "three"]) await apply("root", role("team", text));
    const auth = await authorizer.authorizeList(await call("root"), "resource.read");
    const diff = (from?: number, to?: number): Promise<string> =>
      control.diff(auth, refOf("role", "team"), { from, to });
    expect(await diff()).toMatchInlineSnapshot(`
      "--- role/team
      +++ role/team
      @@ -2,5 +2,5 @@
       version: v1
       type: role
       tags: []
      -description: two
      +description: three
       role: {}
      "
    `);
    expect(await diff(1, 3)).toContain("-description: one\n+description: three");
    expect(await diff(3, 1)).toContain("-description: three\n+description: one");
    expect(await diff(2, 2)).toBe("");
    expect(await diff(undefined, 1)).toContain("--- /dev/null");
    expect(await failure(diff(9))).toEqual(["NOT_FOUND: role `team` has no generation 9; there are 1 to 3"]);
  });

  it("is rolled back as a new generation, with the present secret values, and it is on record what came back", async () => {
    const { apply, control, call, get, audit, secrets } = await start();
    await apply("root", `${secret()}---\n${depot()}`);
    await control.whenIdle();
    await apply("root", `${secret("[changed]").replace("secret-1", "secret-2")}---\n${depot("elsewhere")}`);
    await control.whenIdle();
    const rollback = async (ref: ResourceRef, more: { to?: number; dryRun?: boolean } = {}) =>
      control.rollback(await call("root"), { ref, to: more.to, ifVersion: undefined, dryRun: more.dryRun ?? false });
    expect(await rollback(refOf("depot", "sales"), { dryRun: true })).toMatchObject({ outcome: "updated" });
    expect((await get("depot", "sales")).generation).toBe(2);
    expect(await rollback(refOf("depot", "sales"))).toMatchObject({ outcome: "updated", generation: 3 });
    expect((await get("depot", "sales")).manifest).toMatchObject({ depot: { postgresql: { host: "db" } } });
    expect(await rollback(refOf("depot", "sales"), { to: 1 })).toMatchObject({ outcome: "unchanged", generation: 3 });
    await rollback(refOf("instance-secret", "sales-r"), { to: 1 });
    const { values } = await secrets.get({ workspace: undefined, kind: "instance-secret", name: "sales-r" }, "test");
    expect(values.get("instance-secret.data.password")?.reveal()).toBe("secret-2");
    const made = audit.filter(({ type, details }) => type === "change" && details?.rolledBackTo !== undefined);
    expect(made.map(({ action, object, details }) => [action, object, details?.rolledBackTo])).toEqual([
      ["resource.update", ["urn:dataos:depot:sales"], 1],
      ["resource.update", ["urn:dataos:resource:instance-secret:sales-r"], 1],
    ]);
    expect(await failure(rollback(refOf("depot", "sales"), { to: 7 }))).toEqual([
      "NOT_FOUND: depot `sales` has no generation 7; there are 1 to 3",
    ]);
    expect(await failure(rollback(refOf("depot", "none")))).toEqual(["NOT_FOUND: there is no depot `none`"]);
  });

  it("is rolled back through the checks of apply: nobody gets by a former manifest what they may not give", async () => {
    const { apply, control, call } = await start();
    const policy = (predicates: string): string =>
      `name: wide\nversion: v1\ntype: policy\npolicy: {access: {subjects: {tags: ['roles:id:data-dev']}, predicates: ${predicates}, objects: {tags: ['dataos:workspace:public']}, allow: true}}`;
    await apply("root", policy("['**']"));
    await apply("root", policy("[read]"));
    const request = { ref: refOf("policy", "wide"), to: 1, ifVersion: undefined, dryRun: false };
    expect((await failure(control.rollback(await call("dev"), request)))[0]).toMatch(/^FORBIDDEN/);
    expect((await failure(control.rollback(await call("guest"), request)))[0]).toBe(
      "NOT_FOUND: there is no policy `wide`",
    );
  });
});

describe("apply with prune", () => {
  const tag = "[team:sales]";
  const prune = { tags: ["team:sales"] };

  it("creates, changes and deletes in one step, and tells it all before", async () => {
    const { apply, control, get, audit } = await start();
    await apply("root", [role("a", "a", tag), role("b", "b", tag), role("c", "c")].join("---\n"));
    const wanted = [role("b", "changed", tag), role("new", "new", tag)].join("---\n");
    const outcomes = [
      ["updated", "b"],
      ["created", "new"],
      ["deleted", "a"],
    ];
    const planned = await apply("root", wanted, { prune, dryRun: true });
    expect(planned.map(({ outcome, ref }) => [outcome, ref.name])).toEqual(outcomes);
    expect((await get("role", "a")).phase).toBe("Active");
    const done = await apply("root", wanted, { prune: { ...prune, expected: [refOf("role", "a")] } });
    expect(done.map(({ outcome, ref }) => [outcome, ref.name])).toEqual(outcomes);
    await control.whenIdle();
    await expect(get("role", "a")).rejects.toThrow("there is no role `a`");
    expect((await get("role", "c")).phase).toBe("Active");
    const deleted = audit.filter(({ type, action }) => type === "change" && action === "resource.delete");
    expect(deleted).toMatchObject([{ object: ["urn:dataos:resource:role:a"], details: { pruned: true } }]);
  });

  it("refuses all of it where one may not go, is needed by what stays, or was not agreed to", async () => {
    const { apply, get } = await start();
    await apply("root", `${secret(tag)}---\n${depot("db", "[]")}---\n${role("a", "a", tag)}`);
    expect(await failure(apply("root", role("new", "new", tag), { prune }))).toMatchInlineSnapshot(`
      [
        "CONFLICT: instance-secret \`sales-r\` is needed by depot \`sales\`; delete that first",
      ]
    `);
    expect(
      await failure(
        apply("root", `${role("new", "n", tag)}---\n${secret(tag)}`, { prune: { ...prune, expected: [] } }),
      ),
    ).toMatchInlineSnapshot(`
      [
        "CONFLICT: role \`a\` would go as well, which nobody has agreed to; look with a dry run and repeat the call",
      ]
    `);
    expect(await failure(apply("root", role("new", "n", tag), { prune: { tags: [] } }))).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: \`prune\` names no tag; say by at least one what may go",
      ]
    `);
    await expect(get("role", "new")).rejects.toThrow();
    expect((await get("role", "a")).phase).toBe("Active");
    // a depot goes with the secret that it needs, or stops needing it in the same call
    await apply("root", depot("db", tag));
    const gone = await apply("root", role("a", "a", tag), { prune });
    expect(gone.map(({ outcome, ref }) => `${outcome} ${ref.type}`)).toEqual([
      "unchanged role",
      "deleted depot",
      "deleted instance-secret",
    ]);
  });

  it("takes only what the caller may see, and only where the caller may delete it", async () => {
    const { apply } = await start();
    await apply("root", role("theirs", "x", tag));
    await apply("root", "name: blue\nversion: v1\ntype: user\ntags: [team:sales]\nuser: {type: person}");
    // what may not be seen is not spoken of; what may be seen and not deleted refuses all of it
    expect(await apply("dev", role("mine", "x", tag), { prune, dryRun: true })).toHaveLength(2);
    await apply(
      "root",
      "name: seen\nversion: v1\ntype: policy\npolicy: {access: {subjects: {tags: ['users:id:dev']}, predicates: [read], objects: {tags: ['dataos:resource:user']}, allow: true}}",
    );
    expect(await failure(apply("dev", role("mine", "x", tag), { prune }))).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: user \`blue\`: \`dev\` may not \`delete\` \`urn:dataos:resource:user:blue\`: no policy allows it",
        "user \`blue\`: \`dev\` may not \`delete\` \`urn:dataos:resource:user:blue\`: no policy allows it",
      ]
    `);
  });
});
