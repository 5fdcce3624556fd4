/** What Metis offers to the rest, and its store ports. */
import type { Authorized } from "../heimdall/ports.ts";
import { type EntityKind, entityKinds } from "../shared/entity-kinds.ts";
import type { FilteredObject, ObjectFilter } from "../shared/object-filter.ts";
import type { Urn } from "../shared/urn.ts";

export { type EntityKind, entityKinds };

/** Strongest first for what people own; `structure`, `keys` and `statistics` are always the source's (DESIGN §6). */
export const origins = [
  "user",
  "contract",
  "policy",
  "dbt",
  "openlineage",
  "source",
  "classifier",
  "propagation",
] as const;
export type Origin = (typeof origins)[number];

export type LifecycleState = "active" | "missing" | "deleted" | "purged" | "outOfScope" | "unknown";

/** The aspects that are known; others are kept as they come. */
export interface Aspects {
  readonly identity?: { readonly name: string; readonly qualifiedName: string };
  /** dataset: `datasetType` table|view|matview|partition|foreign|file|topic; column: the rest */
  readonly structure?: StructureAspect;
  readonly documentation?: { readonly description: string };
  readonly keys?: KeysAspect;
  readonly definition?: { readonly sql: string; readonly dialect: string };
  readonly statistics?: { readonly rowCount?: number; readonly sizeBytes?: number };
  readonly ownership?: { readonly owners: readonly string[] };
  readonly tags?: { readonly tags: readonly string[] };
  readonly [aspect: string]: unknown;
}

export interface StructureAspect {
  readonly datasetType?: "table" | "view" | "matview" | "partition" | "foreign" | "file" | "topic";
  /** dataset: URN of the partitioned table it belongs to */
  readonly partitionOf?: string;
  /** dataset: e.g. `RANGE (payment_date)` */
  readonly partitionKey?: string;
  /** dataset: which rows a partition holds, e.g. `FOR VALUES FROM (1) TO (10)` */
  readonly partitionBound?: string;
  readonly dataType?: string;
  readonly nullable?: boolean;
  readonly defaultValue?: string;
  /** column: from 1 */
  readonly position?: number;
  /** column: `GENERATED ALWAYS …` expression or identity kind */
  readonly generated?: string;
}

export interface KeysAspect {
  readonly primaryKey?: { readonly name: string; readonly columns: readonly string[] };
  readonly foreignKeys?: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly references: string;
    readonly referencedColumns: readonly string[];
  }[];
  readonly uniqueKeys?: readonly { readonly name: string; readonly columns: readonly string[] }[];
  readonly indexes?: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly unique: boolean;
    readonly method: string;
    /** condition of a partial index */
    readonly predicate?: string;
  }[];
  readonly checks?: readonly { readonly name: string; readonly expression: string }[];
}

/** What decisions on an entity look at beside what is said of itself. */
export interface Inherited {
  /** tags of everything that it is in, e.g. of a column's dataset, schema, database and depot; sorted, each once */
  readonly tags: readonly string[];
  /** of a column: the owners of its dataset; else empty */
  readonly owners: readonly string[];
}

/** A catalog entry: the merge of its live assertions. */
export interface Entity {
  readonly id: string;
  readonly urn: Urn;
  readonly kind: EntityKind;
  readonly name: string;
  /** e.g. `sales.shop.public.orders` */
  readonly qualifiedName: string;
  readonly parent: Urn | undefined;
  /** name of the depot it came from */
  readonly depot: string | undefined;
  readonly state: LifecycleState;
  readonly aspects: Aspects;
  /** which origin each aspect's value came from, and the values that lost: aspect -> origin -> value */
  readonly provenance: ReadonlyMap<string, ReadonlyMap<Origin, unknown>>;
  readonly inherited: Inherited;
  readonly aliases: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  /** sequence number of its newest change */
  readonly seq: number;
}

