import { afterEach, expect, it } from "vitest";
import { toTimestamp } from "../../src/shared/clock.ts";
import type { StateDb } from "../../src/state/index.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { describeOnStateEngines } from "../support/state.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
async function startOn(openState: () => Promise<StateDb>): Promise<TestControl> {
  const test = await createTestControl(await openState());
  await test.control.start();
  open.push(() => test.control.stop());
  return test;
}

const lab = (predicates: string, more = "") => `
name: lab
version: v1
type: policy
${more}policy: {access: {subjects: {tags: ["roles:id:user"]}, predicates: ${predicates}, objects: {paths: ["dataos://lab:**"]}, allow: true}}
`;
const useCase = `
name: peeking
version: v1
type: use-case
use-case: {id: peeking, category: data, authorization_atoms: [read-depot]}
`;
const grant = (more = "", name = "peek-sales") => `
name: ${name}
version: v1alpha
type: grant
grant: {policy_use_case_id: read-depots, subjects: ["users:id:guest"], values: {read-depot: [{depot: sales}]}${more}}
`;
const asking = `
name: requests
type: policy
version: v1
policy: {access: {subjects: {tags: ["roles:id:user"]}, predicates: [request, update], objects: {tags: ["dataos:resource:grant"]}, allow: true}}
`;

/** The time now; what happens next is later. */
function mark({ clock }: TestControl): string {
  const at = toTimestamp(clock.now());
  clock.advance(1_000);
  return at;
}
const rollback = async (test: TestControl, to: string, user = "root", dryRun = false) => {
  const { resources } = await test.control.rollbackPolicies(await test.call(user), { to, dryRun });
  return resources.map(({ ref, outcome, generation }) => `${ref.type}/${ref.name} ${outcome} ${generation}`).sort();
};
const remove = async (test: TestControl, type: "policy" | "grant" | "use-case", name: string) => {
  const object = {
    paths: [`urn:dataos:resource:${type}:${name}`],
    tags: [`dataos:resource:${type}`],
    attributes: {},
  };
  const auth = await test.authorizer.authorize(await test.call("root"), "resource.delete", object);
  await test.control.delete(auth, { type, name, workspace: undefined }, { force: false });
};
const approve = async (test: TestControl, name = "peek-sales") => {
  const object = { paths: [`urn:dataos:resource:grant:${name}`], tags: ["dataos:resource:grant"], attributes: {} };
  const auth = await test.authorizer.authorize(await test.call("root"), "grant.approve", object);
  await test.control.decideGrant(auth, name, { approve: true, notes: undefined, dryRun: false });
};
const decide = async (test: TestControl, predicate: string, path: string, user = "guest"): Promise<string> => {
  const { subject } = await test.call(user);
  const object = { paths: [path], tags: [], attributes: {} };
  const [decision] = await test.authorizer.decide(await test.call("root"), [{ subject, predicate, object }]);
  return decision?.effect ?? "";
};

