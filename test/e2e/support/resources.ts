import { stringify } from "yaml";
import type { TestServer } from "./server.ts";
import { waitFor } from "./server.ts";

/** Where a depot's database is and what opens it. */
export interface DepotSource {
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly username?: string;
  readonly password?: string;
}

/** A depot's manifest, credentials included. */
export function depotManifest(name: string, source: DepotSource): string {
  const { host, port, database = "postgres", username = "postgres", password = "postgres" } = source;
  return stringify({
    name,
    version: "v1",
    type: "depot",
    depot: {
      type: "POSTGRESQL",
      external: true,
      connectionSecret: [{ acl: "r", type: "key-value-properties", data: { username, password } }],
      spec: { host, port, database },
    },
  });
}

/** The manifest of a workflow `scan-<depot>` that scans it once. */
export function scanManifest(depot: string, job: Readonly<Record<string, unknown>> = {}): string {
  const config = { type: "DatabaseMetadata", includeViews: true, markDeletedTables: true };
  const stackSpec = { depot: `dataos://${depot}`, sourceConfig: { config } };
  return stringify({
    name: `scan-${depot}`,
    version: "v1",
    type: "workflow",
    workflow: {
      dag: [{ name: "scan", spec: { stack: "scanner:2.0", compute: "runnable-default", stackSpec }, ...job }],
    },
  });
}

/** Several manifests in one text. */
export const joinManifests = (...manifests: readonly string[]): string => manifests.join("---\n");

/** What `get` shows of a resource's state. */
export interface ShownStatus {
  readonly status: string;
  readonly runtime: string;
  readonly phase: string;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
  }[];
}

/** How a resource stands. */
export async function getStatus(server: TestServer, type: string, name: string): Promise<ShownStatus> {
  const { resource } = await server.query<{ resource: ShownStatus | null }>(
    `query ($type: String!, $name: String!) {
      resource(type: $type, name: $name) { status runtime phase conditions { type status reason message lastTransitionTime } }
    }`,
    { type, name },
  );
  if (!resource) throw new Error(`no ${type} ${name}`);
  return resource;
}

/** Asks until the resource's STATUS is `status`. @throws when it is not within `timeoutMs`, with what it is */
export async function waitForStatus(
  server: TestServer,
  type: string,
  name: string,
  status: string,
  timeoutMs?: number,
): Promise<ShownStatus> {
  return waitFor(
    () => getStatus(server, type, name),
    (shown) => shown.status === status,
    timeoutMs,
  );
}

/** The message of one condition. */
export function messageOf(shown: ShownStatus, type = "Ready"): string | undefined {
  return shown.conditions.find((condition) => condition.type === type)?.message;
}

/** A run as the API shows it. */
export interface ShownRun {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly message: string | null;
}

/** Runs of a workflow, newest first. */
export async function readRuns(server: TestServer, workflow: string): Promise<readonly ShownRun[]> {
  const { runs } = await server.query<{ runs: { edges: readonly { node: ShownRun }[] } }>(
    "query ($workflow: String!) { runs(workflow: $workflow, first: 50) { edges { node { id state attempt message } } } }",
    { workflow },
  );
  return runs.edges.map(({ node }) => node);
}

/** Starts a run as a user does and waits until it has ended. */
export async function runToEnd(server: TestServer, workflow: string): Promise<ShownRun> {
  const before = (await readRuns(server, workflow)).length;
  const started = await server.ctl(["run", "-n", workflow]);
  if (started.exit !== 0) throw new Error(started.stderr);
  const runs = await waitFor(
    () => readRuns(server, workflow),
    (all) => all.length > before && all.every(({ state }) => state !== "running" && state !== "pending"),
  );
  return runs[0] as ShownRun;
}

/** States of all datasets of a depot that the catalog holds, by URN. */
export async function readDatasets(server: TestServer, depot: string): Promise<ReadonlyMap<string, string>> {
  const { entities } = await server.query<{
    entities: { edges: readonly { node: { urn: string; state: string } }[] };
  }>(
    "query ($depot: String!) { entities(filter: {kind: dataset, depot: $depot}, first: 100) { edges { node { urn state } } } }",
    { depot },
  );
  return new Map(entities.edges.map(({ node }) => [node.urn, node.state]));
}
