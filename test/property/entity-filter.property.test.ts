import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { describeEntity, type RunningCatalog } from "../../src/metis/index.ts";
import type { Entity } from "../../src/metis/ports.ts";
import { matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { authorized } from "../support/authorized.ts";
import { createTestCatalog, type SourceContent, scan, urns } from "../support/catalog.ts";
import { describeOnStateEngines } from "../support/state.ts";

const update = authorized("entity.update");
const read = authorized("entity.read");
const content: SourceContent = {
  public: [
    { name: "orders", columns: ["id", "Total", "ÄÖ"], oid: 1 },
    { name: "a.b", columns: ["x%y", "a_b"], oid: 2 },
    { name: "😀", columns: ["id"], view: true, oid: 3 },
  ],
  PUBLIC: [{ name: "Orders", columns: ["id"] }],
};

async function fill(catalog: RunningCatalog): Promise<void> {
  await scan(catalog, { public: [{ name: "purchases", columns: ["id"], oid: 1 }] });
  await scan(catalog, content);
  await scan(catalog, { main: [{ name: "orders", columns: ["id"] }] }, { depot: "sales2" });
  const orders = urns.dataset("sales", "shop", "public", "orders");
  await catalog.updateEntity(
    update,
    orders,
    { tags: { tags: ["PII.Email", "a:b"] }, ownership: { owners: ["bob", "eve"] } },
    {},
  );
  await catalog.updateEntity(update, `${orders}#id`, { tags: { tags: ["PII.Id"] } }, {});
  await catalog.updateEntity(update, urns.depot("sales2"), { ownership: { owners: ["eve"] } }, {});
}

const literals = [
  "urn:dataos:dataset:sales:shop/public/orders",
  "urn:dataos:depot:sales",
  "dataos://sales:public/orders",
];
const paths = fc.oneof(
  fc.constantFrom(
    ...literals,
    "**",
    "urn:dataos:*:sales:**",
    "urn:dataos:*:sales*",
    "urn:dataos:{depot,dataset,column}:sales{,:**,#**}",
    "urn:dataos:dataset:sales:shop/public/purchases{,#**}",
    "dataos://sales{,:**,/**,#**}",
    "dataos://sales:{public,PUBLIC}/*",
    "dataos://sales:shop.public/**",
    "urn:dataos:resource:depot:*",
    "**#id",
    "*{*}orders",
    "urn:**:orders",
  ),
  fc
    .array(fc.constantFrom("urn:dataos:", "dataset", "*", "**", "{", "}", ",", ":", "sales", "/", "#", "😀", "?"), {
      maxLength: 6,
    })
    .map((parts) => parts.join(""))
    .filter((glob) => (glob.match(/[{}]/g) ?? []).length === 0 || /^[^{}]*\{[^{}]*\}[^{}]*$/.test(glob)),
);
const tags = fc.constantFrom(
  "**",
  "PII.*",
  "PII.Email",
  "a:*",
  "a:**",
  "dataos:**",
  "dataos:type:*",
  "dataos:type:{column,depot}",
  "dataos:depot:sales",
  "dataos:depot:*",
  "no",
);
const attributes = fc.constantFrom(
  "kind",
  "name",
  "depot",
  "database",
  "schema",
  "datasetType",
  "owner",
  "owners",
  "owners.0",
  "owners.length",
  "state",
  "qualifiedName",
  "custom.x",
  "",
);
const values = fc.oneof(
  fc.constantFrom(
    "orders",
    "Orders",
    "dataset",
    "bob",
    "eve",
    "sales",
    "shop",
    "ÄÖ",
    "😀",
    "active",
    "",
    "a\0b",
    "\ud83d",
  ),
  fc.integer(),
  fc.boolean(),
);
const filters = fc.letrec<{ filter: ObjectFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom<ObjectFilter>({ op: "all" }, { op: "none" }),
      paths.map((glob): ObjectFilter => ({ op: "path", glob })),
      tags.map((glob): ObjectFilter => ({ op: "tag", glob })),
      attributes.map((attribute): ObjectFilter => ({ op: "hasAttribute", attribute })),
      fc
        .record({
          attribute: attributes,
          value: values,
          comparison: fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"),
        })
        .map((compare): ObjectFilter => ({ op: "compare", ...compare }) as ObjectFilter),
      fc
        .record({ attribute: attributes, prefix: fc.constantFrom("o", "O", "", "ord", "😀", "Ä", "\ud83d", "a.") })
        .map((startsWith): ObjectFilter => ({ op: "startsWith", ...startsWith })),
    ),
    fc.record({
      op: fc.constantFrom("and", "or"),
      of: fc.array(tie("filter"), { maxLength: 3 }),
    }) as fc.Arbitrary<ObjectFilter>,
    tie("filter").map((of): ObjectFilter => ({ op: "not", of })),
  ),
})).filter;

describeOnStateEngines("filters of lists", (open) => {
  let catalog: RunningCatalog;
  let all: readonly Entity[];
  beforeAll(async () => {
    catalog = (await createTestCatalog(await open())).catalog;
    await fill(catalog);
    all = (await catalog.listEntities(read, {}, { first: 100, after: undefined })).items.map(({ node }) => node);
  });

  it("show and count exactly what asking for each object one by one shows", async () => {
    expect(all.length).toBeGreaterThan(15);
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const expected = all.filter((entity) => matchesFilter(filter, describeEntity(entity)));
        const auth = authorized("entity.read", filter);
        const listed = await catalog.listEntities(auth, {}, { first: 100, after: undefined });
        expect(listed.items.map(({ node }) => node.urn)).toEqual(expected.map(({ urn }) => urn));
        const counts = await catalog.countEntities(auth, {});
        expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(expected.length);
      }),
      { numRuns: 400 },
    );
  });

  it("hold for policies of any size", async () => {
    const of = Array.from(
      { length: 3_000 },
      (_, index): ObjectFilter => ({ op: "path", glob: `urn:dataos:dataset:d${index}:**` }),
    );
    const auth = authorized("entity.read", { op: "not", of: { op: "or", of } });
    const listed = await catalog.listEntities(auth, {}, { first: 100, after: undefined });
    expect(listed.items).toHaveLength(all.length);
    const wide = of.slice(0, 900);
    const few = authorized("entity.read", { op: "or", of: [...wide, { op: "path", glob: "urn:dataos:depot:*" }] });
    expect([...(await catalog.countEntities(few, {}))]).toEqual([["depot", 2]]);
  });
});
