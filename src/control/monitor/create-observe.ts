import type { Authorizer, CallContext } from "../../heimdall/ports.ts";
import type { SourceConnection } from "../../scanner/ports.ts";
import type { Clock } from "../../shared/clock.ts";
import { BadInputError, ForbiddenError, NotFoundError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import { type Connections, callFor, type FindSubject, secretRefOf } from "../connections.ts";
import { nameOf, toResource } from "../describe.ts";
import type { Json } from "../jq-filter/index.ts";
import { readStoredSpec } from "../manifest/index.ts";
import type { ReadSql } from "../needs.ts";
import { TerminalError } from "../reconcile/types.ts";
import type { SecretStore } from "../secrets/index.ts";
import type { ResourceStore, RunStore, StoredResource } from "../stores.ts";
import { describeCatalogDepot } from "../workflow/stacks/describe-depot.ts";
import { findStatementFault } from "../workflow/stacks/sql-statements.ts";
import type { Observation } from "./observation.ts";
import { type Found, type MonitorQuery, observeEquation, type Side } from "./observe-equation.ts";
import { observeReport } from "./observe-report.ts";
import { readPostgresUrl } from "./postgres-address.ts";
import { evaluateQuery, parseQuery, readMetrics } from "./promql/index.ts";
import { parseReportPath, type ReportPath } from "./report-path.ts";

export interface ObserveOptions {
  readonly resources: Pick<ResourceStore, "find">;
  readonly runs: Pick<RunStore, "ofWorkflow">;
  readonly connections: Connections;
  readonly secrets: Pick<SecretStore, "get">;
  readonly authorizer: Pick<Authorizer, "authorize">;
  readonly findSubject: FindSubject;
  readonly readSql: ReadSql;
  /** what `/metrics` gives now */
  readonly readMetrics: () => string;
  readonly clock: Clock;
}

/**
 * Looks once at what a monitor watches, in the names of who applied it and of who it runs as: both must be allowed, now.
 * @throws {ForbiddenError} one of them is not @throws {BadInputError} the query or a filter does not fit @throws {UnavailableError}
 */
export type Observe = (monitor: StoredResource, signal: AbortSignal) => Promise<readonly Observation[]>;

const limits = { maxRows: 1000, timeoutMs: 30_000 };
const runsShown = 20;

export function createObserve(options: ObserveOptions): Observe {
  const { resources, runs, connections, authorizer, clock } = options;
  return async (monitor, signal) => {
    const spec = readStoredSpec("monitor", monitor.version, monitor.manifest);
    const calls = await callsOf(monitor, spec.runAsUser);
    if (spec.equation) return observeEquation(spec.equation, (query, side) => ask(query, side, monitor, calls, signal));
    const path = spec.report && parseReportPath(spec.report.source.dataOsInstance.path);
    if (!spec.report || !path) throw new TerminalError("NoDriver", "no driver configured for what it watches");
    return observeReport(path, spec.report.conditions, await readReport(path, calls), clock.now());
  };

  async function callsOf(monitor: StoredResource, runAsUser: string | undefined): Promise<readonly CallContext[]> {
    const named = typeof monitor.manifest.runAsUser === "string" ? monitor.manifest.runAsUser : undefined;
    const ids = new Set([runAsUser ?? named ?? monitor.actor, monitor.actor]);
    return Promise.all(
      [...ids].map(async (id) => {
        const subject = await options.findSubject(id);
        if (!subject) throw new ForbiddenError(`user \`${id}\`, in whose name it looks, is not known (any more)`);
        return callFor(subject, monitor.uid);
      }),
    );
  }

  async function ask(
    query: MonitorQuery,
    side: Side,
    monitor: StoredResource,
    calls: readonly CallContext[],
    signal: AbortSignal,
  ): Promise<readonly Found[]> {
    if (query.type === "prom") {
      const { samples } = readMetrics(options.readMetrics());
      return evaluateQuery(parseQuery(query.ql), samples, clock.now()).filter(({ value }) => !Number.isNaN(value));
    }
    const fault = findStatementFault(query.ql, false);
    if (fault !== undefined) throw new BadInputError(`\`${side}\`: ${fault}`);
    const connection = await connect(query, side, monitor, calls);
    const rows = await options.readSql(connection, query.ql, { ...limits, signal });
    return toFound(rows, query, side);
  }

  async function connect(
    query: MonitorQuery,
    side: Side,
    monitor: StoredResource,
    calls: readonly CallContext[],
  ): Promise<SourceConnection> {
    if (query.depot !== undefined) {
      const ref = { type: "depot", name: query.depot, workspace: undefined } as const;
      const depot = await resources.find(ref);
      if (!depot || depot.phase === "Terminating") throw new NotFoundError(`there is no ${nameOf(ref)}; apply it`);
      // SECURITY: a statement may read anything in the depot, so the depot as a whole is what is asked for
      for (const call of calls) await authorizer.authorize(call, "depot.select", describeCatalogDepot(query.depot));
      return connections.open(depot, `${nameOf(monitor.ref)} on ${nameOf(ref)}`);
    }
    return readPostgresUrl(await readSecret(monitor, `monitor.equation.${side}.query.dsn`));
  }

  async function readSecret(monitor: StoredResource, path: string): Promise<Secret> {
    const { values } = await options.secrets.get(secretRefOf(monitor.ref), `a look of ${nameOf(monitor.ref)}`);
    // the grammar takes either spelling, and secrets are kept below what was written
    const value = values.get(path) ?? values.get(path.replace("Expression", "_expression"));
    if (!value) throw new BadInputError(`\`${path}\` is not stored; apply the monitor again with it`);
    return value;
  }

  async function readReport(
    path: ReportPath,
    calls: readonly CallContext[],
  ): Promise<{ readonly [key: string]: Json }> {
    const found = await resources.find(path.ref);
    const id = path.resourceId;
    if (!found) return { id, value: path.report === "status" ? "deleted" : null, runs: [] };
    for (const call of calls) await authorizer.authorize(call, "resource.read", found.object);
    const { status, runtime, phase, conditions } = toResource(found);
    const about = { id, phase, conditions: conditions.map((condition) => ({ ...condition })) };
    if (path.report === "status") return { ...about, value: status };
    const newest = path.ref.type === "workflow" ? await runs.ofWorkflow(found.uid, runsShown) : [];
    return {
      ...about,
      value: newest[0]?.state ?? runtime,
      runs: newest.map((run) => ({
        id: run.id,
        phase: run.state,
        started: run.startedAt ?? null,
        completed: run.finishedAt ?? null,
      })),
    };
  }
}

/** SECURITY: only the numbers that are compared leave the rows; whoever may read the monitor sees its incidents. */
function toFound(
  rows: readonly Readonly<Record<string, unknown>>[],
  { comparisonColumn }: MonitorQuery,
  side: Side,
): readonly Found[] {
  const [first] = rows;
  if (!first) return [];
  const columns = Object.keys(first);
  const column = comparisonColumn?.name ?? columns[0];
  if (column === undefined || !columns.includes(column))
    throw new BadInputError(
      `\`${side}\`: the answer has no column \`${column}\`; it has ${columns.slice(0, 20).join(", ")}`,
    );
  if (comparisonColumn === undefined && columns.length > 1)
    throw new BadInputError(
      `\`${side}\`: the answer has ${columns.length} columns; say which one is compared: \`comparisonColumn: {name: …}\``,
    );
  return rows.flatMap((row) => {
    const value = row[column];
    if (value === null || value === undefined) return [];
    const number =
      typeof value === "boolean"
        ? Number(value)
        : typeof value === "string" && value.trim() === ""
          ? Number.NaN
          : Number(value);
    if (Number.isNaN(number)) throw new BadInputError(`\`${side}\`: column \`${column}\` holds what is no number`);
    return [{ value: number }];
  });
}
