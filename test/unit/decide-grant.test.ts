import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decideGrant } from "../../src/control/grants.ts";
import { createStateControlStores } from "../../src/control/index.ts";
import type { AuditEntry, PolicyChecker } from "../../src/heimdall/ports.ts";
import { AuditUnavailableError } from "../../src/shared/errors.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { createSeededIds } from "../support/ids.ts";
import { stateEngines } from "../support/state.ts";

const request = (more = "") => `
name: peek-sales
version: v1alpha
type: grant
grant: {policy_use_case_id: read-depots, subjects: ["users:id:guest"], values: {read-depot: [{depot: sales}]}${more}}
`;
const sound: PolicyChecker = {
  check: () => ({ problems: [], warnings: [] }),
  escalations: () => [],
  objectFacts: () => [],
  lockout: () => undefined,
};

describe("deciding on a request for a grant", () => {
  let test: TestControl;
  let close: () => Promise<void>;
  beforeEach(async () => {
    const store = await stateEngines()[0]!.create();
    const state = await store.open();
    test = await createTestControl(state);
    await test.control.start();
    close = async () => {
      await test.control.stop();
      await state.close();
    };
  });
  afterEach(() => close());

  /** As Control calls it, with parts replaced. */
  const decide = async (
    replaced: { readonly policyChecker?: PolicyChecker; readonly append?: (entry: AuditEntry) => Promise<void> } = {},
    { approve = true, dryRun = false, about = "peek-sales" } = {},
  ) => {
    const { resources, grants } = createStateControlStores(test.state, {
      clock: test.clock,
      ids: createSeededIds("d"),
    });
    const object = { paths: [`urn:dataos:resource:grant:${about}`], tags: ["dataos:resource:grant"], attributes: {} };
    const auth = await test.authorizer.authorize(await test.call("root"), "grant.approve", object);
    const append = async (entry: AuditEntry) => {
      await replaced.append?.(entry);
      return { ...entry, chain: "c", seq: 1, at: "", prevHash: "", hash: "" };
    };
    const parts = { resources, grants, identity: test.identity, clock: test.clock, audit: { append } };
    const policyChecker = replaced.policyChecker ?? sound;
    const answer = { approve, notes: "looked at it", dryRun };
    return decideGrant({ ...parts, policyChecker }, auth, "peek-sales", answer);
  };
  const decisionOf = async (generation = 1) => {
    const { grants } = createStateControlStores(test.state, { clock: test.clock, ids: createSeededIds("r") });
    return grants.find((await test.get("grant", "peek-sales")).uid, generation);
  };
  const asGuest = async (more = "") => {
    await test.identity.setUserTags("guest", ["roles:id:operator"]);
    await test.apply("guest", request(more));
  };

  it("puts the decision, who asked and which generation on record before it is made", async () => {
    await asGuest();
    const entries: AuditEntry[] = [];
    const seen: unknown[] = [];
    const append = async (entry: AuditEntry) => {
      entries.push(entry);
      seen.push(await decisionOf());
    };
    const { grant } = await decide({ append });
    expect(grant).toMatchObject({ state: "approved", decidedBy: "root", requester: "guest" });
    expect(entries.map(({ type, action, outcome }) => [type, action, outcome])).toEqual([
      ["change.begun", "grant.approve", "success"],
      ["change", "grant.approve", "success"],
    ]);
    expect(entries[0]).toMatchObject({
      actor: "root",
      object: ["urn:dataos:resource:grant:peek-sales"],
      details: { requester: "guest", generation: 1, notes: "looked at it" },
    });
    expect(seen).toEqual([undefined, expect.objectContaining({ state: "approved", by: "root" })]);
  });

  it("decides nothing where it cannot be recorded, nor in a dry run", async () => {
    await asGuest();
    const append = async () => {
      throw new AuditUnavailableError("the audit log is full");
    };
    await expect(decide({ append })).rejects.toThrow("the audit log is full");
    expect((await decide({ append }, { dryRun: true })).grant.state).toBe("approved");
    expect(await decisionOf()).toBeUndefined();
  });

  it("is refused where what it would give is unsound or not held, but may be rejected", async () => {
    await asGuest();
    const unsound = { ...sound, check: () => ({ problems: [{ message: "no use-case `read-depots`" }], warnings: [] }) };
    await expect(decide({ policyChecker: unsound })).rejects.toMatchObject({
      code: "BAD_USER_INPUT",
      message: "no use-case `read-depots`",
    });
    const unheld = { ...sound, escalations: () => [{ message: "`root` may not hand out `peek`" }] };
    await expect(decide({ policyChecker: unheld })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await decisionOf()).toBeUndefined();
    expect((await decide({ policyChecker: unheld }, { approve: false })).grant.state).toBe("rejected");
  });

  it("is refused for what is not there, not what was authorized, or one's own", async () => {
    await expect(decide()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await test.apply("root", request());
    await expect(decide({}, { about: "another" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(decide()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("is refused for what is decided already, or was granted without a request", async () => {
    await asGuest();
    await decide({}, { approve: false });
    await expect(decide()).rejects.toThrow(/^grant `peek-sales` is rejected already, by `root`/);
    await test.apply("guest", request(", requester: root, notes: other"));
    await test.identity.setUserTags("dev", ["roles:id:operator"]);
    await test.apply("dev", request(", approve: true, requester: guest"));
    await expect(decide()).rejects.toThrow(/^grant `peek-sales` is approved already, by `dev`/);
  });

  it("is told where the request changes while it is decided on, and the change stays undecided", async () => {
    await asGuest();
    const entries: AuditEntry[] = [];
    const append = async (entry: AuditEntry) => {
      entries.push(entry);
      if (entry.type === "change.begun") await test.apply("guest", request(", notes: and more"));
    };
    await expect(decide({ append })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(entries.at(-1)).toMatchObject({ type: "change", outcome: "failure", details: { code: "CONFLICT" } });
    expect([await decisionOf(1), await decisionOf(2)]).toEqual([undefined, undefined]);
  });
});
