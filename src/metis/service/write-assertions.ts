import { BadInputError } from "../../shared/errors.ts";
import type { IdSource } from "../../shared/ids.ts";
import { parseUrn, withoutField } from "../../shared/urn.ts";
import type { CatalogWriter } from "../adapters/state/index.ts";
import {
  applyChanges,
  diffAspects,
  type EntityFacts,
  type EntityRecord,
  fingerprint,
  inheritsNothing,
  isRestoredByScan,
  matchSightings,
  toInheritance,
} from "../catalog/index.ts";
import { type EntityAssertion, type EntityKind, entityKinds } from "../ports.ts";
import { followRenames } from "./write-lineage.ts";

/** What earlier parts of the same scan found. */
export interface ScanSoFar {
  readonly depot: string;
  /** ids of entities that were put */
  readonly seen: ReadonlySet<string>;
  /** ids of entities whose URN changed */
  readonly renamed: ReadonlySet<string>;
}

export interface BatchResult {
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  /** ids */
  readonly seen: Set<string>;
  /** ids */
  readonly renamed: Set<string>;
  /** entities that lost a former URN to another one: id -> number of that change */
  readonly touched: Map<string, number>;
}

interface Batch {
  readonly writer: CatalogWriter;
  readonly ids: IdSource;
  readonly scan: ScanSoFar;
  readonly result: BatchResult;
  /** entities as this transaction leaves them, by id and by URN */
  readonly byId: Map<string, EntityRecord>;
  readonly byUrn: Map<string, EntityRecord>;
  /** old URN -> new URN */
  readonly renames: Map<string, string>;
  /** URNs of what is defined by no SQL any more */
  readonly undefinedNow: string[];
}

/** An assertion with its parent and the key it is matched by. */
interface SourceSighting {
  readonly urn: string;
  readonly assertion: EntityAssertion;
  readonly parent: EntityRecord | undefined;
  readonly sourceKey: string | undefined;
}

/**
 * Stores what a source says, as origin `source`. Nothing is written for what is as it was.
 * @param assertions one per URN, containers before what is in them
 * @throws {BadInputError} a URN that is not of the scan's depot, or a parent that is not known
 */
export async function writeAssertions(
  writer: CatalogWriter,
  assertions: readonly EntityAssertion[],
  scan: ScanSoFar,
  ids: IdSource,
): Promise<BatchResult> {
  for (const assertion of assertions) checkPlace(assertion, scan.depot);
  const result = {
    created: 0,
    updated: 0,
    unchanged: 0,
    restored: 0,
    seen: new Set<string>(),
    renamed: new Set<string>(),
    touched: new Map<string, number>(),
  };
  const batch: Batch = {
    ...{ writer, ids, scan, result },
    ...{ byId: new Map(), byUrn: new Map(), renames: new Map(), undefinedNow: [] },
  };
  // WHY: columns of a renamed table are found through it, so it must be settled first
  await writeWave(
    batch,
    assertions.filter(({ kind }) => kind !== "column"),
  );
  await writeWave(
    batch,
    assertions.filter(({ kind }) => kind === "column"),
  );
  await followRenames(writer, batch.renames, batch.undefinedNow);
  return result;
}

async function writeWave(batch: Batch, assertions: readonly EntityAssertion[]): Promise<void> {
  if (assertions.length === 0) return;
  const { writer, scan, result } = batch;
  const urns = assertions.map(({ urn }) => urn);
  const parents = assertions.flatMap(({ parent }) => parent ?? []).filter((urn) => !batch.byUrn.has(urn));
  const known = await writer.findByUrns([...new Set([...urns, ...parents])]);
  const inWave = new Set<string>(urns);
  const sightings = assertions.map((assertion) => toSighting(batch, assertion, known, inWave));
  const moved = await findMoved(batch, sightings, known);
  const matches = matchSightings(sightings, known, moved, new Set([...scan.seen, ...result.seen]));
  await releaseAliases(batch, matches);
  for (const { sighting, entity } of matches) store(batch, sighting, entity);
}

