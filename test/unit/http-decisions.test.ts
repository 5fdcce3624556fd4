import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { scan, urns } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const todo = (name: string, roles: readonly string[], predicate: string, condition = "") => `---
name: ${name}
version: v1
type: policy
policy:
  access:
    subjects: {tags: [${roles.map((role) => JSON.stringify(role)).join(", ")}]}
    predicates: [${predicate}]
    objects: {tags: ["dataos:type:{todo,user}"]}
    ${condition === "" ? "" : `conditions: [${JSON.stringify(condition)}]`}
    allow: true
`;

const policies = `
name: ann-reads-orders
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [read]
    objects: {paths: ["dataos://sales:public/orders"]}
    allow: true
---
name: nobody-drops-orders
version: v1
type: policy
policy:
  type: data
  rules:
    - resource: dataos://sales:public/orders
      actions: [drop]
      subjects: ["users:id:**"]
      effect: deny
      reason: orders are kept for ten years
---
name: emails-are-hashed
version: v1
type: policy
policy:
  data:
    type: mask
    priority: 10
    depot: sales
    collection: public
    dataset: orders
    selector:
      column: {names: [email]}
      user: {match: any, tags: ["users:id:ann"]}
    mask: {operator: hash, hash: {algo: sha256}}
${todo("known-read", ["users:id:**"], "can_read_user, can_read_todos")}
${todo("create", ["roles:id:admin", "roles:id:editor"], "can_create_todo")}
${todo("update", ["roles:id:evil_genius"], "can_update_todo")}
${todo("update-own", ["roles:id:editor"], "can_update_todo", "object.ownerID == subject.email")}
${todo("delete", ["roles:id:admin"], "can_delete_todo")}
${todo("delete-own", ["roles:id:editor"], "can_delete_todo", "object.ownerID == subject.email")}
`;

