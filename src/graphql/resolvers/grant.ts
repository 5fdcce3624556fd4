import { describeResource } from "../../control/index.ts";
import type { Grant } from "../../control/ports.ts";
import type { GraphqlContext } from "../context.ts";
import type { DecideGrantInput } from "../generated/schema-types.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";

/** Root fields about requests for grants. */
export const grantFields = {
  Query: {
    grantRequests: query("grantRequests", async (auth, { state, ...page }, context) => {
      const list = openList(context, ["grantRequests", state ?? ""], page);
      const grants = await context.services.control.grants(auth);
      const wanted = grants.filter((grant) => grant.isRequest && (!state || grant.state === state));
      return list.sliceToConnection(wanted, ({ name }) => name, toGrantRequest);
    }),
  },
  Mutation: {
    approveGrant: mutation(
      "approveGrant",
      async (within, { input }, { services }) => {
        const resource = await services.control.get(within, { type: "grant", name: input.name, workspace: undefined });
        return { object: describeResource(resource), run: (auth) => decide(services, auth, input, true) };
      },
      (userErrors) => ({ grantRequest: null, userErrors }),
    ),
    rejectGrant: mutation(
      "rejectGrant",
      async (within, { input }, { services }) => {
        const resource = await services.control.get(within, { type: "grant", name: input.name, workspace: undefined });
        return { object: describeResource(resource), run: (auth) => decide(services, auth, input, false) };
      },
      (userErrors) => ({ grantRequest: null, userErrors }),
    ),
  },
};

async function decide(
  { control }: GraphqlContext["services"],
  auth: Parameters<GraphqlContext["services"]["control"]["decideGrant"]>[0],
  { name, notes, dryRun }: DecideGrantInput,
  approve: boolean,
) {
  const grant = await control.decideGrant(auth, name, { approve, notes: notes ?? undefined, dryRun: dryRun ?? false });
  return { grantRequest: toGrantRequest(grant), userErrors: [] };
}

function toGrantRequest(grant: Grant) {
  return {
    name: grant.name,
    state: grant.state,
    useCase: grant.useCase,
    subjects: grant.subjects,
    values: grant.values === undefined ? null : (grant.values as Record<string, unknown>),
    requester: grant.requester,
    creator: grant.creator,
    notes: grant.notes ?? null,
    until: grant.until ?? null,
    duration: grant.duration ?? null,
    singleUse: grant.singleUse,
    createdAt: grant.createdAt,
    decidedBy: grant.decidedBy ?? null,
    decidedAt: grant.decidedAt ?? null,
    decisionNotes: grant.decisionNotes ?? null,
    usedAt: grant.usedAt ?? null,
  };
}
