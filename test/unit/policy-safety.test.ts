import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toSubject } from "../../src/graphql/index.ts";
import type { CallContext } from "../../src/heimdall/ports.ts";
import { BadInputError, ForbiddenError } from "../../src/shared/errors.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";

const open = `
name: everybody-reads-the-lab
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [read]
    objects: {paths: ["dataos://lab:**", "urn:dataos:depot:lab"]}
    allow: true
`;
const shut = `
name: nobody-reads-the-lab
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [read]
    objects: {paths: ["dataos://lab:**", "urn:dataos:depot:lab"]}
    allow: false
`;

describe("change safety of policies", () => {
  let services: ApiServices;
  const callOf = async (id: string): Promise<CallContext> => {
    const subject = toSubject(await services.identity.getUser(id));
    return { subject, requestId: "r", ip: undefined, via: "test" };
  };
  beforeAll(async () => {
    services = await createApiServices(open);
    const depot = {
      file: "d.yaml",
      text: "name: lab\nversion: v1\ntype: depot\ndepot: {type: POSTGRESQL, spec: {host: db.test, port: 5432, database: lab}}",
    };
    await services.control.apply(await callOf("root"), {
      documents: [depot],
      variables: new Map(),
      disableInterpolation: false,
      workspace: "public",
      dryRun: false,
    });
  });
  afterAll(() => services.close());

  it("tells whose access to what would change, for users and objects that there are", async () => {
    const impact = await services.policySafety.diff(await callOf("root"), [{ file: "new.yaml", text: shut }]);
    expect(impact).toMatchObject({
      rulesAdded: ["nobody-reads-the-lab/0"],
      rulesRemoved: [],
      cut: undefined,
      changed: 3,
    });
    // `root` and `dev` read it for other reasons too, so there are three classes
    expect(impact.groups.flatMap(({ subjects }) => subjects.sample).sort()).toEqual(["ann", "dev", "root"]);
    const ann = impact.groups.find(({ subjects }) => subjects.sample.includes("ann"));
    expect(ann).toMatchObject({
      before: { effect: "allow", because: [{ id: "everybody-reads-the-lab/0" }] },
      after: {
        effect: "deny",
        because: [{ id: "nobody-reads-the-lab/0", at: { file: "new.yaml", line: 7, column: 5 } }],
      },
      objects: { sample: ["urn:dataos:depot:lab"] },
    });
  });

  it("compares two sets of files, and refuses one that does not compile with every fault", async () => {
    const both = await services.policySafety.diff(
      await callOf("root"),
      [{ file: "b.yaml", text: shut }],
      [
        {
          file: "a.yaml",
          text: shut.replace("allow: false", "allow: true").replace("nobody", "somebody").replaceAll("lab", "den"),
        },
      ],
    );
    expect(both.rulesRemoved).toEqual(["somebody-reads-the-den/0"]);
    const wrong = [{ file: "b.yaml", text: shut.replace("predicates", "predicate").replace("subjects", "subject") }];
    await expect(services.policySafety.diff(await callOf("root"), wrong)).rejects.toThrow(BadInputError);
  });

  it("names no policies to those who may not see them, and tells nobody else's access to those who may not ask for it", async () => {
    const own = await services.policySafety.diff(await callOf("ann"), [{ file: "new.yaml", text: shut }]);
    expect(own).toMatchObject({
      rulesAdded: [],
      groups: [{ count: 1, before: { because: [] }, after: { because: [] } }],
    });
    const impact = await services.policySafety.diff(await callOf("dev"), [{ file: "new.yaml", text: shut }]);
    expect(impact.groups.flatMap(({ subjects }) => subjects.sample)).toEqual(["dev"]);
    expect(impact.cut).toContain("only your own access");
  });

  it("looks at registered objects of the types that the caller may read, and replays questions about them", async () => {
    const root = await callOf("root");
    for (const [name, owner] of [
      ["todo", "dev"],
      ["secret-todo", "root"],
    ] as const) {
      await services.objects.putType(root, { name, description: undefined, owner }, { dryRun: false });
      const object = { type: name, id: "1", tags: ["open"], attributes: { ownerID: "dev" } };
      await services.objects.register(root, [object], { dryRun: false });
    }
    const text = `
name: open-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [tick]
    objects: {tags: ["open"]}
    conditions: ["object.ownerID == subject.id"]
    allow: true
`;
    const candidate = [{ file: "todo.yaml", text }];
    const all = await services.policySafety.diff(root, candidate);
    expect(all.groups.flatMap(({ subjects, objects }) => [subjects.sample, objects.sample])).toEqual([
      ["dev"],
      expect.arrayContaining(["todo:1", "secret-todo:1"]),
    ]);
    // the owner of one type may read it, and nothing tells of the other
    const own = await services.policySafety.diff(await callOf("dev"), candidate);
    expect(own.groups.flatMap(({ objects }) => objects.sample)).toEqual(["todo:1"]);
    expect(own.changed).toBe(1);
    expect((await services.policySafety.diff(await callOf("ann"), candidate)).changed).toBe(0);

    const from = new Date(services.clock.now()).toISOString();
    const { subject } = await callOf("dev");
    const object = { paths: ["todo:1"], tags: [], attributes: {} };
    await services.authorizer.decide(root, [{ subject, predicate: "tick", object }]);
    const replayed = await services.policySafety.replay(root, candidate, { from });
    expect(replayed).toMatchObject({ changed: 1, unreplayable: 0 });
  });

  it("tells in a dry run what the documents would change, and leaves it out where none is a policy", async () => {
    const documents = [{ file: "new.yaml", text: shut }];
    const request = { documents, variables: new Map(), disableInterpolation: false, workspace: "public", dryRun: true };
    const [applied] = await services.control.apply(await callOf("root"), request);
    const impact = await services.policySafety.impactOf(await callOf("root"), applied?.policy ? [applied.policy] : []);
    expect(impact.changed).toBe(3);
  });

  it("lets a candidate answer in shadow: disagreements are counted, answers stay, and a swap of the live ones is survived", async () => {
    const root = await callOf("root");
    const auth = await services.authorizer.authorize(root, "policy.shadow");
    const ask = async () => {
      const [decision] = await services.authorizer.decide(await callOf("ann"), [
        {
          subject: (await callOf("ann")).subject,
          predicate: "read",
          object: { paths: ["dataos://lab:a/b"], tags: [], attributes: {} },
        },
      ]);
      return decision?.effect;
    };
    const candidate = [{ file: "new.yaml", text: shut }];
    expect(await services.policySafety.startShadow(auth, candidate)).toMatchObject({ compared: 0, startedBy: "root" });
    await expect(services.policySafety.startShadow(auth, candidate)).rejects.toThrow("stop that one first");
    expect([await ask(), await ask()]).toEqual(["allow", "allow"]);
    const before = await services.policySafety.shadowStatus(auth);
    expect(before).toMatchObject({ disagreed: 2, failed: 0, problem: undefined });
    const other = { file: "o.yaml", text: open.replace("everybody-reads-the-lab", "other").replaceAll("lab", "attic") };
    await services.control.apply(root, {
      documents: [other],
      variables: new Map(),
      disableInterpolation: false,
      workspace: "public",
      dryRun: false,
    });
    expect((await services.policySafety.shadowStatus(auth))?.version).not.toBe(before?.version);
    expect(await ask()).toBe("allow");
    expect(await services.policySafety.stopShadow(auth)).toMatchObject({ disagreed: 3 });
    await ask();
    expect(await services.policySafety.shadowStatus(auth)).toBeUndefined();
  });

  it("replays the decisions on record on a candidate", async () => {
    const replay = await services.policySafety.replay(await callOf("root"), [{ file: "new.yaml", text: shut }], {});
    expect(replay).toMatchObject({ changed: 4, cut: undefined, drifted: 0 });
    const group = replay.groups.find(({ subjects }) => subjects.sample.includes("ann"));
    expect(group).toMatchObject({
      count: 4,
      before: { effect: "allow" },
      after: { effect: "deny" },
      objects: { sample: ["dataos://lab:a/b"] },
    });
    await expect(services.policySafety.replay(await callOf("dev"), [], {})).rejects.toThrow(ForbiddenError);
  });

  it("says of decisions that hang on what is not on record that they cannot be replayed, and guesses none of them", async () => {
    const candidate = (condition: string) => [{ file: "new.yaml", text: `${shut}    conditions: ["${condition}"]\n` }];
    const root = await callOf("root");
    const replayed = (condition: string) => services.policySafety.replay(root, candidate(condition), {});
    // ann was asked about by another party, who may have said more
    expect(await replayed("has(context.device) && context.device == 'phone'")).toMatchObject({
      changed: 0,
      unreplayable: 4,
      unreplayableBecause: ["rule `nobody-reads-the-lab/0` reads `context.device`, which is not on record"],
    });
    expect(await replayed("object.rank > 3")).toMatchObject({
      unreplayable: 4,
      unreplayableBecause: ["rule `nobody-reads-the-lab/0` reads `object.rank`, which is not on record"],
    });
    expect(await replayed("subject.id == 'ann'")).toMatchObject({ changed: 4, unreplayable: 0 });
    // the record's own time counts, not today's
    expect(await replayed("context.time > timestamp('2020-01-01T00:00:00Z')")).toMatchObject({
      changed: 4,
      unreplayable: 0,
    });
  });
});
