import { expect, it } from "vitest";
import type { RunningCatalog } from "../../src/metis/index.ts";
import { BadInputError, ConflictError, NotFoundError, StaleError } from "../../src/shared/errors.ts";
import type { ObjectFilter } from "../../src/shared/object-filter.ts";
import { authorized } from "../support/authorized.ts";
import { type SourceContent, scan, urns, viewEdges } from "../support/catalog.ts";
import { containmentContract } from "./catalog-containment.contract.ts";

const read = authorized("entity.read");
const update = authorized("entity.update");
const reading = (filter: ObjectFilter) => authorized("entity.read", filter);

const shop: SourceContent = {
  public: [
    { name: "orders", columns: ["id", "customer_id", "total"], description: "one row per order" },
    { name: "customers", columns: ["id", "email", "country"] },
    { name: "order_totals", columns: ["id", "total"], view: true },
  ],
  audit: [{ name: "events", columns: ["id", "at"] }],
};
const orders = urns.dataset("sales", "shop", "public", "orders");
const customers = urns.dataset("sales", "shop", "public", "customers");
const totals = urns.dataset("sales", "shop", "public", "order_totals");
const email = urns.column("sales", "shop", "public", "customers", "email");
const without = (name: string): SourceContent => ({
  ...shop,
  public: (shop.public ?? []).filter((table) => table.name !== name),
});
const tables = (count: number, oid?: number): SourceContent => ({
  public: Array.from({ length: count }, (_, index) => ({
    name: `t${index}`,
    columns: ["id"],
    ...(oid === undefined ? {} : { oid: oid + index }),
  })),
});

