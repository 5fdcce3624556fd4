import { existsSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { createServices, type DoubleOptions, keys } from "../support/api-doubles.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

let server: TestServer | undefined;
afterEach(() => server?.close());

async function start(options: DoubleOptions = {}) {
  const doubles = createServices({}, options);
  server = await startServer(doubles.services);
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await (server as TestServer).post(path, body, { apikey: keys.root, ...headers });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  return { ...doubles, post, server };
}

const context = { predicate: "read", object: { paths: ["dataos://lake:sales/orders"], tags: ["dataos:type:dataset"] } };

describe("the vendor's authorize", () => {
  const path = "/heimdall/api/v1/authorize";

  it("decides for the owner of the token", async () => {
    const { post } = await start({ decide: ({ subject }) => "id" in subject && subject.id === "ann" });
    const { status, body } = await post(path, { token: keys.ann, context, pep_context: { user_agent: "my-pep/1.0" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      allow: true,
      valid: true,
      result: {
        id: "ann",
        tags: ["roles:id:user", "users:id:ann"],
        data: { decision_id: "d-2", reason: "allowed by rule `r/0` (r.yaml:3:5)" },
      },
    });
    expect((await post(path, { token: keys.root, context })).body).toMatchObject({ allow: false, valid: true });
  });

  it("answers 200 with a recorded denial for a token that is none", async () => {
    const { post, calls } = await start();
    expect((await post(path, { token: "stolen", context })).body).toEqual({
      allow: false,
      valid: false,
      error: { status: 401, message: "the token is not valid" },
    });
    expect((await post(path, { token: "stolen" })).body.valid).toBe(false);
    expect(calls.filter((call) => call === "decide 1")).toHaveLength(2);
  });

  it("only validates where nothing is asked", async () => {
    const { post } = await start();
    expect((await post(path, { token: keys.ann })).body).toEqual({
      allow: false,
      valid: true,
      result: { id: "ann", tags: ["roles:id:user", "users:id:ann"] },
    });
  });

  it("refuses wrong bodies in the vendor's words where it has some", async () => {
    const { post } = await start();
    expect(await post(path, { token: "", context })).toMatchObject({
      status: 400,
      body: { error: { status: 400, message: "token is empty" } },
    });
    expect(await post(path, { token: keys.ann, pep_context: { authorization_atom_id: "read-x" } })).toMatchObject({
      status: 400,
      body: { error: { status: 400, message: "atom not found with id read-x" } },
    });
    const wrong = await post(path, { token: keys.ann, context: { predicate: 7, object: {} } });
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: "BAD_USER_INPUT" } } });
    expect(wrong.body.error.message).toContain("`context.predicate`");
  });

  it("asks nothing for a service that may not ask", async () => {
    const { post, calls } = await start({ denied: ["decision.ask"] });
    expect((await post(path, { token: keys.ann, context })).status).toBe(403);
    expect(calls).toEqual(["authorize decision.ask"]);
  });

  it("answers a batch by key", async () => {
    const { post } = await start({ decide: ({ predicate }) => predicate === "read" });
    const { body } = await post(`${path}/batch`, {
      token: keys.ann,
      contexts: { a: context, __proto__x: { ...context, predicate: "write" } },
    });
    expect(body).toMatchObject({
      id: "ann",
      tags: ["roles:id:user", "users:id:ann"],
      results: { a: { allow: true, valid: true }, __proto__x: { allow: false, valid: true } },
    });
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`k${i}`, context]));
    expect((await post(`${path}/batch`, { token: keys.ann, contexts: many })).status).toBe(400);
    expect((await post(`${path}/batch`, { token: "no", contexts: { a: context } })).body).toEqual({
      id: "",
      tags: [],
      results: { a: { allow: false, valid: false, error: { status: 401, message: "the token is not valid" } } },
    });
  });

  it("asks for a right of its own before it decides for a named user", async () => {
    const { post, calls } = await start();
    expect((await post(`${path}/user`, { user_id: "ann", context })).body).toMatchObject({
      allow: true,
      valid: true,
      result: { id: "ann" },
    });
    await post(`${path}/user`, { user_id: "root", context });
    expect((await post(`${path}/user`, { user_id: "nobody", context })).body).toMatchObject({
      allow: false,
      valid: false,
    });
    expect(calls.filter((call) => call.startsWith("authorize"))).toEqual([
      "authorize decision.askForOthers",
      "authorize decision.ask",
      "authorize decision.askForOthers",
    ]);
  });
});

const evaluation = {
  subject: { type: "user", id: "ann" },
  action: { name: "can_read" },
  resource: { type: "todo", id: "todo-1", properties: { ownerID: "ann@example.org" } },
};

