// A column that policy hides from a subject had been absent as an entity, and still named in keys, view definitions, provenance and
// lineage expressions: its name is looked for here in every answer of every read.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EntityAssertion, LineageEdge } from "../../src/metis/ports.ts";
import type { ObjectFilter } from "../../src/shared/object-filter.ts";
import type { Urn } from "../../src/shared/urn.ts";
import { queryFields, selectEverything } from "../e2e/support/ask-everything.ts";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { authorized } from "../support/authorized.ts";
import { assertionsOf, urns, viewEdges } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const canary = "zq_canary_pay";
const hiddenTable = "zq_canary_wages";
const names = [canary, hiddenTable];
const at = (table: string) => urns.dataset("sales", "shop", "public", table);
const [staff, report, slips] = [at("staff"), at("report"), at("slips")];
const wages = urns.dataset("sales", "shop", "hr", hiddenTable);

const aspects: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [staff]: {
    structure: {
      datasetType: "table",
      partitionKey: `RANGE (${canary})`,
      partitionBound: "FOR VALUES FROM (1) TO (2)",
    },
    keys: {
      primaryKey: { name: "staff_pkey", columns: ["id"] },
      uniqueKeys: [
        { name: `staff_${canary}_key`, columns: [canary] },
        { name: `staff_id_name_${canary}`, columns: ["id", "name"] },
      ],
      indexes: [
        { name: "staff_low", columns: ["id"], unique: false, method: "btree", predicate: `(${canary} < 10)` },
        { name: "staff_sum", columns: [`lower(${canary})`], unique: false, method: "btree" },
        { name: "staff_name", columns: ["name"], unique: false, method: "btree" },
      ],
      checks: [{ name: "positive", expression: `CHECK ((${canary} > 0))` }],
      foreignKeys: [
        { name: "staff_wages", columns: ["id"], references: wages, referencedColumns: ["id"] },
        { name: "staff_boss", columns: ["boss"], references: staff, referencedColumns: ["id"] },
      ],
    },
    dbt: { tests: { [canary]: ["not_null"] } },
  },
  [`${staff}#bonus`]: {
    structure: { dataType: "int", position: 4, generated: `ALWAYS AS ((${canary} / 10))`, defaultValue: "0" },
  },
  [slips]: {
    structure: { datasetType: "table", partitionOf: wages },
    keys: {
      foreignKeys: [{ name: "slips_fk", columns: ["pay"], references: staff, referencedColumns: [canary] }],
      primaryKey: { name: "slips_pkey", columns: ["id"] },
    },
  },
  [report]: {
    structure: { datasetType: "view" },
    definition: { sql: `SELECT id, upper(name) AS name FROM public.staff WHERE ${canary} > 3`, dialect: "postgresql" },
  },
  [at("unresolved")]: {
    structure: { datasetType: "view" },
    definition: { sql: `SELECT w.id FROM hr."${hiddenTable}" w`, dialect: "postgresql" },
  },
  [at("open")]: {
    structure: { datasetType: "view" },
    definition: { sql: "SELECT id FROM public.staff", dialect: "postgresql" },
  },
};

