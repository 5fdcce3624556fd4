import { z } from "zod";
import { isTimeZone, toEpochMs } from "../../workflow/time-zone.ts";
import { isName, nameRules } from "../names.ts";
import { bool, duration, keyword, listOf, mapping, opaque, opt, req, shortText, tagList, text } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";
import { findCycle } from "./cycles.ts";
import { type Runnable, runnableKeys, stackKeys, toRunnable } from "./runnable.ts";

const retry = mapping({
  count: req(z.int().min(0).max(20), "how often it is tried again"),
  strategy: opt(keyword(["Always", "OnFailure", "OnError", "OnTransientError"]), "after what; default `OnFailure`"),
  duration: opt(duration, "pause before the first time, e.g. `30s`"),
  maxDuration: opt(duration, "how long it is tried at all"),
});

const jobSpec = mapping({ ...runnableKeys, ...stackKeys }, stackKeys);

const names = listOf(shortText, 100);
const job = mapping({
  name: z
    .string()
    .refine((name) => isName(nameRules.workflow, name), { message: `expected ${nameRules.workflow.words}` })
    .describe("name of the job, once in a workflow"),
  title: opt(text, "a title for people"),
  description: opt(text, "what it does"),
  tags: opt(tagList, "tags of its own"),
  gcWhenComplete: opt(bool, "forget it when it is done; without effect here"),
  file: opt(opaque, "a file with the job; read by whoever applies it"),
  spec: req(jobSpec, "what is done, and by what"),
  retry: opt(retry, "what happens when it does not succeed"),
  timeout: opt(duration, "how long it may take, e.g. `15m`"),
  dependencies: opt(names, "names of jobs that come before it"),
  dependency: opt(names, "the same as `dependencies`"),
});

/** `workflow:` (`reference/dataos.md` §10; `timeout` of a job is ours). */
export const workflowSection = mapping({
  title: opt(text, "a title for people"),
  schedule: opt(
    mapping({
      cron: req(z.string(), "when it runs: `minute hour day month weekday`, or `@daily`"),
      concurrencyPolicy: opt(keyword(["Allow", "Forbid", "Replace"]), "while one still runs; default `Allow`"),
      timezone: opt(shortText, "time zone, e.g. `Europe/Berlin`; default `UTC`"),
      startOn: opt(z.string(), "not before this time, e.g. `2026-01-31T08:00:00Z`"),
      endOn: opt(z.string(), "not after this time"),
    }),
    "when it runs; without one it runs when it is applied",
  ),
  dag: req(z.array(job).min(1).max(200), "the jobs"),
});

export type RetryStrategy = "Always" | "OnFailure" | "OnError" | "OnTransientError";

/** One job of a workflow. */
export interface JobSpec extends Runnable {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** `undefined`: one attempt */
  readonly retry:
    | {
        readonly count: number;
        readonly strategy: RetryStrategy;
        readonly duration: string | undefined;
        readonly maxDuration: string | undefined;
      }
    | undefined;
  readonly timeout: string | undefined;
}

export interface WorkflowSchedule {
  readonly cron: string;
  readonly timezone: string;
  readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
  /** milliseconds since 1970 */
  readonly startOnMs: number | undefined;
  readonly endOnMs: number | undefined;
}

export interface WorkflowSpec {
  readonly schedule: WorkflowSchedule | undefined;
  readonly jobs: readonly JobSpec[];
}

/** Reads `workflow:`; every fault of it at once. */
export function readWorkflowSection(given: unknown): SectionReading<WorkflowSpec> {
  const parsed = workflowSection.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const section = parsed.data;
  const faults: SectionFault[] = [];
  const jobs = section.dag.map((given, index): JobSpec => {
    return {
      ...toRunnable(given.spec, ["dag", index, "spec"], faults),
      name: given.name,
      dependencies: [given.dependencies, given.dependency].flat().filter((name) => name !== undefined),
      retry: given.retry && {
        count: given.retry.count,
        strategy: given.retry.strategy ?? "OnFailure",
        duration: given.retry.duration,
        maxDuration: given.retry.maxDuration,
      },
      timeout: given.timeout,
    };
  });
  for (const fault of findDagFaults(jobs)) addFault(["dag", ...fault.path], fault.message);
  const schedule = section.schedule;
  const startOnMs = readTime("startOn", schedule?.startOn);
  const endOnMs = readTime("endOn", schedule?.endOn);
  const spec: WorkflowSpec = {
    schedule: schedule && {
      cron: schedule.cron,
      timezone: schedule.timezone ?? "UTC",
      concurrencyPolicy: schedule.concurrencyPolicy ?? "Allow",
      startOnMs,
      endOnMs,
    },
    jobs,
  };
  return { spec, faults };

  function readTime(key: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined;
    const [, day, time, offset] =
      /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(given) ?? [];
    const wallMs = Date.parse(`${day}T${time ?? "00:00"}Z`);
    if (Number.isNaN(wallMs)) {
      addFault(
        ["schedule", key],
        `\`${given.slice(0, 80)}\` is not a time; expected one such as \`2026-01-31T08:00:00Z\`, or \`2026-01-31T08:00\` in the schedule's time zone`,
      );
      return undefined;
    }
    if (offset !== undefined) return Date.parse(`${day}T${time}${offset}`);
    const zone = schedule?.timezone ?? "UTC";
    return isTimeZone(zone) ? toEpochMs(wallMs, zone) : wallMs;
  }

  function addFault(path: (string | number)[], message: string): void {
    faults.push({ path, message });
  }
}

/** Names given twice, dependencies on jobs that are not there, and cycles, each named. Paths are below `dag`. */
function findDagFaults(
  jobs: readonly Pick<JobSpec, "name" | "dependencies">[],
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  const faults: { path: (string | number)[]; message: string }[] = [];
  const byName = new Map<string, { index: number; dependencies: readonly string[] }>();
  jobs.forEach(({ name, dependencies }, index) => {
    if (byName.has(name))
      faults.push({ path: [index, "name"], message: `job \`${name}\` is given twice; rename one of them` });
    else byName.set(name, { index, dependencies });
  });
  for (const [name, { index, dependencies }] of byName) {
    for (const dependency of dependencies) {
      if (!byName.has(dependency)) {
        const known = [...byName.keys()].filter((other) => other !== name);
        faults.push({
          path: [index, "dependencies"],
          message: `job \`${name}\` depends on \`${dependency}\`, which is not in the dag${known.length > 0 ? ` (jobs: ${known.map((other) => `\`${other}\``).join(", ")})` : ""}`,
        });
      }
    }
  }
  const cycle = findCycle(byName);
  if (cycle) {
    faults.push({
      path: [byName.get(cycle[0] ?? "")?.index ?? 0, "dependencies"],
      message: `jobs wait for each other: ${cycle.map((name) => `\`${name}\``).join(" -> ")}; remove one of these dependencies`,
    });
  }
  return faults;
}
