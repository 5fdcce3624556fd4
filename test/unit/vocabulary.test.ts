import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { parseManifests } from "../../src/control/manifest/index.ts";
import { type DataOsError, formatProblem } from "../../src/shared/errors.ts";
import { createTestControl, type TestControl } from "../support/control.ts";
import { stateEngines } from "../support/state.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});
async function start(): Promise<TestControl> {
  const state = await (await stateEngines()[0]!.create()).open();
  const test = await createTestControl(state);
  await test.control.start();
  open.push(async () => {
    await test.control.stop();
    await state.close();
  });
  return test;
}
const failure = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work;
  } catch (error) {
    const { code, message, problems } = error as DataOsError;
    return [`${code}: ${message}`, ...problems.map(formatProblem)];
  }
  return ["it did not fail"];
};

const provider = (path = "/shop/${area}/**") => `
version: 0.1.0
id: shop
name: Shop
description: the shop
authorization_atoms:
  - {id: view-area, description: view one area, predicate: view, paths: ["${path}"]}
`;
const useCase = (values = "") => `
id: view-areas
name: View areas
description: ""
category: data
authorization_atoms: [view-area]
${values}
`;
const grant = (name = "areas-for-guests", more = "approve: true") => `
name: ${name}
version: v1alpha
type: grant
grant: {policy_use_case_id: view-areas, subjects: ["roles:id:user"], values: {view-area: [{area: toys}]}, ${more}}
`;

describe("providers and use-cases", () => {
  it("apply in the vendor's form with their variables as they stand, together with a grant, and decide", async () => {
    const test = await start();
    const applied = await test.apply("root", [provider(), useCase(), grant()].join("---"), {
      variables: new Map([["area", "wrong"]]),
    });
    expect(applied.map(({ ref, outcome, warnings }) => [ref.type, ref.name, outcome, warnings])).toEqual([
      ["provider", "shop", "created", []],
      ["use-case", "view-areas", "created", []],
      ["grant", "areas-for-guests", "created", []],
    ]);
    const may = async (path: string) =>
      test.authorizer.check(await test.call("guest"), "view", { paths: [path], tags: [], attributes: {} });
    expect(await may("/shop/toys/1")).toBe(true);
    expect(await may("/shop/books/1")).toBe(false);
    expect((await test.get("use-case", "view-areas")).status).toBe("active");
    expect((await test.apply("root", provider()))[0]?.outcome).toBe("unchanged");
    // what `get` shows can be applied again
    const { manifest } = await test.get("provider", "shop");
    expect((await test.apply("root", JSON.stringify(manifest)))[0]?.outcome).toBe("unchanged");
    await test.apply("root", provider("/store/${area}/**"));
    expect([await may("/shop/toys/1"), await may("/store/toys/1")]).toEqual([false, true]);
  });

  it("are not changed into something that the grants made of them do not fit", async () => {
    const test = await start();
    await test.apply("root", [provider(), useCase(), grant()].join("---"));
    expect(await failure(test.apply("root", provider("/shop/${shelf}/**")))).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: 2 faults in what was given",
        "m.yaml:19:90: atom \`view-area\` needs a value for \`shelf\`",
        "m.yaml:19:90: unknown variable of atom \`view-area\` \`area\` (allowed: \`shelf\`)",
      ]
    `);
    const fixed = useCase("values: [{authorization_atom_id: view-area, variable_values: [{area: books}]}]");
    expect(await failure(test.apply("root", fixed))).toMatchInlineSnapshot(`
      [
        "BAD_USER_INPUT: the use-case fixes the values of atom \`view-area\`; leave them out",
        "m.yaml:19:90: the use-case fixes the values of atom \`view-area\`; leave them out",
      ]
    `);
  });

  it("stay while something is made of them, forced or not", async () => {
    const test = await start();
    await test.apply("root", [provider(), useCase(), grant(), grant("later", "approve: false")].join("---"));
    const remove = async (type: "provider" | "use-case" | "grant", name: string, force = false) => {
      const auth = await test.authorizer.authorizeList(await test.call("root"), "resource.delete");
      await test.control.delete(auth, { type, name, workspace: undefined }, { force });
    };
    expect(await failure(remove("provider", "shop", true))).toEqual([
      "CONFLICT: provider `shop` is needed by use-case `view-areas`; delete that first",
    ]);
    expect(await failure(remove("use-case", "view-areas", true))).toEqual([
      "CONFLICT: use-case `view-areas` is needed by grant `areas-for-guests`, grant `later`; delete these first",
    ]);
    for (const [type, name] of [
      ["grant", "later"],
      ["grant", "areas-for-guests"],
      ["use-case", "view-areas"],
      ["provider", "shop"],
    ] as const) {
      await remove(type, name);
    }
    expect(await failure(test.apply("root", grant()))).toEqual([
      expect.stringContaining("unknown use-case `view-areas`"),
      expect.anything(),
    ]);
  });

  it("hand nothing out that whoever changes them does not hold", async () => {
    const test = await start();
    await test.apply("root", [provider(), useCase(), grant()].join("---"));
    await test.identity.setUserTags("dev", ["roles:id:data-dev", "dataos:maker"]);
    await test.apply(
      "root",
      `
name: makers
type: policy
version: v1
policy: {access: {subjects: {tags: ["dataos:maker"]}, predicates: [create, update, request], objects: {tags: ["dataos:resource:{provider,use-case,grant}"]}, allow: true}}
`,
    );
    const [message] = await failure(test.apply("dev", provider("/**/${area}")));
    expect(message).toMatch(/^FORBIDDEN: `dev` may not hand out `view` on `\/\*\*\/toys`/);
    expect((await test.apply("dev", grant("wish", "approve: false")))[0]?.outcome).toBe("created");
    expect((await failure(test.apply("dev", grant("wish"))))[0]).toMatch(/FORBIDDEN/);
  });
});

const folder = fileURLToPath(new URL("../../../shared/data/manifests/", import.meta.url));
(existsSync(folder) ? describe : describe.skip)("the vendor's own documents (../shared/data/manifests/gov-*)", () => {
  const read = (name: string) =>
    parseManifests([{ file: name, text: readFileSync(folder + name, "utf8") }], {
      variables: new Map(),
      disableInterpolation: false,
      workspace: "public",
      nowMs: 0,
    });
  it("are read as what they are", () => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("gov-")) : [];
    const found = names.map((name) => {
      const { manifests, problems } = read(name);
      expect(problems).toEqual([]);
      return `${manifests[0]?.ref.type} ${manifests[0]?.ref.name}`;
    });
    expect(found).toMatchInlineSnapshot(`
      [
        "grant authorize-with-userid-fc903343",
        "grant create-update-governance-primitives-1d47201e",
        "use-case manage-lens",
        "use-case read-dataos-workspace",
        "use-case read-st-auth",
        "use-case streamlit-user-access-multiplication",
        "use-case streamlit-user-accesses",
      ]
    `);
  });
});
