import type { LogConnection, RunConnection } from "../../graphql/generated/schema-types.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { printable } from "../output/table.ts";
import { parseDuration } from "./duration.ts";

export interface LogOptions {
  readonly type: string;
  readonly name: string;
  readonly workspace?: string;
  readonly run?: string;
  readonly follow: boolean;
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
    runs(workflow: $workflow, workspace: $workspace, first: 1) { edges { node { id state message } } }
  }
`;
const pollMs = 300;

/** Prints log lines, oldest first. With `follow`, goes on until the newest run of a workflow has ended, or for ever. */
export async function log(context: CommandContext, options: LogOptions): Promise<void> {
  const since = options.since === undefined ? undefined : parseSince(options.since, Date.now());
  let after: string | undefined;
  for (;;) {
    // WHY: the state is read before the lines, so that a run seen as ended has no line that is not printed yet
    const ended = options.follow ? await endedRun(context, options) : undefined;
    after = await printLines(context, options, since, after);
    if (!options.follow) return;
    if (ended) {
      if (ended.state === "failed")
        throw new CommandError(`the run failed${ended.message ? `: ${ended.message}` : ""}`, 1);
      return;
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
    for (const { node } of logs.edges) {
      const level =
        node.level === "error" ? context.style.bad : node.level === "warn" ? context.style.warn : context.style.dim;
      context.print(
        `${context.style.dim(node.at)} ${level(node.level.toUpperCase().padEnd(5))} ${node.job ? `[${node.job}] ` : ""}${printable(node.message)}`,
      );
    }
    after = logs.pageInfo.endCursor ?? after;
    if (!logs.pageInfo.hasNextPage) return after;
  }
}

async function endedRun(
  context: CommandContext,
  options: LogOptions,
): Promise<{ state: string; message?: string | null } | undefined> {
  if (options.type !== "workflow") return undefined;
  const { runs } = await context.client.query<{ runs: RunConnection }>(runDocument, {
    workflow: options.name,
    workspace: options.workspace,
  });
  const newest = runs.edges[0]?.node;
  return newest && ["succeeded", "failed", "cancelled"].includes(newest.state) ? newest : undefined;
}

/** A duration back from now (`90s`, `15m`, `1h`, `2d`) or a date or time (`2024-01-01`, RFC 3339), as RFC 3339. */
export function parseSince(text: string, nowMs: number): string {
  const at = /^\d+[a-z]$/.test(text) ? nowMs - parseDuration(text) * 1_000 : Date.parse(text);
  if (Number.isNaN(at))
    throw new CommandError(
      `\`${text}\` is not a time; expected e.g. \`1h\`, \`30m\`, \`2024-01-01\` or \`2024-01-01T08:00:00Z\``,
      2,
    );
  return new Date(at).toISOString();
}