let api: ApiServices;
let server: TestServer;
let before = 0;
beforeAll(async () => {
  api = await createApiServices(policies);
  await scan(api.catalog as never, { public: [{ name: "orders", columns: ["id", "email"] }] });
  server = await startServer(api);
});
beforeEach(async () => {
  before = (await api.records()).length;
});
afterAll(async () => {
  await server.close();
  await api.close();
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await server.post(path, body, { apikey: api.keys.svc, ...headers });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** Actions on record since the test began; those of a record of several answers behind it. */
async function recorded(): Promise<readonly string[]> {
  return (await api.records())
    .slice(before)
    .flatMap((record) => [record, ...(record.items ?? [])].map(({ action, outcome }) => `${action} ${outcome}`));
}

const context = {
  predicate: "read",
  object: { paths: ["dataos://sales:public/orders"], tags: ["dataos:type:dataset"] },
};
const annTags = ["roles:id:user", "users:id:ann"];

describe("the vendor's authorize", () => {
  const path = "/heimdall/api/v1/authorize";

  it("decides for the owner of the token, with what to mask", async () => {
    const { status, body } = await post(path, {
      token: api.keys.ann,
      context,
      pep_context: { user_agent: "my-pep/1.0" },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      allow: true,
      valid: true,
      result: {
        id: "ann",
        tags: annTags,
        data: { masks: [{ column: "email", operator: "hash", policy: "emails-are-hashed" }] },
      },
    });
    expect(body.result.data.reason).toMatch(/^allowed by rule `ann-reads-orders\/0` \(test-policies\.yaml:\d+:\d+\)$/);
    const denied = await post(path, { token: api.keys.svc, context });
    expect(denied.body).toMatchObject({
      allow: false,
      valid: true,
      result: { data: { deny_reason: "no-matching-allow" } },
    });
  });

  it("answers 200 with a recorded denial for a token that is none", async () => {
    const refused = { allow: false, valid: false, error: { status: 401, message: "the token is not valid" } };
    expect((await post(path, { token: "stolen", context })).body).toEqual(refused);
    expect((await post(path, { token: "stolen" })).body).toEqual(refused);
    expect(await recorded()).toEqual(["decision.ask allow", "read deny", "decision.ask allow", "authenticate deny"]);
  });

  it("only validates where nothing is asked", async () => {
    expect((await post(path, { token: api.keys.ann })).body).toEqual({
      allow: false,
      valid: true,
      result: { id: "ann", tags: annTags },
    });
  });

  it("refuses wrong bodies in the vendor's words where it has some", async () => {
    expect(await post(path, { token: "", context })).toMatchObject({
      status: 400,
      body: { error: { status: 400, message: "token is empty" } },
    });
    expect(await post(path, { token: api.keys.ann, pep_context: { authorization_atom_id: "read-x" } })).toMatchObject({
      status: 400,
      body: { error: { status: 400, message: "atom not found with id read-x" } },
    });
    const wrong = await post(path, { token: api.keys.ann, context: { predicate: 7, object: {} } });
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: "BAD_USER_INPUT" } } });
    expect(wrong.body.error.message).toContain("`context.predicate`");
  });

  it("answers a batch by key, and records each of its questions", async () => {
    const { body } = await post(`${path}/batch`, {
      token: api.keys.ann,
      contexts: { a: context, b: { ...context, predicate: "write" } },
    });
    expect(body).toMatchObject({
      id: "ann",
      tags: annTags,
      results: { a: { allow: true, valid: true }, b: { allow: false, valid: true } },
    });
    expect(await recorded()).toEqual(["decision.ask allow", "decision.ask deny", "read allow", "write deny"]);
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`k${i}`, context]));
    expect((await post(`${path}/batch`, { token: api.keys.ann, contexts: many })).status).toBe(400);
    expect((await post(`${path}/batch`, { token: "no", contexts: { a: context } })).body).toEqual({
      id: "",
      tags: [],
      results: { a: { allow: false, valid: false, error: { status: 401, message: "the token is not valid" } } },
    });
  });

  it("decides on what an atom and its variables say, whole", async () => {
    const orders = { depot: "sales", collection: "public", dataset: "orders" };
    const ask = (pep: object, more: object = {}) => post(path, { token: api.keys.ann, pep_context: pep, ...more });
    const readOrders = { authorization_atom_id: "read-dataset", variables: orders };
    // the atom is about reading and selecting, and ann may only read
    const whole = await ask(readOrders);
    expect(whole).toMatchObject({ status: 200, body: { allow: false, valid: true, result: { id: "ann" } } });
    expect(await recorded()).toEqual(["decision.ask allow", "decision.ask deny", "read allow", "select deny"]);
    const read = await ask(readOrders, { context: { predicate: "read" } });
    expect(read.body).toMatchObject({ allow: true, result: { data: { rules: ["ann-reads-orders/0"] } } });
    expect((await ask({ ...readOrders, variables: { ...orders, dataset: "lines" } })).body.allow).toBe(false);
    const record = (await api.records()).at(-1);
    expect(record?.items?.map(({ object }) => object)).toEqual([
      ["dataos://sales:public/lines"],
      ["dataos://sales:public/lines"],
    ]);
    // the vendor's client fills the atom in itself, and names it beside
    const filled = await ask({ authorization_atom_id: "read-dataset" }, { context });
    expect(filled.body).toMatchObject({ allow: true, valid: true });
    const asUser = { user_id: "ann", context: { predicate: "read" }, pep_context: readOrders };
    expect((await post(`${path}/user`, asUser)).body).toMatchObject({ allow: true, result: { id: "ann" } });
  });

  it.each([
    ["an unknown atom", { authorization_atom_id: "read-x" }, {}],
    ["an atom without its values", { authorization_atom_id: "read-dataset" }, {}],
    [
      "an empty value",
      { authorization_atom_id: "read-dataset", variables: { depot: "a", collection: "b", dataset: "" } },
      {},
    ],
    [
      "a variable that the atom has not",
      {
        authorization_atom_id: "read-dataset",
        variables: { depot: "a", collection: "b", dataset: "c", __proto__x: "" },
      },
      {},
    ],
    ["an atom about many objects", { authorization_atom_id: "read-depot", variables: { depot: "a" } }, {}],
    [
      "a predicate that the atom is not about",
      { authorization_atom_id: "get-path-ingress", variables: { path: "/x" } },
      { context: { predicate: "post" } },
    ],
    ["two objects", { authorization_atom_id: "get-path-ingress", variables: { path: "/x" } }, { context }],
    ["an object without predicate", {}, { context: { object: context.object } }],
    ["no object", {}, { context: { predicate: "read" } }],
  ])("says what is wrong with a question about %s", async (_, pep, more) => {
    const answer = await post(path, { token: api.keys.ann, pep_context: pep, ...more });
    expect(answer).toMatchObject({ status: 400, body: { allow: false, error: { status: 400 } } });
    expect(answer.body.error.message).toMatchSnapshot();
  });

  it("takes atoms in a batch, each context's own or one for all, and answers a fault in its place", async () => {
    const orders = { depot: "sales", collection: "public", dataset: "orders" };
    const { status, body } = await post(`${path}/batch`, {
      token: api.keys.ann,
      pep_context: { authorization_atom_id: "read-dataset", variables: orders },
      contexts: {
        shared: { predicate: "read" },
        whole: {},
        own: { pep_context: { authorization_atom_id: "get-path-ingress", variables: { path: "/x" } } },
        plain: { ...context, pep_context: {} },
        fault: { pep_context: { authorization_atom_id: "read-x" } },
      },
    });
    expect(status).toBe(200);
    expect(body.results).toMatchObject({
      shared: { allow: true, valid: true },
      whole: { allow: false, valid: true, data: { deny_reason: "no-matching-allow" } },
      own: { allow: false, valid: true },
      plain: { allow: true, valid: true, data: { rules: ["ann-reads-orders/0"] } },
      fault: { allow: false, valid: true, error: { status: 400, message: "atom not found with id read-x" } },
    });
  });

  it("asks for a right of its own before it decides for a named user", async () => {
    const ask = (userId: string, apikey: string) => post(`${path}/user`, { user_id: userId, context }, { apikey });
    expect((await ask("ann", api.keys.svc)).body).toMatchObject({ allow: true, valid: true, result: { id: "ann" } });
    expect((await ask("nobody", api.keys.svc)).body).toMatchObject({ allow: false, valid: false });
    expect((await ask("ann", api.keys.ann)).body).toMatchObject({ allow: true });
    expect((await ask("dev", api.keys.ann)).status).toBe(403);
    expect((await recorded()).filter((action) => action.startsWith("decision"))).toEqual([
      "decision.askForOthers allow",
      "decision.askForOthers allow",
      "decision.ask allow",
      "decision.askForOthers deny",
    ]);
  });
});

