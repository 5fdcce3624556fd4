import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeEntity, type RunningCatalog } from "../../src/metis/index.ts";
import type { Entity, LineageEdge } from "../../src/metis/ports.ts";
import { NotFoundError } from "../../src/shared/errors.ts";
import { matchesFilter, type ObjectFilter } from "../../src/shared/object-filter.ts";
import { formatUrn, parseUrn, type Urn } from "../../src/shared/urn.ts";
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

const walk = { direction: "DOWNSTREAM", depth: 5, granularity: "COLUMN", maxNodes: 100 } as const;
const root = urns.column("sales", "shop", "public", "orders", "id");

/** From one column to all others, so that one walk could show them all. */
function* edgesTo(view: Urn): Generator<LineageEdge> {
  for (const [schema, tables] of Object.entries(content)) {
    for (const { name, columns } of tables) {
      for (const column of columns) {
        const to = urns.column("sales", "shop", schema, name, column);
        if (to === root) continue;
        const facts = { type: "DIRECT", subtype: "IDENTITY", expression: undefined, masking: false } as const;
        yield { from: root, to, ...facts, confidence: 1, evidence: view };
      }
    }
  }
}

async function fill(catalog: RunningCatalog): Promise<void> {
  await scan(catalog, { public: [{ name: "purchases", columns: ["id"], oid: 1 }] });
  const view = urns.dataset("sales", "shop", "public", "😀");
  await scan(catalog, content, { lineage: new Map([[view, [...edgesTo(view)]]]) });
  await scan(catalog, { main: [{ name: "orders", columns: ["id"] }] }, { depot: "sales2" });
  const orders = urns.dataset("sales", "shop", "public", "orders");
  await catalog.updateEntity(
    update,
    orders,
    { tags: { tags: ["PII.Email", "a:b"] }, ownership: { owners: ["bob", "eve"] } },
    { inside: update },
  );
  await catalog.updateEntity(update, `${orders}#id`, { tags: { tags: ["PII.Id"] } }, {});
  await catalog.updateEntity(update, urns.depot("sales2"), { ownership: { owners: ["eve"] } }, {});
  await catalog.updateEntity(update, urns.depot("sales"), { tags: { tags: ["Area.Sales"] } }, { inside: update });
  await catalog.updateEntity(
    update,
    urns.schema("sales", "shop", "PUBLIC"),
    { tags: { tags: ["Area.Web", "a:b"] } },
    { inside: update },
  );
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
  "Area.*",
  "Area.Web",
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
  "dataset",
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
    await catalog.start();
    await catalog.search(read, { text: "", first: 1, after: undefined, minSeq: await catalog.currentSeq() });
    await catalog.lineage(read, { of: root, ...walk, minSeq: await catalog.currentSeq() });
    all = (await catalog.listEntities(read, {}, { first: 100, after: undefined })).items.map(({ node }) => node);
  });

  afterAll(() => catalog.stop());

  it("show, count, find and trace exactly what asking for each object one by one shows", async () => {
    expect(all.length).toBeGreaterThan(15);
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const expected = all.filter((entity) => matchesFilter(filter, describeEntity(entity)));
        const auth = authorized("entity.read", filter);
        const listed = await catalog.listEntities(auth, {}, { first: 100, after: undefined });
        expect(listed.items.map(({ node }) => node.urn)).toEqual(expected.map(({ urn }) => urn));
        const counts = await catalog.countEntities(auth, {});
        expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(expected.length);
        const seen = new Set(expected.map(({ urn }) => urn));
        const found = await catalog.search(auth, { text: "", first: 100, after: undefined });
        expect(found.hits.map(({ urn }) => urn).sort()).toEqual(
          expected
            .filter(({ kind }) => kind !== "column")
            .map(({ urn }) => urn)
            .sort(),
        );
        for (const text of ["id", "total"]) {
          const matched = await catalog.search(auth, { text, first: 100, after: undefined });
          const columns = matched.hits.flatMap(({ urn, matchedColumns }) =>
            matchedColumns.map((name) => formatUrn({ ...parseUrn(urn), field: [name] })),
          );
          const suggested = (await catalog.suggest(auth, text, 100)).filter(({ kind }) => kind === "column");
          // a column is told of where its dataset is visible too, and by nobody else
          const shown = expected.filter(
            ({ kind, name, parent }) =>
              kind === "column" && name.toLowerCase() === text && parent !== undefined && seen.has(parent),
          );
          expect(columns.sort()).toEqual(shown.map(({ urn }) => urn).sort());
          expect(suggested.length).toBe(shown.length > 0 ? 1 : 0);
        }
        const traced = await catalog.lineage(auth, { of: root, ...walk }).catch((error: unknown) => {
          if (error instanceof NotFoundError) return undefined;
          throw error;
        });
        const inReach = [root, ...edgesTo(root)].map((edge) => (typeof edge === "string" ? edge : edge.to));
        expect(traced?.nodes.map(({ urn }) => urn).sort() ?? []).toEqual(
          seen.has(root) ? inReach.filter((urn) => seen.has(urn)).sort() : [],
        );
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
