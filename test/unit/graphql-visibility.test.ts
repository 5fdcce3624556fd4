import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LineageEdge } from "../../src/metis/ports.ts";
import type { Urn } from "../../src/shared/urn.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { authorized } from "../support/authorized.ts";
import { scan, urns, viewEdges } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const at = (table: string) => urns.dataset("sales", "shop", "public", table);
const [orders, middle, report, people] = [at("orders"), at("middle"), at("report"), at("people")];
const publicSchema = urns.schema("sales", "shop", "public");

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices(`
name: both-read-sales
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann", "users:id:svc"]}
    predicates: [read]
    objects: {tags: [["dataos:type:entity", "dataos:depot:sales"]]}
    allow: true
---
name: ann-traces
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [trace]
    objects: {tags: ["dataos:type:entity"]}
    allow: true
---
name: nobody-reads-secrets
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann", "users:id:svc"]}
    predicates: [read]
    objects: {tags: ["Secret.*"]}
    allow: false
---
name: nor-where-they-are
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann", "users:id:svc"]}
    predicates: [read]
    objects: {paths: ["${publicSchema}"]}
    allow: false
---
name: nor-people-but-their-columns
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann", "users:id:svc"]}
    predicates: [read]
    objects: {tags: ["dataos:type:dataset"]}
    conditions: ["object.name == 'people'"]
    allow: false
`);
  const lineage = new Map<Urn, readonly LineageEdge[]>([
    [middle, viewEdges(orders, middle, ["id"])],
    [report, viewEdges(middle, report, ["id"])],
  ]);
  const tables = [
    { name: "orders", columns: ["id", "salary"] },
    { name: "middle", columns: ["id"], view: true },
    { name: "report", columns: ["id"], view: true },
    { name: "people", columns: ["id"] },
  ];
  await scan(api.catalog as never, { public: tables }, { lineage });
  const update = authorized("entity.update");
  await api.catalog.updateEntity(update, middle, { tags: { tags: ["Secret.Mapping"] } }, { inside: update });
  await api.catalog.updateEntity(update, `${orders}#salary`, { tags: { tags: ["Secret.Pay"] } }, {});
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

describe("lineage", () => {
  const trace = async (key: "ann" | "svc" | "root", of: string) => {
    const minSeq = await api.catalog.currentSeq();
    const { data, errors } = await server.graphql(
      `query($of:String!,$minSeq:Seq){lineage(of:$of,minSeq:$minSeq){
         nodes{urn name hops stub} edges{from to expression evidence} completeness{state}}}`,
      api.keys[key],
      { of, minSeq },
    );
    expect(errors).toBeUndefined();
    return data.lineage;
  };

  it("counts what depends on something as far as the caller may see or trace it", async () => {
    const minSeq = await api.catalog.currentSeq();
    const impact = async (key: "ann" | "svc" | "root", of: string) =>
      (
        await server.graphql(
          `query($of:String!,$minSeq:Seq){impact(of:$of,minSeq:$minSeq){
             root total stubs state reason kinds{value count} owners{value count} depots{value count}}}`,
          api.keys[key],
          { of, minSeq },
        )
      ).data?.impact;
    const none = { root: `${orders}#id`, stubs: 0, state: "complete", reason: null, owners: [] };
    const depot = (count: number) => [{ value: "sales", count }];
    const columns = (count: number) => [{ value: "column", count }];
    const whole = { ...none, total: 2, kinds: columns(2), depots: depot(2) };
    expect(await impact("root", `${orders}#id`)).toEqual(whole);
    expect(await impact("ann", `${orders}#id`)).toEqual({
      ...whole,
      stubs: 1,
      kinds: columns(1),
      depots: depot(1),
    });
    expect(await impact("svc", `${orders}#id`)).toEqual({ ...none, total: 0, kinds: [], depots: [] });
    expect(await impact("svc", `${orders}#salary`)).toBeUndefined();
  });

  it("shows as a nameless stub what the caller may trace but not see, and what lies behind it", async () => {
    const edge = { expression: "id" };
    expect(await trace("root", `${report}#id`)).toEqual({
      nodes: [
        { urn: `${report}#id`, name: "id", hops: 0, stub: false },
        { urn: `${middle}#id`, name: "id", hops: 1, stub: false },
        { urn: `${orders}#id`, name: "id", hops: 2, stub: false },
      ],
      edges: [
        { from: `${middle}#id`, to: `${report}#id`, ...edge, evidence: report },
        { from: `${orders}#id`, to: `${middle}#id`, ...edge, evidence: middle },
      ],
      completeness: { state: "complete" },
    });
    const hidden = { expression: null, evidence: "" };
    expect(await trace("ann", `${report}#id`)).toEqual({
      nodes: [
        { urn: `${report}#id`, name: "id", hops: 0, stub: false },
        { urn: "urn:dataos:stub:1", name: "", hops: 1, stub: true },
        { urn: `${orders}#id`, name: "id", hops: 2, stub: false },
      ],
      edges: [
        { from: `${orders}#id`, to: "urn:dataos:stub:1", ...hidden },
        { from: "urn:dataos:stub:1", to: `${report}#id`, ...hidden },
      ],
      completeness: { state: "complete" },
    });
  });

  it("ends where the caller may neither see nor trace, and does not tell of it", async () => {
    expect(await trace("svc", `${report}#id`)).toEqual({
      nodes: [{ urn: `${report}#id`, name: "id", hops: 0, stub: false }],
      edges: [],
      completeness: { state: "complete" },
    });
  });

  it("puts both of its decisions on record", async () => {
    const before = (await api.records()).length;
    await trace("svc", `${report}#id`);
    const records = (await api.records()).slice(before);
    expect(records.map(({ action, outcome }) => [action, outcome])).toEqual([
      ["entity.read", "allow"],
      ["entity.trace", "deny"],
    ]);
  });
});

