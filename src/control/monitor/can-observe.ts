import { parseFilter, UnsupportedFilterError } from "../jq-filter/index.ts";
import type { SpecOf } from "../manifest/index.ts";
import { parseQuery, seriesOf, UnsupportedQueryError } from "./promql/index.ts";
import { parseReportPath } from "./report-path.ts";

type MonitorSpec = SpecOf["monitor"];
type MonitorQuery = NonNullable<NonNullable<MonitorSpec["equation"]>["leftExpression"]["query"]>;

/**
 * Why a monitor cannot look here; `undefined`: it can.
 * @param knownMetrics names of the server's own metrics
 */
export function whyNotObserved(spec: MonitorSpec, knownMetrics: ReadonlySet<string>): string | undefined {
  if (spec.stream) {
    const kinds = Object.keys(spec.stream.source).join("`, `");
    return `no driver configured for streams from \`${kinds.slice(0, 100)}\``;
  }
  if (spec.report) return whyNoReport(spec.report);
  const { leftExpression, rightExpression } = spec.equation ?? {};
  for (const side of [leftExpression, rightExpression]) {
    // a query that counts for nothing is not asked
    const why = side?.query && side.queryCoefficient !== 0 ? whyNoQuery(side.query, knownMetrics) : undefined;
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyNoQuery({ type, cluster, depot, dsn, ql }: MonitorQuery, known: ReadonlySet<string>): string | undefined {
  switch (type) {
    case "trino":
      return `no driver configured for queries of type \`trino\`${cluster === undefined ? "" : ` (cluster \`${cluster}\`)`}`;
    case "lens":
      return "no driver configured for queries of type `lens`";
    case "sql":
      return depot === undefined ? "no depot is named; say below `query` which one answers: `depot: NAME`" : undefined;
    case "postgres":
      return depot === undefined && dsn === undefined
        ? "neither a depot nor an address is named; say below `query` which answers: `depot: NAME` or `dsn: postgres://…`"
        : undefined;
    case "prom":
      if (cluster !== undefined) return `no driver configured for the Prometheus server \`${cluster}\``;
      return whyNoMetrics(ql, known);
    default:
      return type satisfies never;
  }
}

function whyNoMetrics(ql: string, known: ReadonlySet<string>): string | undefined {
  try {
    const unknown = [...seriesOf(parseQuery(ql))].filter((name) => !known.has(name));
    if (unknown.length === 0) return undefined;
    const list = unknown.map((name) => `\`${name}\``).join(", ");
    return `no driver configured for a Prometheus server, and ${list} ${unknown.length === 1 ? "is" : "are"} not among this server's own metrics`;
  } catch (error) {
    if (error instanceof UnsupportedQueryError)
      return `no driver configured for a Prometheus server, and over this server's own metrics: ${error.message}`;
    throw error;
  }
}

function whyNoReport({ source, conditions }: NonNullable<MonitorSpec["report"]>): string | undefined {
  if (parseReportPath(source.dataOsInstance.path) === undefined)
    return "no driver configured for this report; expected `/collated/api/v1/reports/resources/status?id=TYPE:VERSION:NAME:WORKSPACE` or `…/runtime?id=…`";
  const filters = conditions.flatMap(({ valueComparison, durationComparison }) => [
    valueComparison?.valueJqFilter,
    durationComparison?.selectorJqFilter,
    durationComparison?.startedJqFilter,
    durationComparison?.completedJqFilter,
  ]);
  for (const filter of filters) {
    try {
      if (filter !== undefined) parseFilter(filter);
    } catch (error) {
      if (error instanceof UnsupportedFilterError) return `no driver configured for this filter: ${error.message}`;
      throw error;
    }
  }
  return undefined;
}
