import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

/** `clerk` may change every resource and user, and holds `view` on the shop; nothing more, and no `escalate`. */
const policies = `
name: clerks
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [create, update, delete, approve, request]
    objects: {tags: ["dataos:type:resource", "dataos:type:user"]}
    allow: true
---
name: clerks-read
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [read]
    objects: {tags: ["dataos:resource:{policy,grant,provider,use-case,user,role}", "dataos:type:user"]}
    allow: true
---
name: interns-see-nothing
version: v1
type: policy
policy: {access: {subjects: {tags: ["dataos:intern"]}, predicates: [view], objects: {paths: ["/vault/**"]}, allow: false}}
---
name: sales-see-sales
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:**"]}
    predicates: [view]
    objects: {paths: ["/sales/**"]}
    allow: true
    conditions: ["department == 'sales'"]
---
name: one-mail-address-posts
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:**"]}
    predicates: [post]
    objects: {paths: ["/mail/**"]}
    allow: true
    conditions: ["subject.email == 'carol@example.org'"]
---
name: tags-and-owners-decide
version: v1
type: policy
policy:
  type: data
  rules:
    - {resource: "urn:dataos:depot:**", actions: [peek], subjects: ["roles:id:user"], conditions: ["'team:open' in object.tags"]}
    - {resource: "urn:dataos:depot:**", actions: [peek], subjects: ["roles:id:user"], conditions: ["'team:shut' in object.tags"], effect: deny}
    - {resource: "urn:dataos:depot:**", actions: [drop], subjects: ["roles:id:user"], conditions: ["object.owner == subject.id"]}
---
id: vault
name: Vault
authorization_atoms: [{id: view-part, predicate: view, paths: ["/\${part}/**"]}]
---
id: view-parts
name: View parts
category: data
authorization_atoms: [view-part]
`;

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices("");
  server = await startServer(api);
  expect(await apply("root", policies)).toEqual([]);
  expect(
    await apply("root", user("bob", "tags: ['roles:id:user', 'dataos:intern'], attributes: {department: hr}")),
  ).toEqual([]);
  expect(await apply("root", user("carol", "email: carol@example.org, tags: []"))).toEqual([]);
  expect(await apply("root", grant("granted", "lobby", true))).toEqual([]);
  expect(await apply("root", `${depot("den", "team:any")}---${depot("vaulted", "team:shut")}`)).toEqual([]);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

type Who = "root" | "ann";
async function apply(who: Who, text: string): Promise<string[]> {
  const { data, errors } = await server.graphql(
    "mutation A($input: ApplyResourcesInput!) { applyResources(input: $input) { userErrors { code message } } }",
    api.keys[who],
    { input: { documents: [{ file: "m.yaml", text }], disableInterpolation: true } },
  );
  if (errors) return errors.map((error: { message: string }) => error.message);
  return data.applyResources.userErrors.map(({ code }: { code: string }) => code);
}
const user = (id: string, more: string) => `
name: ${id}
version: v1
type: user
user: {type: person, ${more}}
`;
const grant = (name: string, part: string, approve: boolean) => `
name: ${name}
version: v1alpha
type: grant
grant: {policy_use_case_id: view-parts, subjects: ["users:id:bob"], values: {view-part: [{part: ${part}}]}, approve: ${approve}}
`;
const depot = (name: string, tag: string, owner = "root") => `
name: ${name}
version: v1
type: depot
owner: ${owner}
tags: ["${tag}"]
depot: {type: POSTGRESQL, spec: {host: db.test, port: 5432, database: lab}}
`;
const policy = (path: string, allow = true) => ({
  name: `opens-${path.replace(/\W/g, "")}`,
  subjects: { tags: ["users:id:ann"] },
  predicates: ["view"],
  objects: { paths: [path] },
  allow,
});
const asYaml = (body: ReturnType<typeof policy>) =>
  JSON.stringify({ name: body.name, version: "v1", type: "policy", policy: { access: body } });
