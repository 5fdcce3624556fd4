import { describe, expect, it } from "vitest";
import { createSourceUrns } from "../../src/scanner/scan/source-urns.ts";
import { createViewSchema, traceView, type ViewLineage } from "../../src/scanner/scan/view-lineage.ts";
import type { SourceDataset, SourceDependencies } from "../../src/scanner/sources/source-reader.ts";
import { createPostgresParser } from "../../src/sql/index.ts";

const parser = createPostgresParser();
const urns = createSourceUrns("d", "db");

/** `s.orders(id, note)` is 1, `s.other(id)` is 2; the view has id 9. */
const relations: SourceDependencies["relations"] = new Map([
  [
    1,
    {
      schema: "s",
      name: "orders",
      columns: [
        { name: "id", position: 1 },
        { name: "note", position: 3 },
      ],
    },
  ],
  [2, { schema: "s", name: "other", columns: [{ name: "id", position: 1 }] }],
]);

function trace(
  definition: string | undefined,
  columns: readonly string[],
  reads: readonly (readonly [relation: number, position: number])[],
): Promise<ViewLineage> {
  const view: SourceDataset = {
    ...{ id: 9, schema: "s", name: "v", key: undefined, type: "view", comment: undefined, owner: undefined },
    ...{
      rowCount: undefined,
      sizeBytes: undefined,
      partitionOf: undefined,
      partitionKey: undefined,
      partitionBound: undefined,
    },
    columns: columns.map((name, index) => ({
      ...{ name, key: undefined, dataType: "text", nullable: true, defaultValue: undefined, generated: undefined },
      ...{ position: index + 1, comment: undefined },
    })),
    constraints: [],
    indexes: [],
    definition,
  };
  const ofView = new Map([[9, reads.map(([relation, position]) => ({ relation, position }))]]);
  const dependencies: SourceDependencies = { relations, ofView, aggregates: [] };
  return traceView(parser, createViewSchema(dependencies), view, dependencies, urns);
}

const print = ({ edges }: ViewLineage): string[] =>
  edges.map(({ from, to, type, subtype, confidence }) =>
    `${from} -> ${to} ${type} ${subtype} ${confidence}`.replaceAll("urn:dataos:dataset:d:db/s/", ""),
  );

describe("lineage of a view", () => {
  it("is exact where the SQL is understood and the database lists the same", async () => {
    const traced = await trace(
      "select o.id, upper(o.note) as loud from s.orders o",
      ["id", "loud"],
      [
        [1, 1],
        [1, 3],
      ],
    );
    expect(traced).toMatchObject({ verdict: "exact", problems: [] });
    expect(print(traced)).toEqual([
      "orders -> v DIRECT TRANSFORMATION 1",
      "orders#id -> v#id DIRECT IDENTITY 1",
      "orders#note -> v#loud DIRECT TRANSFORMATION 1",
    ]);
  });

  it("comes from the database's list where the SQL does not parse, and says where", async () => {
    const traced = await trace("select id frm s.orders;;\nx", ["id"], [[1, 1]]);
    expect(traced.verdict).toBe("dependencies");
    expect(traced.problems).toEqual(['1:15: syntax error at or near "s"']);
    expect(print(traced)).toEqual(["orders -> v DIRECT TRANSFORMATION 0.5", "orders#id -> v INDIRECT REFERENCE 0.5"]);
  });

  it("comes from the list where the definition could not be read", async () => {
    const traced = await trace(undefined, ["id"], [[1, 0]]);
    expect({ verdict: traced.verdict, problems: traced.problems }).toEqual({ verdict: "dependencies", problems: [] });
    expect(print(traced)).toEqual(["orders -> v DIRECT TRANSFORMATION 0.5"]);
  });

  it("does not trust its own reading where the database disagrees", async () => {
    const otherTable = await trace("select id from s.other", ["id"], [[1, 1]]);
    expect(otherTable.problems).toEqual(["the definition reads `s.other`, which the database does not list"]);
    const otherColumns = await trace("select id from s.orders", ["id", "more"], [[1, 1]]);
    expect(otherColumns.problems).toEqual(["the definition gives 1 columns, but the view has 2"]);
    for (const { verdict } of [otherTable, otherColumns]) expect(verdict).toBe("dependencies");
  });

  it("is less sure where a part was not understood, and adds what the database lists", async () => {
    const traced = await trace(
      "select o.id, nope.x as x from s.orders o, s.other",
      ["id", "x"],
      [
        [1, 1],
        [1, 3],
        [2, 1],
      ],
    );
    expect(traced).toMatchObject({ verdict: "partial", problems: ["1:14: no relation `nope` is in scope here"] });
    expect(print(traced)).toEqual([
      "orders -> v DIRECT IDENTITY 0.8",
      "other -> v DIRECT TRANSFORMATION 0.8",
      "orders#id -> v#id DIRECT IDENTITY 0.8",
      "orders#note -> v INDIRECT REFERENCE 0.5",
      "other#id -> v INDIRECT REFERENCE 0.5",
    ]);
  });

  it("takes the view's own column names by position", async () => {
    const traced = await trace("select id as a from s.orders", ["renamed"], [[1, 1]]);
    expect(print(traced)).toContain("orders#id -> v#renamed DIRECT IDENTITY 1");
  });
});
