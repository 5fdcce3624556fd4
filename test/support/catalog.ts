import { createSqliteLineageStore, createSqliteSearchStore } from "../../src/metis/adapters/sqlite/index.ts";
import { createCatalog, metisMigrations, type RunningCatalog } from "../../src/metis/index.ts";
import type { EntityAssertion, EntityKind, LineageEdge, LineageStore, SearchStore } from "../../src/metis/ports.ts";
import { type Clock, systemClock } from "../../src/shared/clock.ts";
import { createIdSource } from "../../src/shared/ids.ts";
import { silentLogger } from "../../src/shared/logger.ts";
import { formatUrn, type Urn } from "../../src/shared/urn.ts";
import type { StateDb } from "../../src/state/index.ts";
import { authorized } from "./authorized.ts";

export interface TestCatalog {
  readonly catalog: RunningCatalog;
  readonly search: SearchStore;
  readonly lineage: LineageStore;
}

/** A catalog over `state` with embedded projections in memory; not started. */
export async function createTestCatalog(
  state: StateDb,
  options: { readonly clock?: Clock; readonly search?: SearchStore; readonly lineage?: LineageStore } = {},
): Promise<TestCatalog> {
  const clock = options.clock ?? systemClock;
  const context = { logger: silentLogger, clock };
  const search = options.search ?? createSqliteSearchStore({ path: ":memory:" }, context);
  const lineage = options.lineage ?? createSqliteLineageStore({ path: ":memory:" }, context);
  await state.migrate(metisMigrations);
  const catalog = createCatalog({ state, search, lineage, ids: createIdSource(clock), ...context });
  return { catalog, search, lineage };
}

export const urns = {
  depot: (depot: string) => formatUrn({ kind: "depot", scope: depot }),
  database: (depot: string, database: string) => formatUrn({ kind: "database", scope: depot, path: [database] }),
  schema: (depot: string, database: string, schema: string) =>
    formatUrn({ kind: "schema", scope: depot, path: [database, schema] }),
  dataset: (depot: string, database: string, schema: string, table: string) =>
    formatUrn({ kind: "dataset", scope: depot, path: [database, schema, table] }),
  column: (depot: string, database: string, schema: string, table: string, column: string) =>
    formatUrn({ kind: "dataset", scope: depot, path: [database, schema, table], field: [column] }),
};

/** One table or view of a source. */
export interface SourceTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly description?: string;
  readonly view?: boolean;
  /** the source's own number; columns take `<oid>/<position>` */
  readonly oid?: number;
}

/** What the source holds: schema -> tables. */
export type SourceContent = Readonly<Record<string, readonly SourceTable[]>>;

/** The assertions that a scan of `content` makes, containers first. */
export function assertionsOf(depot: string, database: string, content: SourceContent): EntityAssertion[] {
  const make = (
    kind: EntityKind,
    urn: Urn,
    parent: Urn | undefined,
    path: readonly string[],
    aspects: Record<string, unknown>,
    sourceKey?: string,
  ): EntityAssertion => ({
    ...{ kind, urn, parent, depot, aspects },
    name: path.at(-1) ?? depot,
    qualifiedName: [depot, ...path].join("."),
    ...(sourceKey === undefined ? {} : { sourceKey }),
  });
  const databaseUrn = urns.database(depot, database);
  const found = [make("database", databaseUrn, urns.depot(depot), [database], {})];
  const columns: EntityAssertion[] = [];
  for (const [schema, tables] of Object.entries(content)) {
    const schemaUrn = urns.schema(depot, database, schema);
    found.push(make("schema", schemaUrn, databaseUrn, [database, schema], {}));
    for (const table of tables) {
      const urn = urns.dataset(depot, database, schema, table.name);
      const path = [database, schema, table.name];
      const documentation =
        table.description === undefined ? {} : { documentation: { description: table.description } };
      const structure = { datasetType: table.view ? "view" : "table" };
      const key = table.oid === undefined ? undefined : `oid:${table.oid}`;
      found.push(make("dataset", urn, schemaUrn, path, { structure, ...documentation }, key));
      for (const [index, column] of table.columns.entries()) {
        columns.push(
          make(
            "column",
            urns.column(depot, database, schema, table.name, column),
            urn,
            [...path, column],
            { structure: { dataType: "text", nullable: true, position: index + 1 } },
            key && `${key}/${index + 1}`,
          ),
        );
      }
    }
  }
  return [...found, ...columns];
}

export interface TestScan {
  readonly depot?: string;
  readonly runId?: string;
  readonly lineage?: ReadonlyMap<Urn, readonly LineageEdge[]>;
  /** names that a filter leaves out, of any kind */
  readonly excluded?: (name: string) => boolean;
  /** URNs of containers whose listing fails */
  readonly failed?: readonly Urn[];
}

/** Scans `content` into the catalog the way the scanner does. */
export async function scan(catalog: RunningCatalog, content: SourceContent, options: TestScan = {}) {
  const { depot = "sales", runId = "run-1", excluded = () => false, failed = [] } = options;
  const ingest = await catalog.beginScan(authorized("entity.update"), { depot, runId });
  const assertions = assertionsOf(depot, "shop", content);
  for (let start = 0; start < assertions.length; start += 5_000)
    await ingest.put(assertions.slice(start, start + 5_000));
  const childKinds = { depot: "database", database: "schema", schema: "dataset", dataset: "column" } as const;
  const containers = [{ urn: urns.depot(depot), kind: "depot" as EntityKind }, ...assertions];
  for (const { urn, kind } of containers) {
    if (failed.includes(urn)) await ingest.failed(urn, "permission denied");
    else if (kind in childKinds) await ingest.listed(urn, childKinds[kind as keyof typeof childKinds], excluded);
  }
  for (const [evidence, edges] of options.lineage ?? []) await ingest.putLineage(evidence, edges);
  return ingest.finish();
}

/** Edges from each column of `from` to the column of the same name of the view `to`. */
export function viewEdges(from: Urn, to: Urn, columns: readonly string[]): readonly LineageEdge[] {
  return columns.map((column) => ({
    from: `${from}#${column}` as Urn,
    to: `${to}#${column}` as Urn,
    type: "DIRECT",
    subtype: "IDENTITY",
    expression: column,
    masking: false,
    confidence: 1,
    evidence: to,
  }));
}
