import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { rootFields } from "../../src/graphql/resolvers/index.ts";
import type { IdentityStore } from "../../src/heimdall/ports.ts";
import type { HttpServices } from "../../src/http/index.ts";
import type { Catalog } from "../../src/metis/ports.ts";
import { AuditUnavailableError, ForbiddenError } from "../../src/shared/errors.ts";
import type { Logger } from "../../src/shared/logger.ts";
import { type ApiServices, createApiServices, failing } from "../support/api-services.ts";
import { scan, urns } from "../support/catalog.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const tables = Array.from({ length: 105 }, (_, i) => `t${String(i).padStart(3, "0")}`);
const [hidden, ...seen] = tables.map((name) => urns.dataset("sales", "shop", "public", name));

let api: ApiServices;
let server: TestServer;
let other: TestServer | undefined;
beforeAll(async () => {
  api = await createApiServices(`
name: ann-reads-sales
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: [read]
    objects: {tags: [["dataos:type:entity", "dataos:depot:sales"]]}
    allow: true
---
name: but-not-the-first-table
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:ann"]}
    predicates: ["**"]
    objects: {paths: ["${hidden}", "${hidden}#**", "${seen[0]}#email"]}
    allow: false
`);
  await scan(api.catalog as never, { public: tables.map((name) => ({ name, columns: ["id", "email"] })) });
  server = await startServer(api);
});
afterEach(async () => {
  await other?.close();
  other = undefined;
});
afterAll(async () => {
  await server.close();
  await api.close();
});

/** A server with some parts replaced. */
async function startOther(replaced: Partial<HttpServices>): Promise<TestServer> {
  other = await startServer({ ...api, ...replaced });
  return other;
}

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
    const insiders = ["control.apply", "control.rollbackPolicies"];
    expect(touched.filter((call) => !insiders.includes(call))).toEqual([]);
  });

  it("ask Heimdall for what the table says, and put it on record", async () => {
    api.calls.length = 0;
    const before = (await api.records()).length;
    await server.graphql(
      '{ me{id} entities(first:1){edges{cursor}} authorize(input:{predicate:"read",object:{}}){allowed} users{edges{cursor}} }',
      api.keys.root,
    );
    expect(api.calls.filter((call) => call.startsWith("authorizer.authorize")).sort()).toEqual([
      "authorizer.authorize decision.ask",
      "authorizer.authorize self.read",
      "authorizer.authorizeList entity.read",
      "authorizer.authorizeList user.read",
    ]);
    const records = (await api.records()).slice(before);
    expect(records.map(({ action }) => action).sort()).toEqual([
      "decision.ask",
      "entity.read",
      "read",
      "self.read",
      "user.read",
    ]);
    expect(new Set(records.map(({ requestId, actor }) => `${requestId} ${actor}`)).size).toBe(1);
  });

  it("ask for a right of its own before they answer about somebody else", async () => {
    const ask = async (key: string) => {
      const one = await server.graphql(
        '{ authorize(input:{subject:"root",predicate:"read",object:{}}){allowed} }',
        key,
      );
      const many = await server.graphql(
        '{ authorizeMany(inputs:[{predicate:"read",object:{}},{subject:"nobody",predicate:"read",object:{}}]){allowed denyReason decisionId} }',
        key,
      );
      return [one, many];
    };
    for (const { errors } of await ask(api.keys.ann)) expect(errors[0].extensions.code).toBe("FORBIDDEN");
    const [, many] = await ask(api.keys.svc);
    expect(many.data.authorizeMany).toMatchObject([
      { allowed: false, denyReason: "no-matching-allow" },
      { allowed: false, denyReason: "unknown-subject" },
    ]);
  });

  it("that only look at the schema are on record too", async () => {
    const before = (await api.records()).length;
    await server.graphql("{ __schema { queryType { name } } }", api.keys.ann);
    expect((await api.records()).slice(before).map(({ action }) => action)).toEqual(["self.read"]);
  });
});

