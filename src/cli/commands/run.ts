import type { RunConnection, RunPayload } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { formatSpan } from "./times.ts";
import { assertNoUserErrors } from "./user-errors.ts";

/** Starts a run of a workflow. */
export async function runWorkflow(
  context: CommandContext,
  options: { readonly name: string; readonly workspace: string },
): Promise<void> {
  const { runWorkflow: result } = await context.client.query<{ runWorkflow: RunPayload }>(
    "mutation Run($input: RunWorkflowInput!) { runWorkflow(input: $input) { run { id state } userErrors { at field message code } } }",
    { input: options },
  );
  assertNoUserErrors(result.userErrors, `workflow ${options.name} was not started`);
  context.print(`started   run/${result.run?.id}`);
  const place = options.workspace === "public" ? "" : ` -w ${options.workspace}`;
  context.note(`follow it with: dataos-ctl log -t workflow -n ${options.name}${place} -f`);
}

/** Cancels a run that has not ended. */
export async function cancelRun(context: CommandContext, id: string): Promise<void> {
  const { cancelRun: result } = await context.client.query<{ cancelRun: RunPayload }>(
    "mutation Cancel($input: CancelRunInput!) { cancelRun(input: $input) { run { id state } userErrors { at field message code } } }",
    { input: { id: toRunId(id) } },
  );
  assertNoUserErrors(result.userErrors, "the run was not cancelled");
  const { state = "" } = result.run ?? {};
  if (state === "succeeded" || state === "failed")
    throw new CommandError(`the run had ended already: it ${state}`, errorFaces.CONFLICT.exit);
  // a run that a worker has in hand ends a moment later
  context.print(`${state === "cancelled" ? "cancelled " : "cancelling"} run/${toRunId(id)}`);
}

/** The id of a run however it was printed: `run/run_<id>`, `run_<id>` or in a message without prefix. */
export function toRunId(text: string): string {
  return `run_${text.replace(/^(?:run\/)?(?:run_)?/, "")}`;
}

/** Runs, newest first. */
export async function listRuns(
  context: CommandContext,
  options: { readonly name?: string; readonly workspace?: string; readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { runs } = await context.client.query<{ runs: RunConnection }>(
    `query Runs($workflow: String, $workspace: String) {
      runs(workflow: $workflow, workspace: $workspace, first: 20) {
        edges { node { id workflow workspace state trigger attempt startedAt finishedAt message jobs { name state message result } } }
      }
    }`,
    { workflow: options.name, workspace: options.workspace },
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
          run.startedAt && run.finishedAt ? formatSpan(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : "",
          run.message ?? "",
        ]),
      ),
    ),
  );
}
