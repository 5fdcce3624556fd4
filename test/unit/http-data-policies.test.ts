import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { scan } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const base = "/heimdall/dp/api/v1/policies";
let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(`
name: hash-mail
version: v1
type: policy
policy:
  data:
    type: mask
    selector: {user: {match: any, tags: ["users:id:ann"]}, column: {names: [email], tags: [PII.Email]}}
    mask: {operator: hash, hash: {algo: sha256}}
---
name: only-emea
version: v1
type: policy
policy:
  data:
    type: filter
    dataset_id: sales.public.orders
    selector: {user: {match: any, tags: ["users:id:ann"]}}
    filters: [{column: region, operator: equals, value: EMEA}]
---
name: own-region
version: v1
type: policy
policy:
  data:
    type: filter
    dataset_id: sales.public.regions
    selector: {user: {match: any, tags: ["users:id:ann"]}}
    filters: [{column: region, operator: equals, valueFrom: {user_attribute: region}}]
`);
  const columns = ["id", "email", "region"];
  await scan(api.catalog as never, { public: ["orders", "regions"].map((name) => ({ name, columns })) });
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const place = { depot: "sales", collection: "public", dataset: "orders" };

describe("data policy decisions over REST", () => {
  it("come in the vendor's form, asked by body or by path", async () => {
    const expected = {
      dataset: "sales.public.orders",
      user: { id: "ann", tags: ["roles:id:user", "users:id:ann"] },
      masks: { email: { operator: "hash", hash: { algo: "sha256" }, policy: "hash-mail" } },
      filter: [{ column: "region", operator: "equals", value: "EMEA", policy: "only-emea" }],
    };
    const headers = { apikey: api.keys.svc };
    const posted = await server.post(`${base}/decision`, { ...place, user_id: "ann" }, headers);
    expect(await posted.json()).toMatchObject(expected);
    const got = await server.get(`${base}/decision/sales/public/orders?user_id=ann`, headers);
    expect(await got.json()).toMatchObject(expected);
    const own = await server.get(`${base}/decision/sales/public/orders`, { apikey: api.keys.ann });
    expect(await own.json()).toMatchObject(expected);
  });

  it("are made for tables that the catalog does not know", async () => {
    const table = {
      id: "lake.raw.people",
      tags: [],
      columns: [
        { name: "contact", data_type: "text", tags: ["PII.Email"] },
        { name: "age", data_type: "int" },
      ],
      user_id: "ann",
    };
    const answer = await server.post(`${base}/decisionExternalTruth`, table, { apikey: api.keys.svc });
    expect(await answer.json()).toMatchObject({
      dataset: "lake.raw.people",
      masks: { contact: { operator: "hash", hash: { algo: "sha256" } } },
      filter: [],
    });
  });

  it("mask every column where a row filter cannot be made", async () => {
    const answer = await server.post(`${base}/decision`, { ...place, dataset: "regions" }, { apikey: api.keys.ann });
    const { masks, error } = await answer.json();
    expect(Object.values(masks)).toEqual(["id", "email", "region"].map(() => ({ operator: "redact", redact: {} })));
    expect(error).toEqual({ status: 403, message: "row filter own-region: no such attribute `subject.region`" });
  });

  it("are refused for others without the right to ask, for nobody, and for a body that says nothing", async () => {
    const ask = async (body: object, key: string) =>
      (await server.post(`${base}/decision`, body, { apikey: key })).status;
    expect(await ask({ ...place, user_id: "dev" }, api.keys.ann)).toBe(403);
    expect(await ask({ ...place, user_id: "nobody" }, api.keys.svc)).toBe(404);
    expect(await ask({}, api.keys.svc)).toBe(400);
  });
});
