import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

let api: ApiServices;
let server: TestServer;
beforeAll(async () => {
  api = await createApiServices("");
  server = await startServer(api);
});
afterAll(async () => {
  await server?.close();
  await api?.close();
});

const send = async (user: "root" | "ann" | "dev" | "svc", method: string, path: string, body?: unknown) => {
  const response = await fetch(`${server.url}/heimdall/api/${path}`, {
    method,
    headers: { apikey: api.keys[user], ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
};
const policy = {
  name: "views",
  description: "who views",
  subjects: { tags: [["roles:id:user"]] },
  predicates: ["view"],
  objects: { paths: ["/shop/**"] },
  allow: true,
};
const provider = {
  version: "0.1.0",
  id: "shop",
  name: "Shop",
  description: "",
  authorization_atoms: [{ id: "open-shop", description: "", predicate: "open", paths: ["/open/${area}"] }],
};
const request = {
  id: "ann-reads",
  policy_use_case_id: "read-dataset",
  subjects: ["users:id:ann"],
  values: [
    {
      authorization_atom_id: "read-dataset",
      variable_values: [{ depot: "sales", collection: "shop", dataset: "orders" }],
    },
  ],
  requester: "ann",
  notes: "quarter close",
};

describe("the vendor's routes", () => {
  it("make, show, change and remove policies, as resources with versions", async () => {
    expect(await send("root", "POST", "v1/policies", policy)).toEqual({
      status: 200,
      body: { collection: "default", ...policy },
    });
    expect((await send("root", "GET", "v1/policies/views")).body.predicates).toEqual(["view"]);
    expect((await send("root", "GET", "v1/policies")).body).toHaveLength(1);
    expect((await send("root", "GET", "v2/policies?size=5")).body).toEqual({
      page: 0,
      size: 5,
      total_pages: 1,
      total_records: 1,
      policies: [{ name: "views", description: "who views" }],
    });
    expect((await send("root", "GET", "v2/policies?size=0")).status).toBe(400);
    expect(
      (await send("root", "PUT", "v1/policies/views", { ...policy, predicates: ["look"] })).body.predicates,
    ).toEqual(["look"]);
    expect((await send("root", "PUT", "v1/policies/views", { ...policy, name: "other" })).status).toBe(400);
    expect((await send("root", "PUT", "v1/policies/none", { ...policy, name: "none" })).status).toBe(404);
    expect(
      (await send("root", "POST", "v1/policies", { ...policy, name: "wrong", subject: {} })).body.error.message,
    ).toMatch(/unknown key `subject`/);
    expect((await send("root", "DELETE", "v1/policies/views")).status).toBe(204);
    expect((await send("root", "GET", "v1/policies/views")).status).toBe(404);
  });

  it("say what is wrong by the fields of the body, all of it at once", async () => {
    const ask = async (body: object) => {
      const { status, body: answer } = await send("root", "POST", "v1/policies", body);
      expect(status).toBe(400);
      return answer.error;
    };
    const one = await ask({ ...policy, collections: "x", predicates: [], allow: "yes" });
    expect(one.problems).toMatchInlineSnapshot(`
      [
        "\`predicates\` is an empty list, which would match nothing; add an item or remove the rule",
        "\`allow\` is the text \`yes\`; expected \`true\` or \`false\`",
        "unknown key \`collections\`; did you mean \`collection\`? (allowed: \`name\`, \`description\`, \`collection\`, \`subjects\`, \`predicates\`, \`objects\`, \`allow\`, \`conditions\`, \`from\`, \`until\`)",
      ]
    `);
    const two = await ask({ ...policy, conditions: ["object.color = 1"], subjects: { tags: [["role:id:x"]] } });
    expect(two.problems).toMatchInlineSnapshot(`
      [
        "\`conditions.0\`: unexpected character: = at character 14, in \`=\`; write \`==\` to compare",
      ]
    `);
    expect((await ask({ ...policy, name: "Views!" })).message).toMatchInlineSnapshot(
      `"\`Views!\` is not a name for a policy; expected lower-case letters, digits and hyphens, no hyphen at either end, at most 48 characters"`,
    );
    expect((await ask({ ...policy, objects: undefined })).message).toBe("`objects` is missing; expected a mapping");
    expect((await ask({ ...policy, name: "" })).message).toMatchInlineSnapshot(
      `"\`name\`: too small: expected string to have >=1 characters"`,
    );
    expect((await ask([policy])).message).toMatchInlineSnapshot(
      `"\`body\`: invalid input: expected object, received array"`,
    );
  });

  it("keep providers in the vendor's form, variables as they stand", async () => {
    expect(await send("root", "POST", "v1/policy-provider", provider)).toEqual({ status: 200, body: provider });
    expect((await send("root", "GET", "v1/providers/shop")).body).toEqual(provider);
    expect((await send("root", "GET", "v1/providers")).body.slice(1)).toEqual([provider]);
    const changed = { ...provider, name: "The shop" };
    expect(await send("root", "PUT", "v1/providers/shop", changed)).toEqual({ status: 200, body: changed });
    expect((await send("root", "PUT", "v1/providers/none", provider)).status).toBe(400);
    expect((await send("root", "PUT", "v1/providers/none", { ...provider, id: "none" })).status).toBe(404);
    expect((await send("root", "DELETE", "v1/providers/shop")).status).toBe(204);
    expect((await send("root", "GET", "v1/providers/shop")).status).toBe(404);
  });

  it("take requests for grants, which somebody else approves", async () => {
    const asked = await send("ann", "POST", "v1/grant-requests", request);
    expect(asked).toMatchObject({
      status: 200,
      body: { id: "ann-reads", state: "requested", requester: "ann", creator: "ann" },
    });
    expect((await send("ann", "GET", "v1/grant-requests?use_case_id=read-dataset")).body).toHaveLength(1);
    expect((await send("ann", "GET", "v1/grants")).body).toEqual([]);
    expect((await send("ann", "POST", "v1/grant-requests/ann-reads/approve")).status).toBe(403);
    const granted = await send("root", "POST", "v1/grant-requests/ann-reads/approve", { notes: "fine" });
    expect(granted).toMatchObject({
      status: 200,
      body: { id: "ann-reads", policies: [{ id: "grant/ann-reads" }], values: request.values },
    });
    expect((await send("root", "POST", "v1/grant-requests/ann-reads/reject")).status).toBe(409);
    expect((await send("root", "GET", "v1/grants/subjects/users:id:ann")).body).toHaveLength(1);
    expect((await send("root", "GET", "v1/grants/subjects/users:id:bob")).body).toEqual([]);
    expect((await send("root", "DELETE", "v1/grants/ann-reads")).status).toBe(204);
    expect((await send("root", "GET", "v1/grants")).body).toEqual([]);
  });

  it("show the providers that come with the server, which nobody changes", async () => {
    const [platform] = (await send("root", "GET", "v1/providers")).body;
    expect(platform).toMatchObject({ id: "platform", name: "Platform" });
    expect((await send("root", "GET", "v1/providers/platform")).body).toEqual(platform);
    const answers = [
      await send("root", "POST", "v1/policy-provider", { ...provider, id: "platform" }),
      await send("root", "PUT", "v1/providers/platform", platform),
      await send("root", "DELETE", "v1/providers/platform"),
      await send("root", "DELETE", "v1/use-cases/read-dataset"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect(answers[0]?.body.error.message).toBe(
      "provider `platform` comes with the server and cannot be changed; make one of another name",
    );
  });

  it("show atoms with their variables and their provider, all or those of one, by pages", async () => {
    await send("root", "POST", "v1/policy-provider", provider);
    expect((await send("root", "GET", "v1/atoms?provider_id=shop")).body).toEqual([
      {
        id: "open-shop",
        description: "",
        predicate: "open",
        paths: ["/open/${area}"],
        tags: [],
        conditions: [],
        variables: ["area"],
        policy_enforcement_provider_id: "shop",
      },
    ]);
    expect((await send("ann", "GET", "v1/atoms/read-dataset")).body).toMatchObject({
      predicate: "read",
      predicates: ["read", "select"],
      variables: ["collection", "dataset", "depot"],
      policy_enforcement_provider_id: "platform",
    });
    expect((await send("root", "GET", "v1/atoms/none")).status).toBe(404);
    const all = (await send("root", "GET", "v1/atoms")).body;
    const paged: unknown[] = [];
    for (let next: string | undefined = "/heimdall/api/v1/atoms?size=4"; next; ) {
      const response = await fetch(server.url + next, { headers: { apikey: api.keys.root } });
      expect(response.headers.get("x-total-count")).toBe(String(all.length));
      paged.push(...((await response.json()) as unknown[]));
      next = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    }
    expect(paged).toEqual(all);
    expect((await send("root", "GET", "v1/atoms?size=0")).status).toBe(400);
    expect((await send("root", "DELETE", "v1/providers/shop")).status).toBe(204);
  });

  it("make, show, change and remove use-cases, by the same checks as their YAML", async () => {
    await send("root", "POST", "v1/policy-provider", provider);
    const useCase = {
      id: "open-hall",
      name: "Open the hall",
      description: "",
      category: "shop",
      authorization_atoms: ["open-shop", "read-dataset"],
      values: [{ authorization_atom_id: "open-shop", variable_values: [{ area: "hall" }] }],
    };
    const made = { ...useCase, variables: { "read-dataset": ["collection", "dataset", "depot"] } };
    expect(await send("root", "POST", "v1/use-cases", useCase)).toEqual({ status: 200, body: made });
    expect((await send("ann", "GET", "v1/use-cases/open-hall")).body).toEqual(made);
    expect((await send("root", "GET", "v1/use-cases?category=shop")).body).toEqual([made]);
    const known = (await send("root", "GET", "v1/use-cases")).body.map(({ id }: { id: string }) => id);
    expect(known).toEqual(expect.arrayContaining(["read-dataset", "open-hall"]));
    // what is shown can be sent back
    expect((await send("root", "PUT", "v1/use-cases/open-hall", { ...made, name: "Hall" })).body.name).toBe("Hall");
    const wrong = { ...useCase, authorization_atoms: ["open-shop", "read-datset"] };
    const refused = await send("root", "PUT", "v1/use-cases/open-hall", wrong);
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.body.error.message).toMatchInlineSnapshot(
      `"\`authorization_atoms.1\`: unknown atom \`read-datset\`; did you mean \`read-dataset\`? (allowed: \`ask-for-others\`, \`delete-path-ingress\`, \`get-path-ingress\`, \`manage-depot\`, \`manage-in-workspace\`, \`open-shop\`, \`post-path-ingress\`, \`put-path-ingress\`, \`read-audit\`, \`read-dataos-workspace\`, \`read-dataset\`, \`read-depot\`, \`run-workflow\`, \`trace-dataset\`, \`update-catalog-of-depot\`, \`write-dataset\`)"`,
    );
    expect((await send("root", "DELETE", "v1/providers/shop")).body.error.message).toMatchInlineSnapshot(
      `"provider \`shop\` is needed by use-case \`open-hall\`; delete that first"`,
    );
    expect((await send("root", "DELETE", "v1/use-cases/open-hall")).status).toBe(204);
    expect((await send("root", "GET", "v1/use-cases/open-hall")).status).toBe(404);
    expect((await send("root", "DELETE", "v1/providers/shop")).status).toBe(204);
    const changes = (await api.records()).filter(
      ({ type, object }) => type === "change" && /open-hall/.test(`${object}`),
    );
    expect(changes.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      "root resource.create",
      "root resource.update",
      "root resource.delete",
    ]);
  });

  it("tell what became of a grant, the newest first", async () => {
    await send("ann", "POST", "v1/grant-requests", request);
    await send("ann", "POST", "v1/grant-requests", { ...request, notes: "year close" });
    await send("root", "POST", "v1/grant-requests/ann-reads/approve", { notes: "fine" });
    const { status, body } = await send("ann", "GET", "v1/grants/ann-reads/changes");
    expect(status).toBe(200);
    expect(body.map(({ id, created_at, ...change }: Record<string, unknown>) => change)).toEqual([
      {
        subject_id: "root",
        object_id: "ann-reads",
        object_type: "grant",
        what: "approved",
        details: { generation: 2, notes: "fine" },
      },
      { subject_id: "ann", object_id: "ann-reads", object_type: "grant", what: "updated", details: { generation: 2 } },
      { subject_id: "ann", object_id: "ann-reads", object_type: "grant", what: "created", details: { generation: 1 } },
    ]);
    expect(new Set(body.map(({ id }: { id: string }) => id)).size).toBe(3);
    expect((await send("svc", "GET", "v1/grants/ann-reads/changes")).status).toBe(404);
    expect((await send("root", "DELETE", "v1/grants/ann-reads")).status).toBe(204);
  });

  it("take single subjects out of a grant, and never give anything by that", async () => {
    const both = { ...request, id: "both", subjects: ["users:id:ann", "roles:id:data-dev"], duration: "24h" };
    const made = (await send("root", "POST", "v1/grants", both)).body;
    expect(made).toMatchObject({ subjectGranters: { "users:id:ann": "root", "roles:id:data-dev": "root" } });
    expect((await send("ann", "DELETE", "v1/grants/both/tags/users:id:ann")).status).toBe(404);
    expect((await send("root", "DELETE", "v1/grants/both/tags/users:id:nobody")).status).toBe(404);
    const less = await send("root", "DELETE", "v1/grants/both/tags/users:id:ann");
    expect(less).toMatchObject({ status: 200, body: { subjects: ["roles:id:data-dev"], until: made.until } });
    const last = await send("root", "DELETE", "v1/grants/both/tags/roles:id:data-dev");
    expect(last).toMatchObject({
      status: 409,
      body: { error: { message: "`roles:id:data-dev` is the only subject of grant `both`; delete the grant" } },
    });
    await send("root", "POST", "v1/grants", { ...both, id: "once", duration: undefined, single_use: true });
    expect((await send("root", "DELETE", "v1/grants/once/tags/users:id:ann")).status).toBe(409);
    for (const id of ["both", "once"]) {
      expect((await send("root", "DELETE", `v1/grants/${id}`)).status).toBe(204);
    }
  });

  it("give nothing to whoever may not", async () => {
    for (const user of ["ann", "dev"] as const) {
      expect((await send(user, "POST", "v1/policies", policy)).status).toBe(403);
      expect((await send(user, "POST", "v1/policy-provider", provider)).status).toBe(403);
      const useCase = { id: "all", name: "All", category: "data", authorization_atoms: ["read-dataset"] };
      expect((await send(user, "POST", "v1/use-cases", useCase)).status).toBe(403);
      expect((await send(user, "POST", "v1/grants", { ...request, id: "direct" })).status).toBe(403);
      expect((await send(user, "DELETE", "v1/policies/none")).status).toBe(404);
    }
    expect((await fetch(`${server.url}/heimdall/api/v1/policies`)).status).toBe(401);
  });
});
