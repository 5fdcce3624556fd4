import { z } from "zod";
import {
  bool,
  keyword,
  mapping,
  opaque,
  opt,
  params,
  port,
  req,
  scalarText,
  shortText,
  text,
  texts,
} from "../schema.ts";
import type { SectionFault, SectionReading } from "../section.ts";
import { computeResources } from "./runnable.ts";

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
  subprotocol: opt(shortText, "driver, as JDBC has it, e.g. `postgresql`"),
  host: req(shortText.min(1), "name or address of the server"),
  port: opt(port, "its port; default: the engine's own"),
  params: opt(params, "settings of the connection, e.g. `sslmode`"),
};
const databaseName = opt(shortText, "name of the database");
const parameters = opt(params, "settings of the connection");
const relativePath = opt(text, "folder below it");
const table = {
  relativePath,
  format: opt(shortText, "e.g. `ICEBERG`, `PARQUET`"),
  icebergCatalogType: opt(shortText, "`HIVE` or `HADOOP`"),
  metastoreType: opt(shortText, "`HIVE` or `REST`"),
  metastoreUrl: opt(shortText, "address of the metastore"),
};
const bucket = req(shortText, "name of the bucket");
const nodes = req(z.array(shortText).min(1), "its servers, e.g. `db-1:27017`");
const search = mapping({ nodes, params: parameters });
const azure = mapping({
  account: req(shortText, "name of the storage account"),
  container: req(shortText, "name of the container"),
  endpointSuffix: opt(shortText, "e.g. `dfs.core.windows.net`"),
  ...table,
});
const database = mapping({ ...server, database: databaseName });

/** What a location may hold, by type; keys of the vendor's API. */
const locations: Readonly<Record<DepotType, z.ZodType>> = {
  postgresql: database,
  postgres: database,
  mysql: database,
  mariadb: database,
  mssql: database,
  jdbc: mapping({
    ...server,
    subprotocol: req(shortText.min(1), "which database it is, e.g. `postgresql`, `mysql`, `sqlserver`"),
    database: databaseName,
    service: opt(shortText, "name of the service, for Oracle"),
  }),
  oracle: mapping({ ...server, service: opt(shortText, "name of the service"), database: databaseName }),
  snowflake: mapping({
    warehouse: req(shortText, "the warehouse that answers"),
    url: opt(shortText, "address of the account"),
    database: databaseName,
    account: opt(shortText, "name of the account"),
    role: opt(shortText, "the role to take"),
    params: parameters,
  }),
  bigquery: mapping({
    project: opt(shortText, "id of the project"),
    params: parameters,
    temporaryBucket: opt(shortText, "bucket for what is in between"),
    persistentBucket: opt(shortText, "bucket for what stays"),
  }),
  redshift: mapping({
    ...server,
    database: databaseName,
    bucket: opt(shortText, "bucket for what is in between"),
    relativePath,
    scheme: opt(shortText, "e.g. `s3a`"),
  }),
  s3: mapping({
    scheme: opt(shortText, "e.g. `s3a`"),
    bucket,
    region: opt(shortText, "region of the bucket"),
    endpoint: opt(shortText, "address of the service, where it is another one"),
    ...table,
  }),
  abfss: azure,
  wasbs: azure,
  gcs: mapping({ bucket, ...table }),
  kafka: mapping({
    brokers: req(z.array(shortText).min(1), "its brokers, e.g. `kafka-1:9092`"),
    schemaRegistryUrl: opt(shortText, "address of the schema registry"),
    params: parameters,
  }),
  pulsar: mapping({
    adminUrl: opt(shortText, "address for administration"),
    serviceUrl: req(shortText, "address for messages"),
    tenant: opt(shortText, "the tenant"),
    params: parameters,
  }),
  eventhub: mapping({ endpoint: req(shortText, "address of the namespace"), params: parameters }),
  elasticsearch: search,
  opensearch: search,
  mongodb: mapping({ subprotocol: opt(shortText, "`mongodb` or `mongodb+srv`"), nodes, params: parameters }),
  redis: mapping({
    host: server.host,
    port: server.port,
    db: opt(scalarText, "number of the database"),
  }),
  presto: mapping({
    host: server.host,
    port: server.port,
    catalog: opt(shortText, "the catalog"),
    schema: opt(shortText, "the schema"),
    params: parameters,
  }),
  file: mapping({ path: req(text, "folder or file"), ...table }),
  http: mapping({
    baseUrl: req(text, "address that paths are added to"),
    headers: opt(texts, "headers of each request"),
    queryParams: opt(texts, "parameters of each request"),
  }),
};

