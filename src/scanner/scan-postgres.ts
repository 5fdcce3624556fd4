import type { ScanIngest } from "../metis/ports.ts";
import { DeadlineExceededError } from "../shared/errors.ts";
import { createPostgresParser } from "../sql/index.ts";
import type { NetworkGuard, ScanProgress, ScanScope, SourceConnection, SourceHealth } from "./ports.ts";
import { runScan, type ScanReport } from "./scan/index.ts";
import { checkPostgres, openPostgresReader, type SessionTimeouts } from "./sources/postgresql/index.ts";

export interface PostgresScan {
  readonly connection: SourceConnection;
  readonly guard: NetworkGuard;
  /** name of the depot */
  readonly depot: string;
  readonly scope: ScanScope;
  readonly ingest: ScanIngest;
  readonly progress: ScanProgress;
  readonly signal?: AbortSignal;
  readonly timeouts?: SessionTimeouts;
  /** of the whole scan; default 1 hour */
  readonly scanTimeoutMs?: number;
}

const defaultScanTimeoutMs = 3_600_000;

/**
 * Scans one PostgreSQL database into the catalog. On an error nothing is marked missing and the scan may be started again.
 *
 * @throws {BadInputError} address or credentials refused, or a filter pattern is wrong; says what to change
 * @throws {UnavailableError} the server does not answer or the connection was lost
 * @throws {DeadlineExceededError} a statement or the scan took too long
 */
export async function scanPostgres(scan: PostgresScan): Promise<ScanReport> {
  const limitMs = scan.scanTimeoutMs ?? defaultScanTimeoutMs;
  const timeout = AbortSignal.timeout(limitMs);
  const signal = scan.signal ? AbortSignal.any([scan.signal, timeout]) : timeout;
  try {
    const reader = await openPostgresReader(scan.connection, scan.guard, { ...scan.timeouts, signal });
    return await runScan({ ...scan, reader, parser: createPostgresParser(), signal });
  } catch (error) {
    if (!timeout.aborted || scan.signal?.aborted) throw error;
    throw new DeadlineExceededError(
      `the scan of depot \`${scan.depot}\` took longer than ${limitMs / 1000} s and was stopped; narrow schemaFilterPattern, or see what slows the source`,
      { cause: error },
    );
  }
}

/**
 * Connects, asks for the version and closes.
 * @throws {BadInputError} address or credentials refused, or no PostgreSQL 12 or later, saying what to change
 * @throws {UnavailableError} nothing answers
 */
export function testConnection(
  connection: SourceConnection,
  guard: NetworkGuard,
  signal?: AbortSignal,
): Promise<SourceHealth> {
  return checkPostgres(connection, guard, signal);
}
