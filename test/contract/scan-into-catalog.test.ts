import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { RunningCatalog } from "../../src/metis/index.ts";
import type { ScanOutcome } from "../../src/metis/ports.ts";
import { scanPostgres } from "../../src/scanner/index.ts";
import type { ScanScope } from "../../src/scanner/ports.ts";
import { authorized } from "../support/authorized.ts";
import { createTestCatalog } from "../support/catalog.ts";
import { type PgliteServer, startPglite } from "../support/pglite.ts";
import { connectionOf, localGuard, silentProgress, wholeScope } from "../support/scanning.ts";
import { describeOnStateEngines } from "../support/state.ts";

const shop = `
drop schema if exists shop cascade; create schema shop;
create table shop.customers (id int primary key, email text, city text);
create table shop.orders (id int primary key, customer_id int references shop.customers, amount numeric);
create table shop.notes (id int primary key, body text);
create table shop.a1 (x int); create table shop.a2 (x int); create table shop.a3 (x int);
create view shop.per_customer as select c.id, lower(c.email) as email, sum(o.amount) as spent
  from shop.customers c join shop.orders o on o.customer_id = c.id group by c.id, c.email;
create view shop.best as select email as who from shop.per_customer where spent > 100;
`;

describeOnStateEngines("scan into the catalog", (open) => {
  let source: PgliteServer;
  let catalog: RunningCatalog;
  let runs = 0;

  beforeAll(async () => {
    source = await startPglite();
  });
  afterAll(() => source?.stop());
  beforeEach(async () => {
    await source.exec(shop);
    ({ catalog } = await createTestCatalog(await open()));
  });

  const scan = async (scope: ScanScope = wholeScope): Promise<ScanOutcome> => {
    const ingest = await catalog.beginScan(authorized("entity.update"), { depot: "shop", runId: `run-${runs++}` });
    const connection = connectionOf(source.url);
    return (
      await scanPostgres({ connection, guard: localGuard, depot: "shop", scope, progress: silentProgress, ingest })
    ).outcome;
  };
  const urn = (path: string): string => `urn:dataos:dataset:shop:postgres/shop/${path}`;
  const read = (path: string) => catalog.getEntity(authorized("entity.read"), urn(path));

  it("changes nothing when it is scanned again", async () => {
    expect(await scan()).toMatchObject({ missing: 0, updated: 0 });
    expect(await scan()).toMatchObject({ created: 0, updated: 0, missing: 0, restored: 0, heldForApproval: undefined });
  });

  it("keeps the identity of what was renamed, and marks missing what was dropped", async () => {
    await scan();
    const { id } = await read("notes");
    const column = await read("customers#city");
    await source.exec(
      "alter table shop.notes rename to remarks; alter table shop.customers rename column city to town; drop table shop.a1",
    );
    expect(await scan()).toMatchObject({ created: 0, missing: 2, heldForApproval: undefined });
    expect(await read("remarks")).toMatchObject({ id, state: "active", aliases: [urn("notes")] });
    expect(await read("customers#town")).toMatchObject({ id: column.id, state: "active" });
    expect((await read("a1")).state).toBe("missing");
  });

  it("puts out of scope what a narrower filter leaves out, and nothing else", async () => {
    await scan();
    await source.exec("drop table shop.a2");
    await scan({ ...wholeScope, tables: { includes: [], excludes: ["notes"] } });
    expect((await read("notes")).state).toBe("outOfScope");
    expect((await read("a2")).state).toBe("missing");
    expect((await read("orders")).state).toBe("active");
    await scan();
    expect((await read("notes")).state).toBe("active");
  });

  it("traces a column of a stacked view to its tables, and a join key to the views that break without it", async () => {
    const { seq } = await scan();
    await catalog.start();
    try {
      const walk = { depth: 10, maxNodes: 1_000, granularity: "COLUMN", minSeq: seq } as const;
      const auth = authorized("entity.read");
      const up = await catalog.lineage(auth, { ...walk, of: urn("best#who"), direction: "UPSTREAM" });
      const direct = up.edges.filter(({ type }) => type === "DIRECT").map(({ from, to }) => `${from} -> ${to}`);
      expect(direct).toEqual(
        expect.arrayContaining([
          `${urn("per_customer#email")} -> ${urn("best#who")}`,
          `${urn("customers#email")} -> ${urn("per_customer#email")}`,
        ]),
      );
      expect(up.completeness.state).toBe("complete");
      const down = await catalog.lineage(auth, { ...walk, of: urn("orders#customer_id"), direction: "DOWNSTREAM" });
      expect(down.nodes.map((node) => node.urn)).toEqual(
        expect.arrayContaining([urn("per_customer#id"), urn("best#who")]),
      );
    } finally {
      await catalog.stop();
    }
  });
});