function toSighting(
  batch: Batch,
  assertion: EntityAssertion,
  known: ReadonlyMap<string, EntityRecord>,
  inWave: ReadonlySet<string>,
): SourceSighting {
  const { urn, kind, name, sourceKey } = assertion;
  const parent =
    assertion.parent === undefined ? undefined : (batch.byUrn.get(assertion.parent) ?? known.get(assertion.parent));
  if (assertion.parent !== undefined && !parent && !inWave.has(assertion.parent)) {
    throw new BadInputError(
      `\`${urn}\` is in \`${assertion.parent}\`, which is not known; put containers before what is in them`,
    );
  }
  if (sourceKey !== undefined) return { urn, assertion, parent, sourceKey: `${kind} ${sourceKey}` };
  const fromRenamed = parent && isRenamed(batch, parent) ? childKey(parent.id, kind, name) : undefined;
  return { urn, assertion, parent, sourceKey: fromRenamed };
}

/** Entities that the sightings name by key and that stand under another URN. */
async function findMoved(
  batch: Batch,
  sightings: readonly SourceSighting[],
  known: ReadonlyMap<string, EntityRecord>,
): Promise<ReadonlyMap<string, EntityRecord>> {
  const keys = sightings.flatMap(({ urn, sourceKey, assertion }) =>
    sourceKey !== undefined && assertion.sourceKey !== undefined && known.get(urn)?.sourceKey !== sourceKey
      ? sourceKey
      : [],
  );
  const found = new Map(await batch.writer.findBySourceKeys(batch.scan.depot, keys));
  const renamedParents = new Set(
    sightings.flatMap(({ parent, assertion }) =>
      assertion.sourceKey === undefined && parent && isRenamed(batch, parent) ? parent.id : [],
    ),
  );
  for (const child of await batch.writer.findChildren([...renamedParents])) {
    found.set(childKey(child.parentId ?? "", child.kind, child.name), child);
  }
  return found;
}

/** A URN that becomes somebody's address is nobody else's former one any more. */
async function releaseAliases(
  batch: Batch,
  matches: readonly { readonly sighting: SourceSighting; readonly entity: EntityRecord | undefined }[],
): Promise<void> {
  const taken = matches.filter(({ sighting, entity }) => entity?.urn !== sighting.urn);
  const holders = await batch.writer.findAliases(taken.map(({ sighting }) => sighting.urn));
  if (holders.size === 0) return;
  const records = await batch.writer.findByIds([...new Set(holders.values())]);
  for (const { sighting, entity } of taken) {
    const record = records.get(holders.get(sighting.urn) ?? "");
    if (!record || record.id === entity?.id) continue;
    const before = latest(batch, record);
    const aliases = before.aliases.filter((alias) => alias !== sighting.urn);
    const after = { ...before, aliases, updatedAt: batch.writer.at, seq: batch.writer.nextSeq() };
    batch.writer.putEntity({ op: "update", before, after, aspects: [], facts: true });
    batch.result.touched.set(after.id, after.seq);
    remember(batch, after);
  }
}