const common = {
  type: req(keyword(depotTypes), "what it is"),
  name: opt(shortText, "the same as the manifest's name"),
  owner: opt(shortText, "the same as the manifest's owner"),
  description: opt(text, "what it holds"),
  external: opt(bool, "whether it is outside of the platform; default `false`"),
  source: opt(shortText, "the name that scans keep it under; default: its own"),
  compute: opt(shortText, "the compute that work on it runs on"),
  runAsUser: opt(shortText, "whose rights work on it has"),
  hiveSync: opt(opaque, "tables are made known to Hive; without effect here"),
  resources: opt(computeResources, "processor and memory of what serves it"),
};
const allKeys = {
  keys: opt(z.array(shortText), "the entries to take"),
  allkeys: opt(bool, "take all entries"),
  allKeys: opt(bool, "the same as `allkeys`"),
};
const secrets = opt(
  z.array(mapping({ name: req(shortText.min(1), "name of the instance secret"), ...allKeys })).max(20),
  "instance secrets with the credentials, e.g. `<depot>-r` and `<depot>-rw`",
);

const v1Keys = {
  connectionSecret: opt(
    z
      .array(
        mapping({
          acl: req(keyword(["r", "rw"]), "what the credentials are good for: reading, or writing as well"),
          type: opt(shortText, "e.g. `key-value-properties`"),
          data: opt(texts, "the entries, e.g. `username` and `password`; kept as secrets"),
          files: opt(texts, "entries that are files; their text, kept as secrets"),
          values: opt(
            z.union([
              texts,
              z.array(mapping({ key: req(shortText, "name of the entry"), value: req(scalarText, "its value") })),
            ]),
            "the same as `data`, in an older form",
          ),
        }),
      )
      .max(4),
    "credentials in the manifest; better in instance secrets",
  ),
  dataosSecrets: opt(
    z
      .array(
        mapping({
          name: req(shortText.min(1), "name of the secret"),
          workspace: opt(shortText, "its workspace; default `public`"),
          key: opt(shortText, "the one entry to take"),
          consumptionType: opt(shortText, "how it is handed over"),
          ...allKeys,
        }),
      )
      .max(20),
    "secrets of a workspace with the credentials",
  ),
  secrets,
};
const v1 = mapping({ ...common, connection: opaque.optional(), spec: opaque.optional(), ...v1Keys });

const locationKeys = Object.fromEntries(depotTypes.map((type) => [type, z.unknown().optional()])) as Record<
  DepotType,
  z.ZodOptional<z.ZodUnknown>
>;
const v2 = mapping({ ...common, ...locationKeys, secrets });

const anyLocation = z.union(Object.values(locations) as [z.ZodType, ...z.ZodType[]]);

/** `depot:` by version, as editors see it; which location goes with which type is checked by `readDepotSection`. */
export const depotSections = {
  v1: mapping({
    ...common,
    spec: opt(anyLocation, "where it is; its keys depend on `type`"),
    connection: opt(anyLocation, "the same as `spec`"),
    ...v1Keys,
  }),
  v2alpha: mapping({
    ...common,
    ...Object.fromEntries(depotTypes.map((type) => [type, opt(locations[type], `where it is, for \`${type}\``)])),
    secrets,
  }),
} as const;

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
