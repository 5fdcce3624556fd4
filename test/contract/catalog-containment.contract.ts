import { describe, expect, it } from "vitest";
import type { RunningCatalog } from "../../src/metis/index.ts";
import { BadInputError, ForbiddenError, NotFoundError } from "../../src/shared/errors.ts";
import type { ObjectFilter } from "../../src/shared/object-filter.ts";
import { authorized } from "../support/authorized.ts";
import { type SourceContent, scan, urns, viewEdges } from "../support/catalog.ts";

const read = authorized("entity.read");
const update = authorized("entity.update");
const tagged = (glob: string): ObjectFilter => ({ op: "tag", glob });
const untagged = (glob: string): ObjectFilter => ({ op: "not", of: tagged(glob) });
const all = { first: 100, after: undefined };

const shop: SourceContent = {
  public: [
    { name: "orders", columns: ["id", "total"], oid: 1 },
    { name: "order_totals", columns: ["id", "total"], view: true, oid: 2 },
  ],
  audit: [{ name: "events", columns: ["id", "actor"], oid: 3 }],
};
const depot = urns.depot("sales");
const database = urns.database("sales", "shop");
const publicSchema = urns.schema("sales", "shop", "public");
const auditSchema = urns.schema("sales", "shop", "audit");
const orders = urns.dataset("sales", "shop", "public", "orders");
const totals = urns.dataset("sales", "shop", "public", "order_totals");
const events = urns.dataset("sales", "shop", "audit", "events");
const lineage = new Map([[totals, viewEdges(orders, totals, ["id", "total"])]]);
const inPublic = [publicSchema, totals, `${totals}#id`, `${totals}#total`, orders, `${orders}#id`, `${orders}#total`];
const inAudit = [auditSchema, events, `${events}#id`, `${events}#actor`];

async function tag(catalog: RunningCatalog, urn: string, ...tags: string[]): Promise<number> {
  return (await catalog.updateEntity(update, urn, { tags: tags.length > 0 ? { tags } : null }, { inside: update })).seq;
}

async function own(catalog: RunningCatalog, urn: string, ...owners: string[]): Promise<number> {
  return (await catalog.updateEntity(update, urn, { ownership: { owners } }, { inside: update })).seq;
}

/** Every URN that a list shows, having counted the same number. */
async function listed(catalog: RunningCatalog, filter: ObjectFilter): Promise<string[]> {
  const auth = authorized("entity.read", filter);
  const found = (await catalog.listEntities(auth, {}, all)).items.map(({ node }) => node.urn);
  const counts = await catalog.countEntities(auth, {});
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(found.length);
  return found;
}

/** Every URN that search and lineage from `orders` show. */
async function projected(catalog: RunningCatalog, filter: ObjectFilter) {
  const auth = authorized("entity.read", filter);
  const minSeq = await catalog.currentSeq();
  const { hits, totalCount } = await catalog.search(auth, { text: "", ...all, minSeq });
  expect(totalCount).toBe(hits.length);
  const walk = { of: orders, direction: "DOWNSTREAM", depth: 5, granularity: "COLUMN", maxNodes: 100, minSeq } as const;
  const traced = await catalog.lineage(auth, walk).catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });
  return { found: hits.map(({ urn }) => urn).sort(), traced: traced?.nodes.map(({ urn }) => urn).sort() };
}

