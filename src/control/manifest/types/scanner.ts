import { z } from "zod";
import type { NamePattern, ScanScope } from "../../../scanner/ports.ts";
import { bool, keyword, mapping, opaque, opaqueMap, opt, req, shortText } from "../schema.ts";
import type { SectionReading } from "../section.ts";
import { parseStack, type Runnable } from "./runnable.ts";

const words = z.array(z.string().min(1).max(1000)).max(1000);
const pattern = mapping({
  includes: opt(words, "regular expressions; only names that match one of them"),
  excludes: opt(words, "regular expressions; no names that match one of them"),
});

/** Keys of the vendor's documentation for other kinds of sources: known, without effect on a database. */
const withoutEffect = [
  "topicFilterPattern",
  "collectionFilterPattern",
  "dashboardFilterPattern",
  "chartFilterPattern",
  "dataProductFilterPattern",
  "markDeletedTopics",
  "markDeletedDataProducts",
  "markDeletedTablesfromFilterOnly",
  "includeTags",
  "includeCollections",
  "ingestSampleData",
  "enableDebugLog",
] as const;
const ignored = Object.fromEntries(withoutEffect.map((key) => [key, opt(opaque, "without effect on a database")]));

const config = {
  databaseFilterPattern: opt(pattern, "which databases"),
  schemaFilterPattern: opt(pattern, "which schemas"),
  tableFilterPattern: opt(pattern, "which tables"),
  markDeletedTables: opt(bool, "whether tables that are gone become missing; default `true`"),
  includeTables: opt(bool, "whether tables are read; default `true`"),
  includeViews: opt(bool, "whether views are read; default `false`"),
  ...ignored,
};
const sources = [
  "DatabaseMetadata",
  "MessagingMetadata",
  "DashboardMetadata",
  "PipelineMetadata",
  "DataProduct",
  "SemanticModel",
] as const;

/** `stackSpec` of a scan of a depot (`reference/dataos.md` §7). */
const scannerSpec = mapping({
  depot: req(shortText.min(1), "the depot: its name or `dataos://<name>`"),
  sourceConfig: opt(
    mapping({
      config: opt(
        mapping({ type: opt(keyword(["DatabaseMetadata"]), "`DatabaseMetadata`"), ...config }),
        "what is read",
      ),
    }),
    "what is read",
  ),
});

/** `stackSpec` of a scan of something else: users, products, dashboards, or a source without a depot. */
const otherScan = z.looseObject({
  type: shortText.min(1),
  source: shortText.optional(),
  worker: shortText.optional(),
  sourceConnection: opaqueMap.optional(),
  sourceConfig: mapping({
    config: z.looseObject({ type: keyword(sources).optional(), ...config }).optional(),
  }).optional(),
});

/** The type of a scan of something else than a depot; `undefined`: it is one of a depot. */
export function readOtherScan(stackSpec: unknown): string | undefined {
  const isMapping = typeof stackSpec === "object" && stackSpec !== null;
  return isMapping && "type" in stackSpec && typeof stackSpec.type === "string" ? stackSpec.type : undefined;
}

/** Why a scan of that type does not run. */
export function noScan(type: string): string {
  return `no driver configured for scans of type \`${type.slice(0, 80)}\`; only depots are scanned, by \`depot: <name>\``;
}

/** What a scanner job is asked for. */
export interface ScannerSpec {
  readonly depot: string;
  readonly scope: ScanScope;
  /**
   * Whether tables that are gone from the source may become missing; default `true`, because DESIGN §6 asks for proof of absence
   * before anything becomes missing (the vendor's default is `false`).
   */
  readonly markDeleted: boolean;
}

const nameInAddress = /^(?:dataos:\/\/)?([a-z][-a-z0-9]{0,47})(?:\?acl=rw?)?$/;

/** `sales`, `dataos://sales` and `dataos://sales?acl=r` -> `sales`; `undefined` where it is none of these. */
function parseDepotAddress(address: string): string | undefined {
  return nameInAddress.exec(address)?.[1];
}

/** Reads `stackSpec` of a scanner job; keys are strict (`reference/dataos.md` §7). No spec: it is no scan of a depot. */
export function readScannerSpec(stackSpec: unknown): SectionReading<ScannerSpec> {
  if (readOtherScan(stackSpec) !== undefined) {
    const other = otherScan.safeParse(stackSpec);
    return { spec: undefined, faults: other.success ? [] : [...other.error.issues] };
  }
  const parsed = scannerSpec.safeParse(stackSpec ?? {});
  if (!parsed.success) return { spec: undefined, faults: [...parsed.error.issues] };
  const depot = parseDepotAddress(parsed.data.depot);
  if (depot === undefined) {
    const message = `\`${parsed.data.depot.slice(0, 200)}\` is not the address of a depot; expected a name or \`dataos://<name>\``;
    return { spec: undefined, faults: [{ path: ["depot"], message }] };
  }
  const config = parsed.data.sourceConfig?.config;
  return {
    spec: {
      depot,
      scope: {
        databases: toPattern(config?.databaseFilterPattern),
        schemas: toPattern(config?.schemaFilterPattern),
        tables: toPattern(config?.tableFilterPattern),
        includeTables: config?.includeTables ?? true,
        includeViews: config?.includeViews ?? false,
      },
      markDeleted: config?.markDeletedTables ?? true,
    },
    faults: [],
  };
}

function toPattern(given: z.infer<typeof pattern> | undefined): NamePattern {
  return { includes: given?.includes ?? [], excludes: given?.excludes ?? [] };
}

/** The depot that a job works on; `undefined` for stacks that name it elsewhere, or not at all. */
export function readDepotName(job: Pick<Runnable, "stack" | "stackSpec">): string | undefined {
  if (isScannerStack(job.stack)) return readScannerSpec(job.stackSpec).spec?.depot;
  if (parseStack(job.stack).name !== "sql") return undefined;
  const { depot } = (job.stackSpec ?? {}) as { readonly depot?: unknown };
  return typeof depot === "string" ? parseDepotAddress(depot) : undefined;
}

/** `scanner`, `scanner:2.0`: the grammar above is theirs. */
export function isScannerStack(stack: string): boolean {
  const { name, version } = parseStack(stack);
  return name === "scanner" && (version === undefined || version === "2.0");
}
