import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeTable } from "../../src/http/access/authorization-table.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const page = readFileSync(new URL("../../docs/heimdall-rest.md", import.meta.url), "utf8");

/** Requests in their order, each with what the page says of its answer. */
const examples = [...page.matchAll(/^```http\n(.*?)^```$(?:\n\n```json\n(.*?)^```$)?/gms)].map(
  ([, request = "", answer]) => ({ request, answer }),
);

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices();
  server = await startServer(api);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

function withKeys(text: string): string {
  const { ann, root, svc } = api.keys;
  return text.replaceAll("$ANN", ann).replaceAll("$OPERATOR", root).replaceAll("$SERVICE", svc);
}

describe("docs/heimdall-rest.md", () => {
  it("has an answer to most of its examples", () => {
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter(({ answer }) => answer !== undefined).length).toBeGreaterThan(9);
  });

  for (const { request, answer } of examples) {
    const [head = "", body] = request.trim().split("\n\n");
    const [line = "", ...headers] = head.split("\n");
    it(`gets what it says from ${line}`, async () => {
      const [method = "", path = ""] = line.split(" ");
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...Object.fromEntries(headers.map((header) => withKeys(header).split(": ", 2))),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: withKeys(body) }),
      });
      const given = await response.json();
      const expected: unknown = JSON.parse(answer ?? "{}");
      const isRefusal = answer?.startsWith('{"error"') ?? false;
      expect([response.status, given]).toMatchObject([isRefusal ? 400 : 200, expected]);
    });
  }

  it("lists every route of Heimdall, and no other", () => {
    const listed = [...page.matchAll(/^\| `([A-Z]+ \/heimdall\/\S+)` \|/gm)].map(([, route = ""]) => route);
    const routes = Object.keys(routeTable).filter((key) => key.includes(" /heimdall/"));
    expect(listed.toSorted()).toEqual(routes.map((route) => route.replace(/:(\w+)/g, "{$1}")).toSorted());
  });
});
