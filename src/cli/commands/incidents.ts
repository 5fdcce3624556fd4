import type {
  Delivery,
  DeliveryConnection,
  Incident,
  IncidentConnection,
  IncidentPayload,
} from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render, toYaml } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { assertNoUserErrors } from "./user-errors.ts";

const fields = `id monitor workspace key state name severity message document count openedAt lastSeenAt resolvedAt resolution
  acknowledgedBy acknowledgedAt notes`;

export interface IncidentFilterOptions {
  readonly workspace?: string;
  readonly state?: string;
  readonly first?: number;
  readonly output: string;
}

/** What monitors found, newest first. */
export async function listIncidents(
  context: CommandContext,
  monitor: string | undefined,
  options: IncidentFilterOptions,
): Promise<void> {
  const { output, ...wanted } = options;
  const incidents = await fetchIncidents(context, { monitor, ...wanted });
  if (output === "name") return context.print(incidents.map(({ id }) => `incident/${id}`).join("\n"));
  const format = parseOutputFormat(output === "wide" ? "table" : output);
  context.print(render(format, incidents, () => toIncidentTable(incidents)));
}

/** Everything about one incident. */
export async function describeIncident(context: CommandContext, id: string, output: string): Promise<void> {
  const format = parseOutputFormat(output);
  const { node } = await context.client.query<{ node: Incident | null }>(
    `query Incident($id: ID!) { node(id: $id) { ... on Incident { ${fields} } } }`,
    { id: toIncidentId(id) },
  );
  if (!node?.monitor)
    throw new CommandError(`there is no incident \`${id}\`, or you may not see it`, errorFaces.NOT_FOUND.exit);
  const present = Object.fromEntries(Object.entries(node).filter(([, value]) => value !== null && value !== ""));
  context.print(render(format, node, () => toYaml(present).trimEnd()));
}

/** Says that the caller takes care of an incident. */
export async function acknowledge(
  context: CommandContext,
  id: string,
  { notes }: { readonly notes?: string },
): Promise<void> {
  const { acknowledgeIncident: result } = await context.client.query<{ acknowledgeIncident: IncidentPayload }>(
    `mutation Acknowledge($input: AcknowledgeIncidentInput!) {
      acknowledgeIncident(input: $input) { incident { id name } userErrors { at field message code } }
    }`,
    { input: { id: toIncidentId(id), ...(notes !== undefined && { notes }) } },
  );
  assertNoUserErrors(result.userErrors, "the incident was not acknowledged");
  context.print(`acknowledged incident/${result.incident?.id ?? toIncidentId(id)}`);
}

/** The newest incidents of a monitor. */
export async function fetchIncidents(
  context: CommandContext,
  wanted: {
    readonly monitor?: string | undefined;
    readonly workspace?: string | null | undefined;
    readonly state?: string | undefined;
    readonly first?: number | undefined;
  },
): Promise<readonly Incident[]> {
  const { incidents } = await context.client.query<{ incidents: IncidentConnection }>(
    `query Incidents($monitor: String, $workspace: String, $state: String, $first: Int!) {
      incidents(monitor: $monitor, workspace: $workspace, state: $state, first: $first) { edges { node { ${fields} } } }
    }`,
    { ...wanted, first: wanted.first ?? 20 },
  );
  return incidents.edges.map(({ node }) => node);
}

/** The newest deliveries of a pager. */
export async function fetchDeliveries(
  context: CommandContext,
  pager: string,
  workspace: string | null | undefined,
): Promise<readonly Delivery[]> {
  const { deliveries } = await context.client.query<{ deliveries: DeliveryConnection }>(
    `query Deliveries($pager: String!, $workspace: String) {
      deliveries(pager: $pager, workspace: $workspace, first: 20) {
        edges { node { id incident output event state tries createdAt nextAt deliveredAt message } }
      }
    }`,
    { pager, workspace },
  );
  return deliveries.edges.map(({ node }) => node);
}

function toIncidentTable(incidents: readonly Incident[]): string {
  return formatTable(
    ["ID", "NAME", "SEVERITY", "STATE", "MONITOR", "OPENED", "LAST SEEN", "COUNT", "MESSAGE"],
    incidents.map((incident) => [
      incident.id,
      incident.name,
      incident.severity ?? "",
      incident.acknowledgedBy ? `${incident.state} by ${incident.acknowledgedBy}` : incident.state,
      `${incident.workspace}/${incident.monitor}`,
      incident.openedAt,
      incident.lastSeenAt,
      String(incident.count),
      incident.message,
    ]),
  );
}

/** The id of an incident however it was printed: `incident/inc_<id>`, `inc_<id>` or in a message without prefix. */
function toIncidentId(text: string): string {
  return `inc_${text.replace(/^(?:incident\/)?(?:inc_)?/, "")}`;
}
