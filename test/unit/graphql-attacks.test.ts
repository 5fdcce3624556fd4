import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestResponse, type TestServer } from "../support/http-server.ts";

interface Attack {
  readonly name: string;
  readonly body: unknown;
}

const folder = new URL("../../../shared/data/security/graphql-attacks/", import.meta.url);
const present = existsSync(folder);
const attacks: readonly Attack[] = present
  ? JSON.parse(readFileSync(new URL("graphql_attacks.json", folder), "utf8")).cases
  : [];

/** Bodies that the data leaves to be generated. */
const generated: Readonly<Record<string, () => string>> = {
  "directive-overload-5000-include": () => queryBody(`{__typename ${"@include(if:true)".repeat(5_000)}}`),
  "field-duplication-500": () => queryBody(`{${"__typename ".repeat(500)}}`),
  "field-duplication-100k": () => queryBody(`{${"__typename ".repeat(100_000)}}`),
  "depth-5000": () => queryBody(`{me{${"friends{".repeat(5_000)}id${"}".repeat(5_001)}}`),
  "overlapping-fields-quadratic": () => queryBody(`{${"me{id} ".repeat(4_000)}}`),
  "unused-huge-variables": () => JSON.stringify({ query: "{__typename}", variables: { x: "x".repeat(3_000_000) } }),
  "comment-flood": () => queryBody(`{__typename}${"#\n".repeat(450_000)}`),
  "unterminated-string": () => queryBody(`{node(id:"${"a".repeat(500_000)}`),
};

/** Harmless ones are answered, the rest refused. `proto-variables` asks for fields that this schema has not. */
const answered = new Set(["field-duplication-500", "comment-flood", "introspection", "operationName-mismatch"]);

let server: TestServer;
let api: ApiServices;
beforeAll(async () => {
  api = await createApiServices();
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

describe.skipIf(!present)("attack bodies of ../shared/data/security/graphql-attacks", () => {
  it.each(attacks.map(({ name, body }) => [name, body] as const))(
    "%s is answered or refused at once",
    async (name, body) => {
      const startedAt = performance.now();
      const answer = await send(name, body);
      const text = await answer.text();
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(text).not.toMatch(/did you mean|stacktrace|node_modules|at .*\.[jt]s:/i);
      if (answered.has(name) && name !== "operationName-mismatch")
        expect([answer.status, text]).toEqual([200, expect.stringContaining('"data"')]);
      else if (!answered.has(name)) {
        expect(answer.status === 200 ? JSON.parse(text).data : undefined).toBeUndefined();
        expect(text.length).toBeLessThan(8_192);
      }
      expect(({} as { admin?: unknown }).admin).toBeUndefined();
      expect((await server.get("/healthz")).status).toBe(200);
    },
  );

  it("reached no part of the server but those that know the caller and decide on introspection", () => {
    expect(new Set(api.calls)).toEqual(new Set(["identity.authenticate", "authorizer.authorize self.read"]));
  });
});
describe.runIf(!present)("attack bodies", () => {
  it.skip("need ../shared/data/security/graphql-attacks", () => {});
});

describe("the same attacks on our own fields", () => {
  const spread = (levels: number) =>
    `query{entity(urn:"urn:dataos:depot:a"){...F0}} ${Array.from({ length: levels }, (_, i) => `fragment F${i} on Entity{parent{...F${i + 1}} children(first:2){edges{node{...F${i + 1}}}}}`).join(" ")} fragment F${levels} on Entity{urn}`;

  it.each([
    ["fragments that fan out", spread(40), /levels deep, at most 12/],
    ["deep nesting", `{entity(urn:"x"){${"parent{".repeat(12)}urn${"}".repeat(14)}`, /levels deep, at most 12/],
    ["aliases", `{${Array.from({ length: 16 }, (_, i) => `a${i}:me{id}`).join(" ")}}`, /16 aliases, at most 15/],
    ["directives", `{me{id ${"@include(if:true)".repeat(51)}}}`, /51 directives|can only be used once/],
    [
      "lists in lists",
      "{entities(first:100){edges{node{children(first:100){edges{node{children(first:100){edges{node{urn}}}}}}}}}}",
      /may cost \d+, at most 50000/,
    ],
    [
      "lists in lists by a variable",
      "query($n:Int!=100){entities(first:$n){edges{node{children(first:$n){edges{node{children(first:$n){edges{node{urn}}}}}}}}}}",
      /may cost \d+/,
    ],
    ["tokens", `{${"me{id} ".repeat(600)}}`, /token/i],
    ["huge pages", "{users(first:1000000000){edges{cursor}}}", /may cost/],
  ])("refuses %s before anything runs", async (_, query, message) => {
    api.calls.length = 0;
    const startedAt = performance.now();
    const { data, errors } = await server.graphql(query, api.keys.ann);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(data).toBeUndefined();
    expect(errors[0].message).toMatch(message);
    expect(["COST_LIMIT", "BAD_USER_INPUT"]).toContain(errors[0].extensions.code);
    expect(api.calls).toEqual(["identity.authenticate"]);
  });

  it("answers what GraphiQL asks of the schema", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true });
    const { data, errors } = await server.graphql(query, api.keys.ann);
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(50);
  });

  it("tells what an operation costs to those who ask", async () => {
    const body = { query: '{entity(urn:"x"){urn children(first:10){edges{node{urn}}}}}', extensions: { cost: true } };
    const answer = await (await server.post("/graphql", body, { apikey: api.keys.ann })).json();
    expect(answer.extensions).toEqual({ cost: { requested: 1 + 10 + 1 + 10 * 2, limit: 50_000 } });
  });
});

function queryBody(query: string): string {
  return JSON.stringify({ query });
}

function send(name: string, body: unknown): Promise<TestResponse> {
  const headers = { apikey: api.keys.ann };
  const special = body as {
    readonly get?: string;
    readonly form?: string;
    readonly raw?: string;
    readonly ct?: string;
    readonly generated?: boolean;
  };
  if (special.generated) return server.post("/graphql", generated[name]?.() ?? "", headers);
  if (special.get !== undefined) return server.get(`/graphql?${special.get}`, headers);
  if (special.form !== undefined)
    return server.post("/graphql", special.form, { ...headers, "content-type": "application/x-www-form-urlencoded" });
  if (special.raw !== undefined)
    return server.post("/graphql", special.raw, { ...headers, "content-type": special.ct ?? "" });
  return server.post("/graphql", typeof body === "string" ? body : JSON.stringify(body), headers);
}
