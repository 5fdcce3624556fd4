import { z } from "zod";
import type { NamePattern, ScanScope } from "../../../scanner/ports.ts";
import { bool, keyword, mapping, shortText } from "../schema.ts";
import type { SectionReading } from "../section.ts";
import { type JobSpec, parseStack } from "./workflow.ts";

const pattern = mapping({
  includes: z.array(z.string().min(1).max(1000)).max(1000).optional(),
  excludes: z.array(z.string().min(1).max(1000)).max(1000).optional(),
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
const ignored = Object.fromEntries(withoutEffect.map((key) => [key, z.unknown().optional()]));

const scannerSpec = mapping({
  depot: shortText.min(1),
  sourceConfig: mapping({
    config: mapping({
      type: keyword(["DatabaseMetadata"]).optional(),
      databaseFilterPattern: pattern.optional(),
      schemaFilterPattern: pattern.optional(),
      tableFilterPattern: pattern.optional(),
      markDeletedTables: bool.optional(),
      includeTables: bool.optional(),
      includeViews: bool.optional(),
      ...ignored,
    }).optional(),
  }).optional(),
});

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

/** Reads `stackSpec` of a scanner job; keys are strict (`reference/dataos.md` §7). */
export function readScannerSpec(stackSpec: unknown): SectionReading<ScannerSpec> {
  const other = typeof stackSpec === "object" && stackSpec !== null && "type" in stackSpec ? stackSpec.type : undefined;
  if (other !== undefined) {
    const message = `scans of type \`${String(other).slice(0, 80)}\` are not supported yet; expected \`depot: <name>\``;
    return { spec: undefined, faults: [{ path: ["type"], message }] };
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
export function readDepotName(job: Pick<JobSpec, "stack" | "stackSpec">): string | undefined {
  return isScannerStack(job.stack) ? readScannerSpec(job.stackSpec).spec?.depot : undefined;
}

/** `scanner`, `scanner:2.0`: the grammar above is theirs. */
export function isScannerStack(stack: string): boolean {
  const { name, version } = parseStack(stack);
  return name === "scanner" && (version === undefined || version === "2.0");
}
