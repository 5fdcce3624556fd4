import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDecisionClient, type DecisionClient } from "../../src/client/index.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const page = readFileSync(new URL("../../docs/asking-for-decisions.md", import.meta.url), "utf8");
const section = page.slice(page.indexOf("## Objects of the service"));
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? "";

let api: ApiServices;
let server: TestServer;
let heimdall: DecisionClient;
beforeAll(async () => {
  api = await createApiServices();
  server = await startServer(api);
  heimdall = createDecisionClient({ url: server.url, apiKey: api.keys.svc, timeoutMs: 10_000 });
});
afterAll(async () => {
  heimdall?.close();
  await server?.close();
  await api?.close();
});

describe("objects of the service in docs/asking-for-decisions.md", () => {
  it("are typed by its manifest, registered by its code and kept by its calls", async () => {
    // the service of the tests has another id
    const text = blockOf("yaml").replace("owner: todo-service", "owner: svc");
    const apply = `mutation ($input: ApplyResourcesInput!) { applyResources(input: $input) { userErrors { message } } }`;
    const input = { documents: [{ file: "todo.yaml", text }] };
    const { data } = await server.graphql(apply, api.keys.root, { input });
    expect(data).toEqual({ applyResources: { userErrors: [] } });

    const code = new Function("heimdall", `return (async () => { ${blockOf("ts")}; return allow; })()`);
    expect(await code(heimdall)).toBe(true);

    const answers: [string, number][] = [];
    for (const call of blockOf("http").trim().split("\n\n")) {
      const [line = "", body] = call.split("\n");
      const [method = "", path = ""] = line.split(" ");
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: { apikey: api.keys.svc, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body }),
      });
      answers.push([method, response.status]);
    }
    expect(answers).toEqual([
      ["POST", 200],
      ["GET", 200],
      ["GET", 200],
      ["DELETE", 204],
    ]);
  });

  it("are registered by thousands, and a refusal is an error with the server's reason", async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => ({ type: "todo", id: `n${index}` }));
    await heimdall.registerObjects(many);
    const get = (id: string) => server.get(`/heimdall/api/v1/objects/todo/${id}`, { apikey: api.keys.svc });
    expect((await get("n1000")).status).toBe(200);
    await heimdall.unregisterObjects(many);
    expect((await get("n0")).status).toBe(404);
    await expect(heimdall.registerObjects([{ type: "nothing", id: "1" }])).rejects.toThrow(/403: .*may not `register`/);
  });
});
