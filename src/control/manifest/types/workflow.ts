import { z } from "zod";
import { isName, nameRules } from "../names.ts";
import { bool, duration, keyword, mapping, opaque, scalarText, shortText, tagList, text } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";

const retry = mapping({
  count: z.int().min(0).max(20),
  strategy: keyword(["Always", "OnFailure", "OnError", "OnTransientError"]).optional(),
  duration: duration.optional(),
  maxDuration: duration.optional(),
});

const jobSpecKeys = {
  stack: shortText.min(1),
  compute: shortText.optional(),
  stackSpec: opaque.optional(),
  title: text.optional(),
  tags: tagList.optional(),
  logLevel: keyword(["INFO", "WARN", "WARNING", "DEBUG", "ERROR"]).optional(),
  configs: opaque.optional(),
  envs: z.record(z.string(), scalarText).optional(),
  secrets: opaque.optional(),
  dataosSecrets: opaque.optional(),
  dataosVolumes: opaque.optional(),
  tempVolume: opaque.optional(),
  persistentVolume: opaque.optional(),
  resources: opaque.optional(),
  dryRun: bool.optional(),
  runAsUser: shortText.min(1).optional(),
  runAsApiKey: opaque.optional(),
  topology: opaque.optional(),
};

/** Stacks of the vendor's documentation and ours; a stack without a runner is kept and waits. */
export const knownStacks = [
  "scanner",
  "flare",
  "dbt",
  "soda",
  "soda+python",
  "container",
  "toolbox",
  "data-toolbox",
  "dataos-ctl",
  "nilus",
  "bento",
  "benthos",
  "beacon",
  "beacon+rest",
  "dlthub",
  "python",
  "spark",
  "alpha",
  "rubik",
  "lens",
  "lakesearch",
  "streamlit",
  "steampipestack",
  "nodesearch",
  "flash",
] as const;

/** `scanner:2.0` in its parts; no version means the latest. */
export function parseStack(stack: string): { readonly name: string; readonly version: string | undefined } {
  const colon = stack.indexOf(":");
  return colon < 0
    ? { name: stack, version: undefined }
    : { name: stack.slice(0, colon), version: stack.slice(colon + 1) };
}

// WHY: manifests of 2023 name the stack's own section after the stack: `scanner: {…}` for `stackSpec: {…}`
const stackKeys = Object.fromEntries(knownStacks.map((name) => [name, opaque.optional()]));
const jobSpec = mapping({ ...jobSpecKeys, ...stackKeys });

const names = z.union([shortText, z.array(shortText).max(100)]);
const job = mapping({
  name: z
    .string()
    .refine((name) => isName(nameRules.workflow, name), { message: `expected ${nameRules.workflow.words}` }),
  title: text.optional(),
  description: text.optional(),
  tags: tagList.optional(),
  gcWhenComplete: bool.optional(),
  file: opaque.optional(),
  spec: jobSpec,
  retry: retry.optional(),
  timeout: duration.optional(),
  dependencies: names.optional(),
  dependency: names.optional(),
});

const workflow = mapping({
  title: text.optional(),
  schedule: mapping({
    cron: z.string(),
    concurrencyPolicy: keyword(["Allow", "Forbid", "Replace"]).optional(),
    timezone: shortText.optional(),
    startOn: z.string().optional(),
    endOn: z.string().optional(),
  }).optional(),
  dag: z.array(job).min(1).max(200),
});

export type RetryStrategy = "Always" | "OnFailure" | "OnError" | "OnTransientError";

/** One job of a workflow. */
export interface JobSpec {
  readonly name: string;
  /** as written, e.g. `scanner:2.0` */
  readonly stack: string;
  readonly compute: string | undefined;
  readonly stackSpec: unknown;
  readonly runAsUser: string | undefined;
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

/** Reads `workflow:` (`reference/dataos.md` §10; `timeout` of a job is ours). */
export function readWorkflowSection(given: unknown): SectionReading<WorkflowSpec> {
  const parsed = workflow.safeParse(given);
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const section = parsed.data;
  const faults: SectionFault[] = [];
  const jobs = section.dag.map((given, index): JobSpec => {
    const stack = given.spec.stack;
    const own = parseStack(stack).name;
    const spec = given.spec as Record<string, unknown>;
    for (const key of knownStacks) {
      if (spec[key] === undefined) continue;
      if (key !== own)
        addFault(
          ["dag", index, "spec", key],
          `\`${key}\` is the section of another stack than \`${stack}\`; expected \`stackSpec\``,
        );
      else if (spec.stackSpec !== undefined)
        addFault(["dag", index, "spec", key], `\`${key}\` and \`stackSpec\` say the same; keep \`stackSpec\``);
    }
    return {
      name: given.name,
      stack,
      compute: given.spec.compute,
      stackSpec: given.spec.stackSpec ?? spec[own],
      runAsUser: given.spec.runAsUser,
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
    const time = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(given) ? Date.parse(given) : Number.NaN;
    if (Number.isNaN(time)) addFault(["schedule", key], "expected a time such as `2026-01-31T08:00:00Z`");
    return time;
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

function findCycle(
  jobs: ReadonlyMap<string, { readonly dependencies: readonly string[] }>,
): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return undefined;
    done.add(name);
    for (const dependency of jobs.get(name)?.dependencies ?? []) {
      const found = visit(dependency, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };
  for (const name of jobs.keys()) {
    const found = visit(name, []);
    if (found) return found;
  }
  return undefined;
}
