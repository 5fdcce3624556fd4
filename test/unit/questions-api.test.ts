import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { scan, urns } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const orders = urns.dataset("sales", "shop", "public", "orders");
const secrets = urns.dataset("sales", "shop", "public", "secrets");
const policies = `
name: ann-reads-orders
version: v1
type: policy
policy:
  access:
    description: ann works on orders
    subjects: {tags: ["users:id:ann"]}
    predicates: [read, select]
    objects: {paths: ["urn:dataos:dataset:sales:shop/public/{orders,customers}"]}
    allow: true
---
name: sales-select-secrets
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [select]
    objects: {paths: ["${secrets}"]}
    conditions: ["department == 'sales'"]
    allow: true
---
name: hash-mail
version: v1
type: policy
policy:
  data:
    type: mask
    priority: 40
    depot: sales
    selector: {user: {match: any, tags: ["users:id:ann"]}, column: {names: [email]}}
    mask: {operator: hash, hash: {algo: sha256}}
---
name: redact-mail
version: v1
type: policy
policy:
  data:
    type: mask
    priority: 60
    depot: sales
    selector: {user: {match: any, tags: ["users:id:**"]}, column: {names: [email]}}
    mask: {operator: redact}
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
`;

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(policies);
  const columns = ["id", "email", "region"];
  await scan(api.catalog as never, { public: ["customers", "orders", "secrets"].map((name) => ({ name, columns })) });
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const rules = "because{id at}";

