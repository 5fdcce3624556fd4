import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { scan, urns } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

/** `dev` may update the whole catalog, and holds no `escalate`. */
const policies = `
name: teams-read-theirs
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [select]
    objects: {tags: ["team:open", ["team:a", "team:b"]]}
    allow: true
---
name: owners-drop-theirs
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [drop]
    objects: {tags: ["dataos:type:entity"]}
    conditions: ["object.owner == subject.id", "object.kind == 'dataset'"]
    allow: true
---
name: secrets-stay
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [select]
    objects: {tags: ["Secret.*"]}
    allow: false
---
name: vaults-stay
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [select]
    objects: {tags: ["Vault.*"]}
    allow: false
---
name: clear-mail
version: v1
type: policy
policy:
  data:
    type: mask
    priority: 5
    selector:
      user: {match: any, tags: ["users:id:**"]}
      column: {tags: [Clear.Text]}
    mask: {operator: pass_through}
`;

const orders = urns.dataset("sales", "shop", "public", "orders");
const schema = urns.schema("sales", "shop", "public");
const mail = `${orders}#mail`;

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(policies);
  server = await startServer(api);
  await scan(api.catalog as Parameters<typeof scan>[0], { public: [{ name: "orders", columns: ["id", "mail"] }] });
  expect(await edit("root", mail, { tags: ["PII.Email"] })).toEqual([]);
  expect(await edit("root", orders, { tags: ["Secret.High", "team:a"] })).toEqual([]);
  expect(await edit("root", schema, { tags: ["Vault.Low"] })).toEqual([]);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

async function edit(who: "root" | "dev", urn: string, input: object, dryRun = false): Promise<string[]> {
  const { data, errors } = await server.graphql(
    "mutation E($input: UpdateEntityInput!) { updateEntity(input: $input) { userErrors { code message } } }",
    api.keys[who],
    { input: { urn, ...input, dryRun } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.updateEntity.userErrors.map(({ message }: { message: string }) => message);
}

describe("tags and owners that policies look at are policy", () => {
  const refused: readonly [string, string, object, string][] = [
    ["the tag that a mask is about, taken away", mail, { tags: [] }, "mask `pii-email` would not hold any more"],
    [
      "a tag of a mask that wins and shows more, given",
      mail,
      { tags: ["PII.Email", "Clear.Text"] },
      "`clear-mail` would take the place of mask `pii-email`",
    ],
    [
      "the tag that a deny is about, taken away",
      orders,
      { tags: ["team:a"] },
      "deny `secrets-stay/0` would not hold it back any more",
    ],
    [
      "the tag that an allow is about, given",
      orders,
      { tags: ["Secret.High", "team:a", "team:open"] },
      "allow `teams-read-theirs/0` would reach it",
    ],
    [
      "the last of several tags that an allow asks for, given",
      orders,
      { tags: ["Secret.High", "team:a", "team:b"] },
      "allow `teams-read-theirs/0` would reach it",
    ],
    [
      "a tag that what is in it would have too, taken away",
      schema,
      { tags: [] },
      "deny `vaults-stay/0` would not hold it back any more",
    ],
    ["the owner that a condition reads", orders, { owners: ["ann"] }, "allow `owners-drop-theirs/0` would reach it"],
    ["all that people said of tags, withdrawn", mail, { tags: null }, "mask `pii-email` would not hold any more"],
  ];
  for (const [what, urn, input, why] of refused) {
    it(`${what}: refused without \`escalate\`, also in a dry run, and the answer says why`, async () => {
      for (const dryRun of [true, false]) {
        const [message] = await edit("dev", urn, input, dryRun);
        expect(message).toContain(why);
      }
    });
  }

  it("but what opens nothing is done, and so is all of it by who may escalate", async () => {
    expect(await edit("dev", mail, { tags: ["PII.Email", "team:mail"] })).toEqual([]);
    expect(await edit("dev", orders, { tags: ["Secret.High", "team:a", "Tier.One"], description: "d" })).toEqual([]);
    expect(await edit("dev", orders, { tags: ["Secret.High", "Secret.More"] })).toEqual([]);
    expect(await edit("dev", mail, { owners: ["ann"] })).toEqual([]);
    for (const [, urn, input] of refused) expect(await edit("root", urn, input)).toEqual([]);
  });

  it("several edits at once are each judged on what they find", async () => {
    await edit("root", orders, { tags: ["Secret.High"] });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => edit("dev", orders, { tags: ["Secret.High", `Tier.N${n}`] })),
    );
    expect(answers.flat().filter((message) => !/changed|repeat/.test(message))).toEqual([]);
    expect((await edit("dev", orders, { tags: [] }))[0]).toContain("secrets-stay/0");
  });
});
