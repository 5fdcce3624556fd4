import { globMatches } from "./naive-glob.ts";

/** Kinds of things that lie in a depot. */
const depotKinds = ["depot", "database", "schema", "dataset", "column", "procedure", "query"];

/** Whether `resource:` of a rule covers the address: the thing itself and everything inside it, by every address it has. */
export function covers(resource: string, address: string): boolean {
  if (resource === "*" || resource === "**") return true;
  if (resource.startsWith("/")) return globMatches(resource, address, ":/");
  if (resource.startsWith("dataos://")) return isWithin(withoutQuery(resource), address, ":/#");
  const thing = readUrn(resource);
  return thing.kind === "depot" ? isOfDepot(thing.scope, address) : isOfData(thing, address);
}

/** `?acl=r` says how a depot is opened, not what is meant. */
export function withoutQuery(address: string): string {
  return address.startsWith("dataos://") ? address.replace(/\?acl=[^#]*/, "") : address;
}

interface Thing {
  readonly kind: string;
  readonly scope: string;
  readonly path: readonly string[];
  readonly field: string | undefined;
}

function readUrn(urn: string): Thing {
  const [name = "", field] = urn.split("#");
  const [, , kind = "", scope = "", path] = name.split(":");
  return { kind, scope, path: path?.split("/") ?? [], field };
}

function isOfDepot(depot: string, address: string): boolean {
  if (address.startsWith("dataos://")) return globMatches(depot, /^dataos:\/\/([^:/#]*)/.exec(address)?.[1] ?? "", "");
  const { kind, scope, path } = readUrn(address);
  return kind === "resource"
    ? scope === "depot" && globMatches(depot, path[0] ?? "", "")
    : depotKinds.includes(kind) && globMatches(depot, scope, "");
}

function isOfData({ scope, path, field }: Thing, address: string): boolean {
  const isUdl = address.startsWith("dataos://");
  if (!isUdl && !(address.startsWith("urn:dataos:") && depotKinds.includes(readUrn(address).kind))) return false;
  const { depot, paths, field: column } = isUdl ? readUdl(address) : toPlace(readUrn(address));
  if (depot !== scope) return false;
  return paths.some((known) => {
    // a UDL may leave the database out
    const begins = known.length >= path.length && path.every((step, at) => known[at] === step || known[at] === anyStep);
    const tellsMore = path.length > 1 || known[0] !== anyStep;
    if (!begins || !tellsMore) return false;
    return field === undefined || (known.length === path.length && column !== undefined && isField(field, column));
  });
}

function isField(field: string, column: string): boolean {
  return column === field || column.startsWith(`${field}.`);
}

const anyStep = Symbol("a database that is not named");
type Step = string | typeof anyStep;

interface Place {
  readonly depot: string;
  /** what its path may be in a URN */
  readonly paths: readonly (readonly Step[])[];
  readonly field: string | undefined;
}

function toPlace({ scope, path, field }: Thing): Place {
  return { depot: scope, paths: [path], field };
}

function readUdl(udl: string): Place {
  const [address = "", field] = udl.split("#");
  const [depot = "", path = ""] = address.slice("dataos://".length).split(":");
  const steps = path === "" ? [] : path.split("/");
  const [first = "", ...rest] = steps;
  const dot = first.indexOf(".");
  const paths: Step[][] = steps.length === 0 ? [[]] : [steps, [anyStep, ...steps]];
  if (dot >= 0) paths.push([first.slice(0, dot), first.slice(dot + 1), ...rest]);
  return { depot, paths, field };
}

function isWithin(whole: string, address: string, separators: string): boolean {
  const next = address[whole.length];
  return address.startsWith(whole) && (next === undefined || separators.includes(next));
}