describe("who can", () => {
  const whoCan = `query($first:Int!,$after:String,$path:String!){whoCan(predicate:"select",object:{path:$path},first:$first,after:$after){
    edges{node{id type ${rules}}} pageInfo{hasNextPage endCursor} stoppedEarly policyVersion}}`;

  it("lists each subject with the rules that let it, page by page", async () => {
    const first = (await server.graphql(whoCan, api.keys.svc, { path: orders, first: 1 })).data.whoCan;
    expect(first.edges).toEqual([
      { node: { id: "ann", type: "person", because: [{ id: "ann-reads-orders/0", at: "test-policies.yaml:18:5" }] } },
    ]);
    expect([first.pageInfo.hasNextPage, first.stoppedEarly]).toEqual([true, false]);
    const second = (
      await server.graphql(whoCan, api.keys.svc, { path: orders, first: 5, after: first.pageInfo.endCursor })
    ).data;
    expect(second.whoCan.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(["root"]);
    expect(second.whoCan.pageInfo.hasNextPage).toBe(false);
  });

  it("is on record, and needs the right to ask for others", async () => {
    const before = (await api.records()).length;
    await server.graphql(whoCan, api.keys.svc, { path: orders, first: 5 });
    expect((await api.records()).slice(before).at(-1)).toMatchObject({
      type: "search",
      actor: "svc",
      action: "search.subjects",
      object: [orders],
      outcome: "allow",
      details: { predicate: "select", found: 2, more: false },
    });
    expect((await server.graphql(whoCan, api.keys.ann, { path: orders, first: 5 })).errors[0].extensions.code).toBe(
      "FORBIDDEN",
    );
  });

  it("refuses the page token of another question", async () => {
    const { data } = await server.graphql(whoCan, api.keys.svc, { path: orders, first: 1 });
    const after = data.whoCan.pageInfo.endCursor;
    const { errors } = await server.graphql(whoCan, api.keys.svc, { path: secrets, first: 1, after });
    expect(errors[0].extensions.code).toBe("BAD_USER_INPUT");
  });
});

describe("what somebody can do", () => {
  it("lists the objects, for oneself without further rights", async () => {
    const search = `{searchResources(predicate:"select",type:"dataset"){edges{node{path type ${rules}}} pageInfo{hasNextPage}}}`;
    const { data } = await server.graphql(search, api.keys.ann);
    expect(data.searchResources.edges.map(({ node }: { node: { path: string } }) => node.path)).toEqual([
      orders.replace("orders", "customers"),
      orders,
    ]);
    const { data: empty } = await server.graphql(search.replace('"dataset"', '"workflow"'), api.keys.ann);
    expect(empty.searchResources.edges).toEqual([]);
  });

  it("lists the actions on one object, and the patterns behind them", async () => {
    const search = (subject: string) =>
      `{searchActions(subject:"${subject}",object:{path:"${orders}"}){edges{node{predicate}} patterns}}`;
    const { data } = await server.graphql(search("ann"), api.keys.svc);
    expect(data.searchActions).toEqual({
      edges: [{ node: { predicate: "read" } }, { node: { predicate: "select" } }],
      patterns: [],
    });
    expect((await server.graphql(search("root"), api.keys.svc)).data.searchActions.patterns).toEqual(["**"]);
    expect((await server.graphql(search("nobody"), api.keys.svc)).errors[0].extensions.code).toBe("NOT_FOUND");
  });

  it("counts by type of object and predicate", async () => {
    const { data } = await server.graphql(
      `{whatCan(subject:"ann"){classes{type predicate allowed examined more because{id}}}}`,
      api.keys.svc,
    );
    const datasets = data.whatCan.classes.filter(({ type }: { type: string }) => type === "dataset");
    expect(datasets).toEqual(
      ["read", "select"].map((predicate) => ({
        type: "dataset",
        predicate,
        allowed: 2,
        examined: 3,
        more: false,
        because: [{ id: "ann-reads-orders/0" }],
      })),
    );
    expect(data.whatCan.classes).toContainEqual(
      expect.objectContaining({ type: "self", predicate: "read", examined: 0 }),
    );
  });
});

describe("data policies of a dataset", () => {
  it("are told by column: which mask wins, which lose and why, with an example and the row filter", async () => {
    const { data } = await server.graphql(
      `{dataPolicyDecision(subject:"ann",dataset:"dataos://sales:public/orders"){dataset known problem
        columns{name mask{policy operator priority at} example{value masked} losers{mask{policy} why}} rowFilter{text}}}`,
      api.keys.svc,
    );
    const { columns, ...rest } = data.dataPolicyDecision;
    expect(rest).toEqual({ dataset: orders, known: true, problem: null, rowFilter: { text: 'region = "EMEA"' } });
    expect(columns[0]).toMatchObject({ name: "id", mask: null, losers: [] });
    expect(columns[1]).toMatchObject({
      name: "email",
      mask: {
        policy: "hash-mail",
        operator: "hash",
        priority: 40,
        at: expect.stringMatching(/^test-policies\.yaml:\d+:\d+$/),
      },
      losers: [{ mask: { policy: "redact-mail" }, why: "priority 60 comes after 40" }],
    });
  });
});

describe("why not", () => {
  const ask = (
    subject: string,
  ) => `{authorize(input:{subject:"${subject}",predicate:"select",object:{path:"${secrets}"}}){
    allowed whyNot{because summary hidden nearest{id misfits{part problem condition expected actual} fix}}}}`;

  it("names the nearest rule, what it misses and what would mend it, to those who may read policies", async () => {
    const { data } = await server.graphql(ask("ann"), api.keys.root);
    const { nearest, ...rest } = data.authorize.whyNot;
    expect(rest).toEqual({
      because: "nearly",
      summary: "a rule speaks of it, but one of its conditions is not met",
      hidden: 0,
    });
    expect(nearest[0]).toEqual({
      id: "sales-select-secrets/0",
      misfits: [
        {
          part: "condition",
          problem: "not-met",
          condition: "department == 'sales'",
          expected: '`subject.department` equals "sales"',
          actual: "missing",
        },
      ],
      fix: ['set `subject.department` to "sales"'],
    });
  });

  it("tells others only how many rules come near", async () => {
    const { data } = await server.graphql(ask("ann"), api.keys.ann);
    expect(data.authorize.whyNot).toMatchObject({ because: "nearly", nearest: [] });
    expect(data.authorize.whyNot.hidden).toBeGreaterThan(0);
    expect((await server.graphql(ask("dev"), api.keys.ann)).errors[0].extensions.code).toBe("FORBIDDEN");
  });

  it("is nothing where the answer is yes", async () => {
    expect((await server.graphql(ask("root"), api.keys.root)).data.authorize).toEqual({ allowed: true, whyNot: null });
  });
});
