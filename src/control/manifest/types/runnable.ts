import { z } from "zod";
import {
  bool,
  cpu,
  keyword,
  mapping,
  memory,
  opaque,
  opaqueMap,
  opt,
  req,
  shortText,
  tagList,
  text,
  texts,
} from "../schema.ts";
import type { SectionFault } from "../section.ts";

/** What jobs, services and workers, clusters and lakehouses have in common. */

const amounts = mapping({
  cpu: opt(cpu, "processor, e.g. `500m` or `2`"),
  memory: opt(memory, "memory, e.g. `512Mi`"),
});

/** `resources:` of everything that runs. */
export const computeResources = mapping({
  requests: opt(amounts, "what it is given at least"),
  limits: opt(amounts, "what it may use at most"),
});

/** `dataosSecrets:` and the like: a name alone, or a mapping. */
export const secretUses = z
  .array(
    z.preprocess(
      (given) => (typeof given === "string" ? { name: given } : given),
      mapping({
        name: req(shortText.min(1), "name of the secret"),
        workspace: opt(shortText, "its workspace; default: the one of what uses it"),
        key: opt(shortText, "the one entry to take"),
        keys: opt(z.array(shortText).max(100), "the entries to take"),
        allKeys: opt(bool, "take all entries"),
        allkeys: opt(bool, "the same as `allKeys`"),
        consumptionType: opt(keyword(["envVars", "propFile", "file"]), "how it is handed over"),
      }),
    ),
  )
  .max(50);

const volumeUse = mapping({
  name: req(shortText.min(1), "name of the volume"),
  directory: opt(text, "where it is put, relative to the working directory"),
  readOnly: opt(bool, "no writing"),
  subPath: opt(text, "folder of the volume to take"),
});

export const autoScaling = mapping({
  enabled: opt(bool, "whether it scales"),
  minReplicas: opt(z.int().min(0).max(1000), "fewest replicas"),
  maxReplicas: opt(z.int().min(0).max(1000), "most replicas"),
  targetMemoryUtilizationPercentage: opt(z.int().min(1).max(1000), "percent of the requested memory"),
  targetCPUUtilizationPercentage: opt(z.int().min(1).max(1000), "percent of the requested processor"),
});

export const logLevel = keyword(["INFO", "WARN", "WARNING", "DEBUG", "ERROR", "TRACE"]);

export const ingress = mapping({
  enabled: opt(bool, "whether it is reachable from outside"),
  path: opt(text, "path of the address, e.g. `/orders/api`"),
  stripPath: opt(bool, "take the path off before the request is handed on"),
  noAuthentication: opt(bool, "let everybody in"),
  appDetailSpec: opt(opaque, "how it is shown as an app"),
  apiDetailSpec: opt(opaque, "how it is shown as an API"),
});

/** Keys of what a stack carries out. */
export const runnableKeys = {
  stack: req(shortText.min(1), "what carries it out, with its version: `scanner:2.0`, `flare:7.0`, `soda+python:1.0`"),
  compute: opt(shortText.min(1), "the compute it runs on, e.g. `runnable-default`"),
  stackSpec: opt(opaque, "what the stack is told; its grammar is the stack's"),
  title: opt(text, "a title for people"),
  tags: opt(tagList, "tags of its own"),
  logLevel: opt(logLevel, "how much it logs"),
  configs: opt(opaqueMap, "settings of the stack"),
  envs: opt(texts, "environment variables"),
  secrets: opt(secretUses, "secrets by name, e.g. to fetch an image"),
  dataosSecrets: opt(secretUses, "secrets that are handed over"),
  dataosVolumes: opt(z.array(volumeUse).max(20), "volumes that are put into it"),
  tempVolume: opt(shortText, "a folder that is gone afterwards: its size, or the name of a volume"),
  persistentVolume: opt(volumeUse, "a folder that stays"),
  resources: opt(computeResources, "processor and memory"),
  dryRun: opt(bool, "check only"),
  runAsUser: opt(shortText.min(1), "whose rights it has; needs `run_as` on that user"),
  runAsApiKey: opt(z.string().max(4096), "the key it uses; kept as a secret"),
  topology: opt(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the node"),
          type: opt(shortText, "e.g. `input`, `output`"),
          doc: opt(text, "what it is"),
          properties: opt(opaqueMap, "anything else"),
          dependencies: opt(z.array(shortText).max(100), "names of nodes it comes after"),
        }),
      )
      .max(100),
    "how data flows through it",
  ),
};

/** Keys of what runs until it is deleted. */
export const longRunningKeys = {
  replicas: opt(z.int().min(0).max(1000), "how many run side by side"),
  autoScaling: opt(autoScaling, "between how many it scales"),
  autoscaling: opt(autoScaling, "the same as `autoScaling`"),
  highAvailabilityConfig: opt(
    mapping({
      level: opt(keyword(["hostname", "zone", "region"]), "what replicas are kept apart by"),
      mode: opt(keyword(["preferred", "required"]), "whether that is a wish or a must"),
    }),
    "how replicas are spread",
  ),
};

