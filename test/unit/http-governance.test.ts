import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices("");
  server = await startServer(api);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

const send = async (user: "root" | "ann" | "dev", method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}/heimdall/api/${path}`, {
    method,
    headers: { apikey: api.keys[user], ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
};
const policy = {
  name: "views",
  description: "who views",
  subjects: { tags: [["roles:id:user"]] },
  predicates: ["view"],
  objects: { paths: ["/shop/**"] },
  allow: true,
};
const provider = {
  version: "0.1.0",
  id: "shop",
  name: "Shop",
  description: "",
  authorization_atoms: [{ id: "open-shop", description: "", predicate: "open", paths: ["/open/${area}"] }],
};
const request = {
  id: "ann-reads",
  policy_use_case_id: "read-dataset",
  subjects: ["users:id:ann"],
  values: [
    {
      authorization_atom_id: "read-dataset",
      variable_values: [{ depot: "sales", collection: "shop", dataset: "orders" }],
    },
  ],
  requester: "ann",
  notes: "quarter close",
};

describe("the vendor's routes", () => {
  it("make, show, change and remove policies, as resources with versions", async () => {
    expect(await send("root", "POST", "v1/policies", policy)).toEqual({
      status: 200,
      body: { collection: "default", ...policy },
    });
    expect((await send("root", "GET", "v1/policies/views")).body.predicates).toEqual(["view"]);
    expect((await send("root", "GET", "v1/policies")).body).toHaveLength(1);
    expect((await send("root", "GET", "v2/policies?size=5")).body).toEqual({
      page: 0,
      size: 5,
      total_pages: 1,
      total_records: 1,
      policies: [{ name: "views", description: "who views" }],
    });
    expect((await send("root", "GET", "v2/policies?size=0")).status).toBe(400);
    expect(
      (await send("root", "PUT", "v1/policies/views", { ...policy, predicates: ["look"] })).body.predicates,
    ).toEqual(["look"]);
    expect((await send("root", "PUT", "v1/policies/views", { ...policy, name: "other" })).status).toBe(400);
    expect((await send("root", "PUT", "v1/policies/none", { ...policy, name: "none" })).status).toBe(404);
    expect(
      (await send("root", "POST", "v1/policies", { ...policy, name: "wrong", subject: {} })).body.error.message,
    ).toMatch(/unknown key `subject`/);
    expect((await send("root", "DELETE", "v1/policies/views")).status).toBe(204);
    expect((await send("root", "GET", "v1/policies/views")).status).toBe(404);
  });

  it("keep providers in the vendor's form, variables as they stand", async () => {
    expect(await send("root", "POST", "v1/policy-provider", provider)).toEqual({ status: 200, body: provider });
    expect((await send("root", "GET", "v1/providers/shop")).body).toEqual(provider);
    expect((await send("root", "GET", "v1/providers")).body).toEqual([provider]);
    expect((await send("root", "DELETE", "v1/providers/shop")).status).toBe(204);
  });

  it("take requests for grants, which somebody else approves", async () => {
    const asked = await send("ann", "POST", "v1/grant-requests", request);
    expect(asked).toMatchObject({
      status: 200,
      body: { id: "ann-reads", state: "requested", requester: "ann", creator: "ann" },
    });
    expect((await send("ann", "GET", "v1/grant-requests?use_case_id=read-dataset")).body).toHaveLength(1);
    expect((await send("ann", "GET", "v1/grants")).body).toEqual([]);
    expect((await send("ann", "POST", "v1/grant-requests/ann-reads/approve")).status).toBe(403);
    const granted = await send("root", "POST", "v1/grant-requests/ann-reads/approve", { notes: "fine" });
    expect(granted).toMatchObject({
      status: 200,
      body: { id: "ann-reads", policies: [{ id: "grant/ann-reads" }], values: request.values },
    });
    expect((await send("root", "POST", "v1/grant-requests/ann-reads/reject")).status).toBe(409);
    expect((await send("root", "GET", "v1/grants/subjects/users:id:ann")).body).toHaveLength(1);
    expect((await send("root", "GET", "v1/grants/subjects/users:id:bob")).body).toEqual([]);
    expect((await send("root", "DELETE", "v1/grants/ann-reads")).status).toBe(204);
    expect((await send("root", "GET", "v1/grants")).body).toEqual([]);
  });

  it("give nothing to whoever may not", async () => {
    for (const user of ["ann", "dev"] as const) {
      expect((await send(user, "POST", "v1/policies", policy)).status).toBe(403);
      expect((await send(user, "POST", "v1/policy-provider", provider)).status).toBe(403);
      expect((await send(user, "POST", "v1/grants", { ...request, id: "direct" })).status).toBe(403);
      expect((await send(user, "DELETE", "v1/policies/none")).status).toBe(404);
    }
    expect((await fetch(`${server.url}/heimdall/api/v1/policies`)).status).toBe(401);
  });
});
