import { describeResource } from "../../control/index.ts";
import { type Control, type Run, type RunJob, type RunState, runStates } from "../../control/ports.ts";
import type { Authorizer, CallContext } from "../../heimdall/ports.ts";
import type { DecisionObject } from "../../shared/decision.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { RunResolvers } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { parseRunId, runNodeId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";
import { toRef } from "./resource.ts";

/** Root fields about runs of workflows. */
export const runFields = {
  Query: {
    runs: query("runs", async (auth, { workflow, workspace, state, ...page }, context) => {
      const wanted = {
        ...given("workflow", workflow),
        ...given("workspace", workspace),
        ...given("state", readState(state)),
      };
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
      async (within, { input }, { call, services }) => {
        const run = await services.control.getRun(within, parseRunId(input.id));
        return {
          object: await describeWorkflow(run, call, services),
          run: async (auth) => ({ run: { run: await services.control.cancelRun(auth, run.id) }, userErrors: [] }),
        };
      },
      (userErrors) => ({ run: null, userErrors }),
    ),
    rerun: mutation(
      "rerun",
      async (within, { input: { id, fromFailed } }, { call, services }) => {
        const run = await services.control.getRun(within, parseRunId(id));
        return {
          object: await describeWorkflow(run, call, services),
          run: async (auth) => ({
            run: { run: await services.control.rerun(auth, run.id, { fromFailed: fromFailed ?? false }) },
            userErrors: [],
          }),
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
    generation: ({ run }) => run.generation,
    state: ({ run }) => run.state,
    trigger: ({ run }) => run.trigger,
    attempt: ({ run }) => run.attempt,
    requestedBy: ({ run }) => run.requestedBy ?? null,
    rerunOf: ({ run }) => (run.rerunOf === undefined ? null : runNodeId(run.rerunOf)),
    createdAt: ({ run }) => run.createdAt,
    startedAt: ({ run }) => run.startedAt ?? null,
    finishedAt: ({ run }) => run.finishedAt ?? null,
    durationMs: ({ run }) => toDurationMs(run),
    message: ({ run }) => run.message ?? null,
    jobs: ({ run }) => run.jobs.map(toJob),
  },
};

/** What a decision about a run is about: its workflow, which must be visible too. */
async function describeWorkflow(
  { workflow: name, workspace }: Run,
  call: CallContext,
  { authorizer, control }: { readonly authorizer: Authorizer; readonly control: Control },
): Promise<DecisionObject> {
  const reading = await authorizer.authorizeList(call, "resource.read");
  return describeResource(await control.get(reading, { type: "workflow", name, workspace }));
}

function readState(given: string | null | undefined): RunState | undefined {
  if (given === undefined || given === null) return undefined;
  const known = runStates.find((state) => state === given);
  if (known) return known;
  const list = runStates.map((state) => `\`${state}\``).join(", ");
  throw new BadInputError(`\`${given.slice(0, 80)}\` is not a state of a run; expected one of ${list}`);
}

function toDurationMs({ startedAt, finishedAt }: Pick<RunJob, "startedAt" | "finishedAt">): number | null {
  return startedAt === undefined || finishedAt === undefined ? null : Date.parse(finishedAt) - Date.parse(startedAt);
}

function toJob({ name, stack, state, tries, startedAt, finishedAt, message, result }: RunJob) {
  return {
    name,
    stack,
    state,
    tries,
    startedAt: startedAt ?? null,
    finishedAt: finishedAt ?? null,
    durationMs: toDurationMs({ startedAt, finishedAt }),
    message: message ?? null,
    result: result ?? null,
  };
}
