import { afterEach, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const policies = `
name: owners-of-todos
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["roles:id:user"]}
    predicates: [edit]
    objects: {tags: ["dataos:type:todo"]}
    conditions: ["object.ownerID == subject.id"]
    allow: true
---
name: dev-applies-types
version: v1
type: policy
policy:
  access:
    subjects: {tags: ["users:id:dev"]}
    predicates: [create, read, update, delete, register, unregister]
    objects: {tags: ["dataos:resource:object-type", "dataos:type:object-type"]}
    allow: true
`;

const manifest = (objects: string, owner = "svc") => `
name: todo
version: v1
type: object-type
description: things to do
owner: ${owner}
object-type:
  objects:
${objects}
`;
const anns = `    - {id: "1", attributes: {ownerID: ann}}\n    - {id: 2, tags: [new]}`;

async function start(): Promise<{
  api: ApiServices;
  server: TestServer;
  apply: (user: keyof ApiServices["keys"], text: string, dryRun?: boolean) => Promise<unknown>;
  remove: (user: keyof ApiServices["keys"], dryRun?: boolean) => Promise<unknown>;
  ids: () => Promise<readonly string[]>;
  mayEdit: (id: string) => Promise<boolean>;
  send: (user: keyof ApiServices["keys"], path: string, body: unknown) => Promise<number>;
}> {
  const api = await createApiServices(policies);
  const server = await startServer(api);
  open.push(
    () => api.close(),
    () => server.close(),
  );
  const send = (user: keyof ApiServices["keys"], path: string, body: unknown) =>
    server.post(path, body, { apikey: api.keys[user] });
  return {
    api,
    server,
    async apply(user, text, dryRun = false) {
      const { data, errors } = await server.graphql(
        `mutation ($input: ApplyResourcesInput!) {
          applyResources(input: $input) { resources { outcome } userErrors { at message } }
        }`,
        api.keys[user],
        { input: { documents: [{ file: "m.yaml", text }], dryRun } },
      );
      const { resources, userErrors } = (data?.applyResources ?? { userErrors: errors }) as {
        resources?: { outcome: string }[];
        userErrors: { at: string; message: string }[];
      };
      return userErrors.length > 0
        ? userErrors.map(({ at, message }) => `${at}: ${message}`)
        : resources?.map(({ outcome }) => outcome);
    },
    async remove(user, dryRun = false) {
      const { data } = await server.graphql(
        `mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { userErrors { code message } } }`,
        api.keys[user],
        { input: { type: "object-type", name: "todo", dryRun } },
      );
      return (data?.deleteResource as { userErrors: unknown } | undefined)?.userErrors;
    },
    async ids() {
      const response = await server.get("/heimdall/api/v1/objects/todo", { apikey: api.keys.root });
      const { objects } = (await response.json()) as { objects: { id: string }[] };
      return objects.map(({ id }) => id);
    },
    async mayEdit(id) {
      const response = await send("svc", "/access/v1/evaluation", {
        subject: { type: "user", id: "ann" },
        action: { name: "edit" },
        resource: { type: "todo", id },
      });
      return ((await response.json()) as { decision: boolean }).decision;
    },
    send: async (user, path, body) => (await send(user, path, body)).status,
  };
}

describe("manifests of object types", () => {
  it("register type and objects before the answer, and change and remove only what they listed", async () => {
    const { apply, ids, mayEdit, send, remove, server, api } = await start();
    expect(await apply("root", manifest(anns), true)).toEqual(["created"]);
    expect(await ids()).toEqual([]);
    expect(await apply("root", manifest(anns))).toEqual(["created"]);
    expect(await ids()).toEqual(["1", "2"]);
    expect(await mayEdit("1")).toBe(true);
    expect(await apply("root", manifest(anns))).toEqual(["unchanged"]);

    const objects = [
      { type: "todo", id: "2", tags: ["newer"] },
      { type: "todo", id: "3" },
    ];
    expect(await send("svc", "/heimdall/api/v1/objects", { objects })).toBe(200);
    const moved = manifest(`    - {id: "4", attributes: {ownerID: ann}}`);
    expect(await apply("root", moved)).toEqual(["updated"]);
    // 2 is the service's since it registered it again
    expect(await ids()).toEqual(["2", "3", "4"]);
    expect(await mayEdit("1")).toBe(false);

    expect(await remove("root")).toEqual([
      {
        code: "CONFLICT",
        message: "there are objects of type `todo` that object-type `todo` does not list; delete them first",
      },
    ]);
    const rest = { objects: ["2", "3"].map((id) => ({ type: "todo", id })) };
    expect(await send("svc", "/heimdall/api/v1/objects/delete", rest)).toBe(204);
    expect(await remove("root", true)).toEqual([]);
    expect(await ids()).toEqual(["4"]);
    expect(await remove("root")).toEqual([]);
    const types = await server.get("/heimdall/api/v1/object-types", { apikey: api.keys.root });
    expect(await types.json()).toEqual({ object_types: [] });
  });

  it("are refused for every fault with its place", async () => {
    const { apply } = await start();
    const wrong = `    - {id: "1"}\n    - {id: "1"}\n    - {id: "//x"}\n    - {id: a, tags: ["roles:id:operator"]}`;
    expect(await apply("root", manifest(wrong))).toMatchInlineSnapshot(`
      [
        "m.yaml:10:7: \`todo:1\` is listed twice; keep one of them",
        "m.yaml:11:7: \`todo://x\`: an id that starts with \`//\` reads like an address; choose another one",
        "m.yaml:12:7: \`todo:a\`: tag \`roles:id:operator\` is the platform's own; choose one that does not start with \`dataos:\`, \`users:\` or \`roles:\`",
      ]
    `);
    expect(await apply("root", manifest(anns).replace("name: todo", "name: dataset"))).toMatchInlineSnapshot(`
      [
        "m.yaml:2:7: \`dataset\` is the platform's own word; choose another name for the type, such as \`my-dataset\`",
      ]
    `);
    expect(await apply("root", manifest(anns).replace("attributes", "attribute"))).toMatchInlineSnapshot(`
      [
        "m.yaml:9:17: unknown key \`attribute\` in \`object-type.objects.0\`; did you mean \`attributes\`? (allowed: \`id\`, \`tags\`, \`attributes\`)",
      ]
    `);
  });

  it("do not get round what policies look at", async () => {
    const { apply, remove, ids } = await start();
    expect(await apply("ann", manifest(anns))).toMatchInlineSnapshot(`
      [
        "m.yaml:2:7: object-type \`todo\`: \`ann\` may not \`create\` \`urn:dataos:resource:object-type:todo\`: no policy allows it",
        "m.yaml:8:3: \`ann\` may not \`create\` \`urn:dataos:object-type:todo\`: no policy allows it",
        "m.yaml:8:3: \`ann\` may not \`register\` \`urn:dataos:object-type:todo\`: no policy allows it",
      ]
    `);
    expect(await apply("root", manifest(`    - {id: "2", tags: [new]}`))).toEqual(["created"]);
    expect(await apply("dev", manifest(anns))).toMatchInlineSnapshot(`
      [
        "m.yaml:8:3: \`todo:1\`: policies look at what changes (allow \`owners-of-todos/0\` would reach it), so this is a change of what they give; ask the type's owner, or somebody who may \`escalate\` on the type",
      ]
    `);
    expect(await apply("dev", manifest(`    - {id: "2", tags: [newer]}`))).toEqual(["updated"]);
    // what is made of a type's name would be its owner's to decide, the creator's own included
    const other = manifest(anns, "dev").replace("name: todo", "name: other");
    expect(await apply("dev", other)).toMatchInlineSnapshot(`
      [
        "m.yaml:8:3: the owner of \`other\` decides what policies give by its objects; ask the present owner, or somebody who may \`escalate\` on the type",
      ]
    `);
    expect(await apply("dev", manifest(`    - {id: "2", tags: [newer]}`, "dev"))).toMatchInlineSnapshot(`
      [
        "m.yaml:8:3: the owner of \`todo\` decides what policies give by its objects; ask the present owner, or somebody who may \`escalate\` on the type",
      ]
    `);
    expect(await apply("root", manifest(anns))).toEqual(["updated"]);
    expect(await ids()).toEqual(["1", "2"]);
    expect(await remove("ann")).toMatchObject([{ code: "NOT_FOUND" }]);
  });
});
