import { describeResource } from "../../control/index.ts";
import { type Delivery, type IncidentState, incidentStates } from "../../control/ports.ts";
import { BadInputError } from "../../shared/errors.ts";
import type { IncidentResolvers } from "../generated/schema-types.ts";
import { given } from "../given.ts";
import { incidentNodeId, parseIncidentId } from "../node-id.ts";
import { openList } from "../paging/connection.ts";
import { mutation, query } from "../root-field.ts";
import { toRef } from "./resource.ts";

/** Root fields about what monitors found and what pagers tell of it. */
export const incidentFields = {
  Query: {
    incidents: query("incidents", async (auth, { monitor, workspace, state, ...page }, context) => {
      const wanted = {
        ...given("monitor", monitor),
        ...given("workspace", workspace),
        ...given("state", readState(state)),
      };
      const list = openList(context, ["incidents", wanted], page);
      const found = await context.services.control.incidents(auth, wanted, list.page);
      return list.toConnection(found, (incident) => ({ incident }));
    }),
    deliveries: query("deliveries", async (auth, { pager, workspace, ...page }, context) => {
      const ref = toRef({ type: "pager", name: pager, ...given("workspace", workspace) });
      const list = openList(context, ["deliveries", ref], page);
      const found = await context.services.control.deliveries(auth, ref, list.page);
      return list.toConnection(found, toDelivery);
    }),
  },
  Mutation: {
    acknowledgeIncident: mutation(
      "acknowledgeIncident",
      async (within, { input: { id, notes } }, { call, services: { authorizer, control } }) => {
        const { id: found, monitor, workspace } = await control.getIncident(within, parseIncidentId(id));
        const reading = await authorizer.authorizeList(call, "resource.read");
        const resource = await control.get(reading, { type: "monitor", name: monitor, workspace });
        return {
          object: describeResource(resource),
          run: async (auth) => ({
            incident: { incident: await control.acknowledgeIncident(auth, found, notes ?? undefined) },
            userErrors: [],
          }),
        };
      },
      (userErrors) => ({ incident: null, userErrors }),
    ),
  },
};

/** Fields of `Incident`. */
export const incidentTypes: { readonly Incident: Required<Omit<IncidentResolvers, "__isTypeOf">> } = {
  Incident: {
    id: ({ incident }) => incidentNodeId(incident.id),
    monitor: ({ incident }) => incident.monitor,
    workspace: ({ incident }) => incident.workspace,
    key: ({ incident }) => incident.key,
    state: ({ incident }) => incident.state,
    name: ({ incident }) => incident.name,
    severity: ({ incident }) => incident.severity ?? null,
    message: ({ incident }) => incident.message,
    document: ({ incident }) => incident.document,
    count: ({ incident }) => incident.count,
    openedAt: ({ incident }) => incident.openedAt,
    lastSeenAt: ({ incident }) => incident.lastSeenAt,
    resolvedAt: ({ incident }) => incident.resolvedAt ?? null,
    resolution: ({ incident }) => incident.resolution ?? null,
    acknowledgedBy: ({ incident }) => incident.acknowledgedBy ?? null,
    acknowledgedAt: ({ incident }) => incident.acknowledgedAt ?? null,
    notes: ({ incident }) => incident.notes ?? null,
  },
};

function toDelivery({ id, incident, output, event, state, tries, createdAt, nextAt, deliveredAt, message }: Delivery) {
  return {
    id,
    incident: incidentNodeId(incident),
    output,
    event,
    state,
    tries,
    createdAt,
    nextAt: nextAt ?? null,
    deliveredAt: deliveredAt ?? null,
    message: message ?? null,
  };
}

function readState(given: string | null | undefined): IncidentState | undefined {
  if (given === undefined || given === null) return undefined;
  const known = incidentStates.find((state) => state === given);
  if (known) return known;
  const list = incidentStates.map((state) => `\`${state}\``).join(", ");
  throw new BadInputError(`\`${given.slice(0, 80)}\` is not a state of an incident; expected one of ${list}`);
}