function store(
  batch: Batch,
  { assertion, sourceKey, ...sighting }: SourceSighting,
  known: EntityRecord | undefined,
): void {
  const { writer, result } = batch;
  const before = known && latest(batch, known);
  const parent = sighting.parent ?? (assertion.parent === undefined ? undefined : batch.byUrn.get(assertion.parent));
  const facts: Omit<EntityFacts, "aliases"> = {
    urn: assertion.urn,
    kind: assertion.kind,
    name: assertion.name,
    qualifiedName: assertion.qualifiedName,
    parentId: parent?.id,
    depot: batch.scan.depot,
    state: "active",
  };
  const sourceHash = fingerprint(assertion);
  const factsChanged =
    !before || (Object.keys(facts) as (keyof typeof facts)[]).some((name) => before[name] !== facts[name]);
  if (before && !factsChanged && before.sourceHash === sourceHash) {
    result.unchanged++;
    note(batch, before);
    return;
  }
  const said = Object.entries(assertion.aspects).filter(([aspect]) => aspect !== "identity");
  const aspects = diffAspects(before?.live ?? [], "source", said);
  const source = { sourceHash, sourceKey: assertion.sourceKey === undefined ? undefined : sourceKey };
  if (before && !factsChanged && aspects.length === 0) {
    const same = { ...before, ...source };
    writer.putFingerprint(same);
    result.unchanged++;
    note(batch, same);
    return;
  }
  const seq = writer.nextSeq();
  const after: EntityRecord = {
    ...facts,
    ...source,
    id: before?.id ?? batch.ids.uuid(),
    parentUrn: parent?.urn,
    aliases: before ? aliasesAfter(before, assertion) : firstAliases(assertion),
    stateSince: before?.state === "active" ? before.stateSince : writer.at,
    createdAt: before?.createdAt ?? writer.at,
    updatedAt: writer.at,
    seq,
    live: applyChanges(before?.live ?? [], aspects, seq),
    inherited: assertion.kind === "column" && parent ? { tags: [], owners: ownersOf(parent) } : inheritsNothing,
  };
  writer.putEntity({ op: operation(before, after), before, after, aspects, facts: factsChanged });
  note(batch, after);
  if (!before) {
    result.created++;
    return;
  }
  if (isRestoredByScan(before.state)) result.restored++;
  else result.updated++;
  if (before.urn !== after.urn) {
    result.renamed.add(after.id);
    batch.renames.set(before.urn, after.urn);
  }
  if (aspects.some(({ aspect, value }) => aspect === "definition" && value === null)) {
    batch.undefinedNow.push(before.urn);
  }
}

function ownersOf(dataset: EntityRecord): readonly string[] {
  return toInheritance(dataset.live).owners;
}

function note(batch: Batch, record: EntityRecord): void {
  batch.result.seen.add(record.id);
  remember(batch, record);
}

function remember(batch: Batch, record: EntityRecord): void {
  batch.byId.set(record.id, record);
  batch.byUrn.set(record.urn, record);
}

function latest(batch: Batch, record: EntityRecord): EntityRecord {
  return batch.byId.get(record.id) ?? record;
}

function isRenamed({ scan, result }: Batch, { id }: EntityRecord): boolean {
  return result.renamed.has(id) || scan.renamed.has(id);
}

function operation(before: EntityRecord | undefined, after: EntityRecord): "create" | "rename" | "state" | "update" {
  if (!before) return "create";
  if (before.urn !== after.urn) return "rename";
  return before.state === after.state ? "update" : "state";
}

function childKey(parentId: string, kind: EntityKind, name: string): string {
  return `${kind} in ${parentId}: ${name}`;
}

function aliasesAfter(before: EntityRecord, { urn }: EntityAssertion): readonly string[] {
  return before.urn === urn ? before.aliases : [...before.aliases, before.urn].filter((alias) => alias !== urn);
}

/** The resource of a depot is known to the catalog as the depot (DESIGN §3). */
function firstAliases({ kind, name }: EntityAssertion): readonly string[] {
  return kind === "depot" ? [`urn:dataos:resource:depot:${name}`] : [];
}

function checkPlace({ urn, kind, parent }: EntityAssertion, depot: string): void {
  const parts = parseUrn(urn);
  if (!(entityKinds as readonly string[]).includes(parts.kind)) {
    throw new BadInputError(`\`${urn}\` has an unknown kind; expected one of ${entityKinds.join(", ")}`);
  }
  if (parts.scope !== depot) {
    throw new BadInputError(`\`${urn}\` is not of depot \`${depot}\`; a scan writes only what is in its depot`);
  }
  const isColumn = parts.field.length > 0;
  if ((kind === "column") !== isColumn || (isColumn && parent !== withoutField(urn))) {
    throw new BadInputError(`\`${urn}\` is not the URN of a ${kind}; a column's is its dataset's with \`#<column>\``);
  }
}
