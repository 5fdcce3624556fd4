import type { RunConnection, RunPayload } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
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
}

export async function cancelRun(context: CommandContext, id: string): Promise<void> {
  const { cancelRun: result } = await context.client.query<{ cancelRun: RunPayload }>(
    "mutation Cancel($input: CancelRunInput!) { cancelRun(input: $input) { run { id state } userErrors { at field message code } } }",
    { input: { id } },
  );
  assertNoUserErrors(result.userErrors, "the run was not cancelled");
  context.print(`${result.run?.state}   run/${result.run?.id}`);
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
        ["ID", "WORKFLOW", "WORKSPACE", "STATE", "TRIGGER", "STARTED", "FINISHED", "MESSAGE"],
        nodes.map((run) => [
          run.id,
          run.workflow,
          run.workspace,
          run.state,
          run.trigger,
          run.startedAt ?? "",
          run.finishedAt ?? "",
          run.message ?? "",
        ]),
      ),
    ),
  );
}
