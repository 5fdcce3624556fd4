import type { EntityAssertion, ScanIngest, ScanOutcome } from "../../metis/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { SqlParser } from "../../sql/index.ts";
import type { ScanProgress, ScanScope } from "../ports.ts";
import type { SourceDataset, SourceReader } from "../sources/source-reader.ts";
import { columnAssertion, databaseAssertion, datasetAssertion, schemaAssertion } from "./assertions.ts";
import { createScanFilter, type ScanFilter } from "./scan-filter.ts";
import { createSourceUrns, type SourceUrns } from "./source-urns.ts";
import { createViewSchema, traceView } from "./view-lineage.ts";

export interface ScanRequest {
  readonly reader: SourceReader;
  readonly parser: SqlParser;
  /** name of the depot */
  readonly depot: string;
  readonly scope: ScanScope;
  readonly ingest: ScanIngest;
  readonly progress: ScanProgress;
  readonly signal?: AbortSignal;
}

/** What a scan saw and did. */
export interface ScanReport {
  readonly outcome: ScanOutcome;
  readonly facts: ScanFacts;
}

export interface ScanFacts {
  readonly version: string;
  readonly schemas: number;
  readonly tables: number;
  readonly views: number;
  readonly columns: number;
  /** left out by the scope */
  readonly excluded: number;
  /** views by how their lineage was found */
  readonly viewLineage: { readonly exact: number; readonly partial: number; readonly dependencies: number };
  /** catalog statements; the same however many tables there are */
  readonly queries: number;
  readonly warnings: readonly string[];
}

const assertionsPerPut = 5_000;
const maxWarnings = 200;

/**
 * Reads a source once and writes what it says: database, schemas, tables with columns, keys and comments, lineage of views.
 * What was listed whole is said so, which lets the catalog mark what is gone; only when all of it was read. On any error
 * nothing is said to be listed and nothing is finished, so nothing is marked missing. Closes the reader.
 *
 * @throws {BadInputError} a pattern is wrong, or the scope leaves out the depot's database
 * @throws {UnavailableError} the connection was lost
 * @throws {DeadlineExceededError} the source took too long
 */
export async function runScan(request: ScanRequest): Promise<ScanReport> {
  const { reader, depot, ingest, progress, signal } = request;
  try {
    const filter = createScanFilter(request.scope);
    const { database } = reader;
    if (!filter.database(database.name)) {
      throw new BadInputError(
        `databaseFilterPattern leaves out \`${database.name}\`, the only database of depot \`${depot}\`; change the pattern or the depot`,
      );
    }
    const urns = createSourceUrns(depot, database.name);
    const schemas = reader.schemas.filter(({ name }) => filter.schema(name));
    await ingest.put([databaseAssertion(urns, depot, database)]);
    await putAll(
      ingest,
      schemas.map((schema) => schemaAssertion(urns, depot, schema)),
    );
    progress.progress("schemas", schemas.length);

    const seen = await putDatasets(request, filter, urns, schemas);
    signal?.throwIfAborted();
    const lineage = await putViewLineage(request, urns, seen.views);

    await ingest.listed(urns.depot, "database", (name) => !filter.database(name));
    await ingest.listed(urns.database, "schema", (name) => !filter.schema(name));
    for (const { name: schema } of schemas) {
      const leftOut = seen.excluded.get(schema);
      await ingest.listed(urns.schema(schema), "dataset", (name) => !filter.table(name) || leftOut?.has(name) === true);
    }
    signal?.throwIfAborted();
    const outcome = await ingest.finish();
    const warnings = [...reader.warnings, ...seen.warnings, ...lineage.warnings];
    for (const warning of warnings) progress.log.warn({ depot, warning }, "scan warning");
    return {
      outcome,
      facts: {
        version: database.version,
        schemas: schemas.length,
        tables: seen.tables,
        views: seen.views.length,
        columns: seen.columns,
        excluded: [...seen.excluded.values()].reduce((sum, names) => sum + names.size, 0),
        viewLineage: lineage.verdicts,
        queries: reader.queries,
        warnings: capList(warnings),
      },
    };
  } finally {
    await reader.close();
  }
}

