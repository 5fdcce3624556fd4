import { afterEach, describe, expect, it } from "vitest";
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
  const state = await (await sqlite!.create()).open();
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

const secret = (password = "canary-4711") => `
name: sales-r
version: v1
type: instance-secret
instance-secret: {type: key-value-properties, acl: r, data: {username: reader, password: ${password}}}
`;
const depot = (host = "db.example.com", more = "") => `
name: sales
version: v2alpha
type: depot
depot:
  type: postgresql
  secrets: [{name: sales-r, allkeys: true}]
  postgresql: {host: ${host}, port: 5432, database: shop${more}}
`;
const inline = (host: string, password: string) => `
name: sales
version: v1
type: depot
depot:
  type: JDBC
  connectionSecret: [{acl: rw, type: key-value-properties, data: {username: reader, password: "${password}"}}]
  spec: {subprotocol: postgresql, host: ${host}, database: shop}
`;

describe("apply", () => {
  it("creates, then finds nothing to do, then updates, whatever the order of keys", async () => {
    const { apply, get } = await start();
    const outcome = async (text: string) =>
      (await apply("root", text)).map(({ outcome: o, generation }) => [o, generation]);
    expect(await outcome(secret())).toEqual([["created", 1]]);
    const before = await get("instance-secret", "sales-r");
    expect(await outcome(secret())).toEqual([["unchanged", 1]]);
    expect(
      await outcome(
        "type: instance-secret\nversion: v1\nname: sales-r\ninstance-secret: {acl: r, data: {password: canary-4711, username: reader}, type: key-value-properties}",
      ),
    ).toEqual([["unchanged", 1]]);
    expect(await get("instance-secret", "sales-r")).toEqual(before);
    expect(await outcome(secret("other-password"))).toEqual([["updated", 2]]);
  });

  it("shows the change without secret values", async () => {
    const { apply } = await start();
    const [created] = await apply("root", secret(), { dryRun: true });
    expect(created?.diff).toMatchInlineSnapshot(`
      "--- /dev/null
      +++ instance-secret/sales-r
      @@ -0,0 +1,9 @@
      +name: sales-r
      +version: v1
      +type: instance-secret
      +instance-secret:
      +  type: key-value-properties
      +  acl: r
      +  data:
      +    username: "[redacted]"
      +    password: "[redacted]"
      "
    `);
    await apply("root", secret());
    const [updated] = await apply("root", secret("canary-4712"), { dryRun: true });
    expect(updated?.diff).toMatchInlineSnapshot(`
      "--- instance-secret/sales-r
      +++ instance-secret/sales-r
      @@ -6,4 +6,4 @@
         acl: r
         data:
           username: "[redacted]"
      -    password: "[redacted]"
      +    password: "[redacted, changed]"
      "
    `);
  });

  it("changes nothing in a dry run", async () => {
    const { apply, get, secrets } = await start();
    expect((await apply("root", `${secret()}---${depot()}`, { dryRun: true })).map(({ outcome }) => outcome)).toEqual([
      "created",
      "created",
    ]);
    await expect(get("depot", "sales")).rejects.toThrow("there is no depot `sales`");
    expect(await secrets.fields({ workspace: undefined, kind: "instance-secret", name: "sales-r" })).toBeUndefined();
  });

  it("tells every fault of every document before anything else", async () => {
    const { apply } = await start();
    expect(
      await failure(
        apply(
          "root",
          `${secret()}---\nname: X\ntype: role\nrole: {}\n---\nname: w\ntype: workflow\nworkspace: lab\nworkflow: {dag: [{name: j, spec: {stack: flare}}]}`,
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: 2 faults in what was given",
        "m.yaml:7:7: \`X\` is not a name for a role; expected lower-case letters, digits and \`. _ @ -\`, a letter or digit first, at most 128 characters",
        "m.yaml:13:12: there is no workspace \`lab\`; create it, or name another one",
      ]
    `);
    expect(
      await failure(
        apply(
          "root",
          `${secret()}---\nname: w\nversion: v1\ntype: workflow\nworkspace: lab\nworkflow: {dag: [{name: j, spec: {stack: flare}}]}`,
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: there is no workspace \`lab\`; create it, or name another one",
        "m.yaml:10:12: there is no workspace \`lab\`; create it, or name another one",
      ]
    `);
  });

  it("is refused as a whole, naming every resource that is refused", async () => {
    const { apply, get } = await start();
    const role = (name: string) => `\n---\nname: ${name}\nversion: v1\ntype: role\nrole: {}`;
    const compute = "\n---\nname: big\nversion: v1\ntype: compute\ncompute: {dataplane: hub, purpose: runnable}";
    const user = "\n---\nname: eve\nversion: v1\ntype: user\nuser: {type: person}";
    expect(await failure(apply("dev", `${secret()}${role("a")}${compute}${user}`))).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: 2 resources may not be applied",
        "m.yaml:13:7: compute \`big\`: \`dev\` may not \`create\` \`urn:dataos:resource:compute:big\`: no policy allows it",
        "m.yaml:18:7: user \`eve\`: \`dev\` may not \`create\` \`urn:dataos:resource:user:eve\`: no policy allows it",
      ]
    `);
    await expect(get("instance-secret", "sales-r")).rejects.toThrow();
  });

  it("refuses to hand out what the applying user does not hold", async () => {
    const { apply, identity } = await start();
    const policy = (predicates: string) => `
name: p
version: v1
type: policy
policy:
  access: {subjects: {tags: ["users:id:dev"]}, predicates: [${predicates}], objects: {paths: ["**"]}, allow: true}
`;
    expect(await failure(apply("dev", policy("delete")))).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: \`dev\` may not hand out \`delete\` on everything without holding it, always and without conditions; ask somebody who holds \`escalate\` on this policy",
        "m.yaml:6:11: \`dev\` may not hand out \`delete\` on everything without holding it, always and without conditions; ask somebody who holds \`escalate\` on this policy",
      ]
    `);
    const role =
      "\nname: eve\nversion: v1\ntype: user\nuser: {type: person, tags: ['roles:id:operator', 'roles:id:user']}";
    await apply(
      "root",
      "name: user-admins\nversion: v1\ntype: policy\npolicy:\n  access: {subjects: {tags: ['users:id:guest']}, predicates: [create, update], objects: {tags: ['dataos:resource:user', 'dataos:type:user']}, allow: true}",
    );
    expect(await failure(apply("guest", role))).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: you may not give \`roles:id:operator\` to \`eve\`, because you do not hold it; ask somebody who holds it, or \`escalate\` on users",
        "m.yaml:5:29: you may not give \`roles:id:operator\` to \`eve\`, because you do not hold it; ask somebody who holds it, or \`escalate\` on users",
      ]
    `);
    expect(await identity.findUser("eve")).toBeUndefined();
    await apply("root", role);
    expect((await identity.getUser("eve")).tags).toEqual(["roles:id:operator", "roles:id:user"]);
    expect(
      await failure(
        apply(
          "dev",
          "name: w\nversion: v1\ntype: workflow\nworkflow: {dag: [{name: j, spec: {stack: flare, runAsUser: root}}]}",
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: you may not let a job run as \`root\`; leave \`runAsUser\` out to run it as yourself, or ask for \`run_as\` on \`urn:dataos:user:root\`",
        "m.yaml:4:60: you may not let a job run as \`root\`; leave \`runAsUser\` out to run it as yourself, or ask for \`run_as\` on \`urn:dataos:user:root\`",
      ]
    `);
  });

  it("does not let a tag of one's own move a resource into another policy's reach", async () => {
    const { apply } = await start();
    const text = (tag: string) =>
      `name: big\nversion: v1\ntype: compute\ntags: [${tag}]\ncompute: {dataplane: hub, purpose: runnable}`;
    expect((await failure(apply("dev", text("dataos:workspace:public"))))[0]).toBe(
      "FORBIDDEN: compute `big`: `dev` may not `create` `urn:dataos:resource:compute:big`: no policy allows it",
    );
    const [applied] = await apply("root", text("dataos:workspace:public"));
    expect(applied?.warnings.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "m.yaml:4:8: tag \`dataos:workspace:public\` is shown but decides nothing: tags that start with \`dataos:\` are the server's",
      ]
    `);
  });

  it("takes what users hold as declared, also users of the same call, and names the nearest to a misspelt one", async () => {
    const { apply } = await start();
    const user = (name: string, attributes: string) =>
      `---\nname: ${name}\nversion: v1\ntype: user\nuser: {type: person, attributes: ${attributes}}\n`;
    const policy = (name: string, condition: string) =>
      `---\nname: ${name}\nversion: v1\ntype: policy\npolicy:\n  type: data\n  rules:\n    - {resource: "urn:dataos:depot:sales", actions: [read], subjects: ["users:id:ann"], conditions: [${JSON.stringify(condition)}]}\n`;
    const warnings = async (text: string) => (await apply("root", text)).map((one) => one.warnings.map(formatProblem));
    const ann = user("ann", "{department: sales, level: 3, teams: [a, b], active: true}");
    const sound =
      "department == 'sales' && level >= 3 && level != 4 && 'a' in teams && subject.active && department in ['x']";
    expect(await warnings(policy("p", sound) + ann)).toEqual([[], []]);
    expect(await warnings(policy("p", sound).replace("ann", "bob"))).toEqual([[]]);
    expect(
      await warnings(policy("q", "deparment == 'sales'") + policy("r", "region == 'EMEA'") + policy("s", sound)),
    ).toMatchInlineSnapshot(`
        [
          [
            "m.yaml:8:102: attribute \`subject.deparment\` is not declared, so its type is not checked; did you mean \`subject.department\`?",
          ],
          [
            "m.yaml:16:102: attribute \`subject.region\` is not declared, so its type is not checked",
          ],
          [],
        ]
      `);
    expect(await failure(apply("root", policy("t", "department == 3")))).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: \`==\` does not take string and int at character 1",
        "m.yaml:8:102: \`==\` does not take string and int at character 1",
      ]
    `);
    // what one user holds as a text and another as a number has no type to check
    await apply("root", user("bob", "{department: 7}"));
    expect(await warnings(policy("t", "department == 3"))).toEqual([[]]);
    // a user as it becomes counts, not as it was
    expect(await warnings(policy("u", "teams == ['a']") + user("ann", "{department: sales}"))).toMatchInlineSnapshot(`
      [
        [
          "m.yaml:8:102: attribute \`subject.teams\` is not declared, so its type is not checked",
        ],
        [],
      ]
    `);
  });

  it("warns of a policy only where it is applied", async () => {
    const { apply } = await start();
    const policy = (name: string, more = "") =>
      `---\nname: ${name}\nversion: v1\ntype: policy\n${more}policy:\n  type: data\n  rules:\n    - {resource: "urn:dataos:depot:sales", actions: [read], subjects: ["users:id:ann"], conditions: ["colour == 'red'"]}\n`;
    const counts = async (text: string) => (await apply("root", text)).map(({ warnings }) => warnings.length);
    expect(await counts(policy("p") + policy("q"))).toEqual([1, 1]);
    expect(await counts(policy("p", "description: again\n") + policy("q"))).toEqual([1, 1]);
  });

  it("makes policies decide before it answers, and stop with their deletion", async () => {
    const { apply, call, authorizer, control } = await start();
    const guest = await call("guest");
    const object = { paths: ["urn:dataos:depot:sales"], tags: [], attributes: {} };
    expect(authorizer.check(guest, "peek", object)).toBe(false);
    await apply(
      "root",
      "name: peeking\nversion: v1\ntype: policy\npolicy:\n  access: {subjects: {tags: ['users:id:guest']}, predicates: [peek], objects: {paths: ['urn:dataos:depot:**']}, allow: true}",
    );
    expect(authorizer.check(guest, "peek", object)).toBe(true);
    const ref = { type: "policy", name: "peeking", workspace: undefined } as const;
    const auth = await authorizer.authorizeList(await call("root"), "resource.delete");
    await control.delete(auth, ref, { force: false });
    expect(authorizer.check(guest, "peek", object)).toBe(false);
  });

  it("does not let anybody remove a deny that he may not lift", async () => {
    const { apply, call, authorizer, control } = await start();
    await apply(
      "root",
      "name: no-peeking\nversion: v1\ntype: policy\npolicy:\n  access: {subjects: {tags: ['users:id:guest']}, predicates: [peek], objects: {paths: ['**']}, allow: false}",
    );
    const auth = await authorizer.authorizeList(await call("dev"), "resource.delete");
    const ref = { type: "policy", name: "no-peeking", workspace: undefined } as const;
    expect(await failure(control.delete(auth, ref, { force: true }))).toMatchInlineSnapshot(`
      [
        "FORBIDDEN: \`dev\` may not remove or change the deny \`no-peeking/0\`; ask somebody who holds \`escalate\` on this policy",
        "m.yaml:5:11: \`dev\` may not remove or change the deny \`no-peeking/0\`; ask somebody who holds \`escalate\` on this policy",
      ]
    `);
  });

  it("keeps a grant without approval as a request that gives nothing", async () => {
    const { apply, get, call, authorizer, identity } = await start();
    const tags = ["roles:id:operator"];
    await identity.putUser({ id: "chief", name: "chief", type: "person", email: undefined, tags, attributes: {} });
    const grant = (approve: string) => `
name: g
version: v1alpha
type: grant
grant: {policy_use_case_id: read-depots, subjects: ["users:id:guest"], values: {read-depot: [{depot: sales}]}${approve}}
`;
    const may = async () =>
      authorizer.check(await call("guest"), "peek", { paths: ["urn:dataos:depot:sales"], tags: [], attributes: {} });
    await apply("root", grant(""));
    expect(await get("grant", "g")).toMatchObject({ phase: "Pending", status: "pending" });
    expect(await may()).toBe(false);
    await apply("chief", grant(", approve: true"));
    expect(await get("grant", "g")).toMatchObject({ phase: "Active", status: "active" });
    expect(await may()).toBe(true);
  });

  it("tells what is wrong with a policy, where its user wrote it", async () => {
    const { apply } = await start();
    const text = `
name: p
version: v1
type: policy
policy:
  type: data
  rules:
    - {resource: "urn:dataos:depot:sales", actions: [read], subjects: ["users:dataos:a"], conditions: ["deparment ==="]}
`;
    const [first, place] = await failure(apply("dev", text));
    expect(first).toMatch(/^BAD_USER_INPUT: /);
    expect(place).toMatch(/^m\.yaml:8:/);
  });

  it("records every change with who made it", async () => {
    const { apply, audit, control, authorizer, call } = await start();
    await apply("root", `${secret()}---${depot()}`);
    const auth = await authorizer.authorizeList(await call("root"), "resource.delete");
    await control.delete(auth, { type: "instance-secret", name: "sales-r", workspace: undefined }, { force: true });
    expect(
      audit
        .filter(({ type }) => type === "change")
        .map(({ actor, action, object, details }) => [actor, action, ...object, details?.forced ?? ""]),
    ).toEqual([
      ["root", "resource.create", "urn:dataos:resource:instance-secret:sales-r", ""],
      ["root", "resource.create", "urn:dataos:depot:sales", ""],
      ["root", "resource.delete", "urn:dataos:resource:instance-secret:sales-r", true],
    ]);
    expect(JSON.stringify(audit)).not.toContain("canary");
  });

  it("lets one of two who changed the same thing win, and tells the other", async () => {
    const { apply } = await start();
    const results = await Promise.allSettled([
      apply("root", secret("one-password")),
      apply("root", secret("two-password")),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("secret values", () => {
  it("are nowhere to be read", async () => {
    const { apply, control, authorizer, call, audit, clock } = await start();
    await apply("root", `${secret()}---${inline("db.example.com", "canary-4711")}`);
    clock.advance(1000);
    await control.whenIdle();
    const auth = await authorizer.authorizeList(await call("root"), "resource.read");
    const { items } = await control.list(auth, {}, { first: 100, after: undefined });
    const seen: unknown[] = [items, audit];
    for (const { node } of items)
      seen.push(await control.events(auth, node.ref), await control.versions(auth, node.ref));
    expect(JSON.stringify(seen)).not.toContain("canary");
    expect(JSON.stringify(seen)).toContain("[redacted]");
  });

  it("stay as they are stored where the manifest reads `[redacted]`", async () => {
    const { apply, connections, control } = await start();
    await apply("root", inline("db.example.com", "canary-4711"));
    const [again] = await apply("root", inline("db.example.com", "[redacted]"));
    expect(again?.outcome).toBe("unchanged");
    await control.whenIdle();
    expect(connections.at(-1)?.password.reveal()).toBe("canary-4711");
    expect(
      await failure(apply("root", inline("db.example.com", "[redacted]").replace("name: sales", "name: other"))),
    ).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: \`depot.connectionSecret.0.data.password\` reads \`[redacted]\`, which stands for a stored value, and none is stored; write the value",
        "m.yaml:7:95: \`depot.connectionSecret.0.data.password\` reads \`[redacted]\`, which stands for a stored value, and none is stored; write the value",
      ]
    `);
  });

  it("are dropped when the depot moves to another server, and that is said", async () => {
    const { apply, connections, control, get } = await start();
    await apply("root", inline("db.example.com", "canary-4711"));
    await control.whenIdle();
    const [moved] = await apply("root", inline("evil.example.com", "[redacted]"));
    expect(moved?.warnings.map(formatProblem)).toMatchInlineSnapshot(`
      [
        "m.yaml:7:95: the stored \`depot.connectionSecret.0.data.password\` was dropped, because host, port or TLS settings changed; apply the depot with its credentials",
      ]
    `);
    await control.whenIdle();
    expect(connections.map(({ host }) => host)).toEqual(["db.example.com"]);
    expect((await get("depot", "sales")).conditions.find(({ type }) => type === "Ready")).toMatchObject({
      status: "False",
      reason: "MissingCredentials",
    });
  });

  it("of an instance secret go only to depots of those who may read it", async () => {
    const { apply, connections, control, get } = await start();
    await apply(
      "root",
      "name: depot-makers\nversion: v1\ntype: policy\npolicy:\n  access: {subjects: {tags: ['users:id:guest']}, predicates: [create, update], objects: {tags: ['dataos:resource:depot']}, allow: true}",
    );
    await apply("root", secret());
    await apply("guest", depot("evil.example.com"));
    await control.whenIdle();
    expect(connections).toEqual([]);
    const found = await get("depot", "sales");
    expect(found.status).toBe("error");
    expect(found.conditions.find(({ type }) => type === "Ready")).toMatchObject({
      reason: "SecretNotAllowed",
      message:
        "`guest`, who applied the depot, may not read instance-secret `sales-r`; grant that, or let somebody apply the depot who may",
    });
  });
});

describe("delete", () => {
  it("is refused while others need it, naming them, unless forced", async () => {
    const { apply, control, authorizer, call, get } = await start();
    await apply("root", `${secret()}---${depot()}`);
    await control.whenIdle();
    const auth = await authorizer.authorizeList(await call("root"), "resource.delete");
    const ref = { type: "instance-secret", name: "sales-r", workspace: undefined } as const;
    expect(await failure(control.delete(auth, ref, { force: false }))).toMatchInlineSnapshot(`
      [
        "CONFLICT: instance-secret \`sales-r\` is needed by depot \`sales\`; delete that first, or force the deletion",
      ]
    `);
    expect(await failure(control.delete(auth, ref, { force: true, ifVersion: 99 }))).toMatchInlineSnapshot(`
      [
        "CONFLICT: instance-secret \`sales-r\` has version 2, not 99; read it again and repeat the call",
        "instance-secret \`sales-r\` has version 2, not 99; read it again and repeat the call",
      ]
    `);
    await control.delete(auth, ref, { force: true, dryRun: true });
    expect((await get("instance-secret", "sales-r")).phase).toBe("Active");
    await control.delete(auth, ref, { force: true });
    await expect(get("instance-secret", "sales-r")).rejects.toThrow("there is no instance-secret `sales-r`");
    await control.whenIdle();
    expect(await get("depot", "sales")).toMatchObject({
      phase: "Pending",
      status: "pending",
      conditions: [
        { type: "DependenciesReady", status: "False" },
        { message: "waits for instance-secret `sales-r`, which does not exist; apply it" },
      ],
    });
  });
});