/** What every catalog promises, whatever it is stored in. */
export function catalogContract(make: () => Promise<RunningCatalog>): void {
  it("keeps everything that a scan puts, with the depot it came from", async () => {
    const catalog = await make();
    const outcome = await scan(catalog, shop);
    expect(outcome).toMatchObject({ created: 17, updated: 0, unchanged: 0, missing: 0, heldForApproval: undefined });
    const entity = await catalog.getEntity(read, orders);
    expect(entity).toMatchObject({
      kind: "dataset",
      name: "orders",
      qualifiedName: "sales.shop.public.orders",
      depot: "sales",
      parent: urns.schema("sales", "shop", "public"),
      state: "active",
      aspects: { documentation: { description: "one row per order" }, structure: { datasetType: "table" } },
    });
    expect(entity.aspects.identity).toEqual({ name: "orders", qualifiedName: "sales.shop.public.orders" });
    expect((await catalog.getEntityById(read, entity.id)).urn).toBe(orders);
    expect((await catalog.getEntity(read, "urn:dataos:resource:depot:sales")).urn).toBe(urns.depot("sales"));
    expect(await catalog.currentSeq()).toBe(outcome.seq);
  });

  it("writes nothing on a scan that finds everything as it was", async () => {
    const catalog = await make();
    const first = await scan(catalog, shop);
    const second = await scan(catalog, shop, { runId: "run-2" });
    expect(second).toMatchObject({ created: 0, updated: 0, unchanged: 17, missing: 0, seq: first.seq });
  });

  it("finds datasets and columns by UDL address, short and with the database", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    for (const name of ["dataos://sales:public/orders", "dataos://sales:shop.public/orders?acl=r"]) {
      expect((await catalog.getEntity(read, name)).urn).toBe(orders);
    }
    expect((await catalog.getEntity(read, "dataos://sales:public/customers#email")).urn).toBe(email);
    await expect(catalog.getEntity(read, "dataos://sales:public/nothing")).rejects.toThrow(NotFoundError);
  });

  it("gives the same answer for what is hidden and what is absent", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const blind = reading({ op: "not", of: { op: "path", glob: `${orders}{,#**}` } });
    const answers = await Promise.all(
      [orders, `${orders}x`].map((urn) => catalog.getEntity(blind, urn).catch((error: unknown) => error)),
    );
    for (const answer of answers) expect(answer).toBeInstanceOf(NotFoundError);
    expect((answers[0] as Error).message.replaceAll(orders, "URN")).toBe(
      (answers[1] as Error).message.replaceAll(`${orders}x`, "URN"),
    );
    expect(await catalog.getEntities(blind, [orders, customers, "urn:dataos:dataset:sales:no"])).toMatchObject([
      undefined,
      { urn: customers },
      undefined,
    ]);
    const listed = await catalog.listEntities(blind, { kind: "dataset" }, { first: 100, after: undefined });
    expect(listed.items.map(({ node }) => node.name)).toEqual(["events", "customers", "order_totals"]);
    expect((await catalog.countEntities(blind, {})).get("table")).toBe(2);
    expect([...(await catalog.listColumns(blind, [orders]))]).toEqual([[orders, []]]);
  });

  it("pages lists by URN and columns by position, and counts by kind and dataset type", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const names: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await catalog.listEntities(read, { kind: "dataset", depot: "sales" }, { first: 2, after });
      names.push(...page.items.map(({ node }) => node.urn));
      if (!page.hasNextPage) break;
      after = page.items.at(-1)?.cursor;
    }
    expect(names).toEqual([...names].sort());
    expect(names).toHaveLength(4);
    const columns = await catalog.listEntities(
      read,
      { kind: "column", parent: orders },
      { first: 1000, after: undefined },
    );
    expect(columns.items.map(({ node }) => node.name)).toEqual(["id", "customer_id", "total"]);
    expect((await catalog.listColumns(read, [customers])).get(customers)?.map(({ name }) => name)).toEqual([
      "id",
      "email",
      "country",
    ]);
    expect(Object.fromEntries(await catalog.countEntities(read, { depot: "sales" }))).toEqual({
      ...{ depot: 1, database: 1, schema: 2, table: 3, view: 1, column: 10 },
    });
    await expect(catalog.listEntities(read, {}, { first: 101, after: undefined })).rejects.toThrow(BadInputError);
    await expect(catalog.listEntities(read, {}, { first: 1, after: "?" })).rejects.toThrow(BadInputError);
  });

  it("keeps what people wrote through scans, beside what the source says", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    await catalog.updateEntity(
      update,
      orders,
      {
        documentation: { description: "orders of the web shop" },
        tags: { tags: ["Tier.Gold"] },
        ownership: { owners: ["bob"] },
        custom: { retention: "5y" },
      },
      { inside: update },
    );
    await scan(catalog, {
      ...without("orders"),
      public: [
        ...(without("orders").public ?? []),
        { name: "orders", columns: ["id"], description: "from the source" },
      ],
    });
    const entity = await catalog.getEntity(read, orders);
    expect(entity.aspects).toMatchObject({
      documentation: { description: "orders of the web shop" },
      tags: { tags: ["Tier.Gold"] },
      ownership: { owners: ["bob"] },
      custom: { retention: "5y" },
    });
    expect([...(entity.provenance.get("documentation") ?? [])]).toEqual([
      ["user", { description: "orders of the web shop" }],
      ["source", { description: "from the source" }],
    ]);
    const withdrawn = await catalog.updateEntity(update, orders, { documentation: null }, {});
    expect(withdrawn.aspects.documentation).toEqual({ description: "from the source" });
  });

  it("refuses an edit of what changed meanwhile, of what only the source knows, and of what is hidden", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const { seq } = await catalog.getEntity(read, orders);
    const tags = { tags: { tags: ["Tier.Gold"] } };
    const dry = await catalog.updateEntity(update, orders, tags, { ifSeq: seq, dryRun: true, inside: update });
    expect(dry.aspects.tags).toEqual({ tags: ["Tier.Gold"] });
    expect((await catalog.getEntity(read, orders)).aspects.tags).toBeUndefined();
    const edited = await catalog.updateEntity(update, orders, tags, { ifSeq: seq, inside: update });
    expect(edited.seq).toBeGreaterThan(seq);
    expect((await catalog.updateEntity(update, orders, tags, { inside: update })).seq).toBe(edited.seq);
    await expect(catalog.updateEntity(update, orders, { tags: null }, { ifSeq: seq, inside: update })).rejects.toThrow(
      ConflictError,
    );
    await expect(catalog.updateEntity(update, orders, { structure: {} }, {})).rejects.toThrow(BadInputError);
    const elsewhere = authorized("entity.update", { op: "tag", glob: "B" });
    await expect(catalog.updateEntity(elsewhere, orders, tags, {})).rejects.toThrow(NotFoundError);
  });

  it("shows an entity as it was at an earlier sequence number", async () => {
    const catalog = await make();
    const { seq: first } = await scan(catalog, shop);
    await catalog.updateEntity(update, orders, { documentation: { description: "second" } }, {});
    const second = await catalog.currentSeq();
    await catalog.updateEntity(update, orders, { documentation: { description: "third" } }, {});
    const at = async (asOf: number) =>
      (await catalog.getEntity(read, orders, { asOf })).aspects.documentation?.description;
    expect(await at(first)).toBe("one row per order");
    expect(await at(second)).toBe("second");
    expect(await at(second + 1)).toBe("third");
    await expect(catalog.getEntity(read, orders, { asOf: 0 })).rejects.toThrow(NotFoundError);
    await expect(catalog.getEntity(read, orders, { minSeq: 10_000 })).rejects.toThrow(StaleError);
  });

  it("makes missing only what a whole listing does not hold, with everything in it", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const outcome = await scan(catalog, without("order_totals"));
    expect(outcome).toMatchObject({ missing: 3, outOfScope: 0, heldForApproval: undefined });
    expect((await catalog.getEntity(read, totals)).state).toBe("missing");
    expect((await catalog.countEntities(read, {})).get("view")).toBeUndefined();
    const back = await scan(catalog, shop);
    expect(back).toMatchObject({ restored: 3, missing: 0 });
    expect((await catalog.getEntity(read, totals)).state).toBe("active");
  });

  it("makes unknown what is in a container whose listing failed, and active again what comes back", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const outcome = await scan(
      catalog,
      { audit: shop.audit ?? [], public: [] },
      {
        failed: [urns.schema("sales", "shop", "public")],
      },
    );
    expect(outcome).toMatchObject({ missing: 0, heldForApproval: undefined });
    expect((await catalog.getEntity(read, orders)).state).toBe("unknown");
    expect((await catalog.getEntity(read, email)).state).toBe("unknown");
    await scan(catalog, shop);
    expect((await catalog.getEntity(read, orders)).state).toBe("active");
  });

  it("takes out of scope what a filter leaves out, and never counts it as gone", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const outcome = await scan(catalog, { public: shop.public ?? [] }, { excluded: (name) => name === "audit" });
    expect(outcome).toMatchObject({ missing: 0, outOfScope: 4, heldForApproval: undefined });
    expect((await catalog.getEntity(read, urns.dataset("sales", "shop", "audit", "events"))).state).toBe("outOfScope");
  });

  it("holds a run that would remove a whole container, and applies it when it is approved", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const outcome = await scan(catalog, { audit: shop.audit ?? [] }, { runId: "run-2" });
    expect(outcome).toMatchObject({ missing: 0 });
    expect(outcome.heldForApproval).toBe(
      "schema `urn:dataos:schema:sales:shop/public` would go with the 3 objects in it",
    );
    expect((await catalog.getEntity(read, orders)).state).toBe("active");
    const approve = authorized("scan.approve");
    expect(await catalog.approveScan(approve, "run-2")).toMatchObject({ removed: 12 });
    expect((await catalog.getEntity(read, orders)).state).toBe("missing");
    await expect(catalog.approveScan(approve, "run-2")).rejects.toThrow(NotFoundError);
  });

  it("holds more than 50 removals and more than 20 % of a container, and lets fewer than 5 pass", async () => {
    const catalog = await make();
    await scan(catalog, tables(300));
    expect((await scan(catalog, tables(249))).heldForApproval).toBe("51 objects would go, more than 50");
    expect((await scan(catalog, tables(250))).missing).toBe(100);
    await scan(catalog, tables(20), { depot: "small" });
    expect((await scan(catalog, tables(15), { depot: "small" })).heldForApproval).toBe(
      "5 of 20 datasets of `urn:dataos:schema:small:shop/public` would go, more than 20 %",
    );
    expect((await scan(catalog, tables(16), { depot: "small" })).missing).toBe(8);
  });

  it("keeps the id, the edits and the history of what is renamed, and its former URNs", async () => {
    const catalog = await make();
    const before: SourceContent = { public: [{ name: "orders", columns: ["id", "total"], oid: 7 }] };
    const after: SourceContent = { public: [{ name: "purchases", columns: ["id", "total"], oid: 7 }] };
    await scan(catalog, before);
    const { id } = await catalog.updateEntity(update, orders, { tags: { tags: ["Tier.Gold"] } }, { inside: update });
    const outcome = await scan(catalog, after);
    expect(outcome).toMatchObject({ created: 0, updated: 3, missing: 0 });
    const purchases = urns.dataset("sales", "shop", "public", "purchases");
    const renamed = await catalog.getEntity(read, orders);
    expect(renamed).toMatchObject({ id, urn: purchases, name: "purchases", aliases: [orders] });
    expect(renamed.aspects.tags).toEqual({ tags: ["Tier.Gold"] });
    expect((await catalog.getEntity(read, `${orders}#total`)).urn).toBe(`${purchases}#total`);
    const again = await scan(catalog, {
      public: [...(after.public ?? []), { name: "orders", columns: ["id"], oid: 8 }],
    });
    expect(again).toMatchObject({ created: 2 });
    expect((await catalog.getEntity(read, orders)).id).not.toBe(id);
    expect((await catalog.getEntity(read, purchases)).aliases).toEqual([]);
  });

  it("finds columns of a renamed table by name where the source has no key for them", async () => {
    const catalog = await make();
    const ingest = async (table: string) => {
      const urn = urns.dataset("sales", "shop", "public", table);
      const writer = await catalog.beginScan(update, { depot: "sales", runId: table });
      const common = { depot: "sales", qualifiedName: table, aspects: {} };
      await writer.put([
        { ...common, urn, kind: "dataset", name: table, parent: urns.depot("sales"), sourceKey: "oid:1" },
        {
          ...common,
          urn: urns.column("sales", "shop", "public", table, "id"),
          kind: "column",
          name: "id",
          parent: urn,
        },
      ]);
      return writer.finish();
    };
    await ingest("orders");
    const { id } = await catalog.getEntity(read, `${orders}#id`);
    expect(await ingest("purchases")).toMatchObject({ created: 0, updated: 2 });
    expect((await catalog.getEntity(read, `${orders}#id`)).id).toBe(id);
  });

  it("ends in the same state when a scan is cut off and run again", async () => {
    const catalog = await make();
    const cut = await catalog.beginScan(update, { depot: "sales", runId: "cut" });
    const urn = urns.database("sales", "shop");
    await cut.put([
      {
        urn,
        kind: "database",
        name: "shop",
        qualifiedName: "sales.shop",
        parent: urns.depot("sales"),
        depot: "sales",
        aspects: {},
      },
    ]);
    await scan(catalog, shop);
    const whole = await make();
    await scan(whole, shop);
    const all = async (of: RunningCatalog) => [
      ...(await of.countEntities(read, {})),
      ...(await of.listEntities(read, {}, { first: 100, after: undefined })).items.map(({ node }) => [
        node.urn,
        node.aspects,
      ]),
    ];
    expect(await all(catalog)).toEqual(await all(whole));
  });

  it("refuses what is not of the scan's depot and what has no parent", async () => {
    const catalog = await make();
    const ingest = await catalog.beginScan(update, { depot: "sales", runId: "run" });
    const common = { kind: "schema", name: "x", qualifiedName: "x", depot: "sales", aspects: {} } as const;
    await ingest.put([{ ...common, urn: urns.schema("other", "shop", "x"), parent: undefined }]);
    await expect(ingest.finish()).rejects.toThrow(
      "`urn:dataos:schema:other:shop/x` is not of depot `sales`; a scan writes only what is in its depot",
    );
    const orphan = await catalog.beginScan(update, { depot: "sales", runId: "run" });
    await orphan.put([{ ...common, urn: urns.schema("sales", "shop", "x"), parent: urns.database("sales", "shop") }]);
    await expect(orphan.finish()).rejects.toThrow(
      "`urn:dataos:schema:sales:shop/x` is in `urn:dataos:database:sales:shop`, which is not known; put containers before what is in them",
    );
  });

  it("gives every change its own number, in the order of commits, however many write at once", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const before = await catalog.currentSeq();
    const edits = Array.from({ length: 20 }, (_, index) =>
      catalog.updateEntity(update, index % 2 ? orders : customers, { custom: { index } }, {}),
    );
    const seqs = (await Promise.all(edits)).map(({ seq }) => seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => before + index + 1));
  });

  it("finds a change in search and lineage as soon as the caller asks for its number", async () => {
    const catalog = await make();
    await catalog.start();
    try {
      const { seq } = await scan(catalog, shop, {
        lineage: new Map([[totals, viewEdges(orders, totals, ["id", "total"])]]),
      });
      const request = { text: "order_totals", first: 10, after: undefined };
      const hits = await catalog.search(read, { ...request, minSeq: seq });
      expect(hits.hits[0]?.urn).toBe(totals);
      expect(hits.staleBy).toBe(0);
      const walk = {
        of: `${totals}#total`,
        direction: "UPSTREAM",
        depth: 5,
        granularity: "COLUMN",
        maxNodes: 100,
      } as const;
      const traced = await catalog.lineage(read, { ...walk, minSeq: seq });
      expect(traced.nodes.map(({ urn }) => urn)).toEqual([`${totals}#total`, `${orders}#total`]);
      const edited = await catalog.updateEntity(update, orders, { documentation: { description: "zanzibar" } }, {});
      const found = await catalog.search(read, { ...request, text: "zanzibar", minSeq: edited.seq });
      expect(found.hits.map(({ urn }) => urn)).toEqual([orders]);
    } finally {
      await catalog.stop();
    }
  });

  it("takes what is gone out of search and lineage and brings it back with its edges", async () => {
    const catalog = await make();
    await catalog.start();
    try {
      const lineage = new Map([[totals, viewEdges(orders, totals, ["id", "total"])]]);
      const walk = {
        of: `${orders}#total`,
        direction: "DOWNSTREAM",
        depth: 5,
        granularity: "COLUMN",
        maxNodes: 100,
      } as const;
      const traced = async (minSeq: number) =>
        (await catalog.lineage(read, { ...walk, minSeq })).nodes.map(({ urn }) => urn);
      const found = async (minSeq: number) =>
        (await catalog.search(read, { text: "order_totals", first: 10, after: undefined, minSeq })).hits.map(
          ({ urn }) => urn,
        );
      await scan(catalog, shop, { lineage });
      const gone = await scan(catalog, without("order_totals"));
      expect(await traced(gone.seq)).toEqual([`${orders}#total`]);
      expect(await found(gone.seq)).not.toContain(totals);
      // the edges are known still, so a scan without lineage brings them back
      const back = await scan(catalog, shop);
      expect(await traced(back.seq)).toEqual([`${orders}#total`, `${totals}#total`]);
      expect(await found(back.seq)).toContain(totals);
    } finally {
      await catalog.stop();
    }
  });

  it("moves search and lineage along with a rename", async () => {
    const catalog = await make();
    await catalog.start();
    try {
      const content = (name: string): SourceContent => ({
        public: [
          { name, columns: ["id"], oid: 1 },
          { name: "v", columns: ["id"], oid: 2, view: true },
        ],
      });
      const view = urns.dataset("sales", "shop", "public", "v");
      await scan(catalog, content("orders"), { lineage: new Map([[view, viewEdges(orders, view, ["id"])]]) });
      const { seq } = await scan(catalog, content("purchases"));
      const purchases = urns.dataset("sales", "shop", "public", "purchases");
      const walk = { of: `${view}#id`, direction: "UPSTREAM", depth: 5, granularity: "COLUMN", maxNodes: 100 } as const;
      const traced = await catalog.lineage(read, { ...walk, minSeq: seq });
      expect(traced.nodes.map(({ urn }) => urn)).toEqual([`${view}#id`, `${purchases}#id`]);
      const hits = await catalog.search(read, {
        text: "",
        kinds: ["dataset"],
        first: 10,
        after: undefined,
        minSeq: seq,
      });
      expect(hits.hits.map(({ urn }) => urn).sort()).toEqual([purchases, view]);
    } finally {
      await catalog.stop();
    }
  });

  it("rebuilds the projections from what is stored", async () => {
    const catalog = await make();
    const { seq } = await scan(catalog, shop, {
      lineage: new Map([[totals, viewEdges(orders, totals, ["id", "total"])]]),
    });
    await catalog.start();
    try {
      const counts = await catalog.rebuild(authorized("projection.rebuild"));
      expect(counts).toEqual({ search: 8, lineage: 14 });
      const hits = await catalog.search(read, { text: "customers", first: 10, after: undefined, minSeq: seq });
      expect(hits.hits[0]?.urn).toBe(customers);
      expect(await catalog.projectionLag()).toEqual({ search: 0, lineage: 0 });
    } finally {
      await catalog.stop();
    }
  });

  it("tells a decision what it knows of an object, by any of its addresses", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    await catalog.updateEntity(update, email, { tags: { tags: ["PII.Email"] } }, {});
    const asked = { paths: ["dataos://sales:public/customers"], tags: [], attributes: {} };
    const object = await catalog.objects.describe(asked);
    expect(object.paths).toEqual([
      "dataos://sales:public/customers",
      customers,
      "dataos://sales:shop.public/customers",
    ]);
    expect(object.tags).toEqual(["dataos:type:entity", "dataos:type:dataset", "dataos:depot:sales"]);
    expect(object.attributes).toEqual({
      ...{
        kind: "dataset",
        name: "customers",
        depot: "sales",
        database: "shop",
        schema: "public",
        dataset: "customers",
      },
      ...{ datasetType: "table", state: "active", qualifiedName: "sales.shop.public.customers" },
    });
    expect(object.columns).toEqual([
      { name: "id", dataType: "text", tags: [] },
      { name: "email", dataType: "text", tags: ["PII.Email"] },
      { name: "country", dataType: "text", tags: [] },
    ]);
    const unknown = { paths: ["/metis/x", "dataos://"], tags: [], attributes: {} };
    expect(await catalog.objects.describe(unknown)).toEqual(unknown);
  });

  containmentContract(make);
}
