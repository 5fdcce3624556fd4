import type {
  Delivery,
  Incident,
  Resource,
  ResourceEvent,
  ResourceLink,
  Run,
} from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { toManifest, toStatus } from "../output/manifest-document.ts";
import { parseOutputFormat, render, toYaml } from "../output/print.ts";
import { formatTable, padEnd, printable } from "../output/table.ts";
import { nameOf, requireTarget, type Target, type TargetOptions } from "./target.ts";
import { formatAge, formatSpan } from "./times.ts";

const eventsShown = 20;

const document = /* GraphQL */ `
  query Describe($type: String!, $name: String!, $workspace: String, $isWorkflow: Boolean!) {
    resource(type: $type, name: $name, workspace: $workspace) {
      urn type name workspace version description owner layer tags status runtime phase
      generation observedGeneration resourceVersion manifest createdAt updatedAt
      conditions { type status reason message lastTransitionTime }
      events { at type reason message }
      dependencies { type name workspace status } dependents { type name workspace status }
    }
    runs(workflow: $name, workspace: $workspace, first: 1) @include(if: $isWorkflow) {
      edges { node { id state trigger attempt requestedBy startedAt durationMs message jobs { name stack state tries durationMs message } } }
    }
  }
`;

interface Described {
  readonly resource: Resource;
  readonly lastRun: Run | undefined;
  /** of a monitor */
  readonly incidents: readonly Incident[] | undefined;
  /** of a pager */
  readonly deliveries: readonly Delivery[] | undefined;
}

/** Everything about one resource. */
export async function describe(
  context: CommandContext,
  options: TargetOptions & { readonly output: string },
): Promise<void> {
  const format = parseOutputFormat(options.output);
  const [word = "", name = options.name] = options.words[0]?.split("/").concat(options.words.slice(1)) ?? [
    options.type,
  ];
  if (word === "incident" && name !== undefined) {
    const { describeIncident } = await import("./incidents.ts");
    return describeIncident(context, name, options.output);
  }
  const found = await readDescribed(context, requireTarget(options));
  const { resource, lastRun, incidents, deliveries } = found;
  const { events, dependencies, dependents } = resource;
  const value = {
    ...toManifest(resource),
    status: toStatus(resource),
    events,
    dependencies,
    dependents,
    ...(lastRun && { lastRun }),
    ...(incidents && { incidents }),
    ...(deliveries && { deliveries }),
  };
  context.print(render(format, value, () => toText(context, found)));
}

/** Everything about each of `resources`, one below the other. */
export async function describeAll(context: CommandContext, resources: readonly Resource[]): Promise<void> {
  for (const [index, { type, name, workspace }] of resources.entries()) {
    if (index > 0) context.print("");
    const found = await readDescribed(context, { type, name, ...(workspace && { workspace }) });
    context.print(toText(context, found));
  }
}

async function readDescribed(context: CommandContext, target: Target): Promise<Described> {
  const { resource, runs } = await context.client.query<{
    readonly resource: Resource | null;
    readonly runs?: { readonly edges: readonly { readonly node: Run }[] };
  }>(document, { ...target, isWorkflow: target.type === "workflow" });
  if (!resource)
    throw new CommandError(
      `there is no ${target.type} \`${target.name}\`, or you may not see it`,
      errorFaces.NOT_FOUND.exit,
    );
  const { type, name, workspace } = resource;
  const isWatching = type === "monitor" || type === "pager";
  const more = isWatching ? await import("./incidents.ts") : undefined;
  return {
    resource,
    lastRun: runs?.edges[0]?.node,
    incidents: type === "monitor" ? await more?.fetchIncidents(context, { monitor: name, workspace }) : undefined,
    deliveries: type === "pager" ? await more?.fetchDeliveries(context, name, workspace) : undefined,
  };
}

function toText(context: CommandContext, { resource, lastRun, incidents, deliveries }: Described): string {
  const { style } = context;
  const { generation, observedGeneration, status, runtime, phase } = resource;
  const paint = status === "active" ? style.good : status === "error" ? style.bad : style.warn;
  const facts: (readonly [string, string])[] = [
    ["Name", resource.name],
    ["Type", `${resource.type} ${resource.version}`],
    ["Workspace", resource.workspace ?? ""],
    ["Status", `${status}${runtime === "" ? "" : `, ${runtime}`} (${phase})`],
    [
      "Generation",
      observedGeneration === generation
        ? `${generation}`
        : `${generation}, of which ${observedGeneration} is carried out`,
    ],
    ["Owner", resource.owner],
    ["Tags", resource.tags.join(", ")],
    ["Description", resource.description ?? ""],
    ["Created", `${resource.createdAt}, ${ago(resource.createdAt)}`],
    ["Updated", `${resource.updatedAt}, ${ago(resource.updatedAt)}`],
    ["URN", resource.urn],
  ];
  const head = facts
    .filter(([, value]) => value !== "")
    .map(([key, value]) => {
      const text = printable(value);
      return `${style.bold(padEnd(`${key}:`, 13))}${key === "Status" ? paint(text) : text}`;
    });
  const { type } = resource;
  const section = toYaml({ [type]: (resource.manifest as Record<string, unknown>)[type] });
  return [
    ...head,
    ...titled(context, "Conditions", conditionTable(context, resource)),
    ...titled(context, "Manifest", section),
    ...titled(context, "Needs", linkTable(context, resource.dependencies)),
    ...titled(context, "Needed by", linkTable(context, resource.dependents)),
    ...(lastRun ? titled(context, "Last run", runText(lastRun)) : []),
    ...(incidents ? titled(context, "Incidents", incidents.length === 0 ? "" : incidentTable(incidents)) : []),
    ...(deliveries ? titled(context, "Deliveries", deliveries.length === 0 ? "" : deliveryTable(deliveries)) : []),
    ...titled(context, "Events", eventTable(resource.events)),
  ].join("\n");
}

