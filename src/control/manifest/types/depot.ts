import { z } from "zod";
import { bool, keyword, mapping, opaque, params, port, scalarText, shortText, text } from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";

/** Types of depots as users write them, in any letter case (`reference/dataos.md` §9). */
const depotTypes = [
  "postgresql",
  "postgres",
  "jdbc",
  "mysql",
  "mariadb",
  "mssql",
  "oracle",
  "snowflake",
  "bigquery",
  "redshift",
  "s3",
  "abfss",
  "wasbs",
  "gcs",
  "kafka",
  "pulsar",
  "eventhub",
  "elasticsearch",
  "opensearch",
  "mongodb",
  "redis",
  "presto",
  "file",
  "http",
] as const;
export type DepotType = (typeof depotTypes)[number];

const server = {
  subprotocol: shortText.optional(),
  host: shortText.min(1),
  port: port.optional(),
  params: params.optional(),
};
const table = {
  format: shortText.optional(),
  icebergCatalogType: shortText.optional(),
  metastoreType: shortText.optional(),
  metastoreUrl: shortText.optional(),
};
const search = mapping({ nodes: z.array(shortText).min(1), params: params.optional() });
const azure = mapping({
  account: shortText,
  container: shortText,
  relativePath: text.optional(),
  endpointSuffix: shortText.optional(),
  ...table,
});
const database = mapping({ ...server, database: shortText.optional() });

/** What a location may hold, by type; keys of the vendor's API. */
const locations: Readonly<Record<DepotType, z.ZodType>> = {
  postgresql: database,
  postgres: database,
  mysql: database,
  mariadb: database,
  mssql: database,
  jdbc: mapping({
    ...server,
    subprotocol: shortText.min(1),
    database: shortText.optional(),
    service: shortText.optional(),
  }),
  oracle: mapping({ ...server, service: shortText.optional(), database: shortText.optional() }),
  snowflake: mapping({
    warehouse: shortText,
    url: shortText.optional(),
    database: shortText.optional(),
    account: shortText.optional(),
    role: shortText.optional(),
    params: params.optional(),
  }),
  bigquery: mapping({
    project: shortText.optional(),
    params: params.optional(),
    temporaryBucket: shortText.optional(),
    persistentBucket: shortText.optional(),
  }),
  redshift: mapping({
    ...server,
    database: shortText.optional(),
    bucket: shortText.optional(),
    relativePath: text.optional(),
    scheme: shortText.optional(),
  }),
  s3: mapping({
    scheme: shortText.optional(),
    bucket: shortText,
    relativePath: text.optional(),
    region: shortText.optional(),
    endpoint: shortText.optional(),
    ...table,
  }),
  abfss: azure,
  wasbs: azure,
  gcs: mapping({ bucket: shortText, relativePath: text.optional(), ...table }),
  kafka: mapping({
    brokers: z.array(shortText).min(1),
    schemaRegistryUrl: shortText.optional(),
    params: params.optional(),
  }),
  pulsar: mapping({
    adminUrl: shortText.optional(),
    serviceUrl: shortText,
    tenant: shortText.optional(),
    params: params.optional(),
  }),
  eventhub: mapping({ endpoint: shortText, params: params.optional() }),
  elasticsearch: search,
  opensearch: search,
  mongodb: mapping({ subprotocol: shortText.optional(), nodes: z.array(shortText).min(1), params: params.optional() }),
  redis: mapping({ host: shortText, port: port.optional(), db: scalarText.optional() }),
  presto: mapping({
    host: shortText,
    port: port.optional(),
    catalog: shortText.optional(),
    schema: shortText.optional(),
    params: params.optional(),
  }),
  file: mapping({ path: text, ...table }),
  http: mapping({
    baseUrl: text,
    headers: z.record(z.string(), scalarText).optional(),
    queryParams: z.record(z.string(), scalarText).optional(),
  }),
};

const secretEntries = z.record(z.string(), scalarText);
const common = {
  type: keyword(depotTypes),
  name: shortText.optional(),
  owner: shortText.optional(),
  description: text.optional(),
  external: bool.optional(),
  source: shortText.optional(),
  compute: shortText.optional(),
  runAsUser: shortText.optional(),
  hiveSync: opaque.optional(),
  resources: opaque.optional(),
};
const allKeys = { keys: z.array(shortText).optional(), allkeys: bool.optional(), allKeys: bool.optional() };
const instanceSecrets = z.array(mapping({ name: shortText.min(1), ...allKeys })).max(20);

const v1 = mapping({
  ...common,
  connection: z.unknown().optional(),
  spec: z.unknown().optional(),
  connectionSecret: z
    .array(
      mapping({
        acl: keyword(["r", "rw"]),
        type: shortText.optional(),
        data: secretEntries.optional(),
        files: secretEntries.optional(),
        values: z.union([secretEntries, z.array(mapping({ key: shortText, value: scalarText }))]).optional(),
      }),
    )
    .max(4)
    .optional(),
  dataosSecrets: z
    .array(
      mapping({
        name: shortText.min(1),
        workspace: shortText.optional(),
        key: shortText.optional(),
        consumptionType: shortText.optional(),
        ...allKeys,
      }),
    )
    .max(20)
    .optional(),
  secrets: instanceSecrets.optional(),
});

