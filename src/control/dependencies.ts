import {
  type DepotSpec,
  type ParsedManifest,
  readDepotName,
  stockComputes,
  type WorkflowSpec,
} from "./manifest/index.ts";
import type { ResourceRef } from "./ports.ts";

/** What a manifest needs others for; each named once. */
export function dependenciesOf({ ref, spec }: Pick<ParsedManifest, "ref" | "spec">): readonly ResourceRef[] {
  if (ref.type === "depot") return depotDependencies(spec as DepotSpec);
  if (ref.type === "workflow") return workflowDependencies(spec as WorkflowSpec);
  return [];
}

/** The secrets it names. */
function depotDependencies(spec: DepotSpec): readonly ResourceRef[] {
  return spec.secrets.map(({ type, name, workspace }) => ({ type, name, workspace }));
}

/** The depots its jobs name, and computes that are not always there. */
function workflowDependencies(spec: WorkflowSpec): readonly ResourceRef[] {
  const refs = new Map<string, ResourceRef>();
  for (const job of spec.jobs) {
    const depot = readDepotName(job);
    if (depot !== undefined) refs.set(`depot ${depot}`, { type: "depot", name: depot, workspace: undefined });
    if (job.compute !== undefined && !stockComputes.has(job.compute)) {
      refs.set(`compute ${job.compute}`, { type: "compute", name: job.compute, workspace: undefined });
    }
  }
  return [...refs.values()];
}
