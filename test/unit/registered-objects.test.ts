import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const policies = `
name: owners-of-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [edit]
    objects: {tags: ["dataos:type:todo"]}
    conditions: ["object.ownerID == subject.id"]
    allow: true
---
name: open-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [see]
    objects: {tags: ["open"]}
    allow: true
---
name: no-frozen-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:**"]}
    predicates: [edit, see]
    objects: {tags: ["frozen"]}
    allow: false
---
name: dev-helps-out
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:dev"]}
    predicates: [create, read, register, unregister]
    objects: {paths: ["urn:dataos:object-type:{todo,mine}"]}
    allow: true
`;

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(policies);
  server = await startServer(api);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

type Who = keyof ApiServices["keys"];
const send = async (user: Who, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { apikey: api.keys[user], ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
};
const base = "/heimdall/api/v1";
const register = (user: Who, objects: object[], query = "") =>
  send(user, "POST", `${base}/objects${query}`, { objects: objects.map((object) => ({ type: "todo", ...object })) });
const may = async (id: string, action: string, properties?: object) => {
  const asked = {
    subject: { type: "user", id: "ann" },
    action: { name: action },
    resource: { type: "todo", id, ...(properties && { properties }) },
  };
  return (await send("svc", "POST", "/access/v1/evaluation", asked)).body.decision;
};
const search = async (what: string, asked: object) =>
  (await send("svc", "POST", `/access/v1/search/${what}`, asked)).body.results;

describe("objects of a service", () => {
  it("have types that an operator makes and hands to the service", async () => {
    expect((await send("svc", "PUT", `${base}/object-types/todo`, {})).status).toBe(403);
    expect((await send("root", "PUT", `${base}/object-types/dataset`, {})).body.error.message).toMatch(/own word/);
    expect((await send("root", "PUT", `${base}/object-types/todo`, { owner: "nobody" })).status).toBe(400);
    const dry = await send("root", "PUT", `${base}/object-types/todo?dry_run=true`, { owner: "svc" });
    expect(dry.body).toEqual({ name: "todo", description: "", owner: "svc" });
    expect((await send("root", "GET", `${base}/object-types/todo`)).status).toBe(404);
    const made = await send("root", "PUT", `${base}/object-types/todo`, { description: "to do", owner: "svc" });
    expect(made.body).toEqual({ name: "todo", description: "to do", owner: "svc" });
    // without a word about the owner it stays
    expect((await send("svc", "PUT", `${base}/object-types/todo`, { description: "things" })).body.owner).toBe("svc");
    expect((await send("svc", "GET", `${base}/object-types`)).body.object_types).toHaveLength(1);
    expect((await send("ann", "GET", `${base}/object-types`)).body.object_types).toEqual([]);
    expect((await send("ann", "GET", `${base}/object-types/todo`)).status).toBe(404);
    expect((await send("dev", "PUT", `${base}/object-types/todo`, { owner: "dev" })).status).toBe(403);
    const own = await send("dev", "PUT", `${base}/object-types/mine`, {});
    expect(own.body.error.message).toMatch(/the owner of `mine` decides what policies give/);
  });

  it("are registered together or not at all, read, listed by pages and forgotten by who may", async () => {
    const objects = ["a", "b/c d", "é"].map((id) => ({ id, attributes: { ownerID: "ann" }, tags: ["new"] }));
    expect((await register("ann", objects)).status).toBe(403);
    expect((await register("ann", [{ type: "nothing", id: "1" }])).status).toBe(403);
    expect((await register("root", [{ type: "nothing", id: "1" }])).body.error.message).toMatch(/no type `nothing`/);
    const wrong = await register("svc", [...objects, { id: "x", tags: ["dataos:type:dataset"] }]);
    expect(wrong.status).toBe(400);
    expect((await send("svc", "GET", `${base}/objects/todo`)).body.objects).toEqual([]);
    expect((await register("svc", objects, "?dry_run=true")).body.objects).toHaveLength(3);
    expect((await send("svc", "GET", `${base}/objects/todo`)).body.objects).toEqual([]);

    const { status, body } = await register("svc", objects);
    expect(status).toBe(200);
    expect(body.objects[1]).toEqual({ type: "todo", ...objects[1], version: expect.stringMatching(/^\S{22}$/) });
    const one = await send("svc", "GET", `${base}/objects/todo/${encodeURIComponent("b/c d")}`);
    expect(one.body).toEqual(body.objects[1]);
    expect((await send("ann", "GET", `${base}/objects/todo/a`)).status).toBe(403);
    const first = await send("svc", "GET", `${base}/objects/todo?size=2&tag=n*`);
    const rest = await send("svc", "GET", `${base}/objects/todo?size=2&tag=n*&after=${first.body.next}`);
    expect([...first.body.objects, ...rest.body.objects].map(({ id }) => id)).toEqual(["a", "b/c d", "é"]);
    expect(rest.body.next).toBe("");
    expect((await send("svc", "GET", `${base}/objects/todo?tag=[`)).status).toBe(400);
    expect((await send("svc", "GET", `${base}/objects/todo?size=0`)).status).toBe(400);

    const long = "é".repeat(256);
    expect((await register("svc", [{ id: long }])).status).toBe(200);
    expect((await send("svc", "GET", `${base}/objects/todo/${encodeURIComponent(long)}`)).body.id).toBe(long);
    expect((await send("svc", "DELETE", `${base}/objects/todo/${encodeURIComponent(long)}`)).status).toBe(204);
    expect((await send("svc", "GET", `${base}/objects/todo/${encodeURIComponent(long)}`)).status).toBe(404);
    expect((await send("root", "DELETE", `${base}/object-types/todo`)).status).toBe(409);
  });

  it("are changed only as they were read, where the caller says how they were", async () => {
    const { version } = (await register("svc", [{ id: "v", attributes: { n: 1 } }])).body.objects[0];
    const change = (n: number, if_version: string) => register("svc", [{ id: "v", attributes: { n }, if_version }]);
    expect((await change(2, version)).status).toBe(200);
    const late = await change(3, version);
    expect(late.status).toBe(409);
    expect(late.body.error.message).toMatch(/`todo:v` has version/);
    const refs = { objects: [{ type: "todo", id: "v", if_version: version }] };
    expect((await send("svc", "POST", `${base}/objects/delete`, refs)).status).toBe(409);
    expect((await send("svc", "DELETE", `${base}/objects/todo/v`)).status).toBe(204);
    expect((await change(3, version)).body.error.message).toMatch(/is not there/);
  });

  it("decide by what is stored, completed and overridden by what the question says", async () => {
    await register("svc", [
      { id: "1", attributes: { ownerID: "ann" } },
      { id: "2", attributes: { ownerID: "bob" }, tags: ["open"] },
      { id: "3", attributes: { ownerID: "ann" }, tags: ["open", "frozen"] },
    ]);
    expect(await may("1", "edit")).toBe(true);
    expect(await may("2", "edit")).toBe(false);
    expect(await may("2", "edit", { ownerID: "ann" })).toBe(true);
    expect(await may("1", "edit", { ownerID: "bob" })).toBe(false);
    expect(await may("2", "see")).toBe(true);
    // tags are those of both, so that a question cannot take one off
    expect(await may("3", "see", { tags: [] })).toBe(false);
    expect(await may("1", "see", { tags: ["open"] })).toBe(true);
    expect(await may("unregistered", "edit", { ownerID: "ann" })).toBe(true);

    const question = { subject: { type: "user", id: "ann" }, resource: { type: "todo" } };
    const found = await search("resource", { ...question, action: { name: "edit" } });
    expect(found.map(({ id }: { id: string }) => id)).toEqual(["1", "a", "b/c d", "é"]);
    const who = await search("subject", {
      subject: { type: "user" },
      action: { name: "edit" },
      resource: { type: "todo", id: "1" },
    });
    expect(who.map(({ id }: { id: string }) => id)).toContain("ann");
    const actions = await search("action", { ...question, resource: { type: "todo", id: "2" } });
    expect(actions).toEqual([{ name: "see" }]);
    const vendor = await send("ann", "POST", `${base}/authorize`, {
      token: api.keys.ann,
      context: { predicate: "edit", object: { paths: ["todo:1"] } },
    });
    expect(vendor.body.allow).toBe(true);
    const several = await send("svc", "POST", "/access/v1/evaluations", {
      ...question,
      action: { name: "edit" },
      evaluations: ["1", "2"].map((id) => ({ resource: { type: "todo", id } })),
    });
    expect(several.body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([true, false]);
  });

  it("change under the eyes of policies only by their owner or who may escalate", async () => {
    const told = await register("dev", [{ id: "2", attributes: { ownerID: "dev" }, tags: ["open"] }]);
    expect(told.status).toBe(403);
    expect(told.body.error.message).toBe(
      "`todo:2`: policies look at what changes (allow `owners-of-todos/0` would reach it), so this is a change of what they give; ask the type's owner, or somebody who may `escalate` on the type",
    );
    expect((await register("dev", [{ id: "new", tags: ["open"] }])).body.error.message).toMatch(/`open-todos\/0`/);
    const freed = await send("dev", "DELETE", `${base}/objects/todo/3`);
    expect(freed.status).toBe(403);
    expect(freed.body.error.message).toMatch(/deny `no-frozen-todos\/0` would not hold it back/);
    // what nobody looks at, and what only takes away, is the registrar's
    const harmless = { id: "2", attributes: { ownerID: "bob", title: "x" }, tags: ["open"] };
    expect((await register("dev", [harmless], "?dry_run=true")).status).toBe(200);
    expect((await register("dev", [{ ...harmless, tags: ["frozen"] }], "?dry_run=true")).status).toBe(200);
    expect(await may("2", "edit")).toBe(false);
    expect((await register("svc", [{ ...harmless, attributes: { ownerID: "ann" } }])).status).toBe(200);
    expect(await may("2", "edit")).toBe(true);
  });

  it("leave a record of each call that asked, was refused and changed something", async () => {
    const before = (await api.records()).length;
    await register("svc", [{ id: "r" }]);
    await register("ann", [{ id: "r" }]);
    await register("dev", [{ id: "r", tags: ["open"] }]);
    const records = (await api.records()).slice(before);
    expect(records.map(({ type, actor, action, outcome }) => [type, actor, action, outcome])).toEqual([
      ["decision", "svc", "object.register", "allow"],
      ["change.begun", "svc", "object.register", "success"],
      ["change", "svc", "object.register", "success"],
      ["decision", "ann", "object.register", "deny"],
      ["decision", "dev", "object.register", "allow"],
      ["decision", "dev", "escalate", "deny"],
    ]);
    for (const record of records.slice(1, 3)) {
      expect(record.object).toEqual(["urn:dataos:object:todo:r"]);
      expect(record.decisionId).toBe(records[0]?.decisionId);
    }
  });

  it("are the same over GraphQL, with faults as user errors", async () => {
    const put = `mutation { putObjectType(input: {name: "invoice", owner: "svc"}) { objectType { name owner } userErrors { code } } }`;
    expect((await server.graphql(put, api.keys.ann)).data?.putObjectType).toEqual({
      objectType: null,
      userErrors: [{ code: "FORBIDDEN" }],
    });
    expect((await server.graphql(put, api.keys.root)).data?.putObjectType).toEqual({
      objectType: { name: "invoice", owner: "svc" },
      userErrors: [],
    });
    const objects = [1, 2, 3].map((id) => ({ type: "invoice", id: String(id), attributes: { total: id } }));
    const register = `mutation ($input: RegisterObjectsInput!) {
      registerObjects(input: $input) { objects { id version } userErrors { code message } }
    }`;
    const registered = await server.graphql(register, api.keys.svc, { input: { objects } });
    const payload = registered.data?.registerObjects as { objects: { version: string }[] };
    expect(payload.objects).toHaveLength(3);
    const stale = [{ ...objects[0], ifVersion: "x" }];
    expect((await server.graphql(register, api.keys.svc, { input: { objects: stale } })).data?.registerObjects).toEqual(
      {
        objects: [],
        userErrors: [
          { code: "CONFLICT", message: expect.stringMatching(/`invoice:1` has version `\S+`, not `x`; read it again/) },
        ],
      },
    );
    const list = `query ($after: String) {
      registeredObjects(type: "invoice", first: 2, after: $after) {
        edges { node { id attributes } } pageInfo { hasNextPage endCursor }
      }
      registeredObject(type: "invoice", id: "2") { version }
      none: registeredObject(type: "invoice", id: "9") { version }
      objectTypes { edges { node { name } } }
    }`;
    const { data } = await server.graphql(list, api.keys.svc);
    const page = data?.registeredObjects as { edges: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    expect(page.edges).toHaveLength(2);
    expect(data).toMatchObject({ registeredObject: { version: payload.objects[1]?.version }, none: null });
    expect(data?.objectTypes).toEqual({ edges: [{ node: { name: "invoice" } }, { node: { name: "todo" } }] });
    const rest = await server.graphql(list, api.keys.svc, { after: page.pageInfo.endCursor });
    expect(rest.data?.registeredObjects).toMatchObject({
      edges: [{ node: { id: "3", attributes: { total: 3 } } }],
      pageInfo: { hasNextPage: false },
    });
    expect((await server.graphql(list, api.keys.ann)).errors?.[0]).toMatchObject({ extensions: { code: "FORBIDDEN" } });
    const forget = `mutation { unregisterObjects(input: {objects: [{type: "invoice", id: "1"}, {type: "invoice", id: "2"},
      {type: "invoice", id: "3"}]}) { userErrors { code } } deleteObjectType(input: {name: "invoice"}) { name userErrors { code } } }`;
    expect((await server.graphql(forget, api.keys.svc)).data).toEqual({
      unregisterObjects: { userErrors: [] },
      deleteObjectType: { name: "invoice", userErrors: [] },
    });
  });
});
