import { afterEach, describe, expect, it } from "vitest";
import { describeResource } from "../../src/control/index.ts";
import type { Control } from "../../src/control/ports.ts";
import { authorizationTable } from "../../src/graphql/authorization-table.ts";
import { rootFields } from "../../src/graphql/resolvers/index.ts";
import type { IdentityStore } from "../../src/heimdall/ports.ts";
import type { Catalog } from "../../src/metis/ports.ts";
import { AuditUnavailableError, BadInputError, ConflictError, ForbiddenError } from "../../src/shared/errors.ts";
import type { Logger } from "../../src/shared/logger.ts";
import { createServices, type DoubleOptions, entity, failing, keys } from "../support/api-doubles.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

let server: TestServer | undefined;
afterEach(() => server?.close());

async function start(replaced: Parameters<typeof createServices>[0] = {}, options: DoubleOptions = {}) {
  const doubles = createServices(replaced, options);
  server = await startServer(doubles.services);
  return { ...doubles, server };
}

const depot = entity("urn:dataos:depot:sales", "depot");
const datasets = Array.from({ length: 105 }, (_, i) =>
  entity(`urn:dataos:dataset:sales:shop/public/t${String(i).padStart(3, "0")}`, "dataset", {
    parent: depot.urn,
    aspects: { ownership: { owners: ["users:id:ann"] }, tags: { tags: ["PII.Email"] } },
  }),
);
const columns = datasets.flatMap((dataset) =>
  ["id", "email"].map((name, position) =>
    entity(`${dataset.urn}#${name}`, "column", {
      parent: dataset.urn,
      aspects: { structure: { dataType: "text", position: position + 1 } },
    }),
  ),
);
const entities = [depot, ...datasets, ...columns];
const listQuery = `query($first:Int!,$after:String,$kind:EntityKind=dataset){entities(filter:{kind:$kind},first:$first,after:$after){
  edges{cursor node{id urn tags owners parent{urn} columns{name dataType position}}} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}`;

describe("root fields", () => {
  const operations = [...Object.entries(rootFields.Query), ...Object.entries(rootFields.Mutation)];

  it.each(operations)("%s does nothing when its decision cannot be made", async (_, resolve) => {
    const touched: string[] = [];
    const watch = <T extends object>(name: string): T =>
      new Proxy({} as T, {
        get(_, method) {
          touched.push(`${name}.${String(method)}`);
          return async () => undefined;
        },
      });
    const deny = async () => {
      throw new ForbiddenError("no");
    };
    const context = {
      call: {
        subject: { id: "ann", type: "person", tags: [], attributes: {} },
        requestId: "r",
        ip: undefined,
        via: "graphql",
      },
      services: {
        authorizer: { authorize: deny, authorizeList: deny, decide: deny, check: () => false },
        catalog: watch("catalog"),
        control: watch("control"),
        identity: watch("identity"),
        audit: watch("audit"),
        policies: watch("policies"),
      },
      loaders: watch("loaders"),
      cursors: { seal: () => "", open: () => "" },
    };
    const args = {
      input: { name: "n", variables: [], documents: [] },
      inputs: [],
      urn: "u",
      id: "ent_1",
      first: 1,
      of: "u",
      type: "depot",
      query: "",
      prefix: "",
    };
    await Promise.resolve(resolve({}, args, context as never)).catch(() => undefined);
    // what is touched is known only after parsing: Control decides inside, see the table
    expect(touched.filter((call) => call !== "control.apply")).toEqual([]);
  });

  it("ask Heimdall for what the table says", async () => {
    const { server, calls } = await start({}, { entities });
    await server.graphql(
      '{ me{id} entities(first:1){edges{cursor}} authorize(input:{predicate:"read",object:{}}){allowed} users{edges{cursor}} }',
      keys.ann,
    );
    const asked = calls.filter((call) => /^(authorize|list) /.test(call)).sort();
    expect(asked).toEqual(["authorize decision.ask", "authorize self.read", "list entity.read", "list user.read"]);
    expect(authorizationTable.Query.authorize.actions).toContain("decision.ask");
  });

  it("ask for a right of its own before they answer about somebody else", async () => {
    const { server, calls } = await start();
    await server.graphql('{ authorize(input:{subject:"root",predicate:"read",object:{}}){allowed} }', keys.ann);
    await server.graphql(
      '{ authorizeMany(inputs:[{predicate:"read",object:{}},{subject:"nobody",predicate:"read",object:{}}]){allowed denyReason} }',
      keys.ann,
    );
    expect(calls.filter((call) => call.startsWith("authorize"))).toEqual([
      "authorize decision.askForOthers",
      "authorize decision.askForOthers",
    ]);
  });
});

