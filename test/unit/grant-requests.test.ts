import { afterEach, describe, expect, it } from "vitest";
import type { DataOsError } from "../../src/shared/errors.ts";
import type { createManualClock } from "../support/clock.ts";
import type { TestControl } from "../support/control.ts";
import { createTestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
async function start(): Promise<TestControl> {
  const store = await stateEngines()[0]!.create();
  const state = await store.open();
  const test = await createTestControl(state);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  await test.apply("root", policies);
  return test;
}
const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    const { code, message } = error as DataOsError;
    return `${code}: ${message}`;
  }
  return "it did not fail";
};

/** Guests may ask for grants, developers may decide on requests. */
const policies = `
name: requests
type: policy
version: v1
policy: {access: {subjects: {tags: ["roles:id:user", "roles:id:data-dev"]}, predicates: [request, delete], objects: {tags: ["dataos:resource:grant"]}, allow: true}}
---
name: approvals
type: policy
version: v1
policy: {access: {subjects: {tags: ["roles:id:data-dev", "roles:id:approver"]}, predicates: [approve], objects: {tags: ["dataos:resource:grant"]}, allow: true}}
`;
const request = (more = "", name = "peek-sales") => `
name: ${name}
version: v1alpha
type: grant
grant: {policy_use_case_id: read-depots, subjects: ["users:id:guest"], values: {read-depot: [{depot: sales}]}, notes: quarter close${more}}
`;
const decide = async (test: TestControl, user: string, approve: boolean, name = "peek-sales", dryRun = false) => {
  const object = { paths: [`urn:dataos:resource:grant:${name}`], tags: ["dataos:resource:grant"], attributes: {} };
  const auth = await test.authorizer.authorize(await test.call(user), "grant.approve", object);
  return test.control.decideGrant(auth, name, { approve, notes: "looked at it", dryRun });
};
const ask = async (test: TestControl, times = 1) => {
  const subject = (await test.call("guest")).subject;
  const question = {
    subject,
    predicate: "peek",
    object: { paths: ["urn:dataos:depot:sales"], tags: [], attributes: {} },
  };
  const answers = await test.authorizer.decide(
    await test.call("root"),
    Array.from({ length: times }, () => question),
  );
  return answers.map(({ effect }) => effect);
};
const stateOf = async (test: TestControl, name = "peek-sales") => {
  const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
  return (await test.control.grants(auth)).find((grant) => grant.name === name);
};

