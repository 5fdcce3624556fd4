import { memoryUsage } from "node:process";
import { Counter, formatGauge, type Gauge, Histogram } from "./series.ts";

/** What the server measures of itself. */
export interface Metrics {
  readonly requests: Counter;
  readonly requestSeconds: Histogram;
  readonly loginFailures: Counter;
  /** Prometheus text, version 0.0.4 */
  render(): string;
}

/** @param gauges of other parts of the server */
export function createMetrics(gauges: readonly Gauge[] = []): Metrics {
  const requests = new Counter("dataos_http_requests_total", "Answered HTTP requests by route and status");
  const requestSeconds = new Histogram("dataos_http_request_duration_seconds", "Time to answer by route");
  const loginFailures = new Counter("dataos_login_failures_total", "Failed logins by reason");
  const all = [...processGauges, ...gauges];
  return {
    requests,
    requestSeconds,
    loginFailures,
    render: () =>
      [requests.render(), requestSeconds.render(), loginFailures.render(), ...all.map(formatGauge)]
        .filter((text) => text !== "")
        .join(""),
  };
}

const processGauges: readonly Gauge[] = [
  { name: "process_resident_memory_bytes", help: "Resident memory", read: () => memoryUsage.rss() },
  { name: "nodejs_heap_used_bytes", help: "Used heap", read: () => memoryUsage().heapUsed },
  { name: "process_uptime_seconds", help: "Time since the process began", read: () => process.uptime() },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of the process",
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  },
];
