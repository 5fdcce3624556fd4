import { toTimestamp } from "../../shared/clock.ts";
import type { SpecOf } from "../manifest/index.ts";
import type { StoredResource } from "../stores.ts";
import type { Observation } from "./observation.ts";
import type { Incident, IncidentChanges } from "./ports.ts";

/**
 * What the observations of one time make of a monitor's incidents: each key that is found opens one or is counted on it; those whose
 * key is not found any more are resolved. The same time a second time counts nothing twice.
 */
export function planIncidents(
  unresolved: readonly Incident[],
  observations: readonly Observation[],
  at: {
    readonly monitor: StoredResource;
    readonly spec: SpecOf["monitor"];
    readonly dueMs: number;
    readonly nowMs: number;
  },
  newId: () => string,
): Omit<IncidentChanges, "deliveries"> {
  const { monitor, spec, dueMs, nowMs } = at;
  const now = toTimestamp(nowMs);
  const due = toTimestamp(dueMs);
  const before = new Map(unresolved.map((incident) => [incident.key, incident]));
  const found = new Map(observations.map((observation) => [observation.key, observation]));
  const opened: Incident[] = [];
  const seen: Incident[] = [];
  for (const { key, message, document } of found.values()) {
    const known = before.get(key);
    const incident: Incident = known
      ? { ...known, message, count: known.count + (known.lastDueAt === due ? 0 : 1), lastSeenAt: now, lastDueAt: due }
      : newIncident(key, message);
    const documented = { ...incident, document: toDocument(incident, document, monitor, spec) };
    (known ? seen : opened).push(documented);
  }
  const resolved = unresolved
    .filter(({ key }) => !found.has(key))
    .map((incident): Incident => {
      const ended: Incident = { ...incident, state: "resolved", resolvedAt: now };
      return { ...ended, document: { ...incident.document, status: "resolved", resolveTime: now } };
    });
  return { opened, seen, resolved };

  function newIncident(key: string, message: string): Incident {
    const id = newId();
    return {
      id,
      uid: monitor.uid,
      monitor: monitor.ref.name,
      workspace: monitor.ref.workspace ?? "public",
      key,
      state: "open",
      name: textOf(spec.incident.name) ?? monitor.ref.name,
      severity: textOf(spec.incident.severity),
      message,
      document: {},
      count: 1,
      openedAt: now,
      lastSeenAt: now,
      lastDueAt: due,
      resolvedAt: undefined,
      resolution: undefined,
      acknowledgedBy: undefined,
      acknowledgedAt: undefined,
      notes: undefined,
    };
  }
}

/** What pagers see of it: `.properties` is the monitor's `incident` block with its other properties. */
function toDocument(
  incident: Incident,
  found: Readonly<Record<string, unknown>>,
  { ref, description }: StoredResource,
  spec: SpecOf["monitor"],
): Readonly<Record<string, unknown>> {
  const { incidentType, ...block } = spec.incident;
  const kinds = incidentType === undefined ? {} : { incidentType, incident_type: incidentType };
  const report = found.reportContext as Readonly<Record<string, unknown>> | undefined;
  return {
    id: incident.id,
    status: "open",
    createTime: incident.openedAt,
    lastSeenTime: incident.lastSeenAt,
    count: incident.count,
    key: incident.key,
    summary: textOf(spec.incident.summary) ?? incident.message,
    message: incident.message,
    properties: { ...spec.properties, ...block, ...kinds, name: incident.name },
    monitor: { name: ref.name, workspace: ref.workspace ?? "public", description: description ?? "", type: spec.type },
    ...found,
    ...(report ? { reportContext: { ...report, incidentId: incident.id } } : {}),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
