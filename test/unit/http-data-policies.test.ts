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

describe("data policies over REST", () => {
  const send = async (method: string, path: string, body?: unknown, key = api.keys.root) => {
    const response = await fetch(`${server.url}${base}${path}`, {
      method,
      headers: { apikey: key, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const mask = {
    name: "redact-region",
    description: "regions are not for everybody",
    type: "mask",
    priority: 40,
    dataset_id: "sales.public.orders",
    selector: { user: { match: "any", tags: ["roles:id:user"] }, column: { names: ["region"] } },
    mask: { operator: "redact", redact: { replacement: "?" } },
  };
  const namesOf = ({ body }: { readonly body: readonly { readonly name: string }[] }) => body.map(({ name }) => name);

  it("are made, shown, changed and removed, and decide at once", async () => {
    const made = { ...mask, id: "redact-region", owner: "root" };
    expect(await send("POST", "", mask)).toEqual({ status: 200, body: made });
    expect((await send("GET", "/redact-region")).body).toEqual(made);
    const decision = async () =>
      (await send("GET", "/decision/sales/public/orders", undefined, api.keys.ann)).body.masks.region;
    expect(await decision()).toMatchObject({ operator: "redact", redact: { replacement: "?" } });
    // what is shown can be sent back
    const changed = { ...made, mask: { operator: "hash", hash: { algo: "sha256" } } };
    expect((await send("PUT", "/redact-region", changed)).body).toEqual(changed);
    expect(await decision()).toMatchObject({ operator: "hash" });
    expect((await send("PUT", "/redact-region", { ...mask, name: "other" })).status).toBe(400);
    expect((await send("PUT", "/none", { ...mask, name: "none" })).status).toBe(404);
    expect((await send("DELETE", "/redact-region")).status).toBe(204);
    expect((await send("GET", "/redact-region")).status).toBe(404);
    expect(await decision()).toBeUndefined();
    const changes = (await api.records()).filter(
      ({ type, object }) => type === "change" && /redact-reg/.test(`${object}`),
    );
    expect(changes.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      "root resource.create",
      "root resource.update",
      "root resource.delete",
    ]);
  });

  it("list those that come with the server too, which nobody changes, by pages", async () => {
    const all = await send("GET", "");
    expect(namesOf(all)).toEqual(expect.arrayContaining(["hash-mail", "only-emea", "own-region"]));
    const response = await fetch(`${server.url}${base}?size=2&page=1`, { headers: { apikey: api.keys.root } });
    expect(response.headers.get("x-total-count")).toBe(String(all.body.length));
    expect(response.headers.get("link")).toBe(`<${base}?size=2&page=2>; rel="next"`);
    expect(await response.json()).toEqual(all.body.slice(2, 4));
    expect((await send("PUT", "/hash-mail", { ...mask, name: "hash-mail" })).status).toBe(409);
    expect((await send("POST", "", { ...mask, name: "hash-mail" })).status).toBe(409);
    expect((await send("DELETE", "/hash-mail")).status).toBe(409);
  });

  it("say which are about a dataset: those whose scope holds it, masks only where they select a column", async () => {
    await send("POST", "", {
      ...mask,
      name: "no-such-column",
      selector: { ...mask.selector, column: { names: ["iban"] } },
    });
    await send("POST", "", mask);
    expect(namesOf(await send("GET", "/dataset/sales.public.orders"))).toEqual([
      "redact-region",
      "hash-mail",
      "only-emea",
    ]);
    expect(namesOf(await send("GET", "/dataset/sales.public.regions"))).toEqual(["hash-mail", "own-region"]);
    const unknown = namesOf(await send("GET", "/dataset/lake.raw.people"));
    expect(unknown).toContain("hash-mail");
    expect(unknown).not.toContain("only-emea");
    expect((await send("GET", "/dataset/orders")).status).toBe(400);
    for (const name of ["no-such-column", "redact-region"]) expect((await send("DELETE", `/${name}`)).status).toBe(204);
  });

  it("are refused with the field that is wrong, and to whoever may not", async () => {
    const wrong = { ...mask, priority: 0, mask: { operator: "redct" }, filters: [] };
    const { status, body } = await send("POST", "", wrong);
    expect(status).toBe(400);
    expect(body.error.problems).toMatchInlineSnapshot(`
      [
        "\`priority\`: priority \`0\` is not allowed; expected a whole number from 1 (strongest) to 100",
        "\`mask.operator\`: unknown operator \`redct\`; did you mean \`redact\`? (allowed: \`redact\`, \`hash\`, \`rand_pattern\`, \`rand_regexify\`, \`regex_replace\`, \`bucket_number\`, \`bucket_date\`, \`pass_through\`)",
        "\`filters\` belongs to \`type: filter\`; remove it or change the type",
      ]
    `);
    expect((await send("POST", "", { ...mask, name: undefined })).body.error.message).toMatchInlineSnapshot(
      `"\`name\` is missing; expected what the policy is called"`,
    );
    expect((await send("POST", "", mask, api.keys.ann)).status).toBe(403);
    expect((await send("GET", "", undefined, api.keys.ann)).body).toEqual([]);
    expect((await send("GET", "/hash-mail", undefined, api.keys.ann)).status).toBe(404);
    expect((await send("DELETE", "/none")).status).toBe(404);
  });
});
