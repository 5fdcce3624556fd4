import { looksLikeUdl, parseUdl } from "../shared/udl.ts";
import {
  type DepotSpec,
  type ParsedManifest,
  type Runnable,
  readBundleMembers,
  readDepotName,
  type SecretUse,
  type SpecOf,
  stockComputes,
  type WorkflowSpec,
} from "./manifest/index.ts";
import { type ResourceRef, type ResourceType, resourceTypes, workspaceTypes } from "./ports.ts";

type Needs = readonly (ResourceRef | undefined)[];

/**
 * What a manifest needs others for; each named once. What a stack without a grammar here names in its `stackSpec` is not known.
 * A bundle needs what the resources in it need, except each other: it makes them itself.
 */
export function dependenciesOf({ ref, spec }: Pick<ParsedManifest, "ref" | "spec">): readonly ResourceRef[] {
  const found = new Map<string, ResourceRef>();
  for (const need of needsOf(ref, spec)) {
    if (need !== undefined && keyOf(need) !== keyOf(ref)) found.set(keyOf(need), need);
  }
  return [...found.values()];
}

function needsOf(ref: ResourceRef, spec: SpecOf[ResourceType]): Needs {
  switch (ref.type) {
    case "depot":
      return (spec as DepotSpec).secrets.map(({ type, name, workspace }) => ({ type, name, workspace }));
    case "workflow":
      return (spec as WorkflowSpec).jobs.flatMap((job) => ofRunnable(job, ref));
    case "service":
    case "worker":
      return ofRunnable(spec as SpecOf["service"], ref);
    case "volume":
      return [compute((spec as SpecOf["volume"]).compute)];
    case "database":
      return [compute((spec as SpecOf["database"]).compute)];
    case "cluster":
      return ofCluster(spec as SpecOf["cluster"], ref);
    case "lakehouse":
      return ofLakehouse(spec as SpecOf["lakehouse"]);
    case "operator":
      return ofOperator(spec as SpecOf["operator"]);
    case "monitor":
      return ofMonitor(spec as SpecOf["monitor"]);
    case "bundle":
      return ofBundle(spec as SpecOf["bundle"]);
    case "product":
      return ofProduct(spec as SpecOf["product"]);
    default:
      return [];
  }
}

/** The depot that it works on, its secrets and volumes, and a compute that is not always there. */
function ofRunnable(runnable: Runnable, { workspace }: ResourceRef): Needs {
  return [
    depot(readDepotName(runnable)),
    compute(runnable.compute),
    ...runnable.secrets.map((use) => secret(use, workspace)),
    ...runnable.volumes.map((name): ResourceRef => ({ type: "volume", name, workspace })),
  ];
}

function ofCluster({ compute: place, minerva, themis }: SpecOf["cluster"], { workspace }: ResourceRef): Needs {
  const depots = [...(minerva?.depots ?? []), ...(themis?.depots ?? [])];
  const secrets = [
    ...(minerva?.secrets ?? []),
    ...[...depots, ...(minerva?.catalogs ?? [])].flatMap((one) => one.secrets ?? []),
  ];
  return [
    compute(typeof place === "string" ? place : undefined),
    ...depots.map(({ address }) => depot(depotOf(address))),
    ...secrets.map((use) => secret(use, workspace)),
  ];
}

/** Its secrets are instance secrets, unless a workspace is named. */
function ofLakehouse({ compute: place, iceberg }: SpecOf["lakehouse"]): Needs {
  return [compute(place), ...(iceberg.storage.secrets ?? []).map((use) => secret(use, undefined))];
}

function ofOperator({ components, natsClusterConfig }: SpecOf["operator"]): Needs {
  return [
    ...components.flatMap((component) => [
      compute(component.compute),
      ...(component.secrets ?? []).map((use) => secret(use, undefined)),
    ]),
    compute(natsClusterConfig?.compute),
  ];
}

function ofMonitor({ equation }: SpecOf["monitor"]): Needs {
  return [equation?.leftExpression, equation?.rightExpression].map((side) => depot(side?.query?.depot));
}

function ofBundle(section: SpecOf["bundle"]): Needs {
  const members = readBundleMembers(section);
  const own = new Set(members.map(({ ref }) => keyOf(ref)));
  return members.flatMap((member) => dependenciesOf(member).filter((need) => !own.has(keyOf(need))));
}

/** The resources that it names as `type:version:name[:workspace]` or by parts, and the depots of addresses. */
function ofProduct({ resources, inputs, outputs }: SpecOf["product"]): Needs {
  return [...resources, ...inputs, ...outputs].map(({ ref, type, name, workspace }) => {
    if (ref === undefined)
      return type === undefined || name === undefined ? undefined : resource(type, name, workspace);
    if (looksLikeUdl(ref)) return depot(depotOf(ref));
    const [kind = "", second = "", third = "", fourth] = ref.split(":");
    if (kind === "dataset") return depot(second || undefined);
    return resource(kind, third, fourth);
  });
}

// ---- references -----------------------------------------------------------------------------------------------------

function resource(type: string, name: string, workspace: string | undefined): ResourceRef | undefined {
  if (!(resourceTypes as readonly string[]).includes(type) || name === "") return undefined;
  const known = type as ResourceType;
  return { type: known, name, workspace: workspaceTypes.has(known) ? (workspace ?? "public") : undefined };
}

function depot(name: string | undefined): ResourceRef | undefined {
  return name === undefined ? undefined : { type: "depot", name, workspace: undefined };
}

/** `dataos://sales:public/orders?acl=r` -> `sales`; `undefined` where it is no address. */
function depotOf(address: string): string | undefined {
  try {
    return parseUdl(address).depot;
  } catch {
    return undefined;
  }
}

function compute(name: string | undefined): ResourceRef | undefined {
  return name === undefined || stockComputes.has(name) ? undefined : { type: "compute", name, workspace: undefined };
}

/** A secret of a workspace, or an instance secret where there is none. */
function secret(
  { name, workspace }: SecretUse | { name: string; workspace?: string | undefined },
  own: string | undefined,
): ResourceRef {
  const place = workspace ?? own;
  return { type: place === undefined ? "instance-secret" : "secret", name, workspace: place };
}

function keyOf({ type, name, workspace }: ResourceRef): string {
  return JSON.stringify([type, workspace ?? "", name]);
}