const rest = async (method: string, path: string, body?: unknown): Promise<number> =>
  (
    await fetch(`${server.url}/heimdall/api/v1/${path}`, {
      method,
      headers: { apikey: api.keys.ann, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  ).status;
const graphql = async (field: string, input: object): Promise<string[]> => {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`.replace(
    /(Approve|Reject)GrantInput/,
    "DecideGrantInput",
  );
  const { data, errors } = await server.graphql(
    `mutation M($input: ${type}) { ${field}(input: $input) { userErrors { code } } }`,
    api.keys.ann,
    { input },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[field].userErrors.map(({ code }: { code: string }) => code);
};

const forbidden = ["FORBIDDEN"];
/** Each way to get, or hand out, what one does not hold. */
const ways: readonly [string, () => Promise<unknown>, unknown][] = [
  ["a new policy, applied", () => apply("ann", asYaml(policy("/vault/**"))), forbidden],
  ["a new policy, by REST", () => rest("POST", "policies", policy("/vault/**")), 403],
  ["a policy that one holds only on a condition", () => apply("ann", asYaml(policy("/sales/**"))), forbidden],
  ["a wider policy of others", () => rest("PUT", "policies/clerks", { ...policy("/**"), name: "clerks" }), 403],
  [
    "a deny that becomes something else",
    () => rest("PUT", "policies/interns-see-nothing", { ...policy("/x", false), name: "interns-see-nothing" }),
    403,
  ],
  ["a deny removed, by REST", () => rest("DELETE", "policies/interns-see-nothing"), 403],
  [
    "a deny removed, by GraphQL",
    () => graphql("deleteResource", { type: "policy", name: "interns-see-nothing" }),
    forbidden,
  ],
  ["a grant, applied", () => apply("ann", grant("g", "vault", true)), forbidden],
  [
    "a grant, by REST",
    () =>
      rest("POST", "grants", {
        id: "g",
        policy_use_case_id: "view-parts",
        subjects: ["users:id:bob"],
        values: { "view-part": [{ part: "vault" }] },
      }),
    403,
  ],
  ["a grant made wider", () => apply("ann", grant("granted", "vault", true)), forbidden],
  [
    "an atom of others' grants made wider",
    () =>
      apply(
        "ann",
        `{id: vault, name: v, authorization_atoms: [{id: view-part, predicate: "*", paths: ["/\${part}/**"]}]}`,
      ),
    forbidden,
  ],
  [
    "an atom made wider, by REST",
    () =>
      rest("POST", "policy-provider", {
        id: "vault",
        name: "v",
        authorization_atoms: [{ id: "view-part", predicate: "view", paths: ["/**", "/${part}"] }],
      }),
    403,
  ],
  [
    "a role for oneself, in a manifest",
    () => apply("ann", user("ann", "email: ann@example.org, tags: ['roles:id:user', 'roles:id:operator']")),
    forbidden,
  ],
  [
    "a role for oneself, by GraphQL",
    () => graphql("setUserTags", { userId: "ann", tags: ["roles:id:user", "roles:id:operator"] }),
    forbidden,
  ],
  [
    "a role for somebody else",
    () => graphql("setUserTags", { userId: "bob", tags: ["dataos:intern", "roles:id:operator"] }),
    forbidden,
  ],
  [
    "a tag that a deny is about, taken away by GraphQL",
    () => graphql("setUserTags", { userId: "bob", tags: ["roles:id:user"] }),
    forbidden,
  ],
  [
    "a tag that a deny is about, taken away in a manifest",
    () => apply("ann", user("bob", "tags: ['roles:id:user'], attributes: {department: hr}")),
    forbidden,
  ],
  [
    "an attribute that a condition reads",
    () => apply("ann", user("bob", "tags: ['roles:id:user', 'dataos:intern'], attributes: {department: sales}")),
    forbidden,
  ],
  [
    "an attribute of oneself",
    () => apply("ann", user("ann", "tags: ['roles:id:user'], attributes: {department: sales}")),
    forbidden,
  ],
  ["one's mail address, which links accounts", () => apply("ann", user("ann", "tags: ['roles:id:user']")), forbidden],
  ["a user whom a deny binds, deleted", () => graphql("deleteResource", { type: "user", name: "bob" }), forbidden],
  [
    "a user whose mail address a condition reads, deleted",
    () => graphql("deleteResource", { type: "user", name: "carol" }),
    forbidden,
  ],
  ["a tag that an allow is about, given to a depot", () => apply("ann", depot("den", "team:open")), forbidden],
  ["a tag that a deny is about, taken from a depot", () => apply("ann", depot("vaulted", "team:any")), forbidden],
  ["the owner that a condition reads, changed", () => apply("ann", depot("den", "team:any", "bob")), forbidden],
  ["a key of somebody who may more", () => graphql("createApiKey", { name: "k", userId: "root" }), forbidden],
];

describe("nobody hands out what they do not hold", () => {
  for (const [way, attempt, refusal] of ways) {
    it(`${way}: refused`, async () => {
      expect(await attempt()).toEqual(refusal);
    });
  }

  it("but what gives nothing, or what one may escalate, is done", async () => {
    expect(
      await apply(
        "ann",
        user("bob", "tags: ['roles:id:user', 'dataos:intern'], attributes: {department: hr, room: '12'}"),
      ),
    ).toEqual([]);
    expect(await apply("ann", depot("den", "team:other"))).toEqual([]);
    expect(await apply("ann", depot("den", "team:shut"))).toEqual([]);
    expect(await apply("ann", grant("wish", "vault", false))).toEqual([]);
    expect(await graphql("approveGrant", { name: "wish" })).toEqual(forbidden);
    expect(await apply("root", user("bob", "tags: ['roles:id:user'], attributes: {department: sales}"))).toEqual([]);
  });
});