describeOnStateEngines("rolling policies back", (openState) => {
  const start = () => startOn(openState);

  it("undoes changes, deletions and what is newer at once, and each of it is on record before", async () => {
    const test = await start();
    await test.apply("root", lab("[read]"));
    await test.apply("root", lab("[read]").replace("lab\n", "old\n").replace("lab:", "old:"));
    const then = mark(test);
    await test.apply("root", lab("[write]"));
    await remove(test, "policy", "old");
    await test.apply("root", lab("[read]").replace("lab\n", "newer\n").replace("lab:", "new:"));
    mark(test);

    const expected = ["policy/lab updated 3", "policy/newer deleted 1", "policy/old created 1"];
    expect(await rollback(test, then, "root", true)).toEqual(expected);
    expect(await decide(test, "write", "dataos://lab:a")).toBe("allow");
    const before = test.audit.length;
    expect(await rollback(test, then)).toEqual(expected);
    expect(await decide(test, "write", "dataos://lab:a")).toBe("deny");
    expect(await decide(test, "read", "dataos://lab:a")).toBe("allow");
    expect(await decide(test, "read", "dataos://old:a")).toBe("allow");
    expect(await decide(test, "read", "dataos://new:a")).toBe("deny");
    const records = test.audit.slice(before).filter(({ type }) => type.startsWith("change"));
    expect(records.map(({ type, action, object }) => `${type} ${action} ${object.join(" ")}`)).toEqual([
      "change.begun resource.apply urn:dataos:resource:policy:lab urn:dataos:resource:policy:old urn:dataos:resource:policy:newer",
      "change resource.update urn:dataos:resource:policy:lab",
      "change resource.create urn:dataos:resource:policy:old",
      "change resource.delete urn:dataos:resource:policy:newer",
    ]);
    expect(await rollback(test, mark(test))).toEqual([]);
  });

  it("leaves everything as it is where one part may not be done", async () => {
    const test = await start();
    await test.apply("root", lab("[read]"));
    const then = mark(test);
    await test.apply("root", lab("[write]"));
    const denial = lab("[read]").replace("lab\n", "closed\n").replace("allow: true", "allow: false");
    await test.apply("root", denial);
    mark(test);
    // a developer may write policies, but neither hand out what they do not hold nor take away a deny
    await expect(rollback(test, then, "dev")).rejects.toMatchObject({
      code: "FORBIDDEN",
      problems: [
        { message: expect.stringContaining("`dev` may not remove or change the deny `closed/0`") },
        { message: expect.stringContaining("`dev` may not hand out `read` on `dataos://lab:**` without holding it") },
      ],
    });
    await expect(rollback(test, then, "guest")).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await test.get("policy", "lab")).generation).toBe(2);
    expect((await test.get("policy", "closed")).status).toBe("active");
  });

  it("tells nothing of what the caller may not see, and does nothing then", async () => {
    const test = await start();
    await test.apply(
      "root",
      `name: readers
type: policy
version: v1
policy: {access: {subjects: {tags: ["roles:id:user"]}, predicates: [read], objects: {tags: ["dataos:type:policy"]}, allow: true}}`,
    );
    const then = mark(test);
    await test.apply("root", lab("[write]"));
    await expect(rollback(test, then, "guest")).rejects.toThrow(
      "the rollback changes policies or grants that you may not see; ask somebody who may see all of them",
    );
  });

  it("keeps what requests and grants are made of, and takes the use-case and its grants back together", async () => {
    const test = await start();
    const then = mark(test);
    await test.apply("root", `${useCase}---${grant(", approve: true").replace("read-depots", "peeking")}`);
    mark(test);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("allow");
    expect(await rollback(test, then)).toEqual(["grant/peek-sales deleted 1", "use-case/peeking deleted 1"]);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("deny");
  });

  it("ends an approval that came later, and brings a request back as the request of who asked", async () => {
    const test = await start();
    await test.apply("root", asking);
    await test.apply("guest", grant());
    const asked = mark(test);
    await approve(test);
    const approved = mark(test);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("allow");

    expect(await rollback(test, asked)).toEqual(["grant/peek-sales updated 2"]);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("deny");
    // whoever asked still counts as who asked
    expect((await test.get("grant", "peek-sales")).manifest.grant).toMatchObject({ requester: "guest" });
    mark(test);
    // what was approved has to be approved again
    const { resources } = await test.control.rollbackPolicies(await test.call("root"), { to: approved, dryRun: false });
    expect(resources).toMatchObject([
      {
        ref: { name: "peek-sales" },
        outcome: "unchanged",
        warnings: [
          {
            message: "it was approved then; now it is a request, which gives nothing until somebody approves it again",
          },
        ],
      },
    ]);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("deny");
    await expect(approve(test)).rejects.toThrow("nobody approves their own request");
  });

  it("lets a grant last no longer than it did, and gives nothing again that was for once", async () => {
    const test = await start();
    await test.apply(
      "root",
      `${grant(", approve: true, duration: 1h")}---${grant(", approve: true, single_use: true", "once")}`,
    );
    const then = mark(test);
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("allow");
    await remove(test, "grant", "peek-sales");
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("allow");
    expect(await decide(test, "peek", "urn:dataos:depot:sales")).toBe("deny");
    await remove(test, "grant", "once");
    test.clock.advance(30 * 60_000);
    expect(await rollback(test, then)).toEqual(["grant/peek-sales created 1"]);
    const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.read");
    const items = await test.control.grants(auth);
    expect(items).toMatchObject([{ name: "peek-sales", until: toTimestamp(Date.parse(then) + 3_600_000) }]);
  });

  it("gives a policy that was deleted back to its owner", async () => {
    const test = await start();
    await test.apply("root", lab("[read]", "owner: dev\n"));
    const then = mark(test);
    await remove(test, "policy", "lab");
    await rollback(test, then);
    expect((await test.get("policy", "lab")).owner).toBe("dev");
  });

  it("says so where what there was is not kept any more, or the time is none", async () => {
    const test = await start();
    await test.apply("root", lab("[read]"));
    const then = mark(test);
    for (let round = 0; round < 101; round++) {
      await test.apply("root", lab(round % 2 === 0 ? "[write]" : "[read]"));
    }
    mark(test);
    await expect(rollback(test, then)).rejects.toThrow(/^what policy `lab` said at .* is not kept any more/);
    await expect(rollback(test, "yesterday")).rejects.toThrow(
      /^`yesterday` is no version of the last 1000 and no time/,
    );
  });
});