const locationKeys = Object.fromEntries(depotTypes.map((type) => [type, z.unknown().optional()])) as Record<
  DepotType,
  z.ZodOptional<z.ZodUnknown>
>;
const v2 = mapping({ ...common, ...locationKeys, secrets: instanceSecrets.optional() });

/** A reference of a depot to where its credentials are. */
export interface SecretReference {
  readonly type: "instance-secret" | "secret";
  readonly name: string;
  readonly workspace: string | undefined;
}

/** A depot, whichever spelling it was written in. */
export interface DepotSpec {
  /** `postgresql`, `mysql`, …; for JDBC by its subprotocol */
  readonly engine: string;
  readonly location: Readonly<Record<string, unknown>>;
  readonly external: boolean;
  readonly secrets: readonly SecretReference[];
  /** inline secrets: which entries exist, as dotted paths below `depot` */
  readonly inline: readonly { readonly acl: "r" | "rw"; readonly entries: ReadonlyMap<string, string> }[];
}

/** Reads `depot:`; every fault of it at once. */
export function readDepotSection(given: unknown, version: string): SectionReading<DepotSpec> {
  const isV2 = version === "v2alpha";
  const parsed = (isV2 ? v2 : v1).safeParse(given);
  const faults: SectionFault[] = parsed.success ? [] : [...parsed.error.issues];
  const raw = typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Section) : undefined;
  const type = common.type.safeParse(raw?.type);
  if (!raw || !type.success) return { spec: undefined, faults };
  const found = isV2 ? findV2Location(raw, type.data) : findV1Location(raw);
  if ("fault" in found) return { spec: undefined, faults: [...faults, { path: found.path, message: found.fault }] };
  const location = locations[found.type ?? type.data].safeParse(found.location);
  if (!location.success) {
    faults.push(...location.error.issues.map((issue) => ({ ...issue, path: [found.key, ...issue.path] })));
  }
  if (!parsed.success || !location.success) return { spec: undefined, faults };
  return {
    spec: toSpec(parsed.data as Section, found.type ?? type.data, location.data as Record<string, unknown>),
    faults: [],
  };
}

type Section = z.infer<typeof v1> & Partial<Record<DepotType, unknown>>;
type Found =
  | { readonly key: string; readonly location: unknown; readonly type?: DepotType }
  | { readonly fault: string; readonly path: readonly string[] };

function findV1Location(section: Section): Found {
  if (section.spec !== undefined && section.connection !== undefined) {
    return { fault: "`spec` and `connection` say the same; keep one of them", path: ["connection"] };
  }
  if (section.connection !== undefined) return { key: "connection", location: section.connection };
  if (section.spec !== undefined) return { key: "spec", location: section.spec };
  return { fault: "the location is missing; expected `connection: {…}` or `spec: {…}`", path: [] };
}

function findV2Location(section: Section, type: DepotType): Found {
  const keys = depotTypes.filter((key) => section[key] !== undefined);
  const wanted = type === "postgres" || type === "postgresql" ? ["postgresql", "postgres", "jdbc"] : [type, "jdbc"];
  const [key, second] = keys;
  if (key === undefined) {
    return { fault: `the location is missing; expected \`${wanted[0]}: {…}\``, path: [] };
  }
  if (second !== undefined)
    return { fault: `\`${key}\` and \`${second}\` are both locations; keep one of them`, path: [second] };
  if (!wanted.includes(key) && !(type === "jdbc")) {
    return {
      fault: `\`${key}\` is not the location of a \`${type}\` depot; expected \`${wanted[0]}: {…}\``,
      path: [key],
    };
  }
  return { key, location: section[key], type: key };
}

const engineOfSubprotocol: Readonly<Record<string, string>> = {
  postgresql: "postgresql",
  postgres: "postgresql",
  mysql: "mysql",
  mariadb: "mysql",
  sqlserver: "mssql",
};

function toSpec(section: Section, type: DepotType, location: Record<string, unknown>): DepotSpec {
  return {
    engine: engineOf(type, location.subprotocol),
    location,
    external: section.external ?? false,
    secrets: [
      ...(section.secrets ?? []).map(
        ({ name }): SecretReference => ({ type: "instance-secret", name, workspace: undefined }),
      ),
      ...(section.dataosSecrets ?? []).map(
        ({ name, workspace }): SecretReference => ({ type: "secret", name, workspace: workspace ?? "public" }),
      ),
    ],
    inline: (section.connectionSecret ?? []).map(({ acl, data, files, values }, index) => {
      const entries = new Map<string, string>();
      const at = `connectionSecret.${index}`;
      for (const key of Object.keys(data ?? {})) entries.set(key, `${at}.data.${key}`);
      for (const key of Object.keys(files ?? {})) entries.set(key, `${at}.files.${key}`);
      const pairs = Array.isArray(values) ? values : [];
      for (const [i, { key }] of pairs.entries()) entries.set(key, `${at}.values.${i}.value`);
      if (!Array.isArray(values)) for (const key of Object.keys(values ?? {})) entries.set(key, `${at}.values.${key}`);
      return { acl, entries };
    }),
  };
}

function engineOf(type: DepotType, subprotocol: unknown): string {
  if (type === "postgres") return "postgresql";
  if (type !== "jdbc") return type;
  return engineOfSubprotocol[String(subprotocol)] ?? `jdbc:${String(subprotocol)}`;
}