let api: ApiServices;
let server: TestServer;
let firstSeq: number;
beforeAll(async () => {
  api = await createApiServices(`
name: dev-sees-no-pay
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:data-dev"]}
    predicates: ["*"]
    objects: {tags: ["Secret.*"]}
    allow: false
`);
  const tables = [
    { name: "staff", columns: ["id", "name", "boss", "bonus", canary] },
    { name: "slips", columns: ["id", "pay"] },
    { name: "report", columns: ["id", "name"], view: true },
    { name: "unresolved", columns: ["id"], view: true },
    { name: "open", columns: ["id"], view: true },
  ];
  const ingest = await api.catalog.beginScan(authorized("entity.update"), { depot: "sales", runId: "run-1" });
  const content = { public: tables, hr: [{ name: hiddenTable, columns: ["id"] }] };
  await ingest.put(
    assertionsOf("sales", "shop", content).map(
      (assertion): EntityAssertion => ({ ...assertion, aspects: { ...assertion.aspects, ...aspects[assertion.urn] } }),
    ),
  );
  const edges = viewEdges(staff, report, ["id", "name"]).map(
    (edge): LineageEdge => ({
      ...edge,
      subtype: "TRANSFORMATION",
      expression: edge.expression === "name" ? `CASE WHEN ${canary} > 1 THEN upper(name) END` : "id",
    }),
  );
  const filter: LineageEdge = {
    ...{ from: `${staff}#${canary}` as Urn, to: report, type: "INDIRECT", subtype: "FILTER" },
    ...{ expression: `${canary} > 3`, masking: false, confidence: 1, evidence: report },
  };
  await ingest.putLineage(report, [...edges, filter]);
  await ingest.putLineage(at("open"), viewEdges(staff, at("open"), ["id"]));
  await ingest.finish();
  firstSeq = await api.catalog.currentSeq();
  const update = authorized("entity.update");
  await api.catalog.updateEntity(update, `${staff}#${canary}`, { tags: { tags: ["Secret.Pay"] } }, { inside: update });
  await api.catalog.updateEntity(update, wages, { tags: { tags: ["Secret.Pay"] } }, { inside: update });
  server = await startServer(api);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const detail = `urn primaryKey{name columns} uniqueKeys{name columns} indexes{name columns} foreignKeys{name references}
  definition partitionKey partitionOf provenance{aspect origin value}`;

describe("a hidden column", () => {
  it("takes its keys along, and is named in no text, for one who may not see it; the others see all as before", async () => {
    const ask = async (key: "dev" | "root", urn: string, seq?: number) => {
      const { data, errors } = await server.graphql(
        `query($urn:String!,$seq:Seq){entity(urn:$urn,asOf:$seq){${detail} columns{name generated}}}`,
        api.keys[key],
        { urn, seq },
      );
      expect(errors).toBeUndefined();
      return data.entity;
    };
    const shown = await ask("dev", staff);
    const hiddenWord = "[hidden: it names what you may not see]";
    expect(shown).toMatchObject({
      primaryKey: { name: "staff_pkey", columns: ["id"] },
      uniqueKeys: [{ name: hiddenWord, columns: ["id", "name"] }],
      indexes: [{ name: "staff_name", columns: ["name"] }],
      foreignKeys: [{ name: "staff_boss", references: staff }],
      partitionKey: hiddenWord,
    });
    expect(shown.provenance.map(({ aspect }: { aspect: string }) => aspect)).toEqual(["keys", "structure"]);
    expect(shown.columns).toContainEqual({ name: "bonus", generated: hiddenWord });
    expect(await ask("dev", report)).toMatchObject({ definition: hiddenWord });
    expect(await ask("dev", at("unresolved"))).toMatchObject({ definition: hiddenWord });
    expect(await ask("dev", at("open"))).toMatchObject({ definition: "SELECT id FROM public.staff" });
    expect(await ask("dev", slips)).toMatchObject({
      primaryKey: { columns: ["id"] },
      foreignKeys: [],
      partitionOf: null,
    });
    const then = await ask("dev", staff, firstSeq);
    expect(names.filter((name) => JSON.stringify(then).includes(name))).toEqual([]);
    const all = await ask("root", staff);
    expect(all.uniqueKeys).toHaveLength(2);
    expect(all.foreignKeys).toHaveLength(2);
    expect(all.indexes).toHaveLength(3);
    expect(all.partitionKey).toBe(`RANGE (${canary})`);
    expect((await ask("root", report)).definition).toContain(canary);
  });

  it("stays hidden in the past where it was hidden then and is open now", async () => {
    const update = authorized("entity.update");
    const hidden = await api.catalog.currentSeq();
    const column = `${staff}#${canary}`;
    await api.catalog.updateEntity(update, column, { tags: null }, { inside: update });
    const notSecret: ObjectFilter = { op: "not", of: { op: "tag", glob: "Secret.*" } };
    const reading = authorized("entity.read", notSecret);
    const now = await api.catalog.getEntity(reading, staff);
    expect(now.aspects.structure?.partitionKey).toBe(`RANGE (${canary})`);
    const then = await api.catalog.getEntity(reading, staff, { asOf: hidden });
    expect(JSON.stringify([then.aspects, [...then.provenance].map(([, values]) => [...values])])).not.toContain(canary);
    await api.catalog.updateEntity(update, column, { tags: { tags: ["Secret.Pay"] } }, { inside: update });
  });

  it("leaves expressions that do not name it, and replaces those that do", async () => {
    const minSeq = await api.catalog.currentSeq();
    const trace = async (key: "dev" | "root", of: string): Promise<(string | null)[]> => {
      const { data } = await server.graphql(
        "query($of:String!,$minSeq:Seq){lineage(of:$of,minSeq:$minSeq){edges{expression}}}",
        api.keys[key],
        { of, minSeq },
      );
      return data.lineage.edges.map(({ expression }: { expression: string | null }) => expression);
    };
    expect(await trace("root", `${report}#name`)).toContain(`CASE WHEN ${canary} > 1 THEN upper(name) END`);
    expect(await trace("dev", `${report}#name`)).toEqual(["[hidden: it names what you may not see]"]);
    expect(await trace("dev", `${report}#id`)).toEqual(["id"]);
  });

  it("is named in no answer of an edit either", async () => {
    const { data } = await server.graphql(
      `mutation($urn:String!){updateEntity(input:{urn:$urn,description:"people",dryRun:true}){userErrors{message} entity{${detail}}}}`,
      api.keys.dev,
      { urn: staff },
    );
    expect(data.updateEntity.userErrors).toEqual([]);
    expect(names.filter((name) => JSON.stringify(data).includes(name))).toEqual([]);
  });
});

describe("every read", () => {
  const minSeq = () => api.catalog.currentSeq();
  const idOf = async (urn: string): Promise<string> =>
    (await server.graphql("query($urn:String!){entity(urn:$urn){id}}", api.keys.root, { urn })).data.entity.id;

  it("of the API names what is hidden to nobody who may not see it", async () => {
    const seq = await minSeq();
    const calls: [field: string, variables: Record<string, unknown>][] = [];
    for (const field of queryFields) calls.push([field, { first: 100 }]);
    for (const urn of [staff, report, slips, at("unresolved"), `${staff}#bonus`, urns.depot("sales")]) {
      calls.push(["entity", { urn }], ["entity", { urn, asOf: firstSeq }], ["node", { id: await idOf(urn) }]);
      for (const direction of ["UPSTREAM", "DOWNSTREAM", "BOTH"]) {
        for (const granularity of ["DATASET", "COLUMN"])
          calls.push(["lineage", { of: urn, direction, granularity, minSeq: seq }]);
      }
      calls.push(["entities", { filter: { parent: urn }, first: 100 }]);
      calls.push(["dataPolicyDecision", { dataset: urn }]);
      for (const predicate of ["read", "select"])
        calls.push(["authorize", { input: { predicate, object: { path: urn } } }]);
    }
    for (const predicate of ["read", "select", "update", "trace"])
      calls.push(["searchResources", { predicate, first: 100 }]);
    for (const query of ["", "staff", "salary", "zq", "canary", "pay", "wages"]) {
      calls.push(["search", { query, first: 100, minSeq: seq }], ["suggest", { prefix: query, first: 20 }]);
    }
    let asked = 0;
    for (const key of ["dev", "root"] as const) {
      let found = 0;
      for (const [field, variables] of calls) {
        for (const query of selectEverything(field, Object.keys(variables))) {
          const known = Object.fromEntries(Object.entries(variables).filter(([name]) => query.includes(`$${name}:`)));
          const answer = await server.graphql(query, api.keys[key], known);
          if (answer.data) asked++;
          const text = JSON.stringify(answer);
          const told = names.filter((name) => text.includes(name));
          if (key === "dev") expect([field, known, told]).toEqual([field, known, []]);
          found += told.length;
        }
      }
      if (key === "root") expect(found).toBeGreaterThan(20);
    }
    expect(asked).toBeGreaterThan(150);
  });

  it("over REST names it to nobody either", async () => {
    const headers = { apikey: api.keys.dev };
    const paths = ["users", "policies", "providers", "grants", "tags", "healthz"].map(
      (name) => `/heimdall/api/v1/${name}`,
    );
    const answers = await Promise.all(paths.map(async (path) => (await server.get(path, headers)).text()));
    const subject = { type: "person", id: "dev" };
    for (const action of ["read", "select"]) {
      const search = { subject, action: { name: action }, resource: { type: "column" } };
      for (const kind of ["resource", "action"]) {
        answers.push(await (await server.post(`/access/v1/search/${kind}`, search, headers)).text());
      }
      const resource = { type: "dataset", id: staff };
      const evaluation = { subject, action: { name: action }, resource };
      answers.push(await (await server.post("/access/v1/evaluation", evaluation, headers)).text());
    }
    for (const answer of answers) expect(names.filter((name) => answer.includes(name))).toEqual([]);
  });
});
