import type { ResourceType } from "../ports.ts";
import { checkSchedule } from "../workflow/cron.ts";
import type { BundleSection } from "./types/bundle.ts";
import type { ClusterSection } from "./types/cluster.ts";
import type { MonitorSection } from "./types/monitor.ts";
import type { WorkflowSpec } from "./types/workflow.ts";

interface ScheduleAt {
  readonly cron: string;
  /** where it stands, below the section */
  readonly path: readonly PropertyKey[];
  /** default `UTC` */
  readonly timezone: string | undefined;
  readonly timezonePath: readonly PropertyKey[];
  readonly startOnMs?: number | undefined;
  readonly endOnMs?: number | undefined;
}

/** What is wrong with the times that a section names. */
export function findScheduleFaults(
  type: ResourceType,
  spec: unknown,
  nowMs: number,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  return schedulesOf(type, spec).flatMap(({ cron, path, timezone, timezonePath, startOnMs, endOnMs }) => {
    const fault = checkSchedule({ cron, timezone: timezone ?? "UTC", startOnMs, endOnMs }, nowMs);
    return fault ? [{ path: fault.key === "cron" ? path : timezonePath, message: fault.message }] : [];
  });
}

function schedulesOf(type: ResourceType, spec: unknown): readonly ScheduleAt[] {
  switch (type) {
    case "workflow":
      return ofWorkflow(spec as WorkflowSpec);
    case "monitor": {
      const { schedule, timezone } = spec as MonitorSection;
      return [{ cron: schedule, path: ["schedule"], timezone, timezonePath: ["timezone"] }];
    }
    case "cluster":
      return ofCluster(spec as ClusterSection);
    case "bundle":
      return ofBundle(spec as BundleSection);
    default:
      return [];
  }
}

function ofWorkflow({ schedule }: WorkflowSpec): readonly ScheduleAt[] {
  if (!schedule) return [];
  return [{ ...schedule, path: ["schedule", "cron"], timezonePath: ["schedule", "timezone"] }];
}

function ofCluster({ maintenance }: ClusterSection): readonly ScheduleAt[] {
  const { restartCron, timezone, scalingCrons = [] } = maintenance ?? {};
  const restart =
    restartCron === undefined
      ? []
      : [
          {
            cron: restartCron,
            path: ["maintenance", "restartCron"],
            timezone,
            timezonePath: ["maintenance", "timezone"],
          },
        ];
  const scaling = scalingCrons.map(({ cron, timezone }, index) => {
    const path = ["maintenance", "scalingCrons", index];
    return { cron, path: [...path, "cron"], timezone, timezonePath: [...path, "timezone"] };
  });
  return [...restart, ...scaling];
}

function ofBundle({ schedule }: BundleSection): readonly ScheduleAt[] {
  return (["create", "delete"] as const).flatMap((key) =>
    (schedule?.[key] ?? []).map(({ cron }, index) => ({
      cron,
      path: ["schedule", key, index, "cron"],
      timezone: schedule?.timezone,
      timezonePath: ["schedule", "timezone"],
    })),
  );
}