describe("lists", () => {
  it("cost a constant number of store calls for a page of 100 with owners, tags, parents and columns", async () => {
    api.calls.length = 0;
    const { data, errors } = await server.graphql(listQuery, api.keys.root, { first: 100 });
    expect(errors).toBeUndefined();
    expect(data.entities.edges).toHaveLength(100);
    expect(data.entities.edges[7].node).toMatchObject({
      tags: [],
      owners: [],
      parent: { urn: urns.schema("sales", "shop", "public") },
      columns: [
        { name: "id", dataType: "text", position: 1 },
        { name: "email", dataType: "text", position: 2 },
      ],
    });
    expect(api.calls).toEqual([
      "identity.authenticate",
      "authorizer.authorizeList entity.read",
      "catalog.listEntities",
      "catalog.getEntities",
      "catalog.listColumns",
    ]);
  });

  it("go on where the page before ended, and say when they are done", async () => {
    const found: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 3; page++) {
      const { data } = await server.graphql(listQuery, api.keys.root, { first: 40, after });
      const { edges, pageInfo } = data.entities;
      found.push(...edges.map((edge: { node: { urn: string } }) => edge.node.urn));
      expect(pageInfo).toEqual({
        hasNextPage: page < 2,
        hasPreviousPage: page > 0,
        startCursor: edges[0].cursor,
        endCursor: edges.at(-1).cursor,
      });
      after = pageInfo.endCursor;
    }
    expect(found).toEqual([hidden, ...seen]);
  });

  it("go on from the middle of a page of the audit log, whatever is recorded meanwhile", async () => {
    const query = "query($after:String){auditEvents(first:4,after:$after){edges{cursor node{hash}}}}";
    const first = (await server.graphql(query, api.keys.root)).data.auditEvents.edges;
    const next = (await server.graphql(query, api.keys.root, { after: first[1].cursor })).data.auditEvents.edges;
    expect(next.slice(0, 2).map((edge: { node: object }) => edge.node)).toEqual([first[2].node, first[3].node]);
  });

  it("refuse a page of less than 1 or more than 100 entries, saying so", async () => {
    for (const first of [0, -1, 101]) {
      const { errors } = await server.graphql(listQuery, api.keys.root, { first });
      expect(errors[0]).toMatchObject({
        message: `\`first\` is ${first}, expected 1 to 100; take the rest with \`after\``,
        extensions: { code: "BAD_USER_INPUT" },
      });
    }
  });

  it("refuse a cursor that was changed, made up, or made for another list", async () => {
    const { data } = await server.graphql(listQuery, api.keys.root, { first: 1 });
    const cursor: string = data.entities.pageInfo.endCursor;
    const changed = `${cursor.slice(0, -4)}${cursor.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
    for (const variables of [
      { after: changed },
      { after: "" },
      { after: "x".repeat(10_000) },
      { after: cursor, kind: "depot" },
    ]) {
      const { errors } = await server.graphql(listQuery, api.keys.root, { first: 1, ...variables });
      expect(errors[0].message).toBe(
        "`after` is not a cursor of this list; take `endCursor` of the page before, with the same arguments",
      );
    }
  });

  it("decide anew for who shows a cursor that somebody else was given", async () => {
    const { data } = await server.graphql(listQuery, api.keys.root, { first: 1 });
    const { endCursor } = data.entities.pageInfo;
    const answer = await server.graphql(listQuery, api.keys.svc, { first: 10, after: endCursor });
    expect(answer.data.entities.edges).toEqual([]);
  });
});

describe("what the caller may not see", () => {
  it("is absent from lists, single answers and columns, like what does not exist", async () => {
    const shown = (await server.graphql(`{entity(urn:"${hidden}"){id}}`, api.keys.root)).data.entity;
    const { data, errors } = await server.graphql(
      `{ hidden:entity(urn:"${hidden}"){urn} absent:entity(urn:"urn:dataos:depot:none"){urn} node(id:"${shown.id}"){id} bad:node(id:"res_!"){id}
         column:entity(urn:"${seen[0]}#email"){urn} entities(filter:{kind:dataset},first:1){edges{node{urn columns{name}}}} }`,
      api.keys.ann,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ hidden: null, absent: null, node: null, bad: null, column: null });
    expect(data.entities.edges[0].node).toEqual({ urn: seen[0], columns: [{ name: "id" }] });
  });

  it("cannot be told from what does not exist by a mutation either", async () => {
    const update = async (urn: string) => {
      const mutation = `mutation($urn:String!){updateEntity(input:{urn:$urn,description:"x"}){entity{urn} userErrors{code message}}}`;
      const { data } = await server.graphql(mutation, api.keys.ann, { urn });
      return JSON.stringify(data).replaceAll(urn, "X");
    };
    const absent = urns.dataset("sales", "shop", "public", "none");
    expect(await update(absent)).toContain("NOT_FOUND");
    expect(await update(hidden ?? "")).toBe(await update(absent));
  });
});

describe("failures", () => {
  const canary = /canary|s3cr3t|postgres:|db\.internal|control\.|catalog\./;

  it("that are not planned are masked with a request id, and whole in the log", async () => {
    const lines: unknown[] = [];
    const log: Logger = { debug() {}, info() {}, warn() {}, error: (fields) => lines.push(fields), child: () => log };
    const broken = await startOther({ log, catalog: failing<Catalog>("catalog") });
    const answer = await broken.post(
      "/graphql",
      { query: '{ a:entity(urn:"x"){urn} me{id} }' },
      { apikey: api.keys.ann },
    );
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
    const broken = await startOther({ identity: failing<IdentityStore>("identity") });
    for (const path of ["/graphql", "/access/v1/evaluation", "/heimdall/api/v1/authorize"]) {
      const answer = await broken.post(path, {}, { apikey: api.keys.ann });
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(canary);
    }
  });

  it("of mutations that the caller can mend are user errors with code and place", async () => {
    const text = "name: Not A Name\nversion: v1\ntype: depot\nnonsense: 1\n";
    const { data } = await server.graphql(
      'mutation($text:String!){applyResources(input:{documents:[{file:"a.yaml",text:$text}]}){resources{name} userErrors{at message code}}}',
      api.keys.root,
      { text },
    );
    const { resources, userErrors } = data.applyResources;
    expect(resources).toEqual([]);
    expect(userErrors.length).toBeGreaterThan(1);
    for (const { at, code } of userErrors)
      expect([at, code]).toEqual([expect.stringMatching(/^a\.yaml:\d+:\d+$/), "BAD_USER_INPUT"]);
  });

  it("of a decision carry its id, in payloads and in errors", async () => {
    const { data } = await server.graphql(
      `mutation{updateEntity(input:{urn:"${seen[1]}",description:"x"}){userErrors{code decisionId}}}`,
      api.keys.ann,
    );
    const { errors } = await server.graphql("{auditEvents{edges{cursor}}}", api.keys.ann);
    const [refused] = data.updateEntity.userErrors;
    expect([refused.code, errors[0].extensions.code]).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    const denied = (await api.records())
      .filter(({ outcome }) => outcome === "deny")
      .map(({ decisionId }) => decisionId);
    expect(denied).toEqual(expect.arrayContaining([refused.decisionId, errors[0].extensions.decisionId]));
  });

  it("by what is there already are CONFLICT, also of a rehearsal", async () => {
    const create = (dryRun: boolean) =>
      server.graphql(
        'mutation($dryRun:Boolean!){createWorkspace(input:{name:"w1",dryRun:$dryRun}){workspace{name} userErrors{code}}}',
        api.keys.root,
        { dryRun },
      );
    expect((await create(true)).data.createWorkspace).toEqual({ workspace: null, userErrors: [] });
    expect((await create(false)).data.createWorkspace).toEqual({ workspace: { name: "w1" }, userErrors: [] });
    for (const dryRun of [true, false]) {
      expect((await create(dryRun)).data.createWorkspace).toEqual({
        workspace: null,
        userErrors: [{ code: "CONFLICT" }],
      });
    }
  });

  it("to record a decision withhold the whole answer with 503", async () => {
    const authorizeList = async () => {
      throw new AuditUnavailableError("the audit log cannot be written");
    };
    const broken = await startOther({ authorizer: { ...api.authorizer, authorizeList } });
    const query = "{ me{id} entities{edges{cursor}} }";
    const answer = await broken.post("/graphql", { query }, { apikey: api.keys.ann });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ data: null, errors: [{ extensions: { code: "AUDIT_UNAVAILABLE" } }] });
  });

  it("to answer in time end the operation and nothing else", async () => {
    let fire = () => {};
    const schedule = (delayMs: number, run: () => void) => {
      if (delayMs === 10_000) fire = run;
      return () => {};
    };
    const getEntity = () => {
      queueMicrotask(() => fire());
      return new Promise<never>(() => {});
    };
    const slow = await startOther({
      clock: { now: () => Date.now(), schedule },
      catalog: { ...api.catalog, getEntity },
    });
    const { data, errors } = await slow.graphql('{ entity(urn:"x"){urn} }', api.keys.ann);
    expect(data).toEqual({ entity: null });
    expect(errors[0].extensions.code).toBe("DEADLINE_EXCEEDED");
  });
});

describe("changes", () => {
  it("of an entity are answered with what it is now, and rehearsed without a trace", async () => {
    const update = (input: object) =>
      server.graphql(
        "mutation($input:UpdateEntityInput!){updateEntity(input:$input){entity{description owners seq} seq userErrors{code message}}}",
        api.keys.dev,
        { input: { urn: seen[2], ...input } },
      );
    const rehearsed = await update({ description: "orders by day", owners: ["users:id:dev"], dryRun: true });
    expect(rehearsed.data.updateEntity).toMatchObject({ entity: { description: "orders by day" }, userErrors: [] });
    const read = () => server.graphql(`{entity(urn:"${seen[2]}"){description}}`, api.keys.dev);
    expect((await read()).data.entity.description).toBeNull();
    const before = (await api.records()).length;
    const { data } = await update({ description: "orders by day", owners: ["users:id:dev"] });
    expect(data.updateEntity.entity).toMatchObject({ description: "orders by day", owners: ["users:id:dev"] });
    expect((await api.records()).slice(before).at(-1)).toMatchObject({
      type: "change",
      actor: "dev",
      object: [seen[2]],
    });
    expect((await update({ description: "x", ifSeq: 1 })).data.updateEntity.userErrors[0].code).toBe("CONFLICT");
    expect((await update({})).data.updateEntity.userErrors[0].code).toBe("BAD_USER_INPUT");
  });
});

describe("handing out rights", () => {
  it("is refused for tags and keys that the caller does not hold", async () => {
    const { data } = await server.graphql(
      `mutation{ setUserTags(input:{userId:"ann",tags:["roles:id:user","roles:id:operator"]}){userErrors{code}}
                 createApiKey(input:{userId:"root",name:"k"}){key userErrors{code}} }`,
      api.keys.ann,
    );
    expect(data.setUserTags.userErrors).toEqual([{ code: "FORBIDDEN" }]);
    expect(data.createApiKey).toEqual({ key: null, userErrors: [{ code: "FORBIDDEN" }] });
  });

  it("is refused also to those who may change users, for what they do not hold themselves", async () => {
    const helpdesk = await createApiServices(`
name: helpdesk
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:dev"]}
    predicates: [read, update, create]
    objects: {tags: ["dataos:type:user", "dataos:type:apikey"]}
    allow: true
`);
    other = await startServer(helpdesk);
    const set = (tags: readonly string[], dryRun = false) =>
      (other as TestServer).graphql(
        'mutation($tags:[String!]!,$dryRun:Boolean!){setUserTags(input:{userId:"ann",tags:$tags,dryRun:$dryRun}){user{tags} userErrors{code message}}}',
        helpdesk.keys.dev,
        { tags, dryRun },
      );
    expect((await set(["roles:id:user", "roles:id:operator"])).data.setUserTags.userErrors).toEqual([
      {
        code: "FORBIDDEN",
        message:
          "you do not hold `roles:id:operator`, so you cannot hand it out; ask somebody who does, or who may `escalate`",
      },
    ]);
    expect((await set(["roles:id:data-dev"], true)).data.setUserTags.user.tags).toEqual(["roles:id:data-dev"]);
    expect((await set(["roles:id:data-dev"])).data.setUserTags).toEqual({
      user: { tags: ["roles:id:data-dev"] },
      userErrors: [],
    });
    const key = await other.graphql(
      'mutation{createApiKey(input:{userId:"root",name:"k"}){key userErrors{code}}}',
      helpdesk.keys.dev,
    );
    expect(key.data.createApiKey).toEqual({ key: null, userErrors: [{ code: "FORBIDDEN" }] });
    await helpdesk.close();
  });

  it("gives a new key once, with a bounded life, and ends it when it is revoked", async () => {
    const create = (ttl: number) =>
      server.graphql(
        `mutation{createApiKey(input:{name:"k",ttlSeconds:${ttl}}){key apiKey{id userId} userErrors{message}}}`,
        api.keys.ann,
      );
    const { key, apiKey } = (await create(60)).data.createApiKey;
    expect((await server.graphql("{me{id}}", key)).data.me.id).toBe("ann");
    expect((await create(-1)).data.createApiKey.userErrors[0].message).toContain("`ttlSeconds` is -1");
    const listed = (await server.graphql("{apiKeys{id name userId}}", api.keys.ann)).data.apiKeys;
    expect(listed).toContainEqual({ id: apiKey.id, name: "k", userId: "ann" });
    expect(new Set(listed.map(({ userId }: { userId: string }) => userId))).toEqual(new Set(["ann"]));
    const revoke = (by: string) =>
      server.graphql(`mutation{revokeApiKey(input:{id:"${apiKey.id}"}){apiKey{revokedAt} userErrors{code}}}`, by);
    expect((await revoke(api.keys.dev)).data.revokeApiKey.userErrors).toEqual([{ code: "NOT_FOUND" }]);
    expect((await revoke(api.keys.ann)).data.revokeApiKey.apiKey.revokedAt).toMatch(/^\d{4}-/);
    expect((await server.graphql("{me{id}}", key)).errors[0].extensions.code).toBe("UNAUTHENTICATED");
  });
});
