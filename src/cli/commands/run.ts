import type { Run, RunConnection, RunPayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { toRunId } from "./run-id.ts";
import { formatSpan } from "./times.ts";
import { assertNoUserErrors } from "./user-errors.ts";

/** A workflow named by option; `workspace` absent: the server's default. */
export interface WorkflowOptions {
  readonly name?: string;
  readonly workspace?: string;
}

const { exit: badInput } = errorFaces.BAD_USER_INPUT;
const endStates: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled"]);
const payload = "{ run { id workflow workspace state } userErrors { at field message code } }";

/** Starts a run of a workflow. */
export async function runWorkflow(
  context: CommandContext,
  word: string | undefined,
  options: WorkflowOptions & { readonly follow?: boolean },
): Promise<void> {
  const name = pickName(word, options);
  if (name === undefined) throw new CommandError("say which workflow: `dataos-ctl run NAME`", badInput);
  const { runWorkflow: result } = await context.client.query<{ runWorkflow: RunPayload }>(
    `mutation Run($input: RunWorkflowInput!) { runWorkflow(input: $input) ${payload} }`,
    { input: { name, ...(options.workspace !== undefined && { workspace: options.workspace }) } },
  );
  assertNoUserErrors(result.userErrors, `workflow ${name} was not started`);
  await tellStarted(context, "started  ", result.run, options.follow ?? false);
}

/** Does a run again: all of it, or what failed and what needs that. */
export async function rerun(
  context: CommandContext,
  word: string | undefined,
  options: WorkflowOptions & { readonly fromFailed?: boolean; readonly follow?: boolean },
): Promise<void> {
  const id = await pickRun(context, word, options, (run) => endStates.has(run.state), "has ended");
  const { rerun: result } = await context.client.query<{ rerun: RunPayload }>(
    `mutation Rerun($input: RerunInput!) { rerun(input: $input) ${payload} }`,
    { input: { id, fromFailed: options.fromFailed ?? false } },
  );
  assertNoUserErrors(result.userErrors, "the run was not done again");
  await tellStarted(context, "started  ", result.run, options.follow ?? false);
}

/** Cancels a run that has not ended. */
export async function cancelRun(
  context: CommandContext,
  word: string | undefined,
  options: WorkflowOptions,
): Promise<void> {
  const id = await pickRun(context, word, options, (run) => !endStates.has(run.state), "is going on");
  const { cancelRun: result } = await context.client.query<{ cancelRun: RunPayload }>(
    `mutation Cancel($input: CancelRunInput!) { cancelRun(input: $input) ${payload} }`,
    { input: { id } },
  );
  assertNoUserErrors(result.userErrors, "the run was not cancelled");
  const { state = "" } = result.run ?? {};
  if (state === "succeeded" || state === "failed")
    throw new CommandError(`the run had ended already: it ${state}`, errorFaces.CONFLICT.exit);
  // a run that a worker has in hand ends a moment later
  context.print(`${state === "cancelled" ? "cancelled " : "cancelling"} run/${id}`);
}

/** Runs, newest first. */
export async function listRuns(
  context: CommandContext,
  word: string | undefined,
  options: WorkflowOptions & { readonly first: number; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { runs } = await context.client.query<{ runs: RunConnection }>(
    `query Runs($workflow: String, $workspace: String, $first: Int!) {
      runs(workflow: $workflow, workspace: $workspace, first: $first) {
        edges { node { id workflow workspace state trigger attempt requestedBy rerunOf startedAt finishedAt durationMs message jobs { name state tries message result } } }
      }
    }`,
    { workflow: pickName(word, options), workspace: options.workspace, first: options.first },
  );
  const nodes = runs.edges.map((edge) => edge.node);
  context.print(
    render(format, nodes, () =>
      formatTable(
        ["ID", "WORKFLOW", "WORKSPACE", "STATE", "TRIGGER", "STARTED", "TOOK", "MESSAGE"],
        nodes.map((run) => [
          run.id,
          run.workflow,
          run.workspace,
          run.state,
          run.trigger,
          run.startedAt ?? "",
          typeof run.durationMs === "number" ? formatSpan(run.durationMs) : "",
          run.message ?? "",
        ]),
      ),
    ),
  );
}

function pickName(word: string | undefined, { name }: WorkflowOptions): string | undefined {
  if (word !== undefined && name !== undefined && word !== name)
    throw new CommandError(`the workflow is given as \`${word}\` and as \`${name}\`; give it once`, badInput);
  return word ?? name;
}

/** The run of this id, else the newest one of the workflow that fits. */
async function pickRun(
  context: CommandContext,
  word: string | undefined,
  { name, workspace }: WorkflowOptions,
  fits: (run: Run) => boolean,
  words: string,
): Promise<string> {
  if (word !== undefined && name === undefined) return toRunId(word);
  if (word !== undefined || name === undefined)
    throw new CommandError("say which run: its id, or -n WORKFLOW", badInput);
  const { runs } = await context.client.query<{ runs: RunConnection }>(
    `query NewestRuns($workflow: String!, $workspace: String) {
      runs(workflow: $workflow, workspace: $workspace, first: 20) { edges { node { id state } } }
    }`,
    { workflow: name, workspace },
  );
  const found = runs.edges.find(({ node }) => fits(node));
  if (found) return found.node.id;
  throw new CommandError(`no run of workflow \`${name}\` ${words}`, errorFaces.NOT_FOUND.exit);
}

async function tellStarted(
  context: CommandContext,
  what: string,
  run: Run | null | undefined,
  follow: boolean,
): Promise<void> {
  if (!run) throw new CommandError("the server's answer names no run", errorFaces.INTERNAL.exit);
  const { id, workflow, workspace } = run;
  context.print(`${what} run/${id}`);
  if (follow) {
    const { log } = await import("./log.ts");
    await log(context, { words: [], type: "workflow", name: workflow, workspace, run: id, follow: true });
    return;
  }
  const place = workspace === "public" ? "" : ` -w ${workspace}`;
  context.note(`follow it with: dataos-ctl log -t workflow -n ${workflow}${place} -f`);
}
