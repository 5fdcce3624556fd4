/**
 * What `resource:` of a rule covers: the thing and everything inside it (DESIGN §4), as path globs.
 * INVARIANT: a deny on a thing must reach it by every address it has, so each URN is turned into UDL addresses as well.
 */
export function coverageOf(resource: string): readonly string[] | undefined {
  const urn = /^urn:dataos:([^:#]+):([^:#]+)(?::([^#]+))?(?:#(.+))?$/.exec(resource);
  if (urn) return urnCoverage(urn[1] ?? "", urn[2] ?? "", urn[3], urn[4]);
  if (resource.startsWith("dataos://")) {
    const address = withoutQuery(resource);
    return address.includes("#") ? [`${address}{,.**}`] : [`${address}{,:**,/**,#**}`];
  }
  return resource.startsWith("/") ? [resource] : undefined;
}

/** A UDL address without `?acl=…`, which says how a depot is opened and not what is meant. */
export function withoutQuery(address: string): string {
  const query = address.indexOf("?acl=");
  if (query < 0) return address;
  const field = address.indexOf("#", query);
  return field < 0 ? address.slice(0, query) : address.slice(0, query) + address.slice(field);
}

const inside = "{,/**,#**}";
// WHY: not every kind: the scope of `urn:dataos:resource:policy:…` is no depot, and a depot may be called `policy`
const depotKinds = "{depot,database,schema,dataset,column,procedure,query}";
const resourceKinds: ReadonlySet<string> = new Set(
  "instance-secret secret policy grant provider use-case workflow compute user role service worker cluster".split(" "),
);
const dataKinds: ReadonlySet<string> = new Set(["database", "schema", "dataset", "column", "procedure", "query"]);

function urnCoverage(kind: string, scope: string, path: string | undefined, field: string | undefined): string[] {
  const isDepot = kind === "depot" || (kind === "resource" && scope === "depot");
  const depot = kind === "depot" ? scope : (path ?? "*");
  if (isDepot && field === undefined) {
    return [
      `urn:dataos:${depotKinds}:${depot}{,:**,#**}`,
      `urn:dataos:resource:depot:${depot}${inside}`,
      `dataos://${depot}{,:**,#**}`,
    ];
  }
  if (dataKinds.has(kind)) {
    const end = field === undefined ? inside : `#${field}{,.**}`;
    const at = path === undefined ? "" : `:${path}`;
    return [`urn:dataos:${depotKinds}:${scope}${at}${end}`, ...udlCoverage(scope, path, end)];
  }
  const own = `urn:dataos:${kind}:${scope}${path === undefined ? "{,:**,#**}" : `:${path}${inside}`}`;
  if (kind === "workspace") return [own, `urn:dataos:resource:*:${scope}/**`];
  if (resourceKinds.has(kind)) {
    const name = path === undefined ? scope : `${scope}/${path}`;
    return [own, `urn:dataos:resource:${kind}:{,*/}${name}${inside}`];
  }
  return [own];
}

/** Addresses of what lies below `path` of a depot; several, because a UDL leaves the database out where it can. */
function udlCoverage(depot: string, path: string | undefined, end: string): string[] {
  if (path === undefined) return [`dataos://${depot}{,:**,#**}`];
  const [first = "", ...rest] = path.split("/");
  const dataset = rest.map((segment) => segment.replaceAll("%2E", "."));
  const plain = `dataos://${depot}:${[first, ...dataset].join("/")}${end}`;
  if (first === "none") return [plain];
  if (rest.length === 0) return [plain, `dataos://${depot}:${first}.*${end}`];
  const [schema = "", ...table] = rest;
  const tail = table.length === 0 ? "" : `/${table.map((segment) => segment.replaceAll("%2E", ".")).join("/")}`;
  return [plain, `dataos://${depot}:${schema}${tail}${end}`, `dataos://${depot}:${first}.${schema}${tail}${end}`];
}
