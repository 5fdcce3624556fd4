import type { LogConnection, LogLine, Resource, Run, RunConnection } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { createPatience } from "./patience.ts";
import { toRunId } from "./run-id.ts";
import { requireTarget, type Target, type TargetOptions } from "./target.ts";
import { parseSince } from "./times.ts";
import { type Waiting, whyWaiting } from "./waiting.ts";

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
    resource(type: "workflow", name: $workflow, workspace: $workspace) {
      generation observedGeneration conditions { type status reason message }
    }
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
  let told: string | undefined;
  for (;;) {
    const round = await patience.ask(async () => {
      // WHY: the state is read before the lines, so that a run seen as ended has no line that is not printed yet
      const { ended, waiting } = await lookAtRun(context, wanted);
      // INVARIANT: the place is kept with every page that is printed, so that none is lost or doubled when the next one fails
      await printLines(context, wanted, after, (cursor) => {
        after = cursor;
      });
      return { ended, waiting };
    });
    if (round?.ended) {
      tellEnd(round.ended);
      return;
    }
    told = tellWaiting(context, wanted, round?.waiting, told);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function tellEnd({ state, message }: EndedRun): void {
  if (state === "succeeded") return;
  const why = message ? `: ${message}` : "";
  const what = state === "failed" ? `the run failed${why}` : `the run was ${state}${why}`;
  throw new CommandError(what, errorFaces.INTERNAL.exit);
}

/** Says once what the workflow waits for. @throws {CommandError} waiting longer is of no use */
function tellWaiting(
  context: CommandContext,
  { name }: Wanted,
  waiting: Waiting | undefined,
  told: string | undefined,
): string | undefined {
  if (!waiting) return told;
  const text = `workflow \`${name}\` ${waiting.message}`;
  if (waiting.isFinal) throw new CommandError(`${text}; mend that, and follow again`, errorFaces.INTERNAL.exit);
  if (text !== told) context.note(text);
  return text;
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

/** The run that has ended, or what the next one waits for. */
async function lookAtRun(
  context: CommandContext,
  { type, name, workspace, run }: Wanted,
): Promise<{ readonly ended?: EndedRun; readonly waiting?: Waiting }> {
  if (type !== "workflow") return {};
  if (run !== undefined) {
    const { node } = await context.client.query<{ node: Run | null }>(oneRunDocument, { id: run });
    return node && endStates.has(node.state) ? { ended: node } : {};
  }
  const { resource, runs } = await context.client.query<{ resource: Resource | null; runs: RunConnection }>(
    lastRunDocument,
    { workflow: name, workspace },
  );
  const newest = runs.edges[0]?.node;
  if (newest && !endStates.has(newest.state)) return {};
  // WHY: right after an apply the newest run may still be one of the former manifest
  if (newest && resource?.generation === resource?.observedGeneration) return { ended: newest };
  const waiting = resource ? await whyWaiting(context, resource) : undefined;
  return waiting ? { waiting } : {};
}
