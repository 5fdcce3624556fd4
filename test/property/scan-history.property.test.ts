import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunningCatalog } from "../../src/metis/index.ts";
import type { LineageEdge } from "../../src/metis/ports.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import type { Urn } from "../../src/shared/urn.ts";
import { openState } from "../../src/state/index.ts";
import { authorized } from "../support/authorized.ts";
import {
  assertionsOf,
  createTestCatalog,
  type SourceContent,
  type SourceTable,
  scan,
  urns,
  viewEdges,
} from "../support/catalog.ts";

const read = authorized("entity.read");
const names = ["a", "b", "c", "d"];

/** Tables of one schema; each stands for one object of the source (`oid`) under any name. */
const tables = (schema: number) =>
  fc
    .uniqueArray(
      fc.record({
        name: fc.constantFrom(...names),
        oid: fc.integer({ min: schema * 10, max: schema * 10 + 4 }),
        columns: fc.subarray(["x", "y", "z"], { minLength: 1 }),
        view: fc.boolean(),
      }),
      { maxLength: 4, selector: ({ name }) => name },
    )
    .filter((all) => new Set(all.map(({ oid }) => oid)).size === all.length);
const content: fc.Arbitrary<SourceContent> = fc.record({ s1: tables(1), s2: tables(2) });
const history = fc.array(fc.record({ content, fails: fc.boolean(), edits: fc.boolean() }), {
  minLength: 1,
  maxLength: 5,
});

/** Every view reads the columns of all tables of its schema that have the same name. */
function lineageOf(content: SourceContent): ReadonlyMap<Urn, readonly LineageEdge[]> {
  const urnOf = (schema: string, { name }: SourceTable) => urns.dataset("sales", "shop", schema, name);
  const lineage = new Map<Urn, readonly LineageEdge[]>();
  for (const [schema, all] of Object.entries(content)) {
    for (const view of all.filter((table) => table.view)) {
      const edges = all
        .filter((table) => !table.view)
        .flatMap((table) =>
          viewEdges(
            urnOf(schema, table),
            urnOf(schema, view),
            view.columns.filter((column) => table.columns.includes(column)),
          ),
        );
      lineage.set(urnOf(schema, view), edges);
    }
  }
  return lineage;
}

async function readActive(catalog: RunningCatalog, auth = read): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await catalog.listEntities(auth, {}, { first: 100, after });
    found.push(...page.items.filter(({ node }) => node.state === "active").map(({ node }) => node.urn));
    if (!page.hasNextPage) return found;
    after = page.items.at(-1)?.cursor;
  }
}

function anyOf(urns: readonly string[], seed: number): string {
  return urns[(seed * 7) % urns.length] ?? "";
}

/** Everything that search and lineage answer. */
async function readProjections(catalog: RunningCatalog, columns: readonly string[], auth = read) {
  const minSeq = await catalog.currentSeq();
  const search = await catalog.search(auth, { text: "", first: 100, after: undefined, minSeq });
  const walks: unknown[] = [];
  for (const of of columns) {
    const request = { of, direction: "BOTH", depth: 10, granularity: "COLUMN", maxNodes: 1_000, minSeq } as const;
    const { nodes, edges } = await catalog.lineage(auth, request);
    walks.push([
      nodes.map(({ urn, hops }) => `${urn} ${hops}`).sort(),
      edges.map((edge) => JSON.stringify(edge)).sort(),
    ]);
  }
  return {
    hits: search.hits.map(({ urn, matchedColumns }) => [urn, matchedColumns]).sort(),
    facets: search.facets,
    walks,
  };
}

describe("any history of scans", () => {
  it("ends with what the last scan saw, and with projections equal to ones built anew", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const state = await openState("sqlite::memory:", { logger: silentLogger, clock: systemClock });
        const { catalog } = await createTestCatalog(state);
        await catalog.start();
        try {
          for (const [index, step] of steps.entries()) {
            const runId = `run-${index}`;
            const failed = step.fails && index < steps.length - 1 ? [urns.schema("sales", "shop", "s1")] : [];
            const outcome = await scan(catalog, step.content, { runId, failed, lineage: lineageOf(step.content) });
            if (outcome.heldForApproval) await catalog.approveScan(authorized("scan.approve"), runId);
            const again = await scan(catalog, step.content, {
              runId: `${runId}-again`,
              failed,
              lineage: lineageOf(step.content),
            });
            expect(again).toMatchObject({ created: 0, updated: 0, restored: 0, missing: 0 });
            if (step.edits) {
              const tags = { tags: { tags: [`Step.${index}`] } };
              const edited =
                index % 2 === 0 ? urns.schema("sales", "shop", "s1") : anyOf(await readActive(catalog), index);
              const update = authorized("entity.update");
              await catalog.updateEntity(update, edited, tags, { inside: update });
            }
          }
          const last = steps.at(-1)?.content ?? {};
          const expected = assertionsOf("sales", "shop", last).map(({ urn }) => urn);
          const active = await readActive(catalog);
          expect([...active].sort()).toEqual([...expected, urns.depot("sales")].sort());
          const columns = active.filter((urn) => urn.includes("#"));
          const fed = await readProjections(catalog, columns);
          const tagged = authorized("entity.read", { op: "tag", glob: "Step.*" });
          const taggedActive = await readActive(catalog, tagged);
          const taggedColumns = taggedActive.filter((urn) => urn.includes("#"));
          const fedTagged = await readProjections(catalog, taggedColumns, tagged);
          // what failed to be listed is searchable too, so there may be more
          expect(fedTagged.hits.map(([urn]) => urn)).toEqual(
            expect.arrayContaining(taggedActive.filter((urn) => !urn.includes("#"))),
          );
          await catalog.rebuild(authorized("projection.rebuild"));
          expect(await readProjections(catalog, columns)).toEqual(fed);
          expect(await readProjections(catalog, taggedColumns, tagged)).toEqual(fedTagged);
        } finally {
          await catalog.stop();
          await state.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