/** What one origin says of one entity; aspects not named stay as they are, `null` withdraws this origin's value. */
export interface EntityAssertion {
  readonly urn: Urn;
  readonly kind: EntityKind;
  readonly name: string;
  readonly qualifiedName: string;
  readonly parent: Urn | undefined;
  readonly depot: string | undefined;
  readonly aspects: Readonly<Record<string, unknown>>;
  /** What the source itself never changes, e.g. `oid:16384/24576`; used to see a rename. */
  readonly sourceKey?: string;
}

export interface LineageEdge {
  readonly from: Urn;
  readonly to: Urn;
  readonly type: "DIRECT" | "INDIRECT";
  /** IDENTITY TRANSFORMATION AGGREGATION | JOIN FILTER GROUP_BY SORT WINDOW CONDITIONAL; REFERENCE: named, how it is used is not known */
  readonly subtype: string;
  readonly expression: string | undefined;
  readonly masking: boolean;
  /** 0..1 */
  readonly confidence: number;
  /** what it was read from, e.g. the view's URN or a run */
  readonly evidence: string;
}

// ---- scanning -------------------------------------------------------------------------------------------------------

/** One scan's writing side. Calls come in order: containers before what is in them. */
export interface ScanIngest {
  /** Batches of at most 5,000; later batches may name parents of earlier ones. */
  put(assertions: readonly EntityAssertion[]): Promise<void>;
  /** Replaces the edges whose evidence is `evidence`. */
  putLineage(evidence: Urn, edges: readonly LineageEdge[]): Promise<void>;
  /**
   * Says that `container` was listed whole and without error, so that children not put in this scan are gone;
   * `excluded` tells which names a filter left out (they become `outOfScope`).
   */
  listed(container: Urn, childKind: EntityKind, excluded: (name: string) => boolean): Promise<void>;
  /** The listing of `container` failed: its children become `unknown`, nothing is deleted. */
  failed(container: Urn, reason: string): Promise<void>;
  /** Commits what is left, applies life-cycle rules. Nothing of `listed` takes effect before. */
  finish(): Promise<ScanOutcome>;
}

export interface ScanOutcome {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly missing: number;
  readonly outOfScope: number;
  readonly restored: number;
  readonly lineageEdges: number;
  /** set when removals wait for approval, with the reason in words */
  readonly heldForApproval: string | undefined;
  readonly seq: number;
}

// ---- reading --------------------------------------------------------------------------------------------------------

export interface ReadOptions {
  /** Wait (at most 2 s) until this sequence number is applied. @throws {StaleError} it was not */
  readonly minSeq?: number;
  /** The state at this sequence number. */
  readonly asOf?: number;
}

export interface Page {
  /** 1..100 (1,000 for columns of one dataset) */
  readonly first: number;
  readonly after: string | undefined;
}

export interface Paged<T> {
  readonly items: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
}

/**
 * The catalog as the API uses it. Hidden and absent are the same answer: what it gives names no column and no dataset that the
 * subject may not see, in keys, texts and lineage as well (`docs/adr/0027-hidden-names-stay-hidden.md`).
 */
