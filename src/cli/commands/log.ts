import type { LogConnection, LogLine, Resource, Run, RunConnection } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { createPatience } from "./patience.ts";
import { toRunId } from "./run.ts";
import { requireTarget, type Target, type TargetOptions } from "./target.ts";
import { parseSince } from "./times.ts";

export interface LogOptions extends TargetOptions {
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
const oneRunDocument = /* GraphQL */ `query OneRun($id: ID!) { node(id: $id) { ... on Run { state message } } }`;
const lastRunDocument = /* GraphQL */ `
  query LastRun($workflow: String!, $workspace: String) {
    resource(type: "workflow", name: $workflow, workspace: $workspace) { generation observedGeneration }
    runs(workflow: $workflow, workspace: $workspace, first: 1) { edges { node { state message } } }
  }
`;
const endStates: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);
const pollMs = 300;

/** Which lines: those of a run, or all. */
interface Wanted extends Target {
  readonly run?: string;
  readonly since?: string;
}

/**
 * Prints log lines, oldest first. With `follow`, goes on until the newest run of a workflow (or the one of `run`) has ended; for
 * what does not run, until it is interrupted. A server that restarts is waited for; the lines go on behind the last one printed.
 */
export async function log(context: CommandContext, options: LogOptions): Promise<void> {
  const wanted: Wanted = {
    ...requireTarget(options),
    ...(options.run !== undefined && { run: toRunId(options.run) }),
    ...(options.since !== undefined && { since: parseSince(options.since, Date.now()) }),
  };
  if (!options.follow) {
    await printLines(context, wanted, undefined, () => {});
    return;
  }
  const patience = createPatience(context);
  let after: string | undefined;
  for (;;) {
    const round = await patience.ask(async () => {
      // WHY: the state is read before the lines, so that a run seen as ended has no line that is not printed yet
      const ended = await endedRun(context, wanted);
      // INVARIANT: the place is kept with every page that is printed, so that none is lost or doubled when the next one fails
      await printLines(context, wanted, after, (cursor) => {
        after = cursor;
      });
      return { ended };
    });
    if (round?.ended) {
      tellEnd(round.ended);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function tellEnd({ state, message }: EndedRun): void {
  if (state === "succeeded") return;
  const why = message ? `: ${message}` : "";
  const what = state === "failed" ? `the run failed${why}` : `the run was ${state}${why}`;
  throw new CommandError(what, errorFaces.INTERNAL.exit);
}

/** Prints all there is behind `start`, and says after each page how far it is. */
async function printLines(
  context: CommandContext,
  wanted: Wanted,
  start: string | undefined,
  reached: (cursor: string | undefined) => void,
): Promise<void> {
  let after = start;
  for (;;) {
    const { logs } = await context.client.query<{ logs: LogConnection }>(document, { ...wanted, after });
    for (const { node } of logs.edges) context.print(toText(context, node));
    after = logs.pageInfo.endCursor ?? after;
    reached(after);
    if (!logs.pageInfo.hasNextPage) return;
  }
}

function toText({ style }: CommandContext, { at, level, job, message }: LogLine): string {
  const paint = level === "error" ? style.bad : level === "warn" ? style.warn : style.dim;
  const from = job ? `[${printable(job)}] ` : "";
  return `${style.dim(at)} ${paint(printable(level).toUpperCase().padEnd(5))} ${from}${printable(message)}`;
}

interface EndedRun {
  readonly state: string;
  readonly message?: string | null;
}

async function endedRun(
  context: CommandContext,
  { type, name, workspace, run }: Wanted,
): Promise<EndedRun | undefined> {
  if (type !== "workflow") return undefined;
  if (run !== undefined) {
    const { node } = await context.client.query<{ node: Run | null }>(oneRunDocument, { id: run });
    return node && endStates.has(node.state) ? node : undefined;
  }
  const { resource, runs } = await context.client.query<{ resource: Resource | null; runs: RunConnection }>(
    lastRunDocument,
    { workflow: name, workspace },
  );
  // WHY: right after an apply the newest run may still be one of the former manifest
  if (resource && resource.generation !== resource.observedGeneration) return undefined;
  const newest = runs.edges[0]?.node;
  return newest && endStates.has(newest.state) ? newest : undefined;
}