describe("lists", () => {
  it("cost a constant number of store calls for a page of 100 with owners, tags, parents and columns", async () => {
    const { server, calls } = await start({}, { entities });
    const { data, errors } = await server.graphql(listQuery, keys.ann, { first: 100 });
    expect(errors).toBeUndefined();
    expect(data.entities.edges).toHaveLength(100);
    expect(data.entities.edges[7].node).toMatchObject({
      tags: ["PII.Email"],
      owners: ["users:id:ann"],
      parent: { urn: depot.urn },
      columns: [{ name: "id", dataType: "text", position: 1 }, { name: "email" }],
    });
    expect(calls).toEqual(["list entity.read", "listEntities", "getEntities 1", "listColumns 100"]);
  });

  it("go on where the page before ended, and say when they are done", async () => {
    const { server } = await start({}, { entities });
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page++) {
      const { data } = await server.graphql(listQuery, keys.ann, { first: 40, after });
      const { edges, pageInfo } = data.entities;
      seen.push(...edges.map((edge: { node: { urn: string } }) => edge.node.urn));
      expect(pageInfo).toEqual({
        hasNextPage: page < 2,
        hasPreviousPage: page > 0,
        startCursor: edges[0].cursor,
        endCursor: edges.at(-1).cursor,
      });
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(datasets.map(({ urn }) => urn));
  });

  it("refuse a page of less than 1 or more than 100 entries, saying so", async () => {
    const { server } = await start({}, { entities });
    for (const first of [0, -1, 101]) {
      const { errors } = await server.graphql(listQuery, keys.ann, { first });
      expect(errors[0]).toMatchObject({
        message: `\`first\` is ${first}, expected 1 to 100; take the rest with \`after\``,
        extensions: { code: "BAD_USER_INPUT" },
      });
    }
  });

  it("refuse a cursor that was changed, made up, or made for another list", async () => {
    const { server } = await start({}, { entities });
    const { data } = await server.graphql(listQuery, keys.ann, { first: 1 });
    const cursor: string = data.entities.pageInfo.endCursor;
    const changed = `${cursor.slice(0, -4)}${cursor.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
    for (const variables of [
      { after: changed },
      { after: "" },
      { after: "x".repeat(10_000) },
      { after: cursor, kind: "depot" },
    ]) {
      const { errors } = await server.graphql(listQuery, keys.ann, { first: 1, ...variables });
      expect(errors[0].message).toBe(
        "`after` is not a cursor of this list; take `endCursor` of the page before, with the same arguments",
      );
    }
  });
});

describe("what the caller may not see", () => {
  const visible = { op: "not", of: { op: "path", glob: `${datasets[0]?.urn}**` } } as const;

  it("is absent from lists, single answers and columns, like what does not exist", async () => {
    const { server } = await start({}, { entities, visible });
    const hidden = JSON.stringify(datasets[0]?.urn);
    const { data, errors } = await server.graphql(
      `{ hidden:entity(urn:${hidden}){urn} absent:entity(urn:"urn:dataos:depot:none"){urn} node(id:"ent_${datasets[0]?.id}"){id} bad:node(id:"res_!"){id}
         entities(filter:{kind:dataset},first:1){edges{node{urn}}} }`,
      keys.ann,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ hidden: null, absent: null, node: null, bad: null });
    expect(data.entities.edges[0].node.urn).toBe(datasets[1]?.urn);
  });

  it("cannot be told from what does not exist by a mutation either", async () => {
    const { server } = await start({}, { entities, visible });
    const update = (urn: string) =>
      server.graphql(
        `mutation($urn:String!){updateEntity(input:{urn:$urn,description:"x"}){entity{urn} userErrors{code message}}}`,
        keys.ann,
        { urn },
      );
    const hidden = await update(datasets[0]?.urn ?? "");
    const absent = await update("urn:dataos:depot:none");
    expect(hidden.data.updateEntity.userErrors[0].code).toBe("NOT_FOUND");
    expect(hidden.data.updateEntity.userErrors[0].message.replace(datasets[0]?.urn, "X")).toBe(
      absent.data.updateEntity.userErrors[0].message.replace("urn:dataos:depot:none", "X"),
    );
  });
});

describe("failures", () => {
  const canary = /canary|s3cr3t|postgres:|db\.internal|control\.|catalog\./;

  it("that are not planned are masked with a request id, and whole in the log", async () => {
    const lines: unknown[] = [];
    const log: Logger = { debug() {}, info() {}, warn() {}, error: (fields) => lines.push(fields), child: () => log };
    const { server } = await start({ log, catalog: failing<Catalog>("catalog") });
    const answer = await server.post("/graphql", { query: '{ a:entity(urn:"x"){urn} me{id} }' }, { apikey: keys.ann });
    const text = await answer.text();
    expect(text).not.toMatch(canary);
    expect(JSON.parse(text)).toMatchObject({
      data: { a: null, me: { id: "ann" } },
      errors: [
        {
          message: "an internal error occurred; the server's log has the rest under this request id",
          path: ["a"],
          extensions: { code: "INTERNAL", requestId: answer.headers.get("x-request-id") },
        },
      ],
    });
    expect(String((lines[0] as { error: Error }).error)).toMatch(canary);
  });

  it("of REST routes are masked alike", async () => {
    const { server } = await start({
      identity: {
        ...failing<IdentityStore>("identity"),
        authenticate: async () => Promise.reject(new Error("canary-s3cr3t")),
      } as never,
    });
    for (const path of ["/graphql", "/access/v1/evaluation", "/heimdall/api/v1/authorize"]) {
      const answer = await server.post(path, {}, { apikey: keys.ann });
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(canary);
    }
  });

  it("of mutations that the caller can mend are user errors with code and place", async () => {
    const at = (line: number) => ({ file: "a.yaml", line, column: 3 });
    const apply = async () => {
      throw new BadInputError("2 faults", {
        problems: [
          { message: "unknown key `x`", at: at(2), field: "x" },
          { message: "`name` is missing", at: at(9) },
        ],
      });
    };
    const { server } = await start({ control: { ...failing<Control>("control"), apply } as Control });
    const { data } = await server.graphql(
      'mutation{applyResources(input:{documents:[{file:"a.yaml",text:"x: 1"}]}){resources{name} userErrors{at field message code}}}',
      keys.ann,
    );
    expect(data.applyResources).toEqual({
      resources: [],
      userErrors: [
        { at: "a.yaml:2:3", field: "x", message: "unknown key `x`", code: "BAD_USER_INPUT" },
        { at: "a.yaml:9:3", field: null, message: "`name` is missing", code: "BAD_USER_INPUT" },
      ],
    });
  });

  it("of a decision carry its id, in payloads and in errors", async () => {
    const { server } = await start({}, { entities, denied: ["entity.update", "audit.read"] });
    const { data } = await server.graphql(
      `mutation{updateEntity(input:{urn:"${depot.urn}",description:"x"}){userErrors{code decisionId}}}`,
      keys.ann,
    );
    expect(data.updateEntity.userErrors).toEqual([{ code: "FORBIDDEN", decisionId: "d-deny" }]);
    const { errors } = await server.graphql("{auditEvents{edges{cursor}}}", keys.ann);
    expect(errors[0].extensions).toMatchObject({ code: "FORBIDDEN", decisionId: "d-deny" });
  });

  it("of a lock are CONFLICT", async () => {
    const resource = {
      ref: { type: "depot", name: "d", workspace: undefined },
      urn: "urn:dataos:resource:depot:d",
      uid: "u",
      owner: "ann",
      layer: "user",
      tags: [],
    } as never;
    expect(describeResource(resource).tags).toContain("dataos:resource:depot");
    const control = {
      ...failing<Control>("control"),
      get: async () => resource,
      delete: async () => {
        throw new ConflictError("workflow `w` needs it; delete that first");
      },
    } as Control;
    const { server } = await start({ control });
    const { data } = await server.graphql(
      'mutation{deleteResource(input:{type:"depot",name:"d"}){deleted userErrors{code message}}}',
      keys.ann,
    );
    expect(data.deleteResource).toEqual({
      deleted: false,
      userErrors: [{ code: "CONFLICT", message: "workflow `w` needs it; delete that first" }],
    });
  });

  it("to record a decision withhold the whole answer with 503", async () => {
    const doubles = createServices();
    const { authorizer } = doubles.services;
    const authorizeList = async () => {
      throw new AuditUnavailableError("the audit log cannot be written");
    };
    server = await startServer({ ...doubles.services, authorizer: { ...authorizer, authorizeList } });
    const answer = await server.post("/graphql", { query: "{ me{id} entities{edges{cursor}} }" }, { apikey: keys.ann });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ data: null, errors: [{ extensions: { code: "AUDIT_UNAVAILABLE" } }] });
  });

  it("to answer in time end the operation and nothing else", async () => {
    const doubles = createServices();
    let fire = () => {};
    const schedule = (delayMs: number, run: () => void) => {
      if (delayMs === 10_000) fire = run;
      return () => {};
    };
    const getEntity = () => {
      queueMicrotask(() => fire());
      return new Promise<never>(() => {});
    };
    server = await startServer({
      ...doubles.services,
      clock: { now: () => Date.now(), schedule },
      catalog: { ...doubles.services.catalog, getEntity },
    });
    const { data, errors } = await server.graphql('{ entity(urn:"x"){urn} }', keys.ann);
    expect(data).toEqual({ entity: null });
    expect(errors[0].extensions.code).toBe("DEADLINE_EXCEEDED");
  });
});

describe("handing out rights", () => {
  it("is refused for tags and keys that the caller does not hold", async () => {
    const { server } = await start();
    const { data } = await server.graphql(
      `mutation{ setUserTags(input:{userId:"ann",tags:["roles:id:user","roles:id:operator"]}){userErrors{code message}}
                 createApiKey(input:{userId:"root",name:"k"}){key userErrors{code}} }`,
      keys.ann,
    );
    expect(data.setUserTags.userErrors).toEqual([
      {
        code: "FORBIDDEN",
        message:
          "you do not hold `roles:id:operator`, so you cannot hand it out; ask somebody who does, or who may `escalate`",
      },
    ]);
    expect(data.createApiKey).toEqual({ key: null, userErrors: [{ code: "FORBIDDEN" }] });
  });

  it("gives a new key once, with a bounded life", async () => {
    const { server } = await start();
    const create = (ttl: number) =>
      server.graphql(`mutation{createApiKey(input:{name:"k",ttlSeconds:${ttl}}){key userErrors{message}}}`, keys.ann);
    expect((await create(60)).data.createApiKey.key).toBe("hmd_k1_clear");
    expect((await create(-1)).data.createApiKey.userErrors[0].message).toContain("`ttlSeconds` is -1");
  });
});
