import type { Workspace } from "../../control/ports.ts";
import { ConflictError, NotFoundError } from "../../shared/errors.ts";
import { describeWorkspace } from "../objects.ts";
import { mutation, query } from "../root-field.ts";

/** Root fields about workspaces. */
export const workspaceFields = {
  Query: {
    workspaces: query("workspaces", async (auth, _, { services }) => {
      const workspaces = await services.control.listWorkspaces(auth);
      return workspaces.map(toAnswer);
    }),
  },
  Mutation: {
    createWorkspace: mutation(
      "createWorkspace",
      ({ input }, { call, services: { authorizer, control } }) => ({
        object: describeWorkspace(input),
        run: async (auth) => {
          const wanted = { name: input.name, description: input.description ?? undefined };
          if (!input.dryRun)
            return { workspace: toAnswer(await control.createWorkspace(auth, wanted)), userErrors: [] };
          const present = await control.listWorkspaces(await authorizer.authorizeList(call, "workspace.read"));
          if (present.some(({ name }) => name === input.name)) {
            throw new ConflictError(`the workspace \`${input.name}\` exists already; choose another name`);
          }
          return { workspace: null, userErrors: [] };
        },
      }),
      (userErrors) => ({ workspace: null, userErrors }),
    ),
    deleteWorkspace: mutation(
      "deleteWorkspace",
      async (within, { input }, { services: { control } }) => {
        const workspaces = await control.listWorkspaces(within);
        const workspace = workspaces.find(({ name }) => name === input.name);
        if (!workspace) throw new NotFoundError(`no workspace \`${input.name}\`; \`workspaces\` lists those there are`);
        return {
          object: describeWorkspace(workspace),
          run: async (auth) => {
            if (!input.dryRun) await control.deleteWorkspace(auth, workspace.name);
            return { workspace: toAnswer(workspace), userErrors: [] };
          },
        };
      },
      (userErrors) => ({ workspace: null, userErrors }),
    ),
  },
};

function toAnswer({ name, description, createdAt }: Workspace) {
  return { name, description: description ?? null, createdAt };
}
