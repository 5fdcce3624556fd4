import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServices, createApiServices } from "../support/api-services.ts";
import { startServer, type TestServer } from "../support/http-server.ts";

const policy = (name: string, access: object) =>
  JSON.stringify({ name, version: "v1", type: "policy", policy: { access } });
const shut = (more: object = {}) =>
  policy("nobody", {
    subjects: { tags: ["users:id:**"] },
    predicates: ["**"],
    objects: { paths: ["**"] },
    allow: false,
    ...more,
  });
const officers = policy("officers", {
  subjects: { tags: ["users:id:ann"] },
  predicates: ["create", "update", "delete", "escalate", "read"],
  objects: { tags: ["dataos:resource:{policy,user}", "dataos:type:user"] },
  allow: true,
});
const user = (id: string, more: string) => `{name: ${id}, version: v1, type: user, user: {type: person, ${more}}}`;

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

type Who = "root" | "ann";
async function mutate(field: string, type: string, who: Who, input: object): Promise<string[]> {
  const { data, errors } = await server.graphql(
    `mutation M($input: ${type}!) { ${field}(input: $input) { userErrors { code message } } }`,
    api.keys[who],
    { input },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[field].userErrors.map(({ code, message }: { code: string; message: string }) => `${code} ${message}`);
}
const apply = (who: Who, text: string, dryRun = false) =>
  mutate("applyResources", "ApplyResourcesInput", who, { documents: [{ file: "m.yaml", text }], dryRun });
const remove = (who: Who, type: string, name: string) =>
  mutate("deleteResource", "DeleteResourceInput", who, { type, name });
const setTags = (who: Who, userId: string, tags: readonly string[]) =>
  mutate("setUserTags", "SetUserTagsInput", who, { userId, tags });
const lockout =
  "CONFLICT after this, nobody could change policies any more: no user would hold `create`, `update`, `delete`, `escalate` on `urn:dataos:resource:policy:any-new-policy`; give them to somebody else first";

describe("a change after which nobody could change policies", () => {
  it("is refused, also in a dry run, and nothing is changed: a deny of everything, at once or later", async () => {
    for (const dryRun of [true, false]) expect(await apply("root", shut(), dryRun)).toEqual([lockout]);
    const [later] = await apply("root", shut({ from: "2099-01-01T00:00:00Z" }));
    expect(later).toContain("nobody could change policies any more from 2099-01-01T00:00:00.000Z on");
    // who could not take back that very policy could not mend it
    const own = shut({ objects: { paths: ["urn:dataos:resource:policy:nobody"] } });
    expect((await apply("root", own))[0]).toContain("on `urn:dataos:resource:policy:nobody`");
    expect(await apply("root", shut({ subjects: { tags: ["users:id:svc"] } }))).toEqual([]);
    expect(await remove("root", "policy", "nobody")).toEqual([]);
  });

  it("is refused: the last operator's role taken away, in a manifest or by hand", async () => {
    expect(await setTags("root", "root", ["roles:id:user"])).toEqual([lockout]);
    expect(await apply("root", user("root", "tags: ['roles:id:user']"))).toEqual([lockout]);
  });

  it("is done where somebody else can, and then it is that one who is the last", async () => {
    expect(await apply("root", officers)).toEqual([]);
    expect(await apply("root", user("root", "tags: ['roles:id:operator', 'roles:id:user']"))).toEqual([]);
    expect(await setTags("root", "root", ["roles:id:user"])).toEqual([]);
    expect(await remove("ann", "policy", "officers")).toEqual([lockout]);
    expect(
      await apply(
        "ann",
        policy("officers", {
          subjects: { tags: ["users:id:nobody-yet"] },
          predicates: ["**"],
          objects: { paths: ["**"] },
          allow: true,
        }),
      ),
    ).toEqual([lockout]);
    expect(await remove("ann", "user", "root")).toEqual([]);
  });
});