describe("what is in something hidden", () => {
  it("has no parent, in lists, by URN and as a hit", async () => {
    const minSeq = await api.catalog.currentSeq();
    const { data, errors } = await server.graphql(
      `query($of:String!,$column:String!,$minSeq:Seq){
         entity(urn:$of){urn parent{urn}} column:entity(urn:$column){urn parent{urn}}
         entities(filter:{kind:dataset},first:10){edges{node{urn parent{urn}}}}
         search(query:"orders",minSeq:$minSeq){edges{node{urn entity{parent{urn parent{urn}}}}}}}`,
      api.keys.ann,
      { of: orders, column: `${people}#id`, minSeq },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      entity: { urn: orders, parent: null },
      column: { urn: `${people}#id`, parent: null },
      entities: { edges: [{ node: { urn: orders, parent: null } }, { node: { urn: report, parent: null } }] },
      search: { edges: [{ node: { urn: orders, entity: { parent: null } } }] },
    });
  });
});

describe("a hidden column of a visible dataset", () => {
  it("is in no hit, facet, suggestion and list, and is counted nowhere", async () => {
    const minSeq = await api.catalog.currentSeq();
    const ask = (key: "ann" | "root") =>
      server.graphql(
        `query($orders:String!,$minSeq:Seq){
           search(query:"salary",minSeq:$minSeq){totalCount didYouMean edges{node{matchedColumns highlights{text}}}}
           browse:search(query:"",minSeq:$minSeq,filter:{kinds:[dataset]}){facets{field values{value count}}}
           suggest(prefix:"sala"){text} entity(urn:$orders){columns{name}}
           entities(filter:{kind:column,parent:$orders},first:10){edges{node{name}}} entityCounts{value count}}`,
        api.keys[key],
        { orders, minSeq },
      );
    const tagsOf = (facets: { field: string; values: unknown }[]) =>
      facets.find(({ field }) => field === "tag")?.values;
    const { data: all } = await ask("root");
    expect(all.search).toMatchObject({ totalCount: 1, edges: [{ node: { matchedColumns: ["salary"] } }] });
    expect(tagsOf(all.browse.facets)).toEqual([
      { value: "Secret.Mapping", count: 1 },
      { value: "Secret.Pay", count: 1 },
    ]);
    expect(all.suggest).toEqual([{ text: "salary" }]);
    const { data, errors } = await ask("ann");
    expect(errors).toBeUndefined();
    expect(data.search).toEqual({ totalCount: 0, didYouMean: [], edges: [] });
    expect(tagsOf(data.browse.facets)).toEqual([]);
    expect(data.suggest).toEqual([]);
    expect(data.entity.columns).toEqual([{ name: "id" }]);
    expect(data.entities.edges).toEqual([{ node: { name: "id" } }]);
    expect(data.entityCounts).toContainEqual({ value: "column", count: 3 });
  });
});

describe("a search with a tree of conditions", () => {
  const ask = async (where: unknown, key: "ann" | "root" = "root") => {
    const minSeq = await api.catalog.currentSeq();
    return server.graphql(
      `query($where:SearchWhere,$minSeq:Seq){
         search(query:"",minSeq:$minSeq,filter:{kinds:[dataset],where:$where}){totalCount edges{node{urn}}}}`,
      api.keys[key],
      { where, minSeq },
    );
  };

  it("finds what passes it, by tags of columns only for those who see them", async () => {
    const secret = { has: { field: "tag", values: ["Secret.Pay"] } };
    const all = (await ask(null)).data.search.totalCount;
    const tagged = (await ask(secret)).data.search;
    expect(tagged).toEqual({ totalCount: 1, edges: [{ node: { urn: orders } }] });
    expect((await ask({ not: secret })).data.search.totalCount).toBe(all - 1);
    expect((await ask({ or: [secret, { not: secret }] })).data.search.totalCount).toBe(all);
    expect((await ask({ and: [secret, { not: secret }] })).data.search.totalCount).toBe(0);
    expect((await ask(secret, "ann")).data.search.totalCount).toBe(0);
  });

  it("is refused where a part says nothing, two things, or names no facet", async () => {
    const messages = async (where: unknown) => (await ask(where)).errors?.map(({ message }: Error) => message);
    expect(await messages({})).toEqual(["`where`: expected exactly one of `and`, `or`, `not`, `has`"]);
    expect(await messages({ not: { and: [{ and: [], or: [] }] } })).toEqual([
      "`where.not.and[0]`: expected exactly one of `and`, `or`, `not`, `has`",
    ]);
    expect(await messages({ has: { field: "colour", values: [] } })).toEqual([
      "`where.has.field` is `colour`; expected one of `kind`, `depot`, `datasetType`, `tag`, `owner`, `schema`",
    ]);
  });
});
