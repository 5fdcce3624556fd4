import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDecisionClient, type DecisionClient } from "../../src/client/index.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

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
`;
const orders = { type: "dataset", id: "dataos://sales:public/orders" };

let api: ApiServices;
let server: TestServer;
const clients: DecisionClient[] = [];
beforeAll(async () => {
  api = await createApiServices(policies);
  server = await startServer(api);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server.close();
  await api.close();
});

function connect(options: Partial<Parameters<typeof createDecisionClient>[0]> = {}): DecisionClient {
  const client = createDecisionClient({ url: server.url, apiKey: api.keys.svc, timeoutMs: 10_000, ...options });
  clients.push(client);
  return client;
}

/** A server that answers as `answer` says, and counts. */
async function startStub(answer: (count: number) => { readonly status?: number; readonly body?: string } | undefined) {
  let count = 0;
  const stub: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      const given = answer(++count);
      if (given) response.writeHead(given.status ?? 200).end(given.body ?? "");
    });
  });
  await new Promise<void>((resolve) => stub.listen(0, "127.0.0.1", resolve));
  const address = stub.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => count,
    close() {
      stub.closeAllConnections();
      return new Promise<void>((resolve) => stub.close(() => resolve()));
    },
  };
}

const allowed = JSON.stringify({ evaluations: [{ decision: true, context: { reason: "allowed" } }] });
const question = { subject: "ann", action: "read", resource: orders };

describe("the client", () => {
  it("gives the decision with its reason, rules and record", async () => {
    const heimdall = connect();
    expect(await heimdall.check(question)).toMatchObject({
      allow: true,
      decided: true,
      reason: expect.stringContaining("ann-reads-orders/0"),
      rules: ["ann-reads-orders/0"],
      decisionId: expect.stringMatching(/^[0-9a-f-]{36}/),
    });
    expect(await heimdall.check({ ...question, subject: "dev" })).toMatchObject({
      allow: false,
      decided: true,
      reason: "denied because no rule allows it",
    });
  });

  it("asks what is asked within one turn in one call, which is one record, and answers in order", async () => {
    const heimdall = connect();
    await heimdall.check(question);
    const before = (await api.records()).length;
    const answers = await Promise.all([
      heimdall.check(question),
      heimdall.check({ ...question, action: "write" }),
      ...["ann", "nobody"].map((subject) => heimdall.check({ ...question, subject })),
    ]);
    expect(answers.map(({ allow }) => allow)).toEqual([true, false, true, false]);
    const records = (await api.records()).slice(before);
    expect(records.map(({ items }) => items?.length)).toEqual([4]);
    const many = await heimdall.checkAll(Array.from({ length: 250 }, () => question));
    expect(many.every(({ allow }) => allow)).toBe(true);
    expect((await api.records()).slice(before + 1).map(({ items }) => items?.length)).toEqual([100, 100, 50]);
  });

  it("says what is wrong with one question, and answers the others", async () => {
    const answers = await connect().checkAll([question, { ...question, action: "" }, question]);
    expect(answers.map(({ allow, decided }) => [allow, decided])).toEqual([
      [true, true],
      [false, false],
      [true, true],
    ]);
    expect(answers[1]?.reason).toContain("action.name");
  });

  it("denies what a wrong key asks, and says so", async () => {
    expect(await connect({ apiKey: "wrong-wrong-wrong-wrong" }).check(question)).toMatchObject({
      allow: false,
      decided: false,
      reason: expect.stringContaining("401"),
    });
  });

  it("denies when the server is killed in the middle, and goes on when it is back", async () => {
    const first = await startServer(api);
    const port = Number(new URL(first.url).port);
    let time = 0;
    const heimdall = connect({ url: first.url, now: () => time, openMs: 1_000, failuresBeforeOpen: 2 });
    expect((await heimdall.check(question)).allow).toBe(true);
    await first.close();
    const denied = [await heimdall.check(question), await heimdall.check(question), await heimdall.check(question)];
    expect(denied.map(({ allow, decided }) => [allow, decided])).toEqual(denied.map(() => [false, false]));
    expect(denied[0]?.reason).toMatch(/^denied because the server could not be reached/);
    expect(denied[2]?.reason).toBe("denied because the server failed lately, so it is not asked for a moment");
    const second = await startServer(api, { port });
    time += 1_000;
    expect((await heimdall.check(question)).allow).toBe(true);
    await second.close();
  });

  it("tries with one call when it is half open, and stays open when that fails", async () => {
    let isDown = true;
    const stub = await startStub(() => (isDown ? { status: 503, body: "{}" } : { body: allowed }));
    let time = 0;
    const heimdall = connect({ url: stub.url, now: () => time, openMs: 1_000, failuresBeforeOpen: 3 });
    for (let call = 0; call < 5; call++) await heimdall.check(question);
    expect(stub.calls()).toBe(3);
    time += 1_000;
    for (let call = 0; call < 5; call++) await heimdall.check(question);
    expect(stub.calls()).toBe(4);
    isDown = false;
    time += 1_000;
    for (let call = 0; call < 5; call++) expect((await heimdall.check(question)).allow).toBe(true);
    expect(stub.calls()).toBe(9);
    await stub.close();
  });

  it("denies when there is no answer in time", async () => {
    const stub = await startStub(() => undefined);
    expect(await connect({ url: stub.url, timeoutMs: 50 }).check(question)).toMatchObject({
      allow: false,
      decided: false,
      reason: "denied because the server did not answer within 50 ms",
    });
    await stub.close();
  });

  it.each([
    ["no JSON", "allow"],
    ["null", "null"],
    ["no list", '{"decision":true}'],
    ["more answers than questions", '{"evaluations":[{"decision":true},{"decision":true}]}'],
    ["a text for yes", '{"evaluations":[{"decision":"true"}]}'],
    ["a number for yes", '{"evaluations":[{"decision":1}]}'],
    ["nothing for yes", '{"evaluations":[null]}'],
  ])("takes %s for no", async (_, body) => {
    const stub = await startStub(() => ({ body }));
    expect(await connect({ url: stub.url }).check(question)).toMatchObject({ allow: false, decided: false });
    await stub.close();
  });

  it("refuses options out of their range", () => {
    expect(() => connect({ url: "governance" })).toThrow(TypeError);
    expect(() => connect({ timeoutMs: 0 })).toThrow(TypeError);
  });

  it("denies after it was closed", async () => {
    const heimdall = connect();
    heimdall.close();
    expect(await heimdall.check(question)).toMatchObject({
      allow: false,
      reason: "denied because the client is closed",
    });
  });
});

it("runs the example of docs/asking-for-decisions.md", async () => {
  const text = readFileSync(new URL("../../docs/asking-for-decisions.md", import.meta.url), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  expect(code.trim().split("\n")).toHaveLength(5);
  const body = code.replace(/^import .*\n/, "").replaceAll("process.env.", "env.");
  const run = new Function("createDecisionClient", "env", `return (async () => { ${body}; return allow; })()`);
  const env = { HEIMDALL_URL: server.url, HEIMDALL_APIKEY: api.keys.svc };
  const make = (options: Parameters<typeof createDecisionClient>[0]) => connect(options);
  expect(await run(make, env)).toBe(true);
});