/** What every catalog promises of things that are in others. */
export function containmentContract(make: () => Promise<RunningCatalog>): void {
  const running = async (work: (catalog: RunningCatalog) => Promise<void>): Promise<void> => {
    const catalog = await make();
    await catalog.start();
    try {
      await work(catalog);
    } finally {
      await catalog.stop();
    }
  };

  describe("what is in something", () => {
    it("is decided on with the tags of everything that it is in, and shows only its own", () =>
      running(async (catalog) => {
        await scan(catalog, shop, { lineage });
        await tag(catalog, publicSchema, "Area.Sales");
        await tag(catalog, orders, "Tier.Gold");
        expect(await listed(catalog, tagged("Area.Sales"))).toEqual(inPublic.toSorted());
        expect(await listed(catalog, tagged("Tier.*"))).toEqual([orders, `${orders}#id`, `${orders}#total`]);
        expect(await listed(catalog, untagged("Area.*"))).toEqual([depot, database, ...inAudit].toSorted());
        expect(await projected(catalog, tagged("Area.Sales"))).toEqual({
          found: [publicSchema, totals, orders].toSorted(),
          traced: [orders, ...[orders, totals].flatMap((urn) => [`${urn}#id`, `${urn}#total`])].toSorted(),
        });
        expect(await projected(catalog, untagged("Tier.Gold"))).toMatchObject({ traced: undefined });
        const column = await catalog.getEntity(authorized("entity.read", tagged("Tier.Gold")), `${orders}#id`);
        expect(column.aspects.tags).toBeUndefined();
        expect(column.provenance.has("tags")).toBe(false);
        expect(column.inherited).toEqual({ tags: ["Area.Sales", "Tier.Gold"], owners: [] });
        const hidden = authorized("entity.read", untagged("Area.Sales"));
        await expect(catalog.getEntity(hidden, `${orders}#id`)).rejects.toThrow(NotFoundError);
        expect(await catalog.getEntities(hidden, [`${orders}#id`, events])).toMatchObject([undefined, { urn: events }]);
        expect([...(await catalog.listColumns(hidden, [orders, events])).values()].map((list) => list.length)).toEqual([
          0, 2,
        ]);
      }));

    it("follows a tag that is changed or taken back, on every level, in the change's own number", () =>
      running(async (catalog) => {
        await scan(catalog, shop, { lineage });
        const everything = [depot, database, ...inPublic, ...inAudit].toSorted();
        for (const [container, inside] of [
          [depot, everything],
          [database, everything.filter((urn) => urn !== depot)],
          [auditSchema, inAudit.toSorted()],
          [events, inAudit.slice(1).toSorted()],
          [`${events}#id`, [`${events}#id`]],
        ] as const) {
          await tag(catalog, container, "Secret.First", "Secret.Common");
          expect(await listed(catalog, tagged("Secret.First"))).toEqual(inside);
          const { found } = await projected(catalog, tagged("Secret.First"));
          expect(found).toEqual(inside.filter((urn) => !urn.includes("#")));
          await tag(catalog, container, "Secret.Second", "Secret.Common");
          expect(await listed(catalog, tagged("Secret.First"))).toEqual([]);
          expect((await projected(catalog, tagged("Secret.First"))).found).toEqual([]);
          expect(await listed(catalog, tagged("Secret.Second"))).toEqual(inside);
          await tag(catalog, container);
          expect(await listed(catalog, tagged("Secret.*"))).toEqual([]);
          expect((await projected(catalog, tagged("Secret.*"))).found).toEqual([]);
        }
      }));

    it("keeps a tag as long as anything that it is in has it", () =>
      running(async (catalog) => {
        await scan(catalog, shop);
        for (const urn of [depot, publicSchema, orders, `${orders}#id`]) await tag(catalog, urn, "Secret.Area");
        await tag(catalog, depot);
        expect(await listed(catalog, tagged("Secret.Area"))).toEqual(inPublic.toSorted());
        await tag(catalog, publicSchema);
        expect(await listed(catalog, tagged("Secret.Area"))).toEqual([orders, `${orders}#id`, `${orders}#total`]);
        await tag(catalog, orders);
        expect(await listed(catalog, tagged("Secret.Area"))).toEqual([`${orders}#id`]);
        await tag(catalog, `${orders}#id`);
        expect(await listed(catalog, tagged("Secret.Area"))).toEqual([]);
      }));

    it("takes its container's tags when a scan finds it, and keeps them through scans that change it", () =>
      running(async (catalog) => {
        await scan(catalog, { public: shop.public ?? [] });
        await tag(catalog, depot, "Area.Sales");
        await tag(catalog, publicSchema, "Area.Web");
        const more: SourceContent = {
          public: [
            { name: "orders", columns: ["id", "total", "note"], oid: 1, description: "changed" },
            { name: "order_totals", columns: ["id"], view: true, oid: 2 },
            { name: "refunds", columns: ["id"], oid: 4 },
          ],
          audit: shop.audit ?? [],
        };
        await scan(catalog, more);
        const everywhere = await listed(catalog, tagged("Area.Sales"));
        expect(everywhere).toEqual(await listed(catalog, { op: "all" }));
        expect(everywhere).toEqual(expect.arrayContaining([...inAudit, `${orders}#note`]));
        expect(await listed(catalog, tagged("Area.Web"))).toEqual(
          everywhere.filter((urn) => urn.includes("public")).toSorted(),
        );
        const { found } = await projected(catalog, tagged("Area.Sales"));
        expect(found).toEqual(everywhere.filter((urn) => !urn.includes("#")));
        await scan(catalog, shop);
        await scan(catalog, more);
        expect(await listed(catalog, tagged("Area.Sales"))).toEqual(everywhere);
      }));

    it("takes other tags when it is moved, with everything in it, and the same when it is renamed", () =>
      running(async (catalog) => {
        await scan(catalog, shop, { lineage });
        await tag(catalog, publicSchema, "Area.Web");
        await tag(catalog, auditSchema, "Area.Audit");
        await tag(catalog, orders, "Tier.Gold");
        await scan(catalog, {
          public: [{ name: "totals", columns: ["id", "total"], view: true, oid: 2 }],
          audit: [
            { name: "events", columns: ["id", "actor"], oid: 3 },
            { name: "orders", columns: ["id", "total"], oid: 1 },
          ],
        });
        const moved = urns.dataset("sales", "shop", "audit", "orders");
        const renamed = urns.dataset("sales", "shop", "public", "totals");
        const movedAll = [moved, `${moved}#id`, `${moved}#total`];
        expect(await listed(catalog, tagged("Area.Audit"))).toEqual([...inAudit, ...movedAll].toSorted());
        expect(await listed(catalog, tagged("Tier.Gold"))).toEqual(movedAll.toSorted());
        expect(await listed(catalog, tagged("Area.Web"))).toEqual(
          [publicSchema, renamed, `${renamed}#id`, `${renamed}#total`].toSorted(),
        );
        expect((await projected(catalog, tagged("Area.Audit"))).found).toEqual([auditSchema, events, moved].toSorted());
      }));

    it("is shown as it was only to whom its containers' tags of then and of now let it be shown", async () => {
      const catalog = await make();
      const { seq: first } = await scan(catalog, shop);
      const second = await tag(catalog, publicSchema, "Area.Web");
      const third = await tag(catalog, publicSchema);
      const column = `${orders}#id`;
      const seen = async (filter: ObjectFilter, asOf: number) =>
        catalog.getEntity(authorized("entity.read", filter), column, { asOf }).then(
          ({ inherited }) => inherited.tags,
          (error: unknown) => (error instanceof NotFoundError ? "hidden" : error),
        );
      expect(await seen(untagged("Area.Web"), first)).toEqual([]);
      expect(await seen(untagged("Area.Web"), second)).toBe("hidden");
      expect(await seen(untagged("Area.Web"), third)).toEqual([]);
      expect(await seen({ op: "all" }, second)).toEqual(["Area.Web"]);
    });

    it("has its dataset's name and owners where it is a column, whoever owns the column", () =>
      running(async (catalog) => {
        await scan(catalog, shop, { lineage });
        const seq = await own(catalog, orders, "bob", "eve");
        await own(catalog, `${totals}#id`, "bob");
        const owner = (value: string): ObjectFilter => ({ op: "compare", attribute: "owner", comparison: "eq", value });
        const dataset = (value: string): ObjectFilter => ({ ...owner(value), attribute: "dataset" }) as ObjectFilter;
        const inOrders = [orders, `${orders}#id`, `${orders}#total`];
        expect(await listed(catalog, owner("bob"))).toEqual(inOrders);
        expect(await listed(catalog, { ...owner("eve"), attribute: "owners.1" } as ObjectFilter)).toEqual(inOrders);
        expect(await listed(catalog, dataset("orders"))).toEqual(inOrders);
        expect(await projected(catalog, owner("bob"))).toEqual({ found: [orders], traced: inOrders });
        expect((await catalog.getEntity(read, `${totals}#id`)).aspects.ownership).toEqual({ owners: ["bob"] });
        await scan(catalog, {
          ...shop,
          public: [{ name: "orders", columns: ["id", "sum", "total"], oid: 1 }, ...(shop.public?.slice(1) ?? [])],
        });
        expect(await listed(catalog, owner("bob"))).toEqual([...inOrders, `${orders}#sum`].toSorted());
        expect(await own(catalog, orders, "eve")).toBeGreaterThan(seq);
        expect(await listed(catalog, owner("bob"))).toEqual([]);
        expect((await projected(catalog, owner("eve"))).traced).toContain(`${orders}#sum`);
      }));

    it("is described to a decision with its container's tags; masks see a column's own tags only", async () => {
      const catalog = await make();
      await scan(catalog, shop);
      await tag(catalog, publicSchema, "Area.Web");
      await tag(catalog, orders, "PII.Email");
      await tag(catalog, `${orders}#total`, "Finance.Sum");
      await own(catalog, orders, "bob");
      const describeAt = (path: string) => catalog.objects.describe({ paths: [path], tags: [], attributes: {} });
      const dataset = await describeAt(orders);
      expect(dataset.tags).toEqual(expect.arrayContaining(["PII.Email", "Area.Web", "dataos:type:dataset"]));
      expect(dataset.columns?.map(({ name, tags }) => [name, tags])).toEqual([
        ["id", []],
        ["total", ["Finance.Sum"]],
      ]);
      const column = await describeAt("dataos://sales:public/orders#total");
      expect(column.tags).toEqual([
        ...["Finance.Sum", "Area.Web", "PII.Email"],
        ...["dataos:type:entity", "dataos:type:column", "dataos:depot:sales"],
      ]);
      expect(column.attributes).toMatchObject({
        ...{ kind: "column", name: "total", depot: "sales", database: "shop", schema: "public", dataset: "orders" },
        ...{ owner: "bob", owners: ["bob"] },
      });
    });

    it("has its container's tags even where the catalog does not know it", async () => {
      const catalog = await make();
      await scan(catalog, shop);
      await tag(catalog, publicSchema, "Area.Web");
      await tag(catalog, orders, "Tier.Gold");
      await own(catalog, orders, "bob");
      const describeAt = async (path: string) => {
        const said = { kind: "x", owner: "me" };
        const { tags, attributes } = await catalog.objects.describe({
          paths: [path],
          tags: ["said"],
          attributes: said,
        });
        return [tags, attributes];
      };
      const inSales = { kind: "x", owner: "me", depot: "sales" };
      const inSchema = { ...inSales, database: "shop", schema: "public" };
      const inOrders = { ...inSchema, dataset: "orders", owner: "bob", owners: ["bob"] };
      for (const dataset of [orders, "dataos://sales:public/orders", "dataos://sales:shop.public/orders"]) {
        expect(await describeAt(`${dataset}#unheard_of`)).toEqual([
          ["said", "Tier.Gold", "Area.Web", "dataos:depot:sales"],
          inOrders,
        ]);
      }
      for (const path of [`${publicSchema}/x`.replace(":schema:", ":dataset:"), "dataos://sales:public/x#y"]) {
        expect(await describeAt(path)).toEqual([["said", "Area.Web", "dataos:depot:sales"], inSchema]);
      }
      for (const path of [urns.dataset("sales", "other", "public", "x"), "dataos://sales:other/x"]) {
        expect(await describeAt(path)).toEqual([["said", "dataos:depot:sales"], inSales]);
      }
      for (const path of ["urn:dataos:dataset:unheard_of:a/b/c#d", "urn:dataos:policy:sales", "dataos://x:y/z"]) {
        expect(await describeAt(path)).toEqual([["said"], { kind: "x", owner: "me" }]);
      }
    });
  });

  it("may be tagged, and given owners, only by one who may update everything in it", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    await tag(catalog, events, "Secret.Log");
    const before = await catalog.currentSeq();
    const withoutSecrets = authorized("entity.update", untagged("Secret.*"));
    const retag = (urn: string, inside: typeof update | undefined, dryRun = false) =>
      catalog.updateEntity(update, urn, { tags: { tags: ["Area.Open"] } }, { dryRun, ...(inside && { inside }) });
    const giveAway = (urn: string, inside: typeof update | undefined) =>
      catalog.updateEntity(update, urn, { ownership: { owners: ["eve"] } }, { ...(inside && { inside }) });
    for (const container of [depot, database, auditSchema]) {
      await expect(retag(container, withoutSecrets)).rejects.toThrow(
        `tags and owners of \`${container}\` decide about what is in it too, and \`${update.subject.id}\` may not update all of that; tag what is in it`,
      );
      await expect(retag(container, withoutSecrets, true)).rejects.toThrow(ForbiddenError);
      await expect(
        retag(container, authorized("entity.update", { op: "path", glob: "**/audit/*{s,#id}" })),
      ).rejects.toThrow(ForbiddenError);
      await expect(retag(container, undefined)).rejects.toThrow(ForbiddenError);
    }
    await expect(giveAway(orders, undefined)).rejects.toThrow(ForbiddenError);
    expect(await catalog.currentSeq()).toBe(before);
    expect((await retag(publicSchema, withoutSecrets)).aspects.tags).toEqual({ tags: ["Area.Open"] });
    expect((await giveAway(orders, withoutSecrets)).aspects.ownership).toEqual({ owners: ["eve"] });
    expect((await giveAway(depot, undefined)).aspects.ownership).toEqual({ owners: ["eve"] });
    expect((await retag(`${orders}#id`, undefined)).aspects.tags).toEqual({ tags: ["Area.Open"] });
    await catalog.updateEntity(update, auditSchema, { documentation: { description: "logs" } }, {});
  });

  it("refuses tags that the server alone gives, and texts that are no tags", async () => {
    const catalog = await make();
    await scan(catalog, shop);
    const refused = async (...tags: string[]) =>
      catalog.updateEntity(update, orders, { tags: { tags } }, { inside: update }).then(
        () => undefined,
        (error: unknown) => (error instanceof BadInputError ? error.message : error),
      );
    expect(await refused("Tier.Gold", "dataos:depot:other")).toBe(
      "`dataos:depot:other` is reserved: the server alone gives tags that begin with `dataos:`; choose another word",
    );
    expect(await refused("gold")).toBe(
      "`gold` is not a tag; expected `Group.Tag` or words joined by `:`, e.g. `PII.Email` or `team:sales`, at most 256 characters",
    );
    for (const tag of [
      "DataOS:type:dataset",
      "users:id:alice",
      "roles:id:operator",
      "a:*",
      "a:{b}",
      "a.",
      ":b",
      "a:\nb",
    ]) {
      expect([tag, await refused(tag)]).toEqual([tag, expect.stringContaining("`")]);
    }
    expect(await refused(`Group.${"x".repeat(300)}`)).toContain("of 1 to 256 characters");
    expect(await refused(...Array.from({ length: 201 }, (_, index) => `Group.Tag${index}`))).toContain("at most 200");
    for (const tag of [
      "PII.Email",
      "a:b",
      "team:sales:emea",
      "Größe.Ü1",
      "Data Classification.Personally Identifiable",
    ]) {
      expect([tag, await refused(tag)]).toEqual([tag, undefined]);
    }
  });

  it("takes no reserved tag from a source either", async () => {
    const catalog = await make();
    const ingest = await catalog.beginScan(update, { depot: "sales", runId: "forged" });
    const tags = { tags: ["dataos:depot:other", "users:id:alice", "a\nTier.Gold", "raw"] };
    await ingest.put([
      {
        ...{
          urn: database,
          kind: "database",
          name: "shop",
          qualifiedName: "sales.shop",
          parent: depot,
          depot: "sales",
        },
        aspects: { tags },
      },
    ]);
    await ingest.finish();
    expect((await catalog.getEntity(read, database)).aspects.tags).toEqual({ tags: ["raw"] });
    expect(await listed(catalog, tagged("dataos:depot:other"))).toEqual([]);
    expect(await listed(catalog, tagged("raw"))).toEqual([database]);
  });
}
