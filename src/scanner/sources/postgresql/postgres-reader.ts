import { DataOsError, PayloadTooLargeError } from "../../../shared/errors.ts";
import type { NetworkGuard, SourceConnection } from "../../ports.ts";
import type { SourceDataset, SourceDependencies, SourceReader, SourceSchema } from "../source-reader.ts";
import { capText, nameText, textCaps } from "./caps.ts";
import { type ColumnRow, type ConstraintRow, type IndexRow, type RelationRow, toDataset } from "./catalog-rows.ts";
import {
  aggregatesSql,
  columnsSql,
  constraintsSql,
  indexesSql,
  referencedRelationsSql,
  relationsSql,
  schemasSql,
  sizesSql,
  viewDefinitionsSql,
  viewDependenciesSql,
} from "./catalog-sql.ts";
import { readDatabase, readSystemKey } from "./describe-database.ts";
import { groupRows } from "./grouped-rows.ts";
import { type CatalogSession, openCatalogSession, type SessionTimeouts } from "./session.ts";

const batchRows = 5_000;
const datasetsPerBatch = 500;
/** More relations than this in one database are refused: something is wrong with the source. */
const maxRelations = 1_000_000;

export interface PostgresReaderOptions extends SessionTimeouts {
  readonly signal?: AbortSignal;
}

/**
 * Opens a PostgreSQL database for one scan. Reads the catalog and nothing else, in one REPEATABLE READ transaction, with
 * a number of queries that does not depend on how many tables there are. View texts and sizes, which need locks, are read
 * before it in statements of their own; where they cannot be had, a warning says so and the rest goes on.
 *
 * @throws {BadInputError} address refused, wrong credentials, or a server older than PostgreSQL 12
 * @throws {UnavailableError} nothing answers, or the connection was lost
 */
export async function openPostgresReader(
  connection: SourceConnection,
  guard: NetworkGuard,
  options: PostgresReaderOptions = {},
): Promise<SourceReader> {
  const session = await openCatalogSession(connection, guard, options, options.signal);
  try {
    return await prepareReader(session, connection);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function prepareReader(session: CatalogSession, connection: SourceConnection): Promise<SourceReader> {
  const warnings: string[] = [];
  /** The rows, or none with a warning. The connection goes on; if it was lost, the next query says so. */
  const optional = async <Row>(sql: string, consequence: string): Promise<Row[] | undefined> => {
    try {
      return await session.query<Row>(sql);
    } catch (error) {
      if (error instanceof PayloadTooLargeError || !(error instanceof Error)) throw error;
      const reason = error instanceof DataOsError || "code" in error ? error.message : undefined;
      if (reason === undefined || error.name === "AbortError" || error.name === "TimeoutError") throw error;
      warnings.push(`${consequence}: ${reason}`);
      return undefined;
    }
  };
  const described = await readDatabase(session, connection);
  const database = { ...described, key: await readSystemKey(optional, described.oid) };
  const definitions = await readDefinitions(optional);
  const sizes = await optional<{ oid: number; size_bytes: number | null }>(sizesSql, "sizes were not read");
  const sizeOf = new Map(sizes?.map((row) => [row.oid, row.size_bytes ?? undefined]));

  await session.begin();
  const schemas = (
    await session.query<{ oid: number; name: string; owner: string | null; comment: string | null }>(schemasSql)
  ).map(
    (row): SourceSchema => ({
      id: row.oid,
      name: nameText(row.name),
      key: database.key && `${database.key}/schema/${row.oid}`,
      comment: capText(row.comment, textCaps.comment),
      owner: capText(row.owner, textCaps.name),
    }),
  );
  let dependencies: SourceDependencies | undefined;
  return {
    database,
    schemas,
    warnings,
    get queries() {
      return session.queries;
    },
    async *datasets(wanted) {
      const ids = wanted.map((schema) => schema.id);
      yield* readDatasets(session, ids, database.key, sizeOf, definitions);
      dependencies = await readDependencies(session, ids);
      await session.commit();
    },
    dependencies() {
      if (!dependencies) throw new TypeError("dependencies are known after all datasets were read");
      return dependencies;
    },
    close: () => session.close(),
  };
}

type Optional = <Row>(sql: string, consequence: string) => Promise<Row[] | undefined>;

async function readDefinitions(optional: Optional): Promise<ReadonlyMap<number, string | undefined>> {
  const rows = await optional<{ oid: number; definition: string | null }>(
    viewDefinitionsSql,
    "definitions of views were not read, so their lineage comes from the database's own dependency list",
  );
  return new Map(rows?.map((row) => [row.oid, capText(row.definition, textCaps.definition)]));
}

async function* readDatasets(
  session: CatalogSession,
  schemaIds: readonly number[],
  databaseKey: string | undefined,
  sizeOf: ReadonlyMap<number, number | undefined>,
  definitions: ReadonlyMap<number, string | undefined>,
): AsyncGenerator<readonly SourceDataset[], void> {
  const columns = groupRows(session.cursor<ColumnRow>(columnsSql, [schemaIds], batchRows));
  const constraints = groupRows(session.cursor<ConstraintRow>(constraintsSql, [schemaIds], batchRows));
  const indexes = groupRows(session.cursor<IndexRow>(indexesSql, [schemaIds], batchRows));
  let batch: SourceDataset[] = [];
  let count = 0;
  for await (const row of session.cursor<RelationRow>(relationsSql, [schemaIds], datasetsPerBatch)) {
    if (++count > maxRelations) {
      throw new PayloadTooLargeError(
        `the database has more than ${maxRelations} tables; name the schemas to scan in schemaFilterPattern`,
      );
    }
    batch.push(
      toDataset(row, databaseKey, {
        columns: await columns.take(row.oid),
        constraints: await constraints.take(row.oid),
        indexes: await indexes.take(row.oid),
        sizeBytes: sizeOf.get(row.oid),
        definition: definitions.get(row.oid),
      }),
    );
    if (batch.length === datasetsPerBatch) {
      yield batch;
      batch = [];
    }
  }
  for (const rows of [columns, constraints, indexes]) await rows.drain();
  if (batch.length > 0) yield batch;
}

async function readDependencies(session: CatalogSession, schemaIds: readonly number[]): Promise<SourceDependencies> {
  const relations = new Map<number, SourceDependencies["relations"] extends ReadonlyMap<number, infer R> ? R : never>();
  for await (const row of session.cursor<{
    oid: number;
    schema: string;
    name: string;
    columns: string[];
    positions: number[];
  }>(referencedRelationsSql, [schemaIds], batchRows)) {
    const columns = row.columns.map((name, index) => ({ name: nameText(name), position: row.positions[index] ?? 0 }));
    relations.set(row.oid, { schema: nameText(row.schema), name: nameText(row.name), columns });
  }
  const ofView = new Map<number, { relation: number; position: number }[]>();
  for await (const row of session.cursor<{ view: number; relation: number; position: number }>(
    viewDependenciesSql,
    [schemaIds],
    batchRows,
  )) {
    const list = ofView.get(row.view) ?? [];
    list.push({ relation: row.relation, position: row.position });
    ofView.set(row.view, list);
  }
  return { relations, ofView, aggregates: await session.query(aggregatesSql) };
}
