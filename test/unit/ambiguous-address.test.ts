import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EntityAssertion } from "../../src/metis/ports.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { authorized } from "../support/authorized.ts";
import { assertionsOf, urns } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const short = "dataos://wide:public/orders";
const databases = ["a", "b", ...Array.from({ length: 12 }, (_, index) => `c${index}`)];
const last = databases.at(-1) ?? "";
const orders = (database: string) => urns.dataset("wide", database, "public", "orders");

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(`
name: ann-selects
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [select]
    objects: {tags: ["Open.*", "Said.*"]}
    allow: true
---
name: nobody-selects-secrets
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [select]
    objects: {tags: ["Secret.*"]}
    allow: false
---
name: hash-mail
version: v1
type: policy
policy:
  data:
    type: mask
    priority: 40
    selector: {column: {tags: ["PII.Email"]}, user: {match: any, tags: ["users:id:ann"]}}
    mask: {operator: hash, hash: {algo: sha256}}
`);
  const ingest = await api.catalog.beginScan(authorized("entity.update"), { depot: "wide", runId: "run-1" });
  const found: EntityAssertion[] = databases.flatMap((database) => [
    ...assertionsOf("wide", database, { public: [{ name: "orders", columns: ["id", "mail"] }] }),
  ]);
  await ingest.put(found);
  await ingest.finish();
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const update = authorized("entity.update");
const tag = (urn: string, ...tags: string[]) =>
  api.catalog.updateEntity(update, urn, { tags: tags.length > 0 ? { tags } : null }, { inside: update });
const ask = async (paths: readonly string[], tags: readonly string[] = []) => {
  const { data } = await server.graphql(
    `query($object:ObjectInput!){authorize(input:{predicate:"select",object:$object}){allowed denyReason problems masks{column}}}`,
    api.keys.ann,
    { object: { paths, tags } },
  );
  return data.authorize;
};

describe("an address that may mean several datasets", () => {
  it("is allowed only where each of them is, whatever the caller says of it, and denied where one is denied", async () => {
    for (const database of databases) await tag(orders(database), "Open.Data");
    expect(await ask([short])).toMatchObject({ allowed: true, problems: [] });
    await tag(orders(last));
    expect(await ask([short])).toMatchObject({ allowed: false, denyReason: "no-matching-allow" });
    await tag(orders(last), "Open.Data", "Secret.Log");
    expect(await ask([short])).toMatchObject({ allowed: false, denyReason: "denied-by-rule" });
    expect(await ask([short], ["Said.Open"])).toMatchObject({ allowed: false, denyReason: "denied-by-rule" });
    expect(await ask([`${short}#unknown`], ["Said.Open"])).toMatchObject({ allowed: false });
  });

  it("means one where another name of the same question says which", async () => {
    expect(await ask([orders("a"), short])).toMatchObject({ allowed: true });
    expect(await ask([short, "dataos://wide:a.public/orders"])).toMatchObject({ allowed: true });
    expect(await ask([orders("a"), orders(last)])).toMatchObject({ allowed: false, denyReason: "denied-by-rule" });
  });

  it("is denied where they would be masked differently", async () => {
    await tag(orders(last), "Open.Data");
    await tag(`${orders("b")}#mail`, "PII.Email");
    expect(await ask([short])).toMatchObject({
      allowed: false,
      denyReason: "indeterminate",
      problems: ["the address may mean several datasets, with other masks or filters; write the URN of one"],
    });
    for (const database of databases) await tag(`${orders(database)}#mail`, "PII.Email");
    expect(await ask([short])).toMatchObject({ allowed: true, masks: [{ column: "mail" }] });
  });
});