/** Stacks of the vendor's documentation and ours; a stack without a runner is kept and waits. */
export const knownStacks = [
  "scanner",
  "sql",
  "process",
  "cli",
  "flare",
  "dbt",
  "soda",
  "sodaworker",
  "container",
  "toolbox",
  "data-toolbox",
  "dataos-ctl",
  "nilus",
  "bento",
  "bento-worker",
  "benthos",
  "benthos-worker",
  "beacon",
  "dlthub",
  "python",
  "python3",
  "spark",
  "alpha",
  "rubik",
  "lens",
  "lakesearch",
  "streamlit",
  "steampipe",
  "steampipestack",
  "nodesearch",
  "flash",
  "talos",
  "stream-monitor",
  "pulsar-function",
] as const;

/** `scanner:2.0` in its parts; no version means the latest. */
export function parseStack(stack: string): { readonly name: string; readonly version: string | undefined } {
  const colon = stack.indexOf(":");
  return colon < 0
    ? { name: stack, version: undefined }
    : { name: stack.slice(0, colon), version: stack.slice(colon + 1) };
}

/** `soda+python:1.0` -> `soda` */
export function stackFamily(stack: string): string {
  return parseStack(stack).name.split("+", 1)[0] ?? "";
}

/**
 * The stack's own section beside `stackSpec`.
 * WHY: manifests of 2023 name it after the stack: `scanner: {…}` for `stackSpec: {…}`
 */
export const stackKeys: Readonly<Record<string, z.ZodOptional<z.ZodUnknown>>> = Object.fromEntries(
  knownStacks
    .filter((name) => /^[a-z]+$/.test(name))
    .map((name) => [name, opt(opaque, `the same as \`stackSpec\`, for the stack \`${name}\``)]),
);

export interface SecretUse {
  readonly name: string;
  /** `undefined`: that of what uses it */
  readonly workspace: string | undefined;
  /** the entries to take; `undefined`: all */
  readonly keys: readonly string[] | undefined;
}

/** A volume that is put into what runs. */
export interface VolumeUse {
  readonly name: string;
  /** relative to its folder; `undefined`: the name */
  readonly directory: string | undefined;
  readonly readOnly: boolean;
  /** folder of the volume to take */
  readonly subPath: string | undefined;
}

/** What runs by a stack, whichever spelling it was written in. */
export interface Runnable {
  /** as written, e.g. `scanner:2.0` */
  readonly stack: string;
  readonly compute: string | undefined;
  readonly stackSpec: unknown;
  readonly runAsUser: string | undefined;
  readonly envs: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretUse[];
  /** e.g. `512Mi` */
  readonly memoryLimit: string | undefined;
  /** names of volumes, each once */
  readonly volumes: readonly string[];
  readonly mounts: readonly VolumeUse[];
}

const runnable = z.object(runnableKeys);

/** Reads the common keys of a section that the schema has taken; faults are about `stackSpec` and its other name. */
export function toRunnable(
  spec: Readonly<Record<string, unknown>> & z.infer<typeof runnable>,
  path: readonly (string | number)[],
  faults: SectionFault[],
): Runnable {
  const own = stackFamily(spec.stack);
  for (const key of Object.keys(stackKeys)) {
    if (spec[key] === undefined) continue;
    if (key !== own) {
      const message = `\`${key}\` is the section of another stack than \`${spec.stack}\`; expected \`stackSpec\``;
      faults.push({ path: [...path, key], message });
    } else if (spec.stackSpec !== undefined) {
      faults.push({ path: [...path, key], message: `\`${key}\` and \`stackSpec\` say the same; keep \`stackSpec\`` });
    }
  }
  const volumes = [...(spec.dataosVolumes ?? []), ...(spec.persistentVolume ? [spec.persistentVolume] : [])];
  return {
    stack: spec.stack,
    compute: spec.compute,
    stackSpec: spec.stackSpec ?? (Object.hasOwn(stackKeys, own) ? spec[own] : undefined),
    runAsUser: spec.runAsUser,
    envs: spec.envs ?? {},
    secrets: [...(spec.secrets ?? []), ...(spec.dataosSecrets ?? [])].map(({ name, workspace, key, keys, ...use }) => {
      const named = [...(key === undefined ? [] : [key]), ...(keys ?? [])];
      const isAll = use.allKeys === true || use.allkeys === true || named.length === 0;
      return { name, workspace, keys: isAll ? undefined : named };
    }),
    memoryLimit: spec.resources?.limits?.memory,
    volumes: [...new Set(volumes.map(({ name }) => name))],
    mounts: volumes.map(({ name, directory, readOnly = false, subPath }) => ({ name, directory, readOnly, subPath })),
  };
}
