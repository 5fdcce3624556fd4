import { describeResource } from "../../control/index.ts";
import type { RunJob } from "../../control/ports.ts";
import type { RunResolvers } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { parseRunId, runNodeId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";
import { toRef } from "./resource.ts";

/** Root fields about runs of workflows. */
export const runFields = {
  Query: {
    runs: query("runs", async (auth, { workflow, workspace, ...page }, context) => {
      const wanted = { ...given("workflow", workflow), ...given("workspace", workspace) };
      const list = openList(context, ["runs", wanted], page);
      const found = await context.services.control.runs(auth, wanted, list.page);
      return list.toConnection(found, (run) => ({ run }));
    }),
  },
  Mutation: {
    runWorkflow: mutation(
      "runWorkflow",
      async (within, { input }, { services: { control } }) => {
        const resource = await control.get(within, toRef({ type: "workflow", ...input }));
        return {
          object: describeResource(resource),
          run: async (auth) => ({ run: { run: await control.startRun(auth, resource.ref) }, userErrors: [] }),
        };
      },
      (userErrors) => ({ run: null, userErrors }),
    ),
    cancelRun: mutation(
      "cancelRun",
      async (within, { input }, { call, services: { authorizer, control } }) => {
        const run = await control.getRun(within, parseRunId(input.id));
        const reading = await authorizer.authorizeList(call, "resource.read");
        const { workflow: name, workspace } = run;
        return {
          object: describeResource(await control.get(reading, { type: "workflow", name, workspace })),
          run: async (auth) => ({ run: { run: await control.cancelRun(auth, run.id) }, userErrors: [] }),
        };
      },
      (userErrors) => ({ run: null, userErrors }),
    ),
  },
};

/** Fields of `Run`. */
export const runTypes: { readonly Run: Required<Omit<RunResolvers, "__isTypeOf">> } = {
  Run: {
    id: ({ run }) => runNodeId(run.id),
    workflow: ({ run }) => run.workflow,
    workspace: ({ run }) => run.workspace,
    state: ({ run }) => run.state,
    trigger: ({ run }) => run.trigger,
    attempt: ({ run }) => run.attempt,
    startedAt: ({ run }) => run.startedAt ?? null,
    finishedAt: ({ run }) => run.finishedAt ?? null,
    message: ({ run }) => run.message ?? null,
    jobs: ({ run }) => run.jobs.map(toJob),
  },
};

function toJob({ name, stack, state, startedAt, finishedAt, message, result }: RunJob) {
  return {
    name,
    stack,
    state,
    startedAt: startedAt ?? null,
    finishedAt: finishedAt ?? null,
    message: message ?? null,
    result: result ?? null,
  };
}
