import type { Workspace, WorkspacePayload } from "../../graphql/generated/schema-types.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const payload = "{ workspace { name } userErrors { at field message code } }";

/** Workspaces that the caller may see. */
export async function listWorkspaces(context: CommandContext, output: string): Promise<void> {
  const format = parseOutputFormat(output);
  const { workspaces } = await context.client.query<{ workspaces: readonly Workspace[] }>(
    "{ workspaces { name description createdAt } }",
  );
  context.print(
    render(format, workspaces, () =>
      formatTable(
        ["NAME", "DESCRIPTION", "CREATED"],
        // what comes with the server was made at no time
        workspaces.map(({ name, description, createdAt }) => [
          name,
          description ?? "",
          Date.parse(createdAt) > 0 ? createdAt : "built in",
        ]),
      ),
    ),
  );
}

/** Makes an empty workspace. */
export async function createWorkspace(
  context: CommandContext,
  name: string,
  description: string | undefined,
): Promise<void> {
  const { createWorkspace: result } = await context.client.query<{ createWorkspace: WorkspacePayload }>(
    `mutation Create($input: CreateWorkspaceInput!) { createWorkspace(input: $input) ${payload} }`,
    { input: { name, ...(description !== undefined && { description }) } },
  );
  assertNoUserErrors(result.userErrors, `workspace ${name} was not created`);
  context.print(`created   workspace/${name}`);
}

/** Deletes an empty workspace. */
export async function deleteWorkspace(context: CommandContext, name: string): Promise<void> {
  const { deleteWorkspace: result } = await context.client.query<{ deleteWorkspace: WorkspacePayload }>(
    `mutation Delete($input: DeleteWorkspaceInput!) { deleteWorkspace(input: $input) ${payload} }`,
    { input: { name } },
  );
  assertNoUserErrors(result.userErrors, `workspace ${name} was not deleted`);
  context.print(`deleted   workspace/${name}`);
}