export interface Catalog {
  beginScan(
    auth: Authorized<"entity.update">,
    scan: { readonly depot: string; readonly runId: string },
  ): Promise<ScanIngest>;
  /**
   * Lets the removals that a scan held take effect, as far as nothing changed since.
   * @throws {NotFoundError} nothing of that run waits, or a later scan of the depot replaced it
   */
  approveScan(
    auth: Authorized<"scan.approve">,
    runId: string,
  ): Promise<{ readonly removed: number; readonly seq: number }>;
  /** @throws {NotFoundError} absent, or not visible to the subject */
  getEntity(auth: Authorized<"entity.read">, urnOrAlias: string, options?: ReadOptions): Promise<Entity>;
  getEntities(auth: Authorized<"entity.read">, urns: readonly string[]): Promise<readonly (Entity | undefined)[]>;
  getEntityById(auth: Authorized<"entity.read">, id: string): Promise<Entity>;
  /** By kind, depot, parent; sorted by urn, columns by position. */
  listEntities(
    auth: Authorized<"entity.read">,
    filter: { readonly kind?: EntityKind; readonly depot?: string; readonly parent?: string },
    page: Page,
  ): Promise<Paged<Entity>>;
  /** Columns of several datasets at once: dataset urn -> visible columns by position. */
  listColumns(
    auth: Authorized<"entity.read">,
    datasets: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Entity[]>>;
  /** Counts by kind and dataset type of what the subject may see, e.g. `table` -> 15, `column` -> 120. */
  countEntities(
    auth: Authorized<"entity.read">,
    filter: { readonly depot?: string },
  ): Promise<ReadonlyMap<string, number>>;
  /**
   * Edits as origin `user`. Tags, and owners of a dataset, also decide about what is in the entity.
   * @param options `inside`: what the subject may update; absent: nothing; `within`: what the answer may show; absent: what `auth` may
   * @throws {ConflictError} `ifSeq` is not the entity's seq
   * @throws {ForbiddenError} something in the entity is not among what the subject may update, and the edit would decide about it
   */
  updateEntity(
    auth: Authorized<"entity.update">,
    urn: string,
    aspects: Readonly<Record<string, unknown>>,
    options: {
      readonly ifSeq?: number;
      readonly dryRun?: boolean;
      readonly inside?: Authorized<"entity.update">;
      readonly within?: Authorized<"entity.read">;
    },
  ): Promise<Entity>;
  search(auth: Authorized<"entity.read">, request: SearchRequest): Promise<SearchResult>;
  suggest(
    auth: Authorized<"entity.read">,
    prefix: string,
    first: number,
  ): Promise<readonly { readonly text: string; readonly urn: Urn; readonly kind: EntityKind }[]>;
  /** @param trace what the subject may trace without seeing it: nameless stubs; absent: nothing */
  lineage(
    auth: Authorized<"entity.read">,
    request: LineageRequest,
    trace?: Authorized<"entity.trace">,
  ): Promise<LineageResult>;
  /** What depends on something, counted. @param trace as for `lineage` */
  impact(
    auth: Authorized<"entity.read">,
    request: ImpactRequest,
    trace?: Authorized<"entity.trace">,
  ): Promise<ImpactResult>;
  /** Newest sequence number of the catalog log. */
  currentSeq(): Promise<number>;
  /** Builds projections anew beside the live ones, verifies and swaps. */
  rebuild(auth: Authorized<"projection.rebuild">): Promise<{ readonly search: number; readonly lineage: number }>;
}

// ---- projections ----------------------------------------------------------------------------------------------------

/** A document of the search projection: one per entity that is not a column; columns ride in their dataset's. */
export interface SearchDocument {
  readonly urn: Urn;
  readonly id: string;
  readonly kind: EntityKind;
  readonly name: string;
  readonly qualifiedName: string;
  readonly description: string;
  readonly depot: string;
  readonly datasetType: string;
  readonly schemaName: string;
  readonly tags: readonly string[];
  readonly owners: readonly string[];
  /** by position; a subject that may not see a column gets no answer that tells of it */
  readonly columns: readonly {
    readonly name: string;
    readonly description: string;
    readonly tags: readonly string[];
    readonly object: FilteredObject;
  }[];
  readonly state: LifecycleState;
  readonly seq: number;
  /** What policy decides on: the object as `describeEntity` gives it. */
  readonly object: FilteredObject;
}

/** Names of the facets of a search, in the order in which they are shown. */
export const searchFacets = ["kind", "depot", "datasetType", "tag", "owner", "schema"] as const;
export type SearchFacet = (typeof searchFacets)[number];

/**
 * A condition on facets: any depth to 20, at most 1,000 parts. `has`: the document has any of the values; tags of its visible columns
 * are its own. An empty `and` holds, an empty `or` and a `has` without values do not.
 */
export type SearchCondition =
  | { readonly op: "and" | "or"; readonly of: readonly SearchCondition[] }
  | { readonly op: "not"; readonly of: SearchCondition }
  | { readonly op: "has"; readonly facet: SearchFacet; readonly values: readonly string[] };

export interface SearchRequest {
  readonly text: string;
  readonly kinds?: readonly EntityKind[];
  readonly depots?: readonly string[];
  readonly tags?: readonly string[];
  readonly owners?: readonly string[];
  readonly datasetTypes?: readonly string[];
  readonly schemas?: readonly string[];
  /** Has to hold besides the lists above. */
  readonly where?: SearchCondition;
  readonly first: number;
  readonly after: string | undefined;
  readonly minSeq?: number;
  /** Groups of phrases that stand for each other, from the glossary; the same list again costs nothing. */
  readonly synonyms?: readonly (readonly string[])[];
}

export interface SearchHit {
  readonly urn: Urn;
  readonly score: number;
  /** what matched: field name -> text with the matched words between `<em>` and `</em>` */
  readonly highlights: ReadonlyMap<string, string>;
  /** names of columns that matched */
  readonly matchedColumns: readonly string[];
}

export interface SearchResult {
  readonly hits: readonly (SearchHit & { readonly cursor: string })[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
  /** `kind depot datasetType tag owner schema` -> values by count, most first, at most 20 each; counted after policy */
  readonly facets: ReadonlyMap<string, readonly { readonly value: string; readonly count: number }[]>;
  /** nearest terms where nothing was found */
  readonly didYouMean: readonly string[];
  /** set when the index is behind the log or down */
  readonly staleBy: number;
}

/** Search projection. Contract: `test/contract/search-store.contract.ts`. */
export interface SearchStore {
  /** Sequence number up to which it is applied; 0 for an empty one. */
  appliedSeq(): Promise<number>;
  /** Idempotent: a document with a lower `seq` than the stored one is ignored. At most 1,000 per call. */
  apply(changes: {
    readonly upserts: readonly SearchDocument[];
    readonly deletes: readonly { readonly urn: Urn; readonly seq: number }[];
    readonly appliedSeq: number;
  }): Promise<void>;
  /** Documents that `visible` refuses, and columns that it refuses of others, are as if they did not exist. */
  search(request: SearchRequest, visible: ObjectFilter): Promise<SearchResult>;
  suggest(
    prefix: string,
    first: number,
    visible: ObjectFilter,
  ): Promise<readonly { readonly text: string; readonly urn: Urn; readonly kind: EntityKind }[]>;
  /** A new empty index beside the live one; `swap` makes it live and drops the old one. */
  beginRebuild(): Promise<{ readonly store: SearchStore; swap(): Promise<void>; abandon(): Promise<void> }>;
  count(): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A node of the lineage graph: a dataset, column or job, with what policy decides on. */
export interface LineageNode {
  readonly urn: Urn;
  readonly kind: EntityKind;
  readonly name: string;
  readonly state: LifecycleState;
  readonly seq: number;
  readonly object: FilteredObject;
}

export interface LineageRequest {
  readonly of: string;
  readonly direction: "UPSTREAM" | "DOWNSTREAM" | "BOTH";
  /** 1..50 hops */
  readonly depth: number;
  readonly granularity: "DATASET" | "COLUMN";
  /** 1..10,000 */
  readonly maxNodes: number;
  readonly minSeq?: number;
}

export interface LineageResult {
  readonly root: Urn;
  /** nearest first; `hops` from the root, root is 0; a `stub` stands for what the subject may only trace */
  readonly nodes: readonly {
    readonly urn: Urn;
    readonly kind: EntityKind;
    readonly name: string;
    readonly hops: number;
    readonly stub: boolean;
  }[];
  readonly edges: readonly LineageEdge[];
  readonly completeness:
    | { readonly state: "complete" }
    | {
        readonly state: "truncated";
        readonly reason: "depth" | "maxNodes" | "deadline";
        readonly frontier: readonly Urn[];
      };
  readonly staleBy: number;
}

export interface ImpactRequest {
  readonly of: string;
  /** `DOWNSTREAM`: what depends on it; `UPSTREAM`: all that it depends on */
  readonly direction: "UPSTREAM" | "DOWNSTREAM";
  readonly granularity: "DATASET" | "COLUMN";
  /** 1..100,000 */
  readonly maxNodes: number;
  readonly minSeq?: number;
}

/** How much is reached from `root`, at any distance; the root itself, or its columns, not included. */
export interface ImpactResult {
  readonly root: Urn;
  /** with the stubs */
  readonly total: number;
  /** those that the subject may only trace; they count in `total` and nowhere else */
  readonly stubs: number;
  /** the 100 highest counts, most first; equal ones by value */
  readonly kinds: readonly { readonly value: string; readonly count: number }[];
  /** one with several owners counts for each of them */
  readonly owners: ImpactResult["kinds"];
  readonly depots: ImpactResult["kinds"];
  /** `truncated`: there is more; the nearest were counted */
  readonly completeness:
    | { readonly state: "complete" }
    | { readonly state: "truncated"; readonly reason: "maxNodes" | "deadline" };
  readonly staleBy: number;
}

/** Lineage projection. All methods are idempotent. Contract: `test/contract/lineage-store.contract.ts`. */
export interface LineageStore {
  appliedSeq(): Promise<number>;
  /** `replaced`: per evidence, all its edges; edges that were there and are not any more are closed. Size: at most 10,000 edges. */
  apply(changes: {
    readonly nodes: readonly LineageNode[];
    readonly removedNodes: readonly { readonly urn: Urn; readonly seq: number }[];
    readonly replaced: readonly {
      readonly evidence: string;
      readonly edges: readonly LineageEdge[];
      readonly seq: number;
    }[];
    readonly appliedSeq: number;
  }): Promise<void>;
  /**
   * Walks level by level, nearest first, within one level by urn. Nodes that `visible` refuses are absent with their edges and
   * the walk stops there; those that `traceable` allows appear as stubs: walked through, numbered instead of named, their edges
   * without expression and evidence. The answer has all edges among its nodes; `frontier` are its nodes that may have more.
   * `DATASET` has one edge for each pair and type, also where columns are traced. `COLUMN` follows columns only; from a dataset,
   * all of its columns; an edge to a dataset's rows leads to each of its columns.
   * @param request `deadlineMs`: how long the walk may take; `minSeq` is not looked at
   * @throws {NotFoundError} `of` is unknown or not visible
   * @throws {UnavailableError} the store does not answer
   */
  walk(
    request: LineageRequest & { readonly deadlineMs: number },
    visible: ObjectFilter,
    traceable: ObjectFilter,
  ): Promise<Omit<LineageResult, "staleBy">>;
  /**
   * Counts what is reached from `of`, nearest first and at any distance; stubs and what is hidden as in `walk`. Of a level that does
   * not fit into the budget any part is counted.
   * @param request `deadlineMs`: how long it may take; `minSeq` is not looked at
   * @throws {NotFoundError} `of` is unknown or not visible
   * @throws {UnavailableError} the store does not answer
   */
  impact(
    request: ImpactRequest & { readonly deadlineMs: number },
    visible: ObjectFilter,
    traceable: ObjectFilter,
  ): Promise<Omit<ImpactResult, "staleBy">>;
  beginRebuild(): Promise<{ readonly store: LineageStore; swap(): Promise<void>; abandon(): Promise<void> }>;
  counts(): Promise<{ readonly nodes: number; readonly edges: number }>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