function titled({ style }: CommandContext, title: string, text: string): string[] {
  const lines = text === "" ? ["none"] : text.split("\n");
  return ["", style.bold(`${title}:`), ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

const indented = (context: CommandContext): { readonly columns: number | undefined } => ({
  columns: context.columns === undefined ? undefined : context.columns - 2,
});

function conditionTable(context: CommandContext, { conditions }: Resource): string {
  if (conditions.length === 0) return "";
  return formatTable(
    ["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"],
    conditions.map(({ type, status, lastTransitionTime, reason, message }) => [
      type,
      status,
      ago(lastTransitionTime),
      reason,
      message,
    ]),
    {
      ...indented(context),
      paint: (cell, header) =>
        header !== "STATUS" ? cell : cell.trim() === "True" ? context.style.good(cell) : context.style.bad(cell),
    },
  );
}

function linkTable(context: CommandContext, links: readonly ResourceLink[]): string {
  if (links.length === 0) return "";
  return formatTable(
    ["RESOURCE", "STATUS"],
    links.map((link) => [nameOf(link), link.status ?? "absent, or hidden from you"]),
    indented(context),
  );
}

/** The newest events, the newest last; the same ones in a row are one. */
function eventTable(events: readonly ResourceEvent[]): string {
  const sorted = [...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const folded: { readonly event: ResourceEvent; count: number }[] = [];
  for (const event of sorted) {
    const last = folded.at(-1);
    const isSame =
      last &&
      last.event.reason === event.reason &&
      last.event.message === event.message &&
      last.event.type === event.type;
    if (isSame) folded[folded.length - 1] = { event, count: last.count + 1 };
    else folded.push({ event, count: 1 });
  }
  if (folded.length === 0) return "";
  const left = folded.length - eventsShown;
  const table = formatTable(
    ["AT", "TYPE", "REASON", "MESSAGE"],
    folded
      .slice(-eventsShown)
      .map(({ event: { at, type, reason, message }, count }) => [
        at,
        type,
        reason,
        count > 1 ? `${message} (${count} times)` : message,
      ]),
  );
  return left > 0 ? `${table}\n… ${left} older ones; -o json has them all` : table;
}

function incidentTable(incidents: readonly Incident[]): string {
  return formatTable(
    ["ID", "NAME", "SEVERITY", "STATE", "LAST SEEN", "COUNT", "MESSAGE"],
    incidents.map(({ id, name, severity, state, lastSeenAt, count, message }) => [
      ...[id, name, severity ?? "", state, lastSeenAt, String(count), message],
    ]),
  );
}

function deliveryTable(deliveries: readonly Delivery[]): string {
  return formatTable(
    ["AT", "OUTPUT", "EVENT", "STATE", "TRIES", "INCIDENT", "MESSAGE"],
    deliveries.map(({ createdAt, output, event, state, tries, incident, nextAt, message }) => [
      ...[createdAt, output, event, state, String(tries), incident],
      nextAt && tries > 0 ? `${message ?? ""} (again at ${nextAt})` : (message ?? ""),
    ]),
  );
}

function runText(run: Run): string {
  const { id, state, trigger, requestedBy, attempt, startedAt, durationMs, message, jobs } = run;
  const facts = [
    `${id}: ${state}`,
    requestedBy ? `by ${requestedBy}` : `by ${trigger}`,
    attempt > 1 && `attempt ${attempt}`,
    startedAt && `started ${startedAt}`,
    typeof durationMs === "number" && `took ${formatSpan(durationMs)}`,
  ];
  const lines = [facts.filter(Boolean).join(", "), ...(message ? [message] : [])].map(printable);
  if (jobs.length === 0) return lines.join("\n");
  const table = formatTable(
    ["JOB", "STACK", "STATE", "TRIES", "TOOK", "MESSAGE"],
    jobs.map((job) => [
      job.name,
      job.stack,
      job.state,
      String(job.tries),
      typeof job.durationMs === "number" ? formatSpan(job.durationMs) : "",
      job.message ?? "",
    ]),
  );
  return [...lines, table].join("\n");
}

function ago(time: string): string {
  return `${formatAge(Date.now() - Date.parse(time))} ago`;
}