describe("AuthZEN", () => {
  it("says where its endpoints are", async () => {
    const { server } = await start();
    expect(await (await server.get("/.well-known/authzen-configuration")).json()).toEqual({
      policy_decision_point: server.url,
      access_evaluation_endpoint: `${server.url}/access/v1/evaluation`,
      access_evaluations_endpoint: `${server.url}/access/v1/evaluations`,
    });
  });

  it("evaluates one question, with the resource as Heimdall's object, and gives X-Request-ID back", async () => {
    const asked: unknown[] = [];
    const { post } = await start({ decide: (question) => asked.push(question) > 0 });
    const { body, headers } = await post(
      "/access/v1/evaluation",
      { ...evaluation, context: { time: "x" } },
      { "x-request-id": "bfe9eb29-ab87" },
    );
    expect(body).toMatchObject({ decision: true, context: { decision_id: "d-2" } });
    expect(headers.get("x-request-id")).toBe("bfe9eb29-ab87");
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(asked[0]).toMatchObject({
      subject: { id: "ann" },
      predicate: "can_read",
      object: {
        id: "todo-1",
        type: "todo",
        paths: ["todo:todo-1"],
        tags: ["dataos:type:todo"],
        attributes: { ownerID: "ann@example.org" },
      },
    });
  });

  it("denies an unknown subject, and does not take the service's word before what is stored", async () => {
    const { post } = await start();
    expect(
      (await post("/access/v1/evaluation", { ...evaluation, subject: { type: "user", id: "nobody" } })).body.decision,
    ).toBe(false);
    expect(
      (await post("/access/v1/evaluation", { ...evaluation, subject: { type: "robot", id: "ann" } })).body.decision,
    ).toBe(false);
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
    const { post } = await start();
    expect((await post("/access/v1/evaluation", body)).status).toBe(400);
  });

  it("evaluates several questions that share their rest, in order, with faults in place", async () => {
    const { post } = await start({ decide: ({ predicate }) => predicate !== "can_delete" });
    const { body } = await post("/access/v1/evaluations", {
      subject: evaluation.subject,
      resource: evaluation.resource,
      evaluations: [
        { action: { name: "can_read" } },
        { action: { name: "can_delete" } },
        {},
        { action: { name: "can_read" } },
      ],
    });
    expect(body.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([true, false, false, true]);
    expect(body.evaluations[2].context.error).toMatchObject({ status: 400 });
  });

  it("is a single evaluation where `evaluations` is empty or absent", async () => {
    const { post } = await start();
    expect((await post("/access/v1/evaluations", { ...evaluation, evaluations: [] })).body).toMatchObject({
      decision: true,
    });
    expect((await post("/access/v1/evaluations", evaluation)).body).toMatchObject({ decision: true });
  });

  it("stops where the semantic says so, and decides nothing beyond", async () => {
    const { post, calls } = await start({ decide: ({ predicate }) => predicate === "yes" });
    const ask = async (semantic: string, names: readonly string[]) => {
      const evaluations = names.map((name) => ({ action: { name } }));
      const { body } = await post("/access/v1/evaluations", {
        ...evaluation,
        evaluations,
        options: { evaluations_semantic: semantic },
      });
      return body.evaluations.map(({ decision }: { decision: boolean }) => decision);
    };
    expect(await ask("deny_on_first_deny", ["yes", "no", "yes"])).toEqual([true, false]);
    expect(await ask("permit_on_first_permit", ["no", "yes", "no"])).toEqual([false, true]);
    expect(calls.filter((call) => call.startsWith("decide"))).toEqual(Array.from({ length: 4 }, () => "decide 1"));
  });

  const data = new URL("../../../shared/data/authzen/", import.meta.url);
  it.skipIf(!existsSync(data))("takes the requests of ../shared/data/authzen and answers by its schema", async () => {
    const read = (name: string) => JSON.parse(readFileSync(new URL(name, data), "utf8"));
    const { required, properties } = read("schemas/evaluation-response.schema.json");
    const isAnswer = (body: Record<string, unknown>) =>
      required.every((name: string) => name in body) &&
      Object.entries(body).every(([name, value]) => typeof value === properties[name]?.type);
    const cases = read("todo/decisions-authorization-api-1_0-01.json").evaluation as readonly {
      readonly request: object;
    }[];
    const { post } = await start();
    expect(cases.length).toBeGreaterThan(30);
    for (const { request } of cases) {
      const { status, body } = await post("/access/v1/evaluation", request);
      expect([status, isAnswer(body)]).toEqual([200, true]);
    }
  });
});