describe("requests for grants", () => {
  it("give nothing until somebody else approves them, and each step is on record", async () => {
    const test = await start();
    await test.apply("guest", request());
    expect(await ask(test)).toEqual(["deny"]);
    expect(await stateOf(test)).toMatchObject({
      state: "requested",
      requester: "guest",
      notes: "quarter close",
      isRequest: true,
    });
    expect((await test.get("grant", "peek-sales")).conditions[0]).toMatchObject({ reason: "WaitingForApproval" });
    await decide(test, "root", true, "peek-sales", true);
    expect(await ask(test)).toEqual(["deny"]);
    expect(await decide(test, "root", true)).toMatchObject({
      state: "approved",
      decidedBy: "root",
      decisionNotes: "looked at it",
    });
    expect(await ask(test)).toEqual(["allow"]);
    expect((await test.get("grant", "peek-sales")).status).toBe("active");
    expect(await failure(decide(test, "root", false))).toMatch(
      /^CONFLICT: grant `peek-sales` is approved already, by `root`/,
    );
    expect(test.audit.filter(({ type }) => type === "change").map(({ actor, action }) => `${actor} ${action}`)).toEqual(
      ["root resource.create", "root resource.create", "guest resource.create", "root grant.approve"],
    );
    // another wish is another request
    await test.apply("guest", request(", until: 2099-01-01T00:00:00Z"));
    expect([await ask(test), (await stateOf(test))?.state]).toEqual([["deny"], "requested"]);
  });

  it("give nothing when they are rejected, and say by whom and why", async () => {
    const test = await start();
    await test.apply("guest", request());
    expect(await decide(test, "root", false)).toMatchObject({ state: "rejected" });
    expect(await ask(test)).toEqual(["deny"]);
    const { status, conditions } = await test.get("grant", "peek-sales");
    expect([status, conditions[0]?.message]).toEqual(["error", "rejected by `root`: looked at it"]);
    expect(await failure(decide(test, "root", true))).toMatch(/^CONFLICT/);
  });

  it("are approved by nobody who asked, is named as requester or is who they are for, nor by another account of theirs", async () => {
    const test = await start();
    const user = (id: string, email: string) =>
      test.identity.putUser({ id, name: id, type: "person", email, tags: ["roles:id:operator"], attributes: {} });
    await user("boss", "boss@example.com");
    await user("boss-at-night", "Boss@Example.com");
    await test.apply("boss", request());
    expect(await failure(decide(test, "boss", true))).toMatch(/^FORBIDDEN: nobody approves their own request/);
    expect(await failure(decide(test, "boss-at-night", true))).toMatch(/^FORBIDDEN: `boss` has the same mail address/);
    expect(await failure(decide(test, "boss-at-night", false))).toMatch(/^FORBIDDEN/);
    expect(await failure(test.apply("boss", request(", approve: true")))).toMatch(/nobody approves their own request/);
    expect(await failure(test.apply("boss-at-night", request(", approve: true")))).toMatch(/same mail address/);
    await test.identity.setUserTags("guest", ["roles:id:operator"]);
    expect(await failure(decide(test, "guest", true))).toMatch(/^FORBIDDEN/);
    await test.apply("boss", request(", requester: root", "for-root"));
    expect(await failure(decide(test, "root", true, "for-root"))).toMatch(/^FORBIDDEN/);
    expect(await ask(test)).not.toEqual(["it was approved"]);
    expect((await decide(test, "root", true)).state).toBe("approved");
  });

  it("are approved only by who holds what they give, or may escalate", async () => {
    const test = await start();
    await test.apply("guest", request());
    expect(await failure(decide(test, "dev", true))).toMatch(
      /^FORBIDDEN: `dev` may not hand out `peek` on `urn:dataos:depot:sales/,
    );
    expect(await failure(decide(test, "guest", true))).toMatch(/^FORBIDDEN: `guest` may not `approve`/);
    expect((await stateOf(test))?.state).toBe("requested");
    expect((await decide(test, "dev", false)).state).toBe("rejected");
  });

  it("are nobody else's to change", async () => {
    const test = await start();
    await test.apply("guest", request());
    await test.identity.putUser({
      id: "eve",
      name: "eve",
      type: "person",
      email: undefined,
      tags: ["roles:id:user"],
      attributes: {},
    });
    expect(await failure(test.apply("eve", request(", requester: guest, until: 2099-01-01T00:00:00Z")))).toMatch(
      /^FORBIDDEN/,
    );
  });

  it("stop deciding exactly at their time: `duration` counts from the approval, and the earlier end counts", async () => {
    const test = await start();
    const clock: ReturnType<typeof createManualClock> = test.clock;
    await test.apply("guest", request(", duration: 8h, until: 2099-01-01T00:00:00Z"));
    clock.advance(3_600_000);
    const { until } = await decide(test, "root", true);
    expect(Date.parse(until ?? "") - clock.now()).toBe(8 * 3_600_000);
    clock.advance(8 * 3_600_000 - 1);
    expect([await ask(test), (await stateOf(test))?.state]).toEqual([["allow"], "approved"]);
    clock.advance(1);
    expect([await ask(test), (await stateOf(test))?.state]).toEqual([["deny"], "expired"]);
  });

  it("for a single use decide once, for the first that needs them, also within a batch and over processes", async () => {
    const test = await start();
    await test.apply("guest", request(", single_use: true"));
    await decide(test, "root", true);
    // asking about what one may see does not use it up
    expect(
      test.authorizer.check(await test.call("guest"), "peek", {
        paths: ["urn:dataos:depot:sales"],
        tags: [],
        attributes: {},
      }),
    ).toBe(false);
    const answers = await Promise.all([ask(test, 3), ask(test), ask(test)]);
    expect(answers.flat().filter((effect) => effect === "allow")).toHaveLength(1);
    expect(await stateOf(test)).toMatchObject({ state: "used", singleUse: true });
    // where something else allows it, it is not needed
    await test.apply("guest", request(", single_use: true", "second"));
    await decide(test, "root", true, "second");
    await test.apply("root", request(", approve: true", "lasting"));
    expect(await ask(test, 2)).toEqual(["allow", "allow"]);
    expect((await stateOf(test, "second"))?.state).toBe("approved");
  });
});