interface Seen {
  tables: number;
  columns: number;
  readonly views: SourceDataset[];
  /** schema -> names that are there and that the scope leaves out */
  readonly excluded: Map<string, Set<string>>;
  readonly warnings: string[];
}

async function putDatasets(
  { reader, depot, ingest, progress, signal }: ScanRequest,
  filter: ScanFilter,
  urns: SourceUrns,
  schemas: SourceReader["schemas"],
): Promise<Seen> {
  const seen: Seen = { tables: 0, columns: 0, views: [], excluded: new Map(), warnings: [] };
  const nonAscii = new Set<string>();
  for await (const batch of reader.datasets(schemas)) {
    signal?.throwIfAborted();
    const wanted = batch.filter((dataset) => {
      if (!filter.dataset(dataset)) {
        const names = seen.excluded.get(dataset.schema) ?? new Set();
        seen.excluded.set(dataset.schema, names.add(dataset.name));
        return false;
      }
      return isFirstOfItsUrn(dataset, urns, nonAscii, seen.warnings);
    });
    await putAll(
      ingest,
      wanted.map((dataset) => datasetAssertion(urns, depot, dataset)),
    );
    await putAll(
      ingest,
      wanted.flatMap((dataset) => dataset.columns.map((column) => columnAssertion(urns, depot, dataset, column))),
    );
    for (const dataset of wanted) {
      await ingest.listed(urns.dataset(dataset.schema, dataset.name), "column", () => false);
      seen.columns += dataset.columns.length;
      if (dataset.type === "view" || dataset.type === "matview") seen.views.push(dataset);
      else seen.tables++;
    }
    progress.progress("tables", seen.tables + seen.views.length);
  }
  return seen;
}

/** URNs are in Unicode form NFC: two names that look the same would be one entity. */
function isFirstOfItsUrn(dataset: SourceDataset, urns: SourceUrns, nonAscii: Set<string>, warnings: string[]): boolean {
  if (/^[\0-\x7f]*$/.test(dataset.name)) return true;
  const urn = urns.dataset(dataset.schema, dataset.name);
  if (nonAscii.has(urn)) {
    warnings.push(
      `\`${dataset.schema}.${dataset.name}\` is left out: another table's name differs from it only in its Unicode form; rename one`,
    );
    return false;
  }
  nonAscii.add(urn);
  return true;
}

async function putViewLineage(
  { reader, parser, ingest, progress, signal }: ScanRequest,
  urns: SourceUrns,
  views: readonly SourceDataset[],
): Promise<{ readonly verdicts: ScanFacts["viewLineage"]; readonly warnings: readonly string[] }> {
  const verdicts = { exact: 0, partial: 0, dependencies: 0 };
  const warnings: string[] = [];
  if (views.length === 0) return { verdicts, warnings };
  const dependencies = reader.dependencies();
  const schema = createViewSchema(dependencies);
  for (const [index, view] of views.entries()) {
    signal?.throwIfAborted();
    const { edges, verdict, problems } = await traceView(parser, schema, view, dependencies, urns);
    verdicts[verdict]++;
    if (problems.length > 0) {
      warnings.push(
        `lineage of view \`${view.schema}.${view.name}\` is ${verdict}: ${problems.slice(0, 3).join("; ")}`,
      );
    }
    await ingest.putLineage(urns.dataset(view.schema, view.name), edges);
    progress.progress("views", index + 1);
  }
  return { verdicts, warnings };
}

async function putAll(ingest: ScanIngest, assertions: readonly EntityAssertion[]): Promise<void> {
  for (let start = 0; start < assertions.length; start += assertionsPerPut) {
    await ingest.put(assertions.slice(start, start + assertionsPerPut));
  }
}

function capList(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= maxWarnings) return warnings;
  return [...warnings.slice(0, maxWarnings), `… and ${warnings.length - maxWarnings} more`];
}