const evaluation = {
  subject: { type: "user", id: "ann" },
  action: { name: "can_read_todos" },
  resource: { type: "todo", id: "todo-1", properties: { ownerID: "ann@example.org" } },
};

describe("AuthZEN", () => {
  it("says where its endpoints are", async () => {
    expect(await (await server.get("/.well-known/authzen-configuration")).json()).toEqual({
      policy_decision_point: server.url,
      access_evaluation_endpoint: `${server.url}/access/v1/evaluation`,
      access_evaluations_endpoint: `${server.url}/access/v1/evaluations`,
      search_subject_endpoint: `${server.url}/access/v1/search/subject`,
      search_resource_endpoint: `${server.url}/access/v1/search/resource`,
      search_action_endpoint: `${server.url}/access/v1/search/action`,
    });
  });

  it("evaluates one question and gives X-Request-ID back", async () => {
    const asked = { ...evaluation, context: { time: "1985-10-26T01:22-07:00" } };
    const { body, headers } = await post("/access/v1/evaluation", asked, { "x-request-id": "bfe9eb29-ab87" });
    expect(body).toMatchObject({ decision: true, context: { reason: expect.stringContaining("known-read/0") } });
    expect(headers.get("x-request-id")).toBe("bfe9eb29-ab87");
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(await recorded()).toEqual(["can_read_todos allow"]);
    expect((await api.records()).at(-1)?.details).toMatchObject({
      admittedAs: "decision.askForOthers",
      admittedBy: [expect.any(String)],
      subject: "ann",
    });
  });

  it("says by which rules, at which place, and in the standard's words why not, to whoever looks after it and to the user", async () => {
    const resource = { type: "dataset", id: "dataos://sales:public/orders" };
    const ask = async (name: string) =>
      (await post("/access/v1/evaluation", { ...evaluation, action: { name }, resource })).body.context;
    const policyVersion = api.policies.list().policyVersion;
    const allowed = await ask("read");
    expect(allowed).toMatchObject({
      policy_version: policyVersion,
      rules: ["ann-reads-orders/0"],
      decided_by: [
        {
          id: "ann-reads-orders/0",
          policy: "ann-reads-orders",
          effect: "allow",
          at: expect.stringMatching(/^test-policies\.yaml:\d+:\d+$/),
        },
      ],
      masks: [{ column: "email", at: expect.stringMatching(/^test-policies\.yaml:\d+:\d+$/) }],
    });
    expect(allowed).not.toHaveProperty("reason_user");
    const denied = await ask("drop");
    const [rule] = denied.decided_by;
    expect(rule).toMatchObject({
      id: "nobody-drops-orders/0",
      effect: "deny",
      reason: "orders are kept for ten years",
    });
    expect(denied.reason_admin).toEqual({
      "403": `denied by rule \`nobody-drops-orders/0\` (${rule.at}): orders are kept for ten years`,
    });
    expect(denied.reason_user).toEqual({ "403": "orders are kept for ten years" });
    const unmatched = await ask("write");
    expect(unmatched).toMatchObject({
      deny_reason: "no-matching-allow",
      policy_version: policyVersion,
      reason_admin: { "403": "denied because no rule allows it" },
      reason_user: { "403": "you have no access to this; ask for a grant, or whoever looks after it" },
    });
    expect((await ask("drop")).decided_by).toEqual(denied.decided_by);
    const unknown = { ...evaluation, subject: { type: "user", id: "nobody" } };
    const { context } = (await post("/access/v1/evaluation", unknown)).body;
    expect(context).toMatchObject({ deny_reason: "unknown-subject", reason_admin: { "403": expect.any(String) } });
  });

  it("takes URNs and addresses for what the catalog knows", async () => {
    for (const id of ["dataos://sales:public/orders", urns.dataset("sales", "shop", "public", "orders")]) {
      const resource = { type: "dataset", id };
      const { body } = await post("/access/v1/evaluation", { ...evaluation, action: { name: "read" }, resource });
      expect(body).toMatchObject({ decision: true, context: { masks: [{ column: "email", operator: "hash" }] } });
    }
  });

  it("denies an unknown subject, and does not take the service's word before what is stored", async () => {
    const ask = async (subject: object) =>
      (await post("/access/v1/evaluation", { ...evaluation, subject })).body.decision;
    expect(await ask({ type: "user", id: "nobody" })).toBe(false);
    expect(await ask({ type: "robot", id: "ann" })).toBe(false);
    expect(await ask({ type: "user", id: "ann", properties: { tags: ["roles:id:operator"] } })).toBe(true);
    const forged = { type: "user", id: "ann", properties: { id: "root", tags: ["roles:id:admin"], roles: ["admin"] } };
    const { body } = await post("/access/v1/evaluation", {
      ...evaluation,
      action: { name: "can_delete_todo" },
      subject: forged,
    });
    expect(body.decision).toBe(false);
  });

  it.each([
    ["no subject", { ...evaluation, subject: undefined }],
    ["no resource", { ...evaluation, resource: undefined }],
    ["no action", { ...evaluation, action: undefined }],
    ["a subject without id", { ...evaluation, subject: { type: "user" } }],
    ["a subject without type", { ...evaluation, subject: { id: "ann" } }],
    ["an action without name", { ...evaluation, action: {} }],
    ["a resource without type", { ...evaluation, resource: { id: "x" } }],
    ["a number as id", { ...evaluation, resource: { type: "todo", id: 7 } }],
    ["a list as context", { ...evaluation, context: [] }],
    ["no object", "[]"],
    ["no JSON", "{"],
  ])("answers 400 to %s", async (_, body) => {
    expect((await post("/access/v1/evaluation", body)).status).toBe(400);
  });

  it("evaluates several questions that share their rest, in order, with faults in place", async () => {
    const { body } = await post("/access/v1/evaluations", {
      subject: evaluation.subject,
      resource: evaluation.resource,
      evaluations: [
        { action: { name: "can_read_todos" } },
        { action: { name: "can_delete_todo" } },
        {},
        { action: { name: "can_read_user" } },
      ],
    });
    expect(body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([true, false, false, true]);
    expect(body.evaluations[2].context.error).toMatchObject({ status: 400 });
  });

  it("is a single evaluation where `evaluations` is empty or absent", async () => {
    expect((await post("/access/v1/evaluations", { ...evaluation, evaluations: [] })).body).toMatchObject({
      decision: true,
    });
    expect((await post("/access/v1/evaluations", evaluation)).body).toMatchObject({ decision: true });
  });

  it("stops where the semantic says so, and decides nothing beyond", async () => {
    const ask = async (semantic: string, names: readonly string[]) => {
      const evaluations = names.map((name) => ({ action: { name } }));
      const { body } = await post("/access/v1/evaluations", {
        ...evaluation,
        evaluations,
        options: { evaluations_semantic: semantic },
      });
      return body.evaluations.map(({ decision }: { decision: boolean }) => decision);
    };
    const [yes, no] = ["can_read_todos", "can_delete_todo"] as const;
    expect(await ask("deny_on_first_deny", [yes, no, yes])).toEqual([true, false]);
    expect(await ask("permit_on_first_permit", [no, yes, no])).toEqual([false, true]);
    expect((await recorded()).filter((action) => action.startsWith("can_"))).toHaveLength(4);
  });

  it("searches subjects, resources and actions by pages, each hit as an evaluation would answer", async () => {
    const search = async (what: string, asked: object) => (await post(`/access/v1/search/${what}`, asked)).body;
    const { subject, resource, action } = evaluation;
    const found: string[] = [];
    let token = "";
    do {
      const asked = { subject: { type: "user" }, action, resource, page: { token, limit: 2 } };
      const { results, page } = await search("subject", asked);
      expect(results.length).toBeLessThanOrEqual(2);
      found.push(...results.map(({ id }: { id: string }) => id));
      token = page.next_token;
    } while (token !== "");
    const users = (await api.identity.listUsers()).map(({ id }) => id);
    const allowed: string[] = [];
    for (const id of users) {
      const { body } = await post("/access/v1/evaluation", { ...evaluation, subject: { type: "user", id } });
      if (body.decision) allowed.push(id);
    }
    expect(found).toEqual(allowed.sort());
    const datasets = await search("resource", { subject, action: { name: "read" }, resource: { type: "dataset" } });
    expect(datasets.results).toEqual([{ type: "dataset", id: urns.dataset("sales", "shop", "public", "orders") }]);
    const actions = await search("action", { subject, resource });
    expect(actions.results).toContainEqual({ name: "can_read_todos" });
    expect(actions.results).not.toContainEqual({ name: "can_delete_todo" });
    expect((await search("resource", { subject: { type: "user", id: "ghost" }, action, resource })).results).toEqual(
      [],
    );
    expect((await post("/access/v1/search/subject", { action, resource })).status).toBe(400);
    const other = await post(
      "/access/v1/search/subject",
      { subject: { type: "user" }, action, resource },
      { apikey: api.keys.ann },
    );
    expect(other.status).toBe(403);
  });

  it("answers alike whether a call is plain or goes by the router", async () => {
    const bodies = [
      evaluation,
      { ...evaluation, action: { name: "can_delete_todo" } },
      { ...evaluation, subject: undefined },
      { ...evaluation, subject: { type: "user", id: "nobody" } },
      "{",
      `{"__proto__":{"a":1},${JSON.stringify(evaluation).slice(1)}`,
      `{"subject":{"type":"user","id":"a\\u006en"},"action":{"name":"can_read_todos"},"resource":{"type":"todo","id":"x"}}`,
    ];
    for (const path of ["/access/v1/evaluation", "/access/v1/evaluations"]) {
      for (const body of bodies) {
        const plain = await post(path, body, { "x-request-id": "same" });
        const routed = await post(path, body, { "x-request-id": "same", "content-encoding": "identity" });
        const { decision_id: _, ...context } = plain.body.context ?? {};
        expect(routed.status).toBe(plain.status);
        expect(routed.body).toMatchObject({ ...plain.body, ...(plain.body.context && { context }) });
        const names = (headers: Headers) =>
          Object.fromEntries(
            [...headers].filter(([name]) => !["date", "content-length", "connection", "keep-alive"].includes(name)),
          );
        expect(names(routed.headers)).toEqual(names(plain.headers));
      }
    }
  });

  const data = new URL("../../../shared/data/authzen/", import.meta.url);
  it.skipIf(!existsSync(data))(
    "decides the to-do scenario of ../shared/data/authzen as expected, by its schema",
    async () => {
      const read = (name: string) => JSON.parse(readFileSync(new URL(name, data), "utf8"));
      const people: Record<string, { id: string; name: string; email: string; roles: string[] }> =
        read("todo/users.json");
      for (const [id, { name, email, roles }] of Object.entries(people)) {
        const tags = roles.map((role) => `roles:id:${role}`);
        await api.identity.putUser({ id, name, type: "person", email, tags, attributes: { email } });
      }
      const { required, properties } = read("schemas/evaluation-response.schema.json");
      const cases: readonly { request: { subject: { id: string } }; expected: boolean }[] = read(
        "todo/decisions-authorization-api-1_0-01.json",
      ).evaluation;
      expect(cases.length).toBeGreaterThan(30);
      for (const { request, expected } of cases) {
        const { status, body } = await post("/access/v1/evaluation", request);
        expect([status, body.decision, request]).toEqual([200, expected, request]);
        for (const name of required) expect(body).toHaveProperty(name);
        for (const [name, value] of Object.entries(body)) expect(typeof value).toBe(properties[name]?.type);
      }
      // the same in one call
      const evaluations = cases.map(({ request }) => request);
      const { body } = await post("/access/v1/evaluations", { evaluations });
      expect(body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual(
        cases.map(({ expected }) => expected),
      );
    },
  );
});
