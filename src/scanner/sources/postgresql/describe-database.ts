import { BadInputError } from "../../../shared/errors.ts";
import type { NetworkGuard, SourceConnection, SourceHealth } from "../../ports.ts";
import type { SourceDatabase } from "../source-reader.ts";
import { capText, nameText, textCaps } from "./caps.ts";
import { databaseSql, systemIdentifierSql } from "./catalog-sql.ts";
import { type CatalogSession, openCatalogSession } from "./session.ts";

/** Oldest version whose catalog the queries fit. */
const oldestVersion = 120_000;

/**
 * What the server says of itself and the connected database.
 * @throws {BadInputError} it is older than PostgreSQL 12, or no PostgreSQL
 */
export async function readDatabase(
  session: CatalogSession,
  { host, port }: SourceConnection,
): Promise<Omit<SourceDatabase, "key"> & { readonly oid: number }> {
  const [row] = await session.query<{
    version_number: number;
    version: string;
    oid: number;
    name: string;
    owner: string | null;
    comment: string | null;
  }>(databaseSql);
  if (typeof row?.version_number !== "number") {
    throw new BadInputError(
      `what answers on ${host}:${port} does not describe itself as PostgreSQL does; check host and port of the depot`,
    );
  }
  if (row.version_number < oldestVersion) {
    throw new BadInputError(`${host}:${port} runs PostgreSQL ${row.version}; version 12 or later is needed`);
  }
  return {
    oid: row.oid,
    name: nameText(row.name),
    version: capText(row.version, textCaps.name) ?? "",
    comment: capText(row.comment, textCaps.comment),
    owner: capText(row.owner, textCaps.name),
  };
}

/** Cluster and database as a key that no rename changes; `undefined` where the server keeps it to itself. */
export async function readSystemKey(
  optional: <Row>(sql: string, consequence: string) => Promise<Row[] | undefined>,
  databaseOid: number,
): Promise<string | undefined> {
  const rows = await optional<{ system_identifier: string }>(
    systemIdentifierSql,
    "renamed tables are not recognised, because the server does not tell its system identifier",
  );
  const identifier = rows?.[0]?.system_identifier;
  return identifier === undefined ? undefined : `pg:${identifier}/${databaseOid}`;
}

/**
 * Connects as a scan would, asks for the version and closes.
 * @throws {BadInputError} refused, saying what to change
 * @throws {UnavailableError} nothing answers
 */
export async function checkPostgres(
  connection: SourceConnection,
  guard: NetworkGuard,
  signal?: AbortSignal,
): Promise<SourceHealth> {
  const start = performance.now();
  const session = await openCatalogSession(
    connection,
    guard,
    { statementTimeoutMs: 10_000, lockTimeoutMs: 1_000 },
    signal,
  );
  try {
    const { version } = await readDatabase(session, connection);
    return { version, latencyMs: Math.round(performance.now() - start) };
  } finally {
    await session.close();
  }
}
