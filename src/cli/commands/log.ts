import type { LogConnection, LogLine, Resource, RunConnection } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { toRunId } from "./run.ts";
import { parseSince } from "./times.ts";

export interface LogOptions {
  readonly type: string;
  readonly name: string;
  readonly workspace?: string;
  readonly run?: string;
  readonly follow?: boolean;
  readonly since?: string;
}

const document = /* GraphQL */ `
  query Logs($type: String!, $name: String!, $workspace: String, $run: ID, $since: DateTime, $after: String) {
    logs(type: $type, name: $name, workspace: $workspace, run: $run, since: $since, after: $after, first: 100) {
      edges { cursor node { at level job message } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const runDocument = /* GraphQL */ `
  query LastRun($workflow: String!, $workspace: String) {
    resource(type: "workflow", name: $workflow, workspace: $workspace) { generation observedGeneration }
    runs(workflow: $workflow, workspace: $workspace, first: 20) { edges { node { id state message } } }
  }
`;
const endStates: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);
const pollMs = 300;

/**
 * Prints log lines, oldest first. With `follow`, goes on until the newest run of a workflow (or the one of `run`) has ended; for
 * what does not run, until it is interrupted.
 */
export async function log(context: CommandContext, given: LogOptions): Promise<void> {
  const options = { ...given, ...(given.run !== undefined && { run: toRunId(given.run) }) };
  const since = options.since === undefined ? undefined : parseSince(options.since, Date.now());
  let after: string | undefined;
  for (;;) {
    // WHY: the state is read before the lines, so that a run seen as ended has no line that is not printed yet
    const ended = options.follow ? await endedRun(context, options) : undefined;
    after = await printLines(context, options, since, after);
    if (!options.follow) return;
    if (ended) {
      if (ended.state === "succeeded") return;
      const why = ended.message ? `: ${ended.message}` : "";
      const what = ended.state === "failed" ? `the run failed${why}` : `the run was ${ended.state}${why}`;
      throw new CommandError(what, errorFaces.INTERNAL.exit);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function printLines(
  context: CommandContext,
  options: LogOptions,
  since: string | undefined,
  start: string | undefined,
): Promise<string | undefined> {
  let after = start;
  for (;;) {
    const { type, name, workspace, run } = options;
    const { logs } = await context.client.query<{ logs: LogConnection }>(document, {
      type,
      name,
      workspace,
      run,
      since,
      after,
    });
    for (const { node } of logs.edges) context.print(toText(context, node));
    after = logs.pageInfo.endCursor ?? after;
    if (!logs.pageInfo.hasNextPage) return after;
  }
}

function toText({ style }: CommandContext, { at, level, job, message }: LogLine): string {
  const paint = level === "error" ? style.bad : level === "warn" ? style.warn : style.dim;
  const from = job ? `[${printable(job)}] ` : "";
  return `${style.dim(at)} ${paint(printable(level).toUpperCase().padEnd(5))} ${from}${printable(message)}`;
}

async function endedRun(
  context: CommandContext,
  options: LogOptions,
): Promise<{ state: string; message?: string | null } | undefined> {
  if (options.type !== "workflow") return undefined;
  const { resource, runs } = await context.client.query<{ resource: Resource | null; runs: RunConnection }>(
    runDocument,
    { workflow: options.name, workspace: options.workspace },
  );
  // WHY: right after an apply the newest run may still be one of the former manifest
  if (resource && resource.generation !== resource.observedGeneration) return undefined;
  const all = runs.edges.map(({ node }) => node);
  const wanted = options.run === undefined ? all[0] : all.find(({ id }) => id === options.run);
  return wanted && endStates.has(wanted.state) ? wanted : undefined;
}
